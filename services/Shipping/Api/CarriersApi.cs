using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;
using Doseline.Platform.Rpc;
using Doseline.Shipping.Data;
using Doseline.Shipping.Domain;
using Doseline.Shipping.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Doseline.Shipping.Api;

/// <summary>Carrier services.</summary>
public sealed class CarriersApi(ShippingDb db, PageTokens pageTokens) : CarriersService.CarriersServiceBase
{
    const int MinutesInDay = 24 * 60;
    static readonly TimeSpan TransitMax = TimeSpan.FromDays(14);

    /// <inheritdoc/>
    public override async Task<PutCarrierServiceResponse> PutCarrierService(PutCarrierServiceRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var sent = request.Service ?? new CarrierService();
        Check(sent).ThrowIfAny();
        db.Request.Caller.RequireSite(sent.SiteId);
        CarrierServiceRow row;
        if (sent.CarrierServiceId is "")
        {
            row = db.Put(New(sent));
        }
        else
        {
            row = await db.LoadAsync<CarrierServiceRow>(cancel, sent.CarrierServiceId)
                ?? throw new RefusedException(Missing(sent.CarrierServiceId));
            db.Request.Caller.RequireSite(row.SiteId);
            if (row.Version != sent.Version) throw new RefusedException(Refusal.Stale($"carrierServices/{row.Id}", sent.Version, row.Version));
            if (row.SiteId != sent.SiteId)
                throw new RefusedException(Refusal.Invalid("service.site_id", "SITE_FIXED", "The site of a carrier service does not change; add another service.").With("site_id", row.SiteId));
            Change(row, sent);
        }

        db.Publish(row.Id, Published(row));
        // The version is counted by the save, so the answer foresees it.
        var answer = ToWire(row);
        answer.Version = row.Version + 1;
        return await db.AnswerAsync(new PutCarrierServiceResponse { Service = answer }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<ListCarrierServicesResponse> ListCarrierServices(ListCarrierServicesRequest request, ServerCallContext context)
    {
        var query = db.List<CarrierServiceRow>().AtSites(nameof(CarrierServiceRow.SiteId), request.SiteId);
        if (request.CustomerId is not "") query.Among(nameof(CarrierServiceRow.CustomerId), request.CustomerId, "");
        var (rows, next) = await pageTokens.ReadAsync(request, query.By(nameof(CarrierServiceRow.Id)), context.CancellationToken);
        return new ListCarrierServicesResponse { Services = { rows.Select(ToWire) }, NextPageToken = next };
    }

    static List<Refusal> Check(CarrierService sent)
    {
        List<Refusal> refusals = [];
        refusals.RequireText(sent.Carrier, "service.carrier");
        refusals.RequireText(sent.SiteId, "service.site_id");
        if (sent.PickupWeekdays is not [_, ..] || sent.PickupWeekdays.Any(day => day is < 1 or > 7) || sent.PickupWeekdays.Distinct().Count() != sent.PickupWeekdays.Count)
            refusals.Add(Refusal.Invalid("service.pickup_weekdays", "WEEKDAYS_INVALID", "At least one weekday from 1 (Monday) to 7 (Sunday), each once."));
        if (sent.CutoffMinuteOfDay is < 0 or >= MinutesInDay)
            refusals.Add(Refusal.Invalid("service.cutoff_minute_of_day", "MINUTE_OUT_OF_RANGE", "The cut-off must be from minute 0 to 1439 of the day.").With("cutoff_minute_of_day", sent.CutoffMinuteOfDay));
        if (!Zones.Exists(sent.Zone))
            refusals.Add(Refusal.Invalid("service.zone", "ZONE_UNKNOWN", $"'{sent.Zone}' is not an IANA time zone.").With("zone", sent.Zone));
        if (sent.Transit is null || sent.Transit.ToTimeSpan() <= TimeSpan.Zero || sent.Transit.ToTimeSpan() > TransitMax)
            refusals.Add(Refusal.Invalid("service.transit", "TRANSIT_OUT_OF_RANGE", "Transit must be longer than 0 and at most 14 days.").With("transit_max_days", TransitMax.TotalDays));
        if (sent.Mode is TransportMode.Unspecified || !System.Enum.IsDefined(sent.Mode))
            refusals.Add(Refusal.Invalid("service.mode", "MODE_REQUIRED", "How the carrier moves packages is required."));
        return refusals;
    }

    CarrierServiceRow New(CarrierService sent) => new()
    {
        Id = db.Ids.New(),
        Carrier = sent.Carrier,
        SiteId = sent.SiteId,
        CustomerId = sent.CustomerId,
        PickupWeekdays = Json.Write(sent.PickupWeekdays.Order().ToList()),
        CutoffMinuteOfDay = sent.CutoffMinuteOfDay,
        Zone = sent.Zone,
        TransitSeconds = sent.Transit.Seconds,
        Mode = ModeOf(sent.Mode),
        ExclusiveUse = sent.ExclusiveUse,
        Active = sent.Active,
    };

    static void Change(CarrierServiceRow row, CarrierService sent)
    {
        row.Carrier = sent.Carrier;
        row.CustomerId = sent.CustomerId;
        row.PickupWeekdays = Json.Write(sent.PickupWeekdays.Order().ToList());
        row.CutoffMinuteOfDay = sent.CutoffMinuteOfDay;
        row.Zone = sent.Zone;
        row.TransitSeconds = sent.Transit.Seconds;
        row.Mode = ModeOf(sent.Mode);
        row.ExclusiveUse = sent.ExclusiveUse;
        row.Active = sent.Active;
    }

    static CarrierServicePublished Published(CarrierServiceRow row) => new()
    {
        CarrierServiceId = row.Id,
        Carrier = row.Carrier,
        SiteId = row.SiteId,
        CustomerId = row.CustomerId,
        PickupWeekdays = { Json.Read<List<int>>(row.PickupWeekdays) },
        CutoffMinuteOfDay = row.CutoffMinuteOfDay,
        Zone = row.Zone,
        Transit = Duration.FromTimeSpan(TimeSpan.FromSeconds(row.TransitSeconds)),
        Active = row.Active,
    };

    static CarrierService ToWire(CarrierServiceRow row) => new()
    {
        CarrierServiceId = row.Id,
        Carrier = row.Carrier,
        SiteId = row.SiteId,
        CustomerId = row.CustomerId,
        PickupWeekdays = { Json.Read<List<int>>(row.PickupWeekdays) },
        CutoffMinuteOfDay = row.CutoffMinuteOfDay,
        Zone = row.Zone,
        Transit = Duration.FromTimeSpan(TimeSpan.FromSeconds(row.TransitSeconds)),
        Active = row.Active,
        Mode = row.Mode switch
        {
            CarriageMode.CargoAircraft => TransportMode.CargoAircraft,
            CarriageMode.PassengerAircraft => TransportMode.PassengerAircraft,
            _ => TransportMode.Road,
        },
        ExclusiveUse = row.ExclusiveUse,
        Version = row.Version,
    };

    static CarriageMode ModeOf(TransportMode mode) => mode switch
    {
        TransportMode.CargoAircraft => CarriageMode.CargoAircraft,
        TransportMode.PassengerAircraft => CarriageMode.PassengerAircraft,
        _ => CarriageMode.Road,
    };

    internal static Refusal Missing(string id) =>
        Refusal.Missing($"carrierServices/{id}", "CARRIER_SERVICE_UNKNOWN", $"There is no carrier service {id}.").With("carrier_service_id", id);
}
