using Doseline.Platform.Messaging;
using Doseline.Quality.V1;
using Doseline.Shipping.Data;

namespace Doseline.Shipping.Events;

/// <summary>Keeps references to Quality's deviations, so that a package shows those on its doses and their batches. They open and close no gate: a hold does.</summary>
public sealed class Deviations(ShippingDb db) : IFactHandler<DeviationOpened>, IFactHandler<DeviationClosed>, IFactHandler<CapaLinked>
{
    /// <inheritdoc/>
    public Task HandleAsync(DeviationOpened fact, Fact envelope, CancellationToken cancel) => RememberAsync(fact.DeviationId, fact.BatchId, fact.DoseId, closed: false, "", cancel);

    /// <inheritdoc/>
    public Task HandleAsync(DeviationClosed fact, Fact envelope, CancellationToken cancel) => RememberAsync(fact.DeviationId, fact.BatchId, null, closed: true, fact.CapaReference, cancel);

    /// <inheritdoc/>
    public Task HandleAsync(CapaLinked fact, Fact envelope, CancellationToken cancel) => RememberAsync(fact.DeviationId, fact.BatchId, fact.DoseId, closed: false, fact.CapaReference, cancel);

    // A closure may be heard before the opening.
    async Task RememberAsync(string id, string batchId, string? doseId, bool closed, string capaReference, CancellationToken cancel)
    {
        if (await db.LoadAsync<DeviationRow>(cancel, id) is { } row)
            (row.DoseId, row.Closed, row.CapaReference) = (doseId ?? row.DoseId, row.Closed || closed, capaReference is "" ? row.CapaReference : capaReference);
        else db.Put(new DeviationRow { Id = id, BatchId = batchId, DoseId = doseId ?? "", Closed = closed, CapaReference = capaReference });
    }
}
