using System.Text;
using System.Text.RegularExpressions;
using Doseline.Platform.Messaging;
using Doseline.Platform.Signing;
using Doseline.Testing;
using Google.Protobuf.Reflection;

namespace Doseline.Tidy.Tests;

/// <summary>What crosses a service's border is in the catalogue beside the protos, each field with its reason.</summary>
public sealed class SharedFieldTests
{
    static readonly string Page = Path.Combine(Repository.Root, "docs", "shared.md");

    // A part of a fact is a message of its own.
    static IEnumerable<FieldDescriptor> Fields => ContractMethods.Files.Where(f => f.Name.EndsWith("/events.proto", StringComparison.Ordinal)).SelectMany(f => f.MessageTypes)
        .SelectMany(WithNested).SelectMany(m => m.Fields.InDeclarationOrder());

    [Fact]
    [Requirement("A046", "A050")]
    public void Every_field_of_every_fact_says_why_it_is_shared_and_nothing_is_in_the_catalogue_that_is_in_no_fact()
    {
        SharedFields.All.Select(f => $"{f.Fact}.{f.Field}").ShouldBe(Fields.Select(f => f.FullName), ignoreOrder: true);
        SharedFields.All.Where(f => f.Why.Split(' ').Length < 2).Select(f => $"{f.Fact}.{f.Field}").ShouldBeEmpty("a reason is more than a word");
    }

    [Fact]
    [Requirement("A046", "A050", "A190")]
    public void Every_text_of_a_fact_has_a_kind_and_a_length_and_everything_else_is_a_value_or_a_verdict()
    {
        string[] kinds = ["id", "code", "name", "hash", "text", "document", "retired"];
        var shared = SharedFields.All.ToDictionary(f => $"{f.Fact}.{f.Field}", StringComparer.Ordinal);
        Fields.Where(f => (f.FieldType is FieldType.String) != (kinds.Contains(shared[f.FullName].Kind) && (shared[f.FullName].Characters > 0 || shared[f.FullName].Kind is "retired"))).Select(f => f.FullName).ShouldBeEmpty();
        // What people wrote, of their own choice of words: each more of it is a decision.
        SharedFields.All.Where(f => f.Kind is "text").Select(f => $"{f.Fact}.{f.Field}").ShouldBe(
        [
            "doseline.inventory.v1.VarianceBooked.reason", "doseline.orders.v1.OrderCancelled.reason", "doseline.quality.v1.RecallOpened.reason",
            "doseline.shipping.v1.ShipmentVoided.reason", "doseline.shipping.v1.PackageDelivered.recipient", "doseline.shipping.v1.DeliveryWithdrawn.reason",
        ], ignoreOrder: true);
    }

    [Fact]
    [Requirement("A190")]
    public void What_decides_is_an_enum_a_flag_or_a_number_in_facts_and_calls_alike()
    {
        // Names under which a verdict goes.
        string[] verdicts = ["disposition", "verdict", "conclusion", "status", "state", "cause", "risk", "route", "decision", "lost_cause", "loss_cause"];
        ContractMethods.Files.SelectMany(f => f.MessageTypes).SelectMany(WithNested).SelectMany(m => m.Fields.InDeclarationOrder())
            .Where(f => f.FieldType is FieldType.String && verdicts.Contains(f.Name, StringComparer.Ordinal)).Select(f => f.FullName)
            .ShouldBe(ShownOnly, ignoreOrder: true);
    }

    // Answers that show people the name of a value of an enum, as it was heard; gates decide by the enum.
    static readonly string[] ShownOnly =
    [
        "doseline.orders.v1.Order.risk", "doseline.orders.v1.Order.loss_cause", "doseline.quality.v1.DoseDisposition.lost_cause", "doseline.shipping.v1.DoseHint.disposition",
        "doseline.waste.v1.WasteItem.cause",
        // QA's own words on what was found; that it is reconciled or done is the call.
        "doseline.quality.v1.OutageAuthorisation.conclusion", "doseline.quality.v1.ReconcileOutageReleaseRequest.conclusion",
        "doseline.quality.v1.Recall.conclusion", "doseline.quality.v1.CloseRecallRequest.conclusion",
    ];

