using System.Security.Cryptography;
using System.Text.Json;
using Doseline.Audit.V1;
using Doseline.Execution.V1;
using Doseline.Local.Cli.Audit;
using Doseline.Platform.Audit.Export;
using Doseline.Platform.Audit.Sealing;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Doseline.Platform.Tests.Audit;

/// <summary>The trail as an auditor has it: by the API, in files, and by nothing but a public key.</summary>
public sealed class AuditApiTests : IAsyncLifetime
{
    TestPlatform platform = null!;
    AuditService.AuditServiceClient auditor = null!;
    readonly Dictionary<string, Equipment> known = new(StringComparer.Ordinal);

    public async Task InitializeAsync()
    {
        platform = await TestPlatform.StartAsync();
        auditor = new(platform.As("auditor"));
        foreach (var code in new[] { "E1", "E2", "E3" }) await PutAsync(code, "new");
        await platform.AdvanceAsync(TimeSpan.FromHours(1));
        await PutAsync("E1", "=1+1 \"quoted\",\nand 'more");
    }

    public async Task DisposeAsync() => await platform.DisposeAsync();

    [Clause("21 CFR 11.10(e)", "Annex 11 9", "Annex 11 12.4")]
    [Fact]
    [Requirement("A003", "A095", "A096", "A242")]
    public async Task A_trail_is_searched_by_record_person_time_and_action_a_page_at_a_time()
    {
        (await SearchAsync(new TrailFilter { Entity = "equipment" })).Count.ShouldBe(4);
        var id = (await SearchAsync(new TrailFilter { Action = "update" })).ShouldHaveSingleItem().EntityId;
        (await SearchAsync(new TrailFilter { Entity = "equipment", EntityId = id })).Select(r => r.Version).ShouldBe([1, 2]);
        var person = (await SearchAsync(new TrailFilter { EntityId = id }))[0].Actor;
        (await SearchAsync(new TrailFilter { PersonId = person })).Count.ShouldBe(4);
        (await SearchAsync(new TrailFilter { PersonId = "person:nobody" })).ShouldBeEmpty();
        (await SearchAsync(new TrailFilter { FromTime = TestPlatform.Start.AddMinutes(1).ToTimestamp() })).ShouldHaveSingleItem().Version.ShouldBe(2);
        (await SearchAsync(new TrailFilter { ToTime = TestPlatform.Start.AddMinutes(1).ToTimestamp(), Entity = "equipment" })).Count.ShouldBe(3);
        (await SearchAsync(new TrailFilter { SignatureId = "none" })).ShouldBeEmpty();

        SearchTrailRequest request = new() { Service = "execution", Filter = new TrailFilter { Entity = "equipment" }, PageSize = 3, NewestFirst = true };
        var first = await auditor.SearchTrailAsync(request);
        request.PageToken = first.NextPageToken;
        var second = await auditor.SearchTrailAsync(request);
        first.Records.Concat(second.Records).Select(r => r.Seq).ShouldBeInOrder(SortDirection.Descending);
        (first.Records.Count, second.Records.Count, second.NextPageToken).ShouldBe((3, 1, ""));
    }

    [Clause("21 CFR 11.10(e)", "Annex 11 9")]
    [Fact]
    [Requirement("A095")]
    public async Task A_row_says_who_changed_what_into_what_and_why()
    {
        var record = (await SearchAsync(new TrailFilter { Action = "update" })).ShouldHaveSingleItem();
        record.Reason.ShouldBe("=1+1 \"quoted\",\nand 'more");
        (record.Actor, record.ActorName, record.HasOnBehalfOf, record.HasOrigin).ShouldBe(("person:master_data_steward", "master_data_steward", false, false));
        var inserted = (await SearchAsync(new TrailFilter { EntityId = record.EntityId }))[0];
        (inserted.CausationId, record.CausationId).ShouldSatisfyAllConditions(c => c.Item1.ShouldNotBeEmpty(), c => c.Item2.ShouldNotBeEmpty(), c => c.Item2.ShouldNotBe(c.Item1));
        // The later calibration, as it was and as it is.
        using var changes = JsonDocument.Parse(record.Changes);
        var change = changes.RootElement.EnumerateObject().Single(c => c.Name is "calibration_due_time").Value;
        var (old, now) = (change[0].GetRawText(), change[1].GetRawText());
        old.ShouldNotBe(now);
        JsonDocument.Parse(inserted.Changes).RootElement.GetProperty("calibration_due_time")[1].GetRawText().ShouldBe(old);
    }

    [Fact]
    [Requirement("A096")]
    public async Task The_commercial_and_the_execution_trail_are_two_each_with_its_own_tree()
    {
        var execution = await SealAsync("execution");
        (await auditor.SearchTrailAsync(new SearchTrailRequest { Service = "orders" })).Records.ShouldBeEmpty();
        (await TestPlatform.RefusalsAsync(() => SealAsync("orders")))[0].Code.ShouldBe("NOTHING_SEALED");
        execution.TreeSize.ShouldBe(4);
        foreach (var service in new[] { "", "payroll" })
        {
            var refusal = (await TestPlatform.RefusalsAsync(() => auditor.GetTreeHeadAsync(new GetTreeHeadRequest { Service = service }).ResponseAsync)).ShouldHaveSingleItem();
            refusal.Code.ShouldBe("SERVICE_NOT_HOSTED");
            refusal.Numbers["services_hosted"].ShouldContain("orders");
        }
    }

