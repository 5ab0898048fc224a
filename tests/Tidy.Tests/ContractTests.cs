using System.Reflection;
using System.Text.RegularExpressions;
using Doseline.Common.V1;
using Doseline.Testing;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Tidy.Tests;

/// <summary>What holds for every message and method of the contracts, read from their descriptors.</summary>
public sealed partial class ContractTests
{
    static readonly IReadOnlyList<FileDescriptor> Files =
    [
        .. typeof(Policy).Assembly.GetTypes()
            .Where(t => t.Name.EndsWith("Reflection", StringComparison.Ordinal))
            .Select(t => t.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null)).OfType<FileDescriptor>()
            .Where(f => f.Package.StartsWith("doseline.", StringComparison.Ordinal)).DistinctBy(f => f.Name).OrderBy(f => f.Name, StringComparer.Ordinal),
    ];

    static IEnumerable<MessageDescriptor> Messages => Files.SelectMany(f => f.MessageTypes).SelectMany(WithNested);

    static IEnumerable<MethodDescriptor> Methods => Files.SelectMany(f => f.Services).SelectMany(s => s.Methods);

    static IEnumerable<MessageDescriptor> Facts => Files.Where(f => f.Name.EndsWith("/events.proto", StringComparison.Ordinal)).SelectMany(f => f.MessageTypes);

    [Fact]
    [Requirement("A004")]
    public void Every_number_that_is_told_of_in_becquerels_declares_what_it_stands_for()
    {
        // A number whose name or sentence speaks of becquerels; what a sentence says, no descriptor knows.
        var numbers = Repository.Sources("protos", "*.proto").SelectMany(source => Number().Matches(source.Text)).ToList();
        var told = numbers.Where(number => Told().IsMatch(number.Value)).ToList();
        told.Count.ShouldBeGreaterThan(25);
        told.Where(number => !number.Value.Contains("(doseline.common.v1.becquerels)", StringComparison.Ordinal)).Select(number => number.Groups["field"].Value).ShouldBeEmpty();
        Messages.SelectMany(m => m.Fields.InDeclarationOrder()).Where(f => f.FieldType is FieldType.Double or FieldType.Float or FieldType.Int32 or FieldType.Int64)
            .Where(f => f.Name.Split('_').Any(part => part is "bq" or "activity") && BecquerelsOf(f) is null)
            .Select(f => f.FullName).ShouldBeEmpty();
    }

    [Fact]
    [Requirement("A004")]
    public void No_number_in_becquerels_goes_without_its_nuclide_and_the_instant_it_refers_to()
    {
        var declared = Messages.SelectMany(m => m.Fields.InDeclarationOrder()).Select(field => (Field: field, Stands: BecquerelsOf(field))).Where(one => one.Stands is not null).ToList();
        declared.Count.ShouldBeGreaterThan(25);
        declared.Where(one => !IsWhole(one.Field.ContainingType, one.Stands!)).Select(one => one.Field.FullName).ShouldBeEmpty();
        declared.Where(one => one.Field.FieldType is not FieldType.Double).Select(one => one.Field.FullName).ShouldBeEmpty();
        // What is named a limit is one, and nothing else is but the least and the most of an order.
        declared.Where(one => one.Stands!.Kind is BecquerelsKind.Limit && !one.Field.Name.Contains("limit", StringComparison.Ordinal)).Select(one => one.Field.Name).ShouldBe(["minimum_bq", "maximum_bq"]);
        // Counts of a meter that does not tell nuclides apart.
        declared.Where(one => one.Stands!.Kind is BecquerelsKind.Gross).Select(one => one.Field.FullName)
            .ShouldBe(["doseline.execution.v1.CellClearance.found_bq", "doseline.shipping.v1.Wipe.contamination_bq_per_cm2"]);
        declared.Where(one => one.Stands!.Kind is BecquerelsKind.Prescription).Select(one => one.Field.FullName).ShouldBe(["doseline.orders.v1.Product.prescription_bq"]);

        static bool IsWhole(MessageDescriptor message, Becquerels stands) => stands.Kind switch
        {
            BecquerelsKind.Amount => Nuclide(message, stands) && Instant(message, stands),
            BecquerelsKind.Gross => stands.Nuclide is "" && Instant(message, stands),
            BecquerelsKind.Limit => stands is { Nuclide: "", Reference: "" },
            BecquerelsKind.Prescription => Nuclide(message, stands) && stands.Reference is "",
            _ => false,
        };

        static bool Nuclide(MessageDescriptor message, Becquerels stands) => message.FindFieldByName(stands.Nuclide) is { } field
            && (field is { FieldType: FieldType.String, Name: "nuclide" } || (field.FieldType is FieldType.Message && field.MessageType == CalibratedActivity.Descriptor));

        static bool Instant(MessageDescriptor message, Becquerels stands) => message.FindFieldByName(stands.Reference) is { FieldType: FieldType.Message } field
            && (field.MessageType == Timestamp.Descriptor || field.MessageType == CalibratedActivity.Descriptor);
    }

    static Becquerels? BecquerelsOf(FieldDescriptor field) => field.GetOptions()?.GetExtension(BecquerelsExtensions.Becquerels);

    [GeneratedRegex("""(?:[ \t]*//[^\n]*\n)+[ \t]*(?:optional |repeated )?(?:double|float|u?int32|u?int64)[ ](?<field>\w+)[^\n]*""")]
    private static partial Regex Number();

    [GeneratedRegex("""[Bb]ecquerel|\b[kMGT]?Bq\b|_bq\b|_bq_""")]
    private static partial Regex Told();

    [Fact]
    [Requirement("A074")]
    public void Every_instant_is_a_timestamp_and_local_times_stand_in_requests_only()
    {
        var wrong =
            from message in Messages
            where message != LocalTime.Descriptor
            from field in message.Fields.InDeclarationOrder()
            where (field.Name.EndsWith("_time", StringComparison.Ordinal) && (field.FieldType is not FieldType.Message || field.MessageType != Timestamp.Descriptor))
                || (field.FieldType is FieldType.Message && field.MessageType == LocalTime.Descriptor && !message.Name.EndsWith("Request", StringComparison.Ordinal))
            select $"{message.FullName}.{field.Name}";
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void No_number_is_unsigned_and_no_field_is_a_float()
    {
        FieldType[] banned = [FieldType.UInt32, FieldType.UInt64, FieldType.Fixed32, FieldType.Fixed64, FieldType.Float];
        Messages.SelectMany(m => m.Fields.InDeclarationOrder()).Where(f => banned.Contains(f.FieldType)).Select(f => f.FullName).ShouldBeEmpty();
    }

    [Fact]
    [Requirement("A100")]
    public void Every_method_declares_who_may_call_it()
    {
        Methods.Where(m => m.GetOptions()?.GetExtension(PolicyExtensions.Policy) is not { } policy || (!policy.AnyRole && policy.Roles.Count == 0))
            .Select(m => m.FullName).ShouldBeEmpty();
    }

    [Fact]
    [Requirement("A054")]
    public void A_method_mutates_exactly_when_its_request_has_a_request_id()
    {
        Methods.Where(m => m.GetOptions().GetExtension(PolicyExtensions.Policy).Mutates != (m.InputType.FindFieldByName("request_id") is not null))
            .Select(m => m.FullName).ShouldBeEmpty();
    }

    [Fact]
    public void Every_list_is_paged()
    {
        Methods.Where(m => m.Name.StartsWith("List", StringComparison.Ordinal)
                && (m.InputType.FindFieldByName("page_token") is null || m.InputType.FindFieldByName("page_size") is null || m.OutputType.FindFieldByName("next_page_token") is null))
            .Select(m => m.FullName).ShouldBeEmpty();
    }

    [Fact]
    [Requirement("A021")]
    public void Only_quality_has_methods_that_decide_disposition_and_only_qa_may_call_them()
    {
        string[] deciding = ["ReleaseDoses", "RejectDoses", "HoldDoses", "LiftHold"];
        foreach (var method in Methods.Where(m => deciding.Contains(m.Name)))
        {
            method.File.Package.ShouldBe("doseline.quality.v1");
            method.GetOptions().GetExtension(PolicyExtensions.Policy).Roles.ShouldBe(["qa"]);
        }

        Methods.Where(m => m.File.Package != "doseline.quality.v1")
            .Where(m => m.InputType.Fields.InDeclarationOrder().Any(f => f.FieldType is FieldType.Enum && f.EnumType.FullName == "doseline.quality.v1.Disposition"))
            .Select(m => m.FullName).ShouldBeEmpty("no other service takes a disposition");
    }

    [Fact]
    [Requirement("A018")]
    public void Recipe_content_is_taken_by_execution_alone()
    {
        Methods.Where(m => m.File.Package != "doseline.execution.v1")
            .Where(m => Reaches(m.InputType, "doseline.execution.v1.Recipe", [])).Select(m => m.FullName).ShouldBeEmpty();
    }

    [Fact]
    [Requirement("A046", "A050")]
    public void Facts_carry_no_price_no_raw_result_and_no_patient()
    {
        string[] banned = ["price", "minor_units", "raw_value", "patient", "currency", "inputs", "number_value"];
        var wrong =
            from fact in Facts.SelectMany(WithNested)
            from field in fact.Fields.InDeclarationOrder()
            where banned.Any(b => field.Name.Contains(b, StringComparison.Ordinal))
            select field.FullName;
        wrong.ShouldBeEmpty();
    }

    [Fact]
    [Requirement("A130")]
    public void Every_fact_and_every_part_of_one_that_is_a_thing_begins_with_its_id()
    {
        var nameless =
            from fact in Facts
            let first = fact.FindFieldByNumber(1)
            // A procedure is known by the code that people write on it, which never changes; a line of a licence is no thing of its own, nor is
            // what a batch was made with, which is known by its kind and id.
            where !first.Name.EndsWith("_id", StringComparison.Ordinal) && fact.Name is not ("ProcedurePublished" or "ConsigneeLicenceLine" or "UsedThing")
                && (first.FieldType is not FieldType.Message || !first.MessageType.FindFieldByNumber(1).Name.EndsWith("_id", StringComparison.Ordinal))
            select fact.FullName;
        nameless.ShouldBeEmpty();
    }

    [Fact]
    [Requirement("A190")]
    public void Decisions_travel_as_enums()
    {
        string[] decisions = ["disposition", "verdict", "conclusion", "from", "to", "cause", "risk", "route"];
        var text =
            from fact in Facts
            from field in fact.Fields.InDeclarationOrder()
            where decisions.Contains(field.Name) && field.FieldType is FieldType.String
            select field.FullName;
        text.ShouldBeEmpty();
    }

    static bool Reaches(MessageDescriptor message, string target, HashSet<string> seen) =>
        message.FullName == target || (seen.Add(message.FullName) && message.Fields.InDeclarationOrder().Any(f => f.FieldType is FieldType.Message && Reaches(f.MessageType, target, seen)));

    static IEnumerable<MessageDescriptor> WithNested(MessageDescriptor message) => [message, .. message.NestedTypes.SelectMany(WithNested)];
}
