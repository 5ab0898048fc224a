using Doseline.Orders.Data;
using Doseline.Platform.Messaging;
using Doseline.Quality.V1;

namespace Doseline.Orders.Events;

/// <summary>Keeps references to Quality's deviations, so that an order shows those on its dose and batch.</summary>
public sealed class Deviations(OrdersDb db) : IFactHandler<DeviationOpened>, IFactHandler<DeviationClosed>, IFactHandler<CapaLinked>
{
    /// <inheritdoc/>
    public async Task HandleAsync(DeviationOpened fact, Fact envelope, CancellationToken cancel)
    {
        // A deviation that is known already was closed before this came.
        if (await db.LoadAsync<DeviationRow>(cancel, fact.DeviationId) is { } row) row.DoseId = fact.DoseId;
        else db.Put(new DeviationRow { Id = fact.DeviationId, BatchId = fact.BatchId, DoseId = fact.DoseId, Closed = false });
    }

    /// <inheritdoc/>
    public async Task HandleAsync(CapaLinked fact, Fact envelope, CancellationToken cancel)
    {
        if (await db.LoadAsync<DeviationRow>(cancel, fact.DeviationId) is { } row) row.CapaReference = fact.CapaReference;
        else db.Put(new DeviationRow { Id = fact.DeviationId, BatchId = fact.BatchId, DoseId = fact.DoseId, Closed = false, CapaReference = fact.CapaReference });
    }

    /// <inheritdoc/>
    public async Task HandleAsync(DeviationClosed fact, Fact envelope, CancellationToken cancel)
    {
        if (await db.LoadAsync<DeviationRow>(cancel, fact.DeviationId) is { } row) (row.Closed, row.CapaReference) = (true, fact.CapaReference is "" ? row.CapaReference : fact.CapaReference);
        else db.Put(new DeviationRow { Id = fact.DeviationId, BatchId = fact.BatchId, DoseId = "", Closed = true, CapaReference = fact.CapaReference });
    }
}