    [Fact]
    [Requirement("A190")]
    public void No_free_text_of_a_fact_is_read_by_code()
    {
        var read = SharedFields.All.Where(f => f.Kind is "text").SelectMany(text =>
        {
            var property = string.Concat(text.Field.Split('_').Select(part => char.ToUpperInvariant(part[0]) + part[1..]));
            // Compared, searched, cut, matched or switched on; to keep it, to send it on and to measure its length is all that is done with it.
            Regex reads = new($@"\bfact\.{property}\s*(\.(?!ToString\(\))|==|!=|is\b|switch\b)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
            return Directory.EnumerateFiles(Path.Combine(Repository.Root, "services"), "*.cs", SearchOption.AllDirectories)
                .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
                .Where(file => reads.IsMatch(File.ReadAllText(file))).Select(file => $"{Path.GetFileName(file)} reads {text.Field}");
        });
        read.ShouldBeEmpty();
    }

    [Fact]
    [Requirement("A050")]
    public void A_fact_with_a_text_that_is_too_long_is_not_published_whatever_part_of_it_holds_it()
    {
        SharedFields.Against(new Doseline.Orders.V1.OrderCancelled { OrderId = "o", Reason = new string('x', 2000) }).ShouldBeEmpty();
        var refused = SharedFields.Against(new Doseline.Orders.V1.OrderCancelled { OrderId = "o", Reason = new string('x', 2001) }).ShouldHaveSingleItem();
        (refused.Code, refused.Subject, refused.Numbers["length_max"]).ShouldBe(("TEXT_TOO_LONG", "reason", "2000"));
        SharedFields.Against(new Doseline.Shipping.V1.PackageShipped { Doses = { new Doseline.Shipping.V1.ShippedDose { DoseId = new string('x', 201) } } }).ShouldHaveSingleItem().Subject.ShouldBe("doses.dose_id");
        SharedFields.Against(new Doseline.Orders.V1.OrderRescheduled { Order = new Doseline.Orders.V1.OrderAccepted { ProductCode = new string('x', 201) } }).Single(r => r.Code is "TEXT_TOO_LONG").Subject.ShouldBe("order.product_code");
    }

    [Fact]
    [Requirement("A048")]
    public void An_accepted_order_is_not_published_without_its_isotope_its_activity_at_an_instant_its_appointment_or_whatever_else_it_is_made_by()
    {
        var instant = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));
        Doseline.Orders.V1.OrderAccepted whole = new()
        {
            OrderId = "o", ProductCode = "p", SiteId = "s", CustomerId = "c", Wanted = new() { Nuclide = "Lu-177", ActivityBq = 7.4e9, ReferenceTime = instant, DataVersion = "1" }, WindowStartTime = instant, WindowEndTime = instant,
            WindowZone = "UTC", ReservationId = "r", RunId = "u", EndOfSynthesisTime = instant, ReleaseByTime = instant, CutoffTime = instant, DeliveryTime = instant, ExpireTime = instant, RecipeCode = "m",
        };
        SharedFields.Against(whole).ShouldBeEmpty();
        SharedFields.Against(new Doseline.Orders.V1.OrderRescheduled { Order = whole }).ShouldBeEmpty();
        foreach (var field in SharedFields.All.Where(f => f is { Fact: "doseline.orders.v1.OrderAccepted", Needed: true }))
        {
            var lacking = whole.Clone();
            Doseline.Orders.V1.OrderAccepted.Descriptor.FindFieldByName(field.Field).Accessor.Clear(lacking);
            Lacks(lacking, field.Field);
            SharedFields.Against(new Doseline.Orders.V1.OrderRescheduled { Order = lacking }).ShouldHaveSingleItem().Numbers["field"].ShouldBe($"order.{field.Field}");
        }

