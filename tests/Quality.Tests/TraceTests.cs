using System.Diagnostics;
using Doseline.Execution.V1;
using Doseline.Inventory.V1;
using Doseline.Labeling.V1;
using Doseline.Platform.Data;
using Doseline.Platform.Rpc;
using Doseline.Quality.V1;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Doseline.Quality.Tests;

/// <summary>From whatever a recall begins with, forward to exactly the doses concerned.</summary>
/// <remarks><c>DOSELINE_RECALL_DOSES</c> says among how many doses a recall is timed (default 20,000; <c>tests/long.sh</c> takes a million).</remarks>
public sealed class TraceTests(ITestOutputHelper output) : IAsyncLifetime
{
    static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(1);

    TestPlatform platform = null!;

    RecallsService.RecallsServiceClient Recalls => new(platform.As("qa"));

    public async Task InitializeAsync() => platform = await TestPlatform.StartAsync();

    public async Task DisposeAsync() => await platform.DisposeAsync();

    [Fact]
    [Requirement("A156")]
    public async Task From_any_thing_exactly_the_doses_are_found_that_it_went_into_touched_or_marked()
    {
        Random chance = new(7);
        Dictionary<(TraceKind Kind, string Thing), HashSet<string>> expected = [];
        for (var b = 0; b < 12; b++)
        {
            var batch = $"batch-{b}";
            List<string> doses = [.. Enumerable.Range(0, 3).Select(d => $"dose-{b}-{d}")];
            foreach (var dose in doses)
            {
                await platform.GiveAsync(dose, new DoseDispensed { DoseId = dose, BatchId = batch, OrderId = $"order-{dose}", SiteId = "site-1", ProductCode = "P", ExpireTime = platform.Now.ToWire() });
                await platform.GiveAsync("labeling", dose, new LabelVerified { DoseId = dose, PrintId = $"print-{dose}", Serial = $"serial-{dose}" });
                foreach (var label in new[] { $"print-{dose}", $"serial-{dose}" }) Of(TraceKind.Label, label).Add(dose);
            }

            var lot = $"lot-{chance.Next(4)}";
            await platform.GiveAsync("inventory", lot, new MaterialIssued { LotId = lot, MaterialCode = $"material-{chance.Next(2)}", BatchId = batch });
            Of(TraceKind.Lot, lot).UnionWith(doses);
            BatchReadyForDisposition ready = new()
            {
                BatchId = batch, BatchNumber = batch, SiteId = "site-1", ProductCode = "P", RecordVersion = 1, RecordHash = "aa", EndOfSynthesisTime = TestPlatform.Start.AddHours(b).ToWire(),
                Doses = { doses.Select(d => new BatchDose { DoseId = d, OrderId = $"order-{d}", ExpireTime = platform.Now.ToWire() }) },
            };
            foreach (var (used, kind) in new[] { (UsedKind.Equipment, TraceKind.Equipment), (UsedKind.Person, TraceKind.Person), (UsedKind.Lot, TraceKind.Lot) })
            {
                var (whole, one, dose) = ($"{kind}-{chance.Next(5)}", $"{kind}-{chance.Next(5)}", doses[chance.Next(3)]);
                ready.Used.Add(new UsedThing { Kind = used, Id = whole });
                ready.Used.Add(new UsedThing { Kind = used, Id = one, DoseId = dose });
                Of(kind, whole).UnionWith(doses);
                Of(kind, one).Add(dose);
            }

            await platform.GiveAsync(batch, ready);
            Of(TraceKind.Batch, batch).UnionWith(doses);
        }

        foreach (var ((kind, thing), doses) in expected) (await FindAsync(new TraceScope { Kind = kind, ThingId = thing })).ShouldBe(doses, ignoreOrder: true, $"{kind} {thing}");
        TraceScope span = new() { FromTime = TestPlatform.Start.AddHours(3).ToWire(), ToTime = TestPlatform.Start.AddHours(5).ToWire() };
        (await FindAsync(span)).ShouldBe(["dose-3-0", "dose-3-1", "dose-3-2", "dose-4-0", "dose-4-1", "dose-4-2"]);
        (span.Kind, span.ThingId) = (TraceKind.Batch, "batch-4");
        (await FindAsync(span)).ShouldBe(["dose-4-0", "dose-4-1", "dose-4-2"]);
        (await FindAsync(new TraceScope { Kind = TraceKind.Lot, ThingId = "lot-unknown" })).ShouldBeEmpty();

        HashSet<string> Of(TraceKind kind, string thing) => expected.TryGetValue((kind, thing), out var known) ? known : expected[(kind, thing)] = new(StringComparer.Ordinal);
    }

