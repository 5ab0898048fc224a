using System.Text.Json;
using Doseline.Local.Day.Report;
using Doseline.Local.Simulation;
using Doseline.Platform.Data;
using Doseline.Quality.V1;
using Doseline.Shipping.V1;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Local.Day;

/// <summary>Holds what left against what Quality said at that moment, by Quality's own trail, and follows every condition to its end.</summary>
sealed class DayReleaseChecks(ISimulation platform, DayPlay play)
{
    // "Within seconds": the list of consignees stands so long after the result at the latest.
    static readonly TimeSpan ListStandsWithin = TimeSpan.FromSeconds(5);

    readonly DispositionService.DispositionServiceClient dispositions = new(play.People.Auditor);
    readonly ResultsService.ResultsServiceClient results = new(play.People.Auditor);
    readonly RecallsService.RecallsServiceClient recalls = new(play.People.Auditor);
    readonly PackagesService.PackagesServiceClient packages = new(play.People.Auditor);

    /// <summary>What has to hold.</summary>
    public async Task<IReadOnlyList<Invariant>> CheckAsync(CancellationToken cancel) => [await LeftAsync(cancel), await ConditionsAsync()];

    async Task<Invariant> LeftAsync(CancellationToken cancel)
    {
        var history = await HistoryAsync(cancel);
        var (handed, wrong) = (0, new List<string>());
        foreach (var order in play.Orders.All.Where(o => o.Accepted is not null && play.Shipping.ByDose.ContainsKey(o.DoseId)))
        {
            var package = (await packages.GetPackageAsync(new GetPackageRequest { PackageId = play.Shipping.ByDose[order.DoseId].PackageId }, cancellationToken: cancel)).Package;
            foreach (var shipment in package.Shipments)
            {
                handed++;
                var then = history[order.DoseId].LastOrDefault(h => h.Time <= shipment.ShipTime.ToDateTimeOffset()).State;
                if (then is not ("Released" or "ConditionallyReleased")) wrong.Add($"{order.Input.Order} {(then ?? "unknown")}");
            }
        }

        return new Invariant("nothing left unreleased or held: at each hand-over Quality's trail says released", wrong is [], $"{handed} hand-overs{(wrong is [] ? "" : ", but " + string.Join(", ", wrong))}");
    }

    async Task<Invariant> ConditionsAsync()
    {
        var (tests, called, wrong) = (0, 0, new List<string>());
        foreach (var batch in play.Batches.All.Where(b => b.Batch is not null))
        {
            foreach (var test in (await dispositions.ListPendingTestsAsync(new ListPendingTestsRequest { BatchId = batch.Batch!.BatchId, PageSize = 500 })).PendingTests)
            {
                tests++;
                var states = (await dispositions.ListDispositionsAsync(new ListDispositionsRequest { BatchId = test.BatchId, PageSize = 500 })).Dispositions;
                if (test.State is PendingTestState.Passed)
                {
                    wrong.AddRange(states.Where(d => d.State is Disposition.ConditionallyReleased).Select(d => $"{batch.Run.Run}: {test.TestCode} passed and {d.DoseId} is still {d.State}"));
                    continue;
                }

                if (test.State is PendingTestState.Pending) wrong.Add($"{batch.Run.Run}: {test.TestCode} has no result");
                if (states.Any(d => d.State is Disposition.Released or Disposition.ConditionallyReleased)) wrong.Add($"{batch.Run.Run}: {test.TestCode} is {test.State} and doses are released");
                called += await FollowAsync(batch, test, wrong);
            }
        }

        return new Invariant("every condition was settled: its test passed and QA released, or each consignee was called and answered", wrong is [] && play.Recalls.ClosedTooEarly == 0,
            wrong is [] ? $"{tests} pending tests, {called} doses called back" : string.Join("; ", wrong.Take(5)));
    }

    // The doses that were called back.
    async Task<int> FollowAsync(DayBatch batch, PendingTest test, List<string> wrong)
    {
        var left = batch.Doses.Where(o => play.Shipping.ByDose.ContainsKey(o.DoseId)).ToList();
        if (left is []) return 0;
        var recall = (await recalls.ListRecallsAsync(new ListRecallsRequest { PageSize = 500 })).Recalls.SingleOrDefault(r => r.BatchId == test.BatchId && !r.Exercise);
        if (recall is null)
        {
            wrong.Add($"{batch.Run.Run} was not called back");
            return 0;
        }

        var lines = (await recalls.GetRecallAsync(new GetRecallRequest { RecallId = recall.RecallId })).Lines;
        wrong.AddRange(left.Where(o => !lines.Any(l => l.DoseId == o.DoseId && l.AnswerTime is not null)).Select(o => $"{o.Input.Order} was not answered about"));
        if (recall.Closure is null) wrong.Add($"recall of {batch.Run.Run} is open");
        foreach (var order in left)
        {
            var now = await play.Orders.NowAsync(order);
            if (now.RecallId != recall.RecallId || now.RecallOpen) wrong.Add($"{order.Input.Order} does not show its recall");
        }

        var known = (await results.ListResultsAsync(new ListResultsRequest { BatchId = test.BatchId, TestCode = test.TestCode, PageSize = 500 })).Results.FirstOrDefault(r => r.ResultId == test.ResultId);
        var since = known?.RecordTime.ToDateTimeOffset() ?? test.DueTime.ToDateTimeOffset();
        if (recall.OpenTime.ToDateTimeOffset() - since > ListStandsWithin) wrong.Add($"the list of {batch.Run.Run} stood only at {recall.OpenTime.ToDateTimeOffset():u}");
        return left.Count;
    }

    // State of each dose by time, as the trail has it.
    async Task<ILookup<string, (DateTimeOffset Time, string State)>> HistoryAsync(CancellationToken cancel)
    {
        await using var scope = platform.Services.CreateAsyncScope();
        var db = platform.Services.GetRequiredService<DatabaseTable>().Of("quality", scope.ServiceProvider);
        var rows = await db.AuditTrail.AsNoTracking().Where(a => a.Entity == "doses").OrderBy(a => a.Seq).Select(a => new { a.EntityId, a.Time, a.Changes }).ToListAsync(cancel);
        return rows.Select(r => (r.EntityId, r.Time, State: StateIn(r.Changes))).Where(r => r.State is not null).ToLookup(r => r.EntityId, r => (r.Time, r.State!), StringComparer.Ordinal);
    }

    static string? StateIn(string changes)
    {
        using var document = JsonDocument.Parse(changes);
        return document.RootElement.TryGetProperty("state", out var change) ? change[1].GetString() : null;
    }
}