        foreach (var part in Doseline.Common.V1.CalibratedActivity.Descriptor.Fields.InDeclarationOrder())
        {
            var lacking = whole.Clone();
            part.Accessor.Clear(lacking.Wanted);
            Lacks(lacking, $"wanted.{part.Name}");
        }

        static void Lacks(Doseline.Orders.V1.OrderAccepted order, string field)
        {
            var refusal = SharedFields.Against(order).ShouldHaveSingleItem();
            (refusal.Code, refusal.Numbers["field"]).ShouldBe(("FACT_INCOMPLETE", field));
        }
    }

    [Fact]
    [Requirement("A050")]
    public void What_is_in_process_says_its_verdict_by_an_enum_and_refers_to_the_record()
    {
        var facts = Fields.Where(f => f.File.Package is "doseline.execution.v1" or "doseline.quality.v1").ToList();
        var shared = SharedFields.All.ToDictionary(f => $"{f.Fact}.{f.Field}", StringComparer.Ordinal);
        // In words of their own, Execution says nothing and Quality why doses are called back, which whoever holds them reads.
        facts.Where(f => shared[f.FullName].Kind is "text").Select(f => f.FullName).ShouldBe(["doseline.quality.v1.RecallOpened.reason"]);
        var retired = SharedFields.All.Where(f => f.Kind is "retired").ToList();
        retired.Select(f => f.Field).ShouldBe(["code", "summary"]);
        SharedFields.Against(new Doseline.Execution.V1.ExecutionHoldRaised { ExceptionId = "e", Cause = Doseline.Execution.V1.HoldCause.LotRejected }).ShouldBeEmpty();
        SharedFields.Against(new Doseline.Execution.V1.ExecutionHoldRaised { ExceptionId = "e", Code = "X", Summary = "by hand" }).Select(refusal => refusal.Code).ShouldBe(["FIELD_NOT_SHARED", "FIELD_NOT_SHARED"]);
    }

    [Fact]
    [Requirement("A046")]
    public void The_page_of_what_is_shared_is_the_catalogue()
    {
        var page = Write();
        if (Environment.GetEnvironmentVariable("DOSELINE_WRITE_DOCS") is "1") File.WriteAllText(Page, page);
        File.ReadAllText(Page).ReplaceLineEndings("\n").ShouldBe(page, "docs/shared.md is not what protos/shared.csv says; refresh it with tests/docs.sh");
    }

    static string Write()
    {
        StringBuilder page = new();
        page.Append("""
            # What services tell each other, and why

            Drawn from the protos and `protos/shared.csv` by `tests/docs.sh`; do not edit. Each field of each fact with the reason for which it leaves its service. A field that is not here fails
            the build and is not published. *needed*: the fact is not published without it. *text*: what somebody wrote in words of their own; it is shown and kept, never read by code. Lengths are in characters, at most, and enforced.

            """.ReplaceLineEndings("\n"));
        var descriptors = Fields.ToDictionary(f => f.FullName, StringComparer.Ordinal);
        foreach (var fact in SharedFields.All.GroupBy(f => f.Fact, StringComparer.Ordinal))
        {
            page.Append($"\n## {fact.Key}\n\n| Field | What | Why it is shared |\n| --- | --- | --- |\n");
            foreach (var field in fact) page.Append($"| {field.Field} | {What(descriptors[$"{field.Fact}.{field.Field}"], field)} | {field.Why} |\n");
        }

        return page.ToString();
    }

    static string What(FieldDescriptor field, SharedFields.SharedField shared) => string.Concat(
        field.FieldType switch
        {
            FieldType.String when shared.Kind is "retired" => "retired",
            FieldType.String => $"{shared.Kind}, {shared.Characters}",
            FieldType.Message => field.MessageType.Name,
            FieldType.Enum => field.EnumType.Name,
            FieldType.Bool => "flag",
            _ => "number",
        },
        field.IsRepeated ? ", several" : "", shared.Needed ? ", needed" : "");

    static IEnumerable<MessageDescriptor> WithNested(MessageDescriptor message) => [message, .. message.NestedTypes.SelectMany(WithNested)];
}
