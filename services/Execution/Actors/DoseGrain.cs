using Doseline.Kernel.Rules;
using Orleans;
using Doseline.Execution.Api;
using Doseline.Execution.Data;
using Doseline.Execution.Domain;
using Doseline.Execution.V1;
using Doseline.Orders.V1;
using Doseline.Platform.Actors;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Doseline.Quality.V1;
using Doseline.Shipping.V1;
using Google.Protobuf;
using DoseState = Doseline.Execution.Domain.DoseState;

namespace Doseline.Execution.Actors;

/// <summary>
/// A dose, from its order to the patient's door: it is told the facts that concern it, one at a time, and its deadlines come to pass. Each fact
/// may come twice and has its effect once. What a batch does to it is done in the batch's own transactions, fenced by the version of the dose.
/// </summary>
[GrainType("dose")]
sealed partial class DoseGrain(ActorWorld world, DoseTiming timing) : Actor<ExecutionDb, DoseRow>(world), IDoseGrain
{
    public Task<DoseTurn> AcceptAsync(OrderAccepted order, CancellationToken cancel) => TurnAsync(async (db, dose) => dose ?? await PlanAsync(db, order), Answer, cancel);

    public Task<DoseTurn> RescheduleAsync(OrderRescheduled moved, CancellationToken cancel) => TellAsync(moved, (db, dose) => ReplanAsync(db, dose, moved.Order), cancel);

    public Task<DoseTurn> CancelAsync(OrderCancelled cancelled, CancellationToken cancel) => TellAsync(cancelled, (db, dose) => CancelAsync(db, dose, cancelled), cancel);

    public Task<DoseTurn> DecideAsync(DoseDispositionChanged decided, CancellationToken cancel) => TellAsync(decided, (db, dose) => DecideAsync(db, dose, decided), cancel);

    public Task<DoseTurn> ShipAsync(PackageShipped shipped, CancellationToken cancel) => TellAsync(shipped, (db, dose) => ShipAsync(db, dose, shipped), cancel);

    public Task<DoseTurn> ReturnAsync(ShipmentVoided voided, CancellationToken cancel) => TellAsync(voided, (db, dose) => ReturnAsync(db, dose, voided), cancel);

    public Task<DoseTurn> DeliverAsync(PackageDelivered delivered, CancellationToken cancel) => TellAsync(delivered, (db, dose) => DeliverAsync(db, dose, delivered), cancel);

    public Task<DoseTurn> WithdrawAsync(DeliveryWithdrawn withdrawn, CancellationToken cancel) => TellAsync(withdrawn, (db, dose) => WithdrawAsync(db, dose, withdrawn), cancel);

    protected override DoseRow CopyOf(DoseRow row) => row with { };

    // Those that fell due together come to pass one after the other, each as the one before it left the dose.
    protected override async Task PassAsync(ExecutionDb db, DoseRow dose)
    {
        while (DoseRules.Next(dose.ToDomain(), timing) is { } next && next.Due <= db.Now)
        {
            if (next.Name is DoseRules.Expires) await LoseAsync(db, dose, DoseLoss.Expired, WasteCause.Expired);
            else Tell(db, dose, next.Name);
        }
    }

    void Tell(ExecutionDb db, DoseRow dose, string risk)
    {
        var promised = DoseRules.Promised(dose.ToDomain(), risk);
        dose.Risks = dose.Risks is "" ? risk : $"{dose.Risks},{risk}";
        db.Publish(Id, new DoseAtRisk { DoseId = Id, OrderId = dose.OrderId, Risk = RiskOf(risk), DeadlineTime = promised.ToWire() });
    }

    Task<DoseTurn> TellAsync(IMessage fact, Func<ExecutionDb, DoseRow, Task> work, CancellationToken cancel) => TurnAsync(async (db, dose) =>
    {
        // A dose is planned before anything else can be true of it; a fact that overtook that one comes again.
        if (dose is null) throw TooEarly.Of($"doses/{Id}", $"Dose {Id} is not planned yet, so {fact.Descriptor.Name} waits.");
        await work(db, dose);
        return dose;
    }, Answer, cancel);

    async Task DecideAsync(ExecutionDb db, DoseRow dose, DoseDispositionChanged decided)
    {
        // Execution knows by itself what is in process; it keeps what was decided.
        var to = decided.To.ToStatus() is not QualityStatus.InProcess and var said ? said : QualityStatus.None;
        // Rejection is final: a fact that says otherwise after it is a late one.
        if (dose.Disposition == to || dose.Disposition is QualityStatus.Rejected) return;
        dose.Disposition = to;
        dose.DispositionTime = decided.SignatureTime?.ToDateTimeOffset();
        dose.CertificateId = decided.CertificateId;
        dose.ReleasedByName = to is QualityStatus.Released or QualityStatus.ConditionallyReleased ? decided.SignerName : "";
        await FollowAsync(db, dose);
    }

