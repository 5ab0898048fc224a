using Doseline.Inventory.Domain;
using Doseline.Kernel.Ids;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Doseline.Quality.V1;

namespace Doseline.Inventory.Events;

/// <summary>Follows quality: discarded samples become waste, and the status of a dose decides what may stand beside it.</summary>
public sealed class QualityFacts(Data.InventoryDb db, Bookings bookings) : IFactHandler<SampleDiscarded>, IFactHandler<DoseDispositionChanged>
{
    /// <inheritdoc/>
    public async Task HandleAsync(SampleDiscarded fact, Fact envelope, CancellationToken cancel)
    {
        // The waste service derives the same id, so that both speak of one item without asking each other.
        var wasteId = Id.From("waste", fact.SampleId);
        if (await bookings.FindAsync(fact.SampleId, wasteId, cancel) is not { } sample) return;
        var to = sample.Place with { HoldingId = wasteId, Account = Account.Waste };
        bookings.Make(to, StatusClass.Waste, sample.BatchId);
        bookings.Begin("WASTE", envelope, envelope.Time);
        foreach (var line in (await bookings.LinesAsync(sample.Id, cancel)).Where(line => line.Bq > 0).OrderBy(line => line.Nuclide, StringComparer.Ordinal))
            await bookings.Ledger.BookAsync(sample.Place, to, line.Line, cancel);
        sample.Open = false;
    }

    /// <inheritdoc/>
    public async Task HandleAsync(DoseDispositionChanged fact, Fact envelope, CancellationToken cancel)
    {
        var standing = await bookings.StatusAsync(fact.DoseId, cancel);
        standing.Status = Segregation.ClassOf(fact.To.ToStatus());
        // Before it is dispensed a dose is not held, and its batch decides what stands beside it.
        if (await db.LoadAsync<Data.HoldingRow>(cancel, fact.DoseId) is not { } dose || dose.Status == standing.Status) return;
        dose.Status = standing.Status;
        if (dose.Open) await bookings.StatusChangedAsync(envelope, dose, cancel);
    }
}
