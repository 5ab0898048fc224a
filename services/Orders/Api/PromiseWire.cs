using Doseline.Kernel.Decay;
using Doseline.Kernel.Time;
using Doseline.Orders.Data;
using Doseline.Orders.Domain;
using Doseline.Platform.Rpc;

namespace Doseline.Orders.Api;

/// <summary>Promises on the wire: the way backward with what must be there at each point.</summary>
static class PromiseWire
{
    /// <summary>The promise of an order.</summary>
    /// <param name="row">The order.</param>
    /// <param name="ordered">Its activity as ordered.</param>
    public static V1.Promise Write(OrderRow row, CalibratedActivity ordered) => Write(new Parts(
        row.SiteId, row.SiteZone, row.CarrierServiceId, row.Carrier, row.CustomerZone, row.RunId, row.ReservationId, ordered, row.AdministrationTime,
        row.EndOfSynthesisTime, row.ReleaseByTime, row.CutoffTime, row.PlannedDeliveryTime, row.ExpireTime, row.CancellationDeadlineTime));

    /// <summary>A promise that is not kept yet.</summary>
    public static V1.Promise Write(KeptPromise promise)
    {
        var (question, departure) = (promise.Question, promise.Departure);
        return Write(new Parts(
            departure.Service.SiteId, departure.Service.Zone, departure.Service.Id, departure.Service.Carrier, question.Customer.Zone, promise.RunId, promise.ReservationId,
            question.Wanted.Ordered, question.Wanted.Administration, promise.EndOfSynthesis, departure.ReleaseBy, departure.Cutoff, departure.Delivery,
            promise.ExpireTime, promise.CancellationDeadline));
    }

    static V1.Promise Write(Parts parts)
    {
        Span<(V1.MilestoneKind Kind, DateTimeOffset Instant, string Zone)> milestones =
        [
            (V1.MilestoneKind.EndOfSynthesis, parts.EndOfSynthesis, parts.SiteZone),
            (V1.MilestoneKind.ReleaseBy, parts.ReleaseBy, parts.SiteZone),
            (V1.MilestoneKind.Ship, parts.Cutoff, parts.SiteZone),
            (V1.MilestoneKind.Delivery, parts.Delivery, parts.CustomerZone),
            (V1.MilestoneKind.Calibration, parts.Ordered.Reference, parts.CustomerZone),
            (V1.MilestoneKind.Administration, parts.Administration, parts.CustomerZone),
            (V1.MilestoneKind.Expiry, parts.Expire, parts.CustomerZone),
        ];
        milestones.Sort(static (a, b) => a.Instant.CompareTo(b.Instant) is not 0 and var order ? order : a.Kind.CompareTo(b.Kind));
        V1.Promise promise = new()
        {
            SiteId = parts.SiteId,
            CarrierServiceId = parts.CarrierServiceId,
            Carrier = parts.Carrier,
            RunId = parts.RunId,
            ReservationId = parts.ReservationId,
            DataVersion = parts.Ordered.DataVersion,
            ZoneDataVersion = Zones.TzdbVersion,
            CancellationDeadlineTime = parts.CancellationDeadline.ToWire(),
        };
        promise.Milestones.Capacity = milestones.Length;
        foreach (var (kind, instant, zone) in milestones)
            promise.Milestones.Add(new V1.Milestone { Kind = kind, At = instant.In(zone), Activity = parts.Ordered.ReferredTo(instant).ToWire() });
        return promise;
    }

    sealed record Parts(
        string SiteId, string SiteZone, string CarrierServiceId, string Carrier, string CustomerZone, string RunId, string ReservationId,
        CalibratedActivity Ordered, DateTimeOffset Administration, DateTimeOffset EndOfSynthesis, DateTimeOffset ReleaseBy,
        DateTimeOffset Cutoff, DateTimeOffset Delivery, DateTimeOffset Expire, DateTimeOffset CancellationDeadline);
}
