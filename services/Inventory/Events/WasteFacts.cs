using Doseline.Inventory.Domain;
using Doseline.Platform.Messaging;
using Doseline.Waste.V1;

namespace Doseline.Inventory.Events;

/// <summary>Follows waste from room to room and out of possession. Waste counts until it is disposed of.</summary>
public sealed class WasteFacts(Bookings bookings) : IFactHandler<WasteMoved>, IFactHandler<WasteDisposed>
{
    /// <inheritdoc/>
    public async Task HandleAsync(WasteMoved fact, Fact envelope, CancellationToken cancel)
    {
        // What passed the gate is booked already, and may have moved on since.
        if (fact.TransactionId is not "") return;
        var waste = await bookings.FindAsync(fact.WasteId, cancel);
        // A move may be told after the disposal of the container; nothing is left to move then.
        if (!waste.Open || waste.RoomId == fact.RoomId) return;
        var lines = await bookings.LinesAsync(waste.Id, cancel);
        var to = waste.Place with { RoomId = fact.RoomId };
        await bookings.ArrivedAsync(envelope, waste.Place, to, waste.Status, [.. lines.Where(line => line.Bq > 0).Select(line => line.Line)], cancel);
        await bookings.Begin("WASTE_MOVE", envelope, envelope.Time).MoveAllAsync(waste, lines, to, cancel);
    }

    /// <inheritdoc/>
    public async Task HandleAsync(WasteDisposed fact, Fact envelope, CancellationToken cancel)
    {
        bookings.Begin(fact.Route is DisposalRoute.Transfer ? "DISPOSE_TRANSFER" : "DISPOSE_DECAYED", envelope, fact.DisposeTime.ToDateTimeOffset());
        foreach (var id in fact.WasteIds.Order(StringComparer.Ordinal))
        {
            var waste = await bookings.FindAsync(id, cancel);
            if (waste.Open) await bookings.Ledger.MoveAllAsync(waste, await bookings.LinesAsync(id, cancel), waste.Place.Outside(Account.Disposed), cancel);
        }
    }
}