    [Clause("21 CFR 11.10(e)")]
    [Theory]
    [Requirement("A076", "A095", "A242")]
    [InlineData("America/New_York", "America/New_York", -300)]
    [InlineData("Asia/Kolkata", "Asia/Kolkata", 330)]
    [InlineData("Mars/Olympus", "UTC", 0)]
    [InlineData(null, "UTC", 0)]
    public async Task A_row_keeps_the_zone_in_which_the_person_read_the_clock_and_its_offset_then(string? sent, string kept, long minutes)
    {
        Metadata headers = [];
        if (sent is not null) headers.Add(RpcHeaders.Zone, sent);
        await PutAsync("E9", "seen in a zone", headers);
        var record = (await SearchAsync(new TrailFilter { Entity = "equipment" }))[^1];
        (record.Zone, record.OffsetMinutes).ShouldBe((kept, minutes));
        record.Time.ToDateTimeOffset().ShouldBe(platform.Now, TimeSpan.FromSeconds(1));
    }

    [Fact]
    [Requirement("A217")]
    public async Task Heads_and_proofs_lead_from_a_row_to_a_signature()
    {
        var early = await SealAsync("execution");
        await PutAsync("E4", "new");
        await PutAsync("E5", "new");
        var late = await SealAsync("execution");
        (late.TreeSize, late.Number, late.PreviousHash).ShouldBe((6, 2, TreeHeads.HashOf(early)));

        var key = await KeyAsync();
        TreeHeads.IsGenuine(late, key).ShouldBeTrue();
        var record = (await SearchAsync(new TrailFilter { Action = "update" })).Single();
        foreach (var (head, asked) in new[] { (late, 0L), (early, early.TreeSize) })
        {
            var proof = await auditor.GetInclusionProofAsync(new GetInclusionProofRequest { Service = "execution", Entity = record.Entity, EntityId = record.EntityId, Version = record.Version, TreeSize = asked });
            Merkle.IsIncluded(Merkle.LeafHash(Convert.FromHexString(record.Hash)), proof.LeafIndex, proof.TreeSize, [.. proof.Proof.Select(Convert.FromHexString)], Convert.FromHexString(head.RootHash)).ShouldBeTrue();
        }

        var consistency = await auditor.GetConsistencyProofAsync(new GetConsistencyProofRequest { Service = "execution", FromTreeSize = early.TreeSize });
        Merkle.IsConsistent(early.TreeSize, Convert.FromHexString(early.RootHash), late.TreeSize, Convert.FromHexString(late.RootHash), [.. consistency.Proof.Select(Convert.FromHexString)]).ShouldBeTrue();
        (await auditor.ListTreeHeadsAsync(new ListTreeHeadsRequest { Service = "execution" })).Heads.ShouldBe([late, early]);
        (await auditor.GetTreeHeadAsync(new GetTreeHeadRequest { Service = "execution", Number = 1 })).Head.ShouldBe(early);
    }

    [Fact]
    public async Task What_cannot_be_proven_is_refused_with_the_sizes_there_are()
    {
        await SealAsync("execution");
        await PutAsync("E4", "new");
        (await Code(() => auditor.GetInclusionProofAsync(new GetInclusionProofRequest { Service = "execution", Seq = 5 }).ResponseAsync)).ShouldBe("ROW_NOT_SEALED");
        (await Code(() => auditor.GetInclusionProofAsync(new GetInclusionProofRequest { Service = "execution", Seq = 99 }).ResponseAsync)).ShouldBe("ROW_UNKNOWN");
        (await Code(() => auditor.GetInclusionProofAsync(new GetInclusionProofRequest { Service = "execution" }).ResponseAsync)).ShouldBe("ROW_NOT_NAMED");
        (await Code(() => auditor.GetInclusionProofAsync(new GetInclusionProofRequest { Service = "execution", Seq = 1, TreeSize = 9 }).ResponseAsync)).ShouldBe("TREE_SIZE_OUT_OF_RANGE");
        (await Code(() => auditor.GetConsistencyProofAsync(new GetConsistencyProofRequest { Service = "execution" }).ResponseAsync)).ShouldBe("TREE_SIZE_OUT_OF_RANGE");
        (await Code(async () => await ExportAsync(new ExportTrailRequest { Service = "execution", PreviousTreeSize = 9 }))).ShouldBe("TREE_SIZE_OUT_OF_RANGE");
    }

