using Doseline.Execution.Data;
using Doseline.Platform.Actors;
using Google.Protobuf;

namespace Doseline.Execution.Actors;

/// <summary>A reservation whose order was never accepted gives its room back.</summary>
public sealed class ReservationActor(string id, ExecutionDb db) : Actor(id)
{
    /// <summary>Actor type.</summary>
    public const string Type = "Reservation";

    /// <summary>Reminder: the time of a provisional reservation is up.</summary>
    public const string Lapses = "lapses";

    /// <inheritdoc/>
    public override Task<IMessage> ReceiveAsync(IMessage command, CancellationToken cancel) =>
        throw new NotSupportedException($"A reservation takes no command {command.Descriptor.Name}.");

    /// <inheritdoc/>
    public override Task RemindAsync(string name, CancellationToken cancel) => db.InTransactionAsync(async () =>
    {
        if (await db.Reservations.FindAsync([Id], cancel) is { State: ReservationState.Provisional } reservation && reservation.ProvisionalUntilTime <= db.Now)
        {
            db.Return(reservation, ReservationState.Lapsed);
            await db.SaveChangesAsync(cancel);
        }

        return true;
    }, cancel);
}
