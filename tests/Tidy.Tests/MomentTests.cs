using System.Text.RegularExpressions;
using Doseline.Common.V1;
using Doseline.Platform.Rpc;
using Doseline.Platform.Signing;
using Doseline.Testing;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Tidy.Tests;

/// <summary>Every instant that a change is told of says what it stands for, and every event has its bounds where it is read.</summary>
public sealed partial class MomentTests
{
    static readonly MessageDescriptor[] Instants = [Timestamp.Descriptor, CalibratedActivity.Descriptor, LocalTime.Descriptor];

    [Fact]
    [Requirement("P10")]
    public void Every_instant_of_a_request_that_changes_something_declares_what_it_stands_for()
    {
        var instants = Changes.SelectMany(method => InstantsOf(method.InputType, [], "")).ToList();
        instants.Count.ShouldBeGreaterThan(40);
        instants.Where(one => EventFields.MomentOf(one.Field) is Moment.Unspecified).Select(one => one.Field.FullName).Distinct(StringComparer.Ordinal).ShouldBeEmpty();
    }

    [Fact]
    [Requirement("P10")]
    public void Every_event_is_held_against_its_span_in_the_service_that_reads_it()
    {
        var unbound =
            from method in Changes
            from one in InstantsOf(method.InputType, [], "")
            where EventFields.MomentOf(one.Field) is Moment.Happened
            let path = one.Field.MessageType == CalibratedActivity.Descriptor ? one.Path + ".reference_time" : one.Path
            where !Spans(method.File.Package.Split('.')[1]).Contains(path)
            select $"{method.FullName} {path}";
        unbound.Distinct(StringComparer.Ordinal).ShouldBeEmpty();
    }

    static IEnumerable<MethodDescriptor> Changes => ContractMethods.All.Values.Where(method => ContractMethods.PolicyOf(method) is { Mutates: true });

    static IEnumerable<(FieldDescriptor Field, string Path)> InstantsOf(MessageDescriptor message, HashSet<MessageDescriptor> passed, string path)
    {
        foreach (var field in message.Fields.InDeclarationOrder().Where(field => field.FieldType is FieldType.Message))
        {
            if (Instants.Contains(field.MessageType)) yield return (field, path + field.Name);
            else if (passed.Add(field.MessageType))
                foreach (var inner in InstantsOf(field.MessageType, passed, $"{path}{field.Name}.")) yield return inner;
        }
    }

    // Paths that are handed to EventSpan.Against in the sources of a service, without the places in lists.
    static HashSet<string> Spans(string service) => Repository.Sources("services")
        .Where(source => source.Path.StartsWith($"services/{service}/", StringComparison.OrdinalIgnoreCase))
        .SelectMany(source => Held().Matches(source.Text)).Select(match => Place().Replace(match.Groups[1].Value, "")).ToHashSet(StringComparer.Ordinal);

    [GeneratedRegex("""\.Against\(\$?"([^"]+)",""")]
    private static partial Regex Held();

    [GeneratedRegex("""\[[^\]]*\]""")]
    private static partial Regex Place();
}