    [Fact]
    public async Task Rows_are_read_by_who_may_read_every_site_and_by_no_operator()
    {
        (await Code(() => new AuditService.AuditServiceClient(platform.As("operator")).SearchTrailAsync(new SearchTrailRequest { Service = "execution" }).ResponseAsync)).ShouldBe("ROLE_NOT_ALLOWED");
        AuditService.AuditServiceClient local = new(platform.Host.As("Ida", ["auditor"], "PHX"));
        (await Code(() => local.SearchTrailAsync(new SearchTrailRequest { Service = "execution" }).ResponseAsync)).ShouldBe("SITE_NOT_ALLOWED");
        await SealAsync("execution");
        (await local.GetTreeHeadAsync(new GetTreeHeadRequest { Service = "execution" })).Head.TreeSize.ShouldBe(4);
    }

    [Fact]
    public async Task Sealing_again_with_the_same_request_gives_the_same_head()
    {
        SealTrailRequest request = new() { RequestId = TestPlatform.RequestId(), Service = "execution" };
        var head = (await auditor.SealTrailAsync(request)).Head;
        await PutAsync("E9", "new");
        (await auditor.SealTrailAsync(request)).Head.ShouldBe(head);
        (await SealAsync("execution")).TreeSize.ShouldBe(5);
    }

    [Clause("21 CFR 11.10(b)", "Annex 11 9")]
    [Theory]
    [Requirement("A003", "A095", "A217", "A242")]
    [InlineData(ExportFormat.JsonLines, false)]
    [InlineData(ExportFormat.JsonLines, true)]
    [InlineData(ExportFormat.Csv, false)]
    [InlineData(ExportFormat.Csv, true)]
    public async Task An_export_verifies_from_the_file_and_every_altered_file_does_not(ExportFormat format, bool part)
    {
        var early = await SealAsync("execution");
        await PutAsync("E4", "new");
        await SealAsync("execution");
        ExportTrailRequest request = new() { Service = "execution", Format = format, PreviousTreeSize = early.TreeSize };
        if (part) request.Filter = new TrailFilter { Entity = "equipment" };
        var text = await ExportAsync(request);
        if (format is ExportFormat.Csv) text.ShouldContain("\"'=1+1 \"\"quoted\"\",\nand 'more\"", customMessage: "a spreadsheet must not run it");

        using var key = await KeyAsync();
        Report(text, early).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(0, r.Said), r => r.Said.ShouldContain("VERIFIED, and it continues head 1"));
        foreach (var (what, spoiled) in Spoil(text)) Report(spoiled, early).Code.ShouldBe(1, $"{what}: {Report(spoiled, early).Said}");
        Report(text.Replace("\"new\"", "\"old\"", StringComparison.Ordinal).Replace(",new,", ",old,", StringComparison.Ordinal), null).Said.ShouldContain("RecordEdited at leaf 0, execution equipment");

        (int Code, string Said) Report(string file, TreeHead? previous)
        {
            using StringWriter said = new();
            return (AuditCommands.Report(new StringReader(file), [key], previous, said), said.ToString());
        }
    }

    static IEnumerable<(string What, string Text)> Spoil(string text)
    {
        var lines = text.Split('\n');
        yield return ("the last line is gone", string.Join('\n', lines[..^2]));
        yield return ("a person is another", text.Replace("person:", "person:x", StringComparison.Ordinal));
        yield return ("a time is another", text.Replace("06:00:00", "06:00:01", StringComparison.Ordinal));
        yield return ("half a file", text[..(text.Length / 2)]);
        yield return ("nothing", "");
        yield return ("something else", "hello");
    }

    async Task PutAsync(string code, string reason, Metadata? headers = null)
    {
        var due = platform.Now.AddDays(30).ToWire();
        // What is there already is changed: its later calibration is the change.
        Equipment equipment = new(known.GetValueOrDefault(code) ?? new Equipment { Code = code, EquipmentClass = EquipmentClass.HotCell, SiteId = "PHX", RoomId = "R1", QualificationDueTime = due, ClearanceLimitBq = 1e6 })
        {
            CalibrationDueTime = due,
        };
        var put = await new EquipmentService.EquipmentServiceClient(platform.As("master_data_steward")).PutEquipmentAsync(new PutEquipmentRequest { RequestId = TestPlatform.RequestId(), Reason = reason, Equipment = equipment }, headers);
        known[code] = put.Equipment;
    }

    async Task<TreeHead> SealAsync(string service) => (await auditor.SealTrailAsync(new SealTrailRequest { RequestId = TestPlatform.RequestId(), Service = service })).Head;

    async Task<IReadOnlyList<AuditRecord>> SearchAsync(TrailFilter filter) => (await auditor.SearchTrailAsync(new SearchTrailRequest { Service = "execution", Filter = filter })).Records;

    async Task<string> ExportAsync(ExportTrailRequest request)
    {
        using MemoryStream file = new();
        await TrailClient.ExportAsync(auditor, request, file, CancellationToken.None);
        return System.Text.Encoding.UTF8.GetString(file.ToArray());
    }

    async Task<ECDsa> KeyAsync()
    {
        var key = ECDsa.Create();
        key.ImportFromPem((await auditor.GetTreeHeadAsync(new GetTreeHeadRequest { Service = "execution" })).PublicKeyPem);
        return key;
    }

    static async Task<string> Code(Func<Task> call) => (await TestPlatform.RefusalsAsync(call))[0].Code;
}
