using Doseline.Quality.V1;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Quality.Data;

/// <summary>That something went into, touched or marked a batch or one dose of it.</summary>
public sealed class TraceLinkRow
{
    /// <summary>Kind of the thing.</summary>
    public required TraceKind Kind { get; init; }

    /// <summary>The thing.</summary>
    public required string ThingId { get; init; }

    /// <summary>Batch; empty where only the dose is known.</summary>
    public required string BatchId { get; init; }

    /// <summary>Dose; empty for the whole batch.</summary>
    public required string DoseId { get; init; }
}

/// <summary>Finds doses by what they have in common.</summary>
static class Traces
{
    /// <summary>Notes a link; once.</summary>
    public static async Task LinkAsync(this QualityDb db, TraceKind kind, string thing, string batchId, string doseId, CancellationToken cancel)
    {
        if (thing.Length > 0 && await db.LoadAsync<TraceLinkRow>(cancel, kind, thing, batchId, doseId) is null)
            db.Put(new TraceLinkRow { Kind = kind, ThingId = thing, BatchId = batchId, DoseId = doseId });
    }

    /// <summary>
    /// The doses of a scope, whoever may see them: those that are found by their batch, and those that are found by themselves. A question of its own each, so
    /// that an index leads to them in their order and a page of a million ends after a page.
    /// </summary>
    public static (IQueryable<DoseRow> ByBatch, IQueryable<DoseRow> ByDose) InScope(this QualityDb db, TraceScope scope)
    {
        var (kind, thing) = (scope.Kind, scope.ThingId);
        var doses = db.Doses.AsNoTracking();
        // Written into the statement: how often a thing occurs, from once to everywhere, decides by which way PostgreSQL should go.
        var links = db.TraceLinks.AsNoTracking().Where(l => l.Kind == EF.Constant(kind) && l.ThingId == EF.Constant(thing));
        var byBatch = kind switch
        {
            TraceKind.Unspecified => doses,
            TraceKind.Batch => doses.Where(d => d.BatchId == thing),
            _ => from link in links where link.DoseId == "" join dose in doses on link.BatchId equals dose.BatchId select dose,
        };
        // What is found by its batch is not found once more.
        var byDose = from link in links where link.DoseId != "" join dose in doses on link.DoseId equals dose.Id where !links.Any(l => l.DoseId == "" && l.BatchId == dose.BatchId) select dose;
        return (InSpan(db, byBatch, scope), InSpan(db, byDose, scope));
    }

    static IQueryable<DoseRow> InSpan(QualityDb db, IQueryable<DoseRow> doses, TraceScope scope)
    {
        if (scope.FromTime is null && scope.ToTime is null) return doses;
        var batches = db.Batches.AsNoTracking();
        if (scope.FromTime?.ToDateTimeOffset() is { } from) batches = batches.Where(b => b.EndOfSynthesisTime >= from);
        if (scope.ToTime?.ToDateTimeOffset() is { } to) batches = batches.Where(b => b.EndOfSynthesisTime < to);
        return from dose in doses join batch in batches on dose.BatchId equals batch.Id select dose;
    }
}