    Task ShipAsync(ExecutionDb db, DoseRow dose, PackageShipped shipped)
    {
        if (dose.DeliveredTime is not null || dose.InTransit && dose.PackageId == shipped.PackageId) return Task.CompletedTask;
        dose.InTransit = true;
        dose.PackageId = shipped.PackageId;
        dose.PackageNumber = shipped.PackageNumber;
        dose.Carrier = shipped.Carrier;
        dose.TrackingReference = shipped.TrackingReference;
        dose.TransportIndexTenths = shipped.TransportIndexTenths;
        dose.ShipTime = shipped.ShipTime.ToDateTimeOffset();
        return FollowAsync(db, dose);
    }

    async Task ReturnAsync(ExecutionDb db, DoseRow dose, ShipmentVoided voided)
    {
        if (!dose.InTransit || dose.PackageId != voided.PackageId) return;
        dose.InTransit = false;
        dose.PackageId = "";
        dose.PackageNumber = "";
        dose.ShipTime = null;
        if (dose.State is DoseState.Lost) await WasteAsync(db, dose, WasteCause.Returned);
        else await FollowAsync(db, dose);
    }

    async Task DeliverAsync(ExecutionDb db, DoseRow dose, PackageDelivered delivered)
    {
        if (!dose.InTransit || dose.PackageId != delivered.PackageId) return;
        dose.InTransit = false;
        dose.DeliveredTime = delivered.DeliveryTime.ToDateTimeOffset();
        dose.Recipient = delivered.Recipient;
        dose.Intact = delivered.Intact;
        await FollowAsync(db, dose);
        await SettleAsync(db, dose);
    }

    async Task WithdrawAsync(ExecutionDb db, DoseRow dose, DeliveryWithdrawn withdrawn)
    {
        if (dose.DeliveredTime is null || dose.PackageId != withdrawn.PackageId) return;
        dose.InTransit = true;
        dose.DeliveredTime = null;
        dose.Recipient = "";
        dose.Intact = false;
        if (dose.BatchId is { } batch && await BatchFile.FindAsync(db, batch, CancellationToken.None) is { } file) file.Reopen(withdrawn.Reason);
        await FollowAsync(db, dose);
    }

    async Task CancelAsync(ExecutionDb db, DoseRow dose, OrderCancelled cancelled)
    {
        if (await db.LoadAsync<ReservationRow>(CancellationToken.None, cancelled.ReservationId is "" ? dose.ReservationId : cancelled.ReservationId) is { } reservation)
            db.Return(reservation, ReservationState.Returned);
        dose.Cancelled = true;
        await FollowAsync(db, dose);
    }

    // Orders, quality and shipping are heard in any order: what they say amounts to the same whoever was first.
    async Task FollowAsync(ExecutionDb db, DoseRow dose)
    {
        var (state, loss) = DoseRules.Standing(dose.State, dose.LossCause, dose.Cancelled, dose.Disposition, dose.InTransit, dose.DeliveredTime is not null);
        if (state is DoseState.Lost && dose.State is not DoseState.Lost) await LoseAsync(db, dose, loss, loss is DoseLoss.Rejected ? WasteCause.Rejected : WasteCause.Cancelled);
        else (dose.State, dose.LossCause) = (state, loss);
    }

    async Task LoseAsync(ExecutionDb db, DoseRow dose, DoseLoss cause, WasteCause waste)
    {
        dose.State = DoseState.Lost;
        dose.LossCause = cause;
        db.Publish(Id, new DoseLost { DoseId = Id, OrderId = dose.OrderId, BatchId = dose.BatchId ?? "", Cause = (DoseLossCause)(int)cause });
        // A dose that the carrier has left possession with the package: it is no waste of ours unless it comes back.
        if (dose.InTransit) return;
        await WasteAsync(db, dose, waste);
    }

    async Task WasteAsync(ExecutionDb db, DoseRow dose, WasteCause cause)
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

        await SettleAsync(db, dose);
    }

    // The last dose that settles closes the record of its batch, in the same transaction.
    static async Task SettleAsync(ExecutionDb db, DoseRow dose)
    {
        if (dose.BatchId is { } batch && await BatchFile.FindAsync(db, batch, CancellationToken.None) is { } file) file.TryClose();
    }

    static DoseTurn Answer(DoseRow dose) => new() { State = DoseWire.StateOf(dose), Version = dose.Version };

    static DoseRisk RiskOf(string risk) => risk switch
    {
        DoseRules.CutoffAtRisk => DoseRisk.Cutoff,
        DoseRules.ReleasedTooLate => DoseRisk.ReleasedTooLate,
        DoseRules.DeliveryOverdue => DoseRisk.DeliveryOverdue,
        _ => throw new ArgumentOutOfRangeException(nameof(risk), risk, "unknown risk"),
    };
}
