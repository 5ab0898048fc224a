using Doseline.Kernel.Ids;
using Doseline.Quality.Domain;
using Doseline.Quality.V1;
using RecalledDose = Doseline.Quality.V1.RecalledDose;

namespace Doseline.Quality.Data;

/// <summary>Keeps the clocks of pending tests, and opens recalls together with the facts about them.</summary>
/// <remarks>Nothing is saved here: api class, fact handler or actor saves once.</remarks>
public sealed class Recalls(QualityDb db)
{
    /// <summary>Starts the clocks of what was pending when doses were released; one that runs goes on, one that passed its deadline begins anew.</summary>
    public async Task<IReadOnlyList<PendingTestRow>> StartClocksAsync(BatchRow batch, IReadOnlyList<TestPending> pending, CancellationToken cancel)
    {
        var known = await db.LoadAsync(db.PendingTestsOf(batch.Id), cancel);
        List<PendingTestRow> clocks = [];
        foreach (var (test, doseId) in pending)
        {
            var due = db.Now + test.ResultWithin!.Value;
            var clock = known.Find(p => p.TestCode == test.Code && p.DoseId == doseId);
            if (clock is null)
            {
                clock = db.Put(new PendingTestRow
                {
                    Id = Id.From("pending-test", batch.Id, doseId, test.Code), BatchId = batch.Id, DoseId = doseId, SiteId = batch.SiteId,
                    TestCode = test.Code, TestName = test.Name, ReleasedTime = db.Now, DueTime = due,
                });
            }
            else if (clock.State is not PendingState.Pending)
            {
                (clock.State, clock.ReleasedTime, clock.DueTime, clock.ResultId) = (PendingState.Pending, db.Now, due, "");
            }

            clocks.Add(clock);
        }

        return clocks;
    }

    /// <summary>Ends the clock of a test by the result of it that counts; without one it goes on.</summary>
    public async Task EndClockAsync(string batchId, string doseId, string testCode, CancellationToken cancel)
    {
        var (clocks, results, investigations) = await db.LoadAsync(db.PendingTestsOf(batchId), db.ResultsOf(batchId), db.InvestigationsOf(batchId), cancel);
        if (clocks.Find(p => p.TestCode == testCode && p.DoseId == doseId) is not { } clock) return;
        if (results.Where(r => r.TestCode == testCode && r.DoseId == doseId).ToList().Counting(investigations.Conclusions()) is not { } counts) return;
        (clock.State, clock.ResultId) = (PendingTestRules.After(counts.Finding), counts.Id);
    }

    /// <summary>Opens the recall of what left before its result was known, where anything of it left and no recall is open for all of it.</summary>
    /// <param name="batchId">Batch.</param>
    /// <param name="doseId">Dose; empty for the whole batch.</param>
    /// <param name="referenceId">Deviation.</param>
    /// <param name="reason">Why, for the consignee.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task OpenForWhatLeftAsync(string batchId, string doseId, string referenceId, string reason, CancellationToken cancel)
    {
        var (batch, all, open) = await db.LoadAsync(db.One<BatchRow>(batchId), db.DosesOf(batchId), db.All<RecallRow>(nameof(RecallRow.BatchId), batchId), cancel);
        List<DoseRow> doses = [.. all.Where(d => doseId is "" || d.Id == doseId)];
        if (batch is null || !doses.Exists(d => d.ShipTime is not null)) return;
        foreach (var recall in open.Where(r => r is { ClosedTime: null, Exercise: false }))
        {
            var covered = (await db.LoadAsync(db.LinesOf(recall.Id), cancel)).Select(l => l.DoseId).ToHashSet(StringComparer.Ordinal);
            if (doses.TrueForAll(d => covered.Contains(d.Id))) return;
        }

        Open(new RecallRow
        {
            Id = Id.From("recall", batchId, doseId, referenceId), SiteId = batch.SiteId, BatchId = batch.Id, Exercise = false, Reason = reason, ReferenceId = referenceId,
            OpenedBy = db.Request.Caller.Name, OpenedTime = db.Now,
        }, doses);
    }

    /// <summary>Opens a recall: its list stands with the same save, and everybody is told by it. An exercise tells nobody.</summary>
    public (RecallRow Recall, IReadOnlyList<RecallDoseRow> Lines) Open(RecallRow recall, IReadOnlyList<DoseRow> doses)
    {
        db.Put(recall);
        List<RecallDoseRow> lines = [.. doses.Select(d => db.Put(new RecallDoseRow { RecallId = recall.Id, DoseId = d.Id }))];
        if (!recall.Exercise)
        {
            db.Publish(recall.Id, new RecallOpened
            {
                RecallId = recall.Id, Reason = recall.Reason, ReferenceId = recall.ReferenceId, Doses = { doses.Select(d => new RecalledDose { DoseId = d.Id, OrderId = d.OrderId }) },
            });
        }

        return (recall, lines);
    }
}
