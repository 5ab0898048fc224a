using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using Doseline.Common.V1;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Platform.Rpc;

/// <summary>
/// The instants of a request at which something happened, as its proto declares them (<c>moment</c>): none lies ahead of now, whatever the method does with
/// it. The edges that a method knows besides are its own <see cref="EventSpan"/>.
/// </summary>
public static class EventFields
{
    // Fields that are such an instant or lead to one; most requests have none.
    static readonly ConcurrentDictionary<MessageDescriptor, FieldDescriptor[]> Known = new();

    /// <summary>Adds a refusal for every event that lies ahead of now.</summary>
    /// <param name="message">Request.</param>
    /// <param name="span">The span of events entered now.</param>
    /// <param name="refusals">Collected reasons.</param>
    public static void Check(IMessage message, EventSpan span, List<Refusal> refusals)
    {
        foreach (var (path, time) in Of(message, "")) refusals.AddRange(span.Against(path, time));
    }

    /// <summary>What a field that carries an instant declares of it.</summary>
    public static Moment MomentOf(FieldDescriptor field) => field.GetOptions()?.GetExtension(MomentExtensions.Moment) ?? Moment.Unspecified;

    static IEnumerable<(string Path, DateTimeOffset Time)> Of(IMessage message, string prefix)
    {
        foreach (var field in Known.GetOrAdd(message.Descriptor, Leading))
        {
            switch (field.Accessor.GetValue(message))
            {
                case IList list:
                    for (var i = 0; i < list.Count; i++)
                    {
                        foreach (var found in In(field, list[i], string.Create(CultureInfo.InvariantCulture, $"{prefix}{field.Name}[{i}]"))) yield return found;
                    }

                    break;
                case var value:
                    foreach (var found in In(field, value, prefix + field.Name)) yield return found;
                    break;
            }
        }
    }

    static IEnumerable<(string Path, DateTimeOffset Time)> In(FieldDescriptor field, object? value, string path) => value switch
    {
        Timestamp instant when MomentOf(field) is Moment.Happened => [(path, instant.ToDateTimeOffset())],
        CalibratedActivity { ReferenceTime: { } reference } when MomentOf(field) is Moment.Happened => [($"{path}.reference_time", reference.ToDateTimeOffset())],
        IMessage nested and not (Timestamp or CalibratedActivity) => Of(nested, path + "."),
        _ => [],
    };

    static FieldDescriptor[] Leading(MessageDescriptor message) => [.. message.Fields.InDeclarationOrder().Where(field => Leads(field, []))];

    static bool Leads(FieldDescriptor field, HashSet<MessageDescriptor> passed) => field is { FieldType: FieldType.Message, IsMap: false }
        && (MomentOf(field) is Moment.Happened || (passed.Add(field.MessageType) && field.MessageType.Fields.InDeclarationOrder().Any(inner => Leads(inner, passed))));
}
