using Doseline.Execution.Api;
using Doseline.Execution.Data;
using Doseline.Execution.Domain;
using Doseline.Execution.V1;
using Doseline.Orders.V1;
using Doseline.Platform.Actors;
using Doseline.Platform.Rpc;
using Doseline.Quality.V1;
using Doseline.Shipping.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using DoseDisposition = Doseline.Execution.Domain.DoseDisposition;
using DoseState = Doseline.Execution.Domain.DoseState;

namespace Doseline.Execution.Actors;

/// <summary>
/// A dose, from its order to the patient's door: it is told the facts that concern it, one at a time, and wakes at its deadlines. Each fact
/// may come twice and has its effect once.
/// </summary>
public sealed partial class DoseActor(string id, ExecutionDb db, DoseTiming timing) : Actor(id)
{
    /// <summary>Actor type.</summary>
    public const string Type = "Dose";

    /// <summary>What a dose is told.</summary>
    public static MessageDescriptor[] Commands { get; } =
    [
        OrderAccepted.Descriptor, OrderRescheduled.Descriptor, OrderCancelled.Descriptor, DoseDispositionChanged.Descriptor,
        PackageShipped.Descriptor, ShipmentVoided.Descriptor, PackageDelivered.Descriptor,
    ];

    /// <inheritdoc/>
    public override Task<IMessage> ReceiveAsync(IMessage command, CancellationToken cancel) => db.InTransactionAsync(() => TakeAsync(command, cancel), cancel);

    async Task<IMessage> TakeAsync(IMessage command, CancellationToken cancel)
    {
        var dose = await db.Doses.FindAsync([Id], cancel);
        if (command is OrderAccepted accepted) return Turn(dose ?? await PlanAsync(accepted, cancel));
        // A dose is planned before anything else can be true of it; a fact that overtook that one comes again.
        if (dose is null) throw new InvalidOperationException($"Dose {Id} is not planned yet, so {command.Descriptor.Name} waits.");
        switch (command)
        {
            case OrderRescheduled moved: await ReplanAsync(dose, moved.Order, cancel); break;
            case OrderCancelled cancelled: await CancelAsync(dose, cancelled, cancel); break;
            case DoseDispositionChanged decided: await DecideAsync(dose, decided, cancel); break;
            case PackageShipped shipped: Ship(dose, shipped); break;
            case ShipmentVoided voided: await ReturnAsync(dose, voided, cancel); break;
            case PackageDelivered delivered: await DeliverAsync(dose, delivered, cancel); break;
            default: throw new NotSupportedException($"A dose takes no command {command.Descriptor.Name}.");
        }

        await db.SaveChangesAsync(cancel);
        return Turn(dose);
    }

    /// <inheritdoc/>
    public override async Task RemindAsync(string name, CancellationToken cancel)
    {
        if (await db.Doses.FindAsync([Id], cancel) is not { } dose) return;
        if (name is DoseRules.Expires)
        {
            if (!DoseRules.IsExpired(dose.ToDomain(), db.Now)) return;
            await LoseAsync(dose, DoseLoss.Expired, WasteCause.Expired, cancel);
        }
        else
        {
            if (DoseRules.Risk(dose.ToDomain(), name, db.Now, timing) is not { } deadline || dose.Risks.Split(',').Contains(name)) return;
            dose.Risks = dose.Risks is "" ? name : $"{dose.Risks},{name}";
            db.Publish(Id, new DoseAtRisk { DoseId = Id, OrderId = dose.OrderId, Risk = RiskOf(name), DeadlineTime = deadline.ToWire() });
        }

        await db.SaveChangesAsync(cancel);
    }

    async Task DecideAsync(DoseRow dose, DoseDispositionChanged decided, CancellationToken cancel)
    {
        var to = decided.To switch
        {
            Disposition.Pending => DoseDisposition.Pending,
            Disposition.Quarantine => DoseDisposition.Quarantine,
            Disposition.Released => DoseDisposition.Released,
            Disposition.Rejected => DoseDisposition.Rejected,
            _ => DoseDisposition.None,
        };
        // Rejection is final: a fact that says otherwise after it is a late one.
        if (dose.Disposition == to || dose.Disposition is DoseDisposition.Rejected) return;
        dose.Disposition = to;
        dose.DispositionTime = decided.SignatureTime?.ToDateTimeOffset();
        dose.CertificateId = decided.CertificateId;
        dose.ReleasedByName = to is DoseDisposition.Released ? decided.SignerName : "";
        if (to is DoseDisposition.Rejected && dose.State is not (DoseState.Lost or DoseState.Delivered))
            await LoseAsync(dose, DoseLoss.Rejected, WasteCause.Rejected, cancel);
    }

