using Doseline.Execution.Data;
using Doseline.Execution.Domain;
using Doseline.Platform.Messaging;
using Doseline.Quality.V1;
using HoldCause = Doseline.Execution.V1.HoldCause;

namespace Doseline.Execution.Events;

/// <summary>A running batch follows Quality's deviations: one that is opened holds it, one that is closed lets it go on or does not.</summary>
public sealed class Deviations(ExecutionDb db) : IFactHandler<DeviationOpened>, IFactHandler<DeviationClosed>, IFactHandler<CapaLinked>
{
    /// <inheritdoc/>
    public async Task HandleAsync(DeviationOpened fact, Fact envelope, CancellationToken cancel)
    {
        await RememberAsync(fact.DeviationId, fact.BatchId, fact.DoseId, closed: false, "", cancel);
        // Deviations of lots, and of batches whose production is complete, are Quality's alone.
        if (await BatchFile.FindAsync(db, fact.BatchId, cancel) is not { Batch.State: BatchState.Running } file) return;
        if (file.Exceptions.Any(e => e.DeviationId == fact.DeviationId)) return;
        var own = file.Exceptions.Where(e => e is { State: ExceptionState.Open, DeviationId: null } && e.Code == fact.Code).ToList();
        foreach (var exception in own) exception.DeviationId = fact.DeviationId;
        if (own is []) file.Raise(HoldCause.DeviationOpened, $"Quality opened a deviation: {fact.Code}.", doseId: fact.DoseId, deviationId: fact.DeviationId);
        file.Entry();
    }

    /// <inheritdoc/>
    public async Task HandleAsync(DeviationClosed fact, Fact envelope, CancellationToken cancel)
    {
        await RememberAsync(fact.DeviationId, fact.BatchId, null, closed: true, fact.CapaReference, cancel);
        if (await BatchFile.FindAsync(db, fact.BatchId, cancel) is not { Batch.State: BatchState.Running } file) return;
        var held = file.Exceptions.Where(e => e.State is ExceptionState.Open && e.DeviationId == fact.DeviationId).ToList();
        // A batch that may not continue stays on hold: QA rejects it, and its exceptions are resolved with that decision.
        if (!fact.MayContinue) return;
        foreach (var exception in held) file.Resolve(exception, $"Deviation {fact.DeviationId} was closed: the batch may continue.");
    }

    /// <inheritdoc/>
    public Task HandleAsync(CapaLinked fact, Fact envelope, CancellationToken cancel) => RememberAsync(fact.DeviationId, fact.BatchId, fact.DoseId, closed: false, fact.CapaReference, cancel);

    // Kept whatever the state of the batch: one that is opened after production is seen beside the record too.
    async Task RememberAsync(string id, string batchId, string? doseId, bool closed, string capaReference, CancellationToken cancel)
    {
        if (await db.LoadAsync<DeviationRow>(cancel, id) is { } row)
            (row.DoseId, row.Closed, row.CapaReference) = (doseId ?? row.DoseId, row.Closed || closed, capaReference is "" ? row.CapaReference : capaReference);
        else db.Put(new DeviationRow { Id = id, BatchId = batchId, DoseId = doseId ?? "", Closed = closed, CapaReference = capaReference });
    }
}
