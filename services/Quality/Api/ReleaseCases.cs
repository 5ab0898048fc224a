using Doseline.Kernel.Rules;
using Doseline.Quality.Data;
using Doseline.Quality.Domain;

namespace Doseline.Quality.Api;

/// <summary>Reads what a decision about a batch depends on.</summary>
static class ReleaseCases
{
    /// <summary>Everything that the release of the doses depends on.</summary>
    public static async Task<ReleaseCase> CaseAsync(this QualityDb db, BatchRow batch, SpecificationRow? judge, IReadOnlyList<DoseRow> doses, CancellationToken cancel)
    {
        var (holds, deviations, results, investigations) = await db.LoadAsync(db.HoldsOf(batch.Id), db.DeviationsOf(batch.Id), db.ResultsOf(batch.Id), db.InvestigationsOf(batch.Id), cancel);
        var concluded = investigations.Conclusions();
        return new ReleaseCase
        {
            BatchId = batch.Id,
            ProductionComplete = batch.ReadyTime is not null,
            Doses = [.. doses.Select(d => new DoseToRelease(d.Id, d.State, d.ExpireTime, d.LostCause))],
            Holds = [.. holds.Where(h => h.LiftedTime is null).Select(h => new Obstacle(h.Id, h.DoseId, h.ReferenceId))],
            Deviations = [.. deviations.Where(d => d.Conclusion is Conclusion.Open).Select(d => new Obstacle(d.Id, d.DoseId, d.SourceId))],
            Investigations = [.. investigations.Where(i => i.Conclusion is OosConclusion.Open).Select(i => new Obstacle(i.Id, i.DoseId, i.DeviationId))],
            Tests = judge is null ? null : SpecificationBook.Read(judge.Tests),
            Results = [.. results.GroupBy(r => (r.TestCode, r.DoseId)).Select(g => g.ToList().Counting(concluded)).OfType<ResultRow>()
                .Select(r => new LastResult(r.TestCode, r.DoseId, r.Id, r.Finding))],
            Now = db.Now,
        };
    }

    /// <summary>A batch the caller may see.</summary>
    public static async Task<BatchRow> BatchAsync(this QualityDb db, string batchId, CancellationToken cancel)
    {
        var batch = await db.LoadAsync<BatchRow>(cancel, batchId)
            ?? throw new RefusedException(Refusal.Missing($"batches/{batchId}", "BATCH_UNKNOWN", $"Quality knows no batch {batchId}.").With("batch_id", batchId));
        db.Request.Caller.RequireSite(batch.SiteId);
        return batch;
    }

    /// <summary>The doses named, which must belong to the batch; every dose of the batch in one of the states when none is named.</summary>
    public static async Task<IReadOnlyList<DoseRow>> ChosenAsync(
        this QualityDb db, BatchRow batch, IReadOnlyCollection<string> named, QualityStatus[] otherwise, List<Refusal> refusals, CancellationToken cancel)
    {
        var all = await db.LoadAsync(db.DosesOf(batch.Id), cancel);
        if (named.Count == 0)
        {
            var chosen = all.Where(d => otherwise.Contains(d.State)).ToList();
            if (chosen is [])
            {
                refusals.Add(Refusal.State($"batches/{batch.Id}", "NO_DOSE_CONCERNED", "No dose of the batch is in a state for this.")
                    .With("states_needed", string.Join(',', otherwise.Select(StatusModel.Name))).With("doses", all.Count));
            }

            return chosen;
        }

        foreach (var unknown in named.Except(all.Select(d => d.Id), StringComparer.Ordinal))
            refusals.Add(Refusal.Missing($"doses/{unknown}", "DOSE_NOT_IN_BATCH", $"Batch {batch.Id} has no dose {unknown}.").With("dose_id", unknown));
        return [.. all.Where(d => named.Contains(d.Id, StringComparer.Ordinal))];
    }
}