    [Theory]
    [Requirement("A156")]
    [InlineData("nothing", "SCOPE_REQUIRED")]
    [InlineData("a thing of no kind", "SCOPE_REQUIRED,THING_AND_KIND")]
    [InlineData("a kind of nothing", "THING_AND_KIND")]
    [InlineData("a span that ends before it begins", "SPAN_EMPTY")]
    public async Task A_scope_that_says_nothing_is_refused(string what, string codes)
    {
        TraceScope scope = what switch
        {
            "a thing of no kind" => new() { ThingId = "lot-1" },
            "a kind of nothing" => new() { Kind = TraceKind.Lot },
            "a span that ends before it begins" => new() { FromTime = platform.Now.ToWire(), ToTime = platform.Now.AddHours(-1).ToWire() },
            _ => new(),
        };
        (await TestPlatform.RefusalsAsync(() => Recalls.TraceForwardAsync(new TraceForwardRequest { Scope = scope }).ResponseAsync)).Select(r => r.Code).ShouldBe(codes.Split(','));
    }

    const int FewDoses = 20_000;

    [Fact]
    [Requirement("A156")]
    public async Task A_recall_among_many_doses_is_answered_within_a_second_and_a_mock_recall_makes_its_report()
    {
        var doses = Chance.Number("DOSELINE_RECALL_DOSES", FewDoses);
        await FillAsync(doses);
        var middle = doses / 40;
        List<(string What, TraceScope Scope)> asked =
        [
            ("a lot in two batches", new() { Kind = TraceKind.Lot, ThingId = $"lot-{middle}" }),
            ("a material of every batch", new() { Kind = TraceKind.Material, ThingId = "water" }),
            ("a hot cell of eight", new() { Kind = TraceKind.Equipment, ThingId = "cell-3" }),
            ("a person of twenty", new() { Kind = TraceKind.Person, ThingId = "person-7" }),
            ("a person of twenty, one day", new() { Kind = TraceKind.Person, ThingId = "person-7", FromTime = TestPlatform.Start.AddMinutes(middle).ToWire(), ToTime = TestPlatform.Start.AddMinutes(middle).AddDays(1).ToWire() }),
            ("an instrument of five", new() { Kind = TraceKind.Instrument, ThingId = "hplc-2" }),
            ("a label", new() { Kind = TraceKind.Label, ThingId = $"print-{doses / 2}" }),
            ("a day", new() { FromTime = TestPlatform.Start.AddMinutes(middle).ToWire(), ToTime = TestPlatform.Start.AddMinutes(middle).AddDays(1).ToWire() }),
        ];
        List<string> late = [];
        // A process that has just started compiles first.
        await Recalls.TraceForwardAsync(new TraceForwardRequest { Scope = asked[0].Scope });
        foreach (var (what, scope) in asked)
        {
            // The second of three, for a machine that does other things meanwhile.
            TraceForwardResponse found = new();
            List<TimeSpan> times = [];
            for (var i = 0; i < 3; i++)
            {
                var begin = Stopwatch.GetTimestamp();
                found = await Recalls.TraceForwardAsync(new TraceForwardRequest { Scope = scope, PageSize = 500 });
                times.Add(Stopwatch.GetElapsedTime(begin));
            }

            var took = times.Order().ElementAt(1);
            output.WriteLine($"| {what} | {found.Counts.Sum(c => c.Doses)}{(found.CountsCapped ? " and more" : "")} | {found.Lines.Count} | {took.TotalMilliseconds:F0} ms |");
            found.Lines.ShouldNotBeEmpty(what);
            found.Lines.ShouldAllBe(l => l.OrderId.Length > 0 && l.AnalysisId.Length > 0, what);
            found.Lines.ShouldContain(l => l.CustomerId.Length > 0, what);
            if (took > AnswerMax) late.Add($"{what}: {took}");
        }

        // Time is looked at among the many of the long form alone: in a run that shares the machine it says nothing of the platform.
        if (doses > FewDoses) late.ShouldBeEmpty();
        OpenRecallRequest exercise = new()
        {
            RequestId = TestPlatform.RequestId(), Reason = "Yearly exercise.", ReferenceId = "SOP-RECALL-7", Exercise = true, Scope = new() { SiteId = "site-1", Kind = TraceKind.Lot, ThingId = $"lot-{middle}" },
        };
        var opened = await Recalls.OpenRecallAsync(exercise);
        opened.Lines.Count.ShouldBe(20);
        var report = await Recalls.GetRecallAsync(new GetRecallRequest { RecallId = opened.Recall.RecallId });
        (report.Recall.Scope, report.Recall.Exercise, report.Recall.DoseCount).ShouldBe((exercise.Scope, true, 20));
        report.Lines.Select(l => l.State).Distinct().Count().ShouldBeGreaterThan(1);
        (exercise.RequestId, exercise.Scope.ThingId, exercise.Scope.Kind) = (TestPlatform.RequestId(), "water", TraceKind.Material);
        if (doses > 10_000) (await TestPlatform.RefusalsAsync(() => Recalls.OpenRecallAsync(exercise).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe("RECALL_TOO_WIDE");
        await platform.SettleAsync();
        platform.Facts<RecallOpened>().ShouldBeEmpty();
    }

    async Task<List<string>> FindAsync(TraceScope scope)
    {
        List<string> found = [];
        TraceForwardRequest request = new() { Scope = scope, PageSize = 2 };
        long counted = 0;
        do
        {
            var page = await Recalls.TraceForwardAsync(request);
            found.AddRange(page.Lines.Select(l => l.DoseId));
            counted += page.Counts.Sum(c => c.Doses);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        counted.ShouldBe(found.Count);
        return found;
    }

    // Years of a plant: ten doses a batch, one batch a minute, each shipped and most delivered; behind the services, for a test that would take days otherwise.
    async Task FillAsync(long doses)
    {
        await using var scope = platform.Host.Services.CreateAsyncScope();
        var db = platform.Host.Services.GetRequiredService<DatabaseTable>().Of("quality", scope.ServiceProvider);
        db.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
        var (start, batches) = (TestPlatform.Start.UtcTicks, doses / 10);
        var minute = TimeSpan.TicksPerMinute;
        await RunAsync(batches, $"""
            INSERT INTO batches (id, batch_number, site_id, product_code, specification_id, record_version, record_hash, exception_count, end_of_synthesis_time, ready_time, version, changed_time, audit_hash)
            SELECT 'batch-' || i, 'B' || i, 'site-1', 'P', '', 1, 'aa', 0, {start} + i * {minute}, {start} + i * {minute}, 1, {start}, '' FROM n
            """);
        await RunAsync(doses, $"""
            INSERT INTO doses (id, batch_id, order_id, site_id, product_code, state, measured, volume_ml, expire_time, certificate_id, reference_id, lost_cause, version, changed_time, audit_hash, customer_id, package_id, ship_time, deliver_time)
            SELECT 'dose-' || i, 'batch-' || (i / 10), 'order-' || i, 'site-1', 'P', 'Released', '', 1, {start}, 'c', '', '', 1, {start}, '', 'clinic-' || (i % 300), 'package-' || i, {start}, CASE WHEN i % 10 = 0 THEN NULL ELSE {start} END FROM n
            """);
        await RunAsync(doses, $"INSERT INTO analyses (id, dose_id, analysis_version, document, version, changed_time, audit_hash) SELECT 'analysis-' || i, 'dose-' || i, 1, '', 1, {start}, '' FROM n");
        foreach (var (kind, thing) in new[] { ("Lot", "'lot-' || (i / 2)"), ("Material", "'water'"), ("Equipment", "'cell-' || (i % 8)"), ("Person", "'person-' || (i % 20)"), ("Instrument", "'hplc-' || (i % 5)") })
            await RunAsync(batches, $"INSERT INTO trace_links (kind, thing_id, batch_id, dose_id) SELECT '{kind}', {thing}, 'batch-' || i, '' FROM n");
        await RunAsync(doses, "INSERT INTO trace_links (kind, thing_id, batch_id, dose_id) SELECT 'Label', 'print-' || i, '', 'dose-' || i FROM n");
        await db.Database.ExecuteSqlRawAsync("ANALYZE");

        async Task RunAsync(long rows, string insert)
        {
            var (head, tail) = (insert[..insert.IndexOf("SELECT", StringComparison.Ordinal)], insert[insert.IndexOf("SELECT", StringComparison.Ordinal)..]);
            var sql = $"{head} WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {rows}) {tail}";
            await db.Database.ExecuteSqlRawAsync(sql);
        }
    }
}