    static void Ship(DoseRow dose, PackageShipped shipped)
    {
        if (dose.State is DoseState.Delivered || dose.InTransit && dose.PackageId == shipped.PackageId) return;
        if (dose.State is not DoseState.Lost) dose.State = DoseState.Shipped;
        dose.InTransit = true;
        dose.PackageId = shipped.PackageId;
        dose.PackageNumber = shipped.PackageNumber;
        dose.Carrier = shipped.Carrier;
        dose.TrackingReference = shipped.TrackingReference;
        dose.TransportIndexTenths = shipped.TransportIndexTenths;
        dose.ShipTime = shipped.ShipTime.ToDateTimeOffset();
    }

    async Task ReturnAsync(DoseRow dose, ShipmentVoided voided, CancellationToken cancel)
    {
        if (!dose.InTransit || dose.PackageId != voided.PackageId) return;
        dose.InTransit = false;
        dose.PackageId = "";
        dose.PackageNumber = "";
        dose.ShipTime = null;
        if (dose.State is DoseState.Lost) await WasteAsync(dose, WasteCause.Returned, cancel);
        else dose.State = DoseState.Complete;
    }

    async Task DeliverAsync(DoseRow dose, PackageDelivered delivered, CancellationToken cancel)
    {
        if (!dose.InTransit || dose.PackageId != delivered.PackageId) return;
        dose.InTransit = false;
        dose.DeliveredTime = delivered.DeliveryTime.ToDateTimeOffset();
        dose.Recipient = delivered.Recipient;
        dose.Intact = delivered.Intact;
        // A dose that expired on its way stays lost; its proof of delivery only settles where it is.
        if (dose.State is not DoseState.Lost) dose.State = DoseState.Delivered;
        await SettleAsync(dose, cancel);
    }

    async Task CancelAsync(DoseRow dose, OrderCancelled cancelled, CancellationToken cancel)
    {
        if (await db.Reservations.FindAsync([cancelled.ReservationId is "" ? dose.ReservationId : cancelled.ReservationId], cancel) is { } reservation)
            db.Return(reservation, ReservationState.Returned);
        // What the carrier has is delivered; the desk settles that with the customer.
        if (dose.InTransit || dose.State is DoseState.Delivered or DoseState.Lost) return;
        await LoseAsync(dose, DoseLoss.Cancelled, WasteCause.Cancelled, cancel);
    }

    async Task LoseAsync(DoseRow dose, DoseLoss cause, WasteCause waste, CancellationToken cancel)
    {
        dose.State = DoseState.Lost;
        dose.LossCause = cause;
        db.Publish(Id, new DoseLost { DoseId = Id, OrderId = dose.OrderId, BatchId = dose.BatchId ?? "", Cause = (DoseLossCause)(int)cause });
        // A dose that the carrier has left possession with the package: it is no waste of ours unless it comes back.
        if (dose.InTransit) return;
        await WasteAsync(dose, waste, cancel);
    }

    async Task WasteAsync(DoseRow dose, WasteCause cause, CancellationToken cancel)
    {
        if (dose.DispenseTime is not null)
        {
            var waste = Kernel.Ids.Id.From("waste", Id);
            db.Publish(waste, new WasteArisen
            {
                WasteId = waste,
                FromId = Id,
                FromKind = HoldingKind.Dose,
                BatchId = dose.BatchId ?? "",
                SiteId = dose.SiteId,
                RoomId = dose.RoomId,
                Contents = { Stored.ReadActivities(dose.Contents).Select(a => a.ToWire()) },
                Cause = cause,
            });
        }

        await SettleAsync(dose, cancel);
    }

    // The last dose that settles closes the record of its batch, in the same transaction.
    async Task SettleAsync(DoseRow dose, CancellationToken cancel)
    {
        if (dose.BatchId is { } batch && await BatchFile.FindAsync(db, batch, cancel) is { } file) file.TryClose();
    }

    static DoseTurn Turn(DoseRow dose) => new() { State = DoseWire.StateOf(dose), Version = dose.Version };

    static DoseRisk RiskOf(string reminder) => reminder switch
    {
        DoseRules.CutoffAtRisk => DoseRisk.Cutoff,
        DoseRules.ReleasedTooLate => DoseRisk.ReleasedTooLate,
        DoseRules.DeliveryOverdue => DoseRisk.DeliveryOverdue,
        _ => throw new ArgumentOutOfRangeException(nameof(reminder), reminder, "unknown reminder"),
    };
}
