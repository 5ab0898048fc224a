using Doseline.Execution.V1;
using Doseline.Kernel.Ids;
using Doseline.Kernel.Rules;
using Doseline.Platform.Messaging;
using Doseline.Quality.Data;
using Doseline.Quality.V1;

namespace Doseline.Quality.Events;

/// <summary>Follows a batch through execution. Its completion is the only way from "in process" to "disposition pending".</summary>
public sealed class BatchProgress(QualityDb db, Dispositions dispositions) : IFactHandler<BatchStarted>, IFactHandler<BatchReadyForDisposition>
{
    /// <inheritdoc/>
    public async Task HandleAsync(BatchStarted fact, Fact envelope, CancellationToken cancel)
    {
        if (await db.LoadAsync<BatchRow>(cancel, fact.BatchId) is null) await db.JudgeOfAsync(db.Put(New(fact.BatchId, fact.BatchNumber, fact.SiteId, fact.ProductCode)), cancel);
    }

    /// <inheritdoc/>
    public async Task HandleAsync(BatchReadyForDisposition fact, Fact envelope, CancellationToken cancel)
    {
        var (known, holds, doses) = await db.LoadAsync(db.One<BatchRow>(fact.BatchId), db.HoldsOf(fact.BatchId), db.Each<DoseRow>(fact.Doses.Select(d => d.DoseId)), cancel);
        var batch = known ?? db.Put(New(fact.BatchId, fact.BatchNumber, fact.SiteId, fact.ProductCode));
        // An older version that comes late says nothing new.
        if (fact.RecordVersion <= batch.RecordVersion) return;

        await db.JudgeOfAsync(batch, cancel);
        batch.RecordVersion = fact.RecordVersion;
        batch.RecordHash = fact.RecordHash;
        batch.ExceptionCount = fact.ExceptionCount;
        batch.EndOfSynthesisTime = fact.EndOfSynthesisTime?.ToDateTimeOffset();
        batch.ReadyTime ??= db.Now;
        foreach (var used in fact.Used) await db.LinkAsync(KindOf(used.Kind), used.Id, fact.BatchId, used.DoseId, cancel);
        List<string> held = [.. holds.Where(h => h.LiftedTime is null).Select(h => h.DoseId)];
        foreach (var told in fact.Doses)
        {
            var dose = doses.Find(d => d.Id == told.DoseId) ?? db.Put(NewDose(fact, told));
            dose.ReleaseByTime = told.ReleaseByTime?.ToDateTimeOffset();
            if (told.ExpireTime is not null) dose.ExpireTime = told.ExpireTime.ToDateTimeOffset();
            if (dose.State is QualityStatus.InProcess)
                await dispositions.MoveAsync(dose, held.Contains("") || held.Contains(dose.Id) ? StatusCause.Hold : StatusCause.ProductionComplete, "", null, "", cancel);
            else if (StatusModel.MayLeave(dose.State))
                await ReopenAsync(batch, dose, cancel);
        }
    }

    // What was signed is no longer what the record says (21 CFR 11.70): the dose is decided on again.
    Task ReopenAsync(BatchRow batch, DoseRow dose, CancellationToken cancel) => dispositions.OpenAsync(
        Id.From("deviation", batch.Id, dose.Id, batch.RecordHash), batch.Id, dose.Id, DeviationOrigin.Record, batch.RecordHash,
        "RECORD_CHANGED_AFTER_RELEASE", $"The batch record became version {batch.RecordVersion} after the dose was released.", cancel);

    static TraceKind KindOf(UsedKind kind) => kind switch
    {
        UsedKind.Lot => TraceKind.Lot,
        UsedKind.Material => TraceKind.Material,
        UsedKind.Equipment => TraceKind.Equipment,
        UsedKind.Person => TraceKind.Person,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A batch is made with no such thing."),
    };

    static BatchRow New(string id, string number, string site, string product) =>
        new() { Id = id, BatchNumber = number, SiteId = site, ProductCode = product, SpecificationId = "" };

    // The batch may be heard of before its doses are, where a dose's own fact waits.
    static DoseRow NewDose(BatchReadyForDisposition fact, BatchDose told) => new()
    {
        Id = told.DoseId,
        BatchId = fact.BatchId,
        OrderId = told.OrderId,
        SiteId = fact.SiteId,
        ProductCode = fact.ProductCode,
        Measured = "",
        VolumeMl = 0,
        ExpireTime = told.ExpireTime.ToDateTimeOffset(),
    };
}
