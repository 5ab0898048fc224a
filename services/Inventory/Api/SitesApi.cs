using Doseline.Inventory.Data;
using Doseline.Inventory.V1;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;
using Doseline.Platform.Rpc;
using Grpc.Core;
using DomainRoom = Doseline.Inventory.Domain.Room;
using RoomKindDomain = Doseline.Inventory.Domain.RoomKind;
using RoomNuclideDomain = Doseline.Inventory.Domain.RoomNuclide;
using StatusClass = Doseline.Inventory.Domain.StatusClass;

namespace Doseline.Inventory.Api;

/// <summary>Sites and rooms.</summary>
public sealed class SitesApi(InventoryDb db, PageTokens pageTokens) : SitesService.SitesServiceBase
{
    const double NearLimitDefault = 0.9;

    /// <inheritdoc/>
    public override async Task<PutSiteResponse> PutSite(PutSiteRequest request, ServerCallContext context)
    {
        var (sent, cancel) = (request.Site ?? new Site(), context.CancellationToken);
        List<Refusal> refusals = [];
        refusals.RequireCode(sent.SiteId, "site.site_id");
        refusals.RequireText(sent.Name, "site.name");
        if (!Zones.Exists(sent.Zone)) refusals.Add(Refusal.Invalid("site.zone", "ZONE_UNKNOWN", $"'{sent.Zone}' is not an IANA time zone."));
        if (sent.NearLimitFraction is < 0 or > 1 || double.IsNaN(sent.NearLimitFraction))
            refusals.Add(Refusal.Invalid("site.near_limit_fraction", "FRACTION_OUT_OF_RANGE", "near_limit_fraction lies between 0 and 1.").With("value", sent.NearLimitFraction));
        if (sent.NuclideDataVersion is not "" && NuclideData.ForVersion(sent.NuclideDataVersion) is null)
        {
            refusals.Add(Refusal.Invalid("site.nuclide_data_version", "DATA_VERSION_UNKNOWN", $"Nuclide data version '{sent.NuclideDataVersion}' is not known.")
                .With("data_version", sent.NuclideDataVersion).With("data_versions", string.Join(',', NuclideData.Versions)));
        }

        refusals.ThrowIfAny();
        db.Request.Caller.RequireSite(sent.SiteId);

        var near = sent.NearLimitFraction is 0 ? NearLimitDefault : sent.NearLimitFraction;
        var row = await db.LoadAsync<SiteRow>(cancel, sent.SiteId);
        RequireVersion($"sites/{sent.SiteId}", sent.Version, row?.Version);
        if (row is null) row = db.Put(new SiteRow { Id = sent.SiteId, Name = sent.Name, Zone = sent.Zone, NearLimitFraction = near, NuclideDataVersion = sent.NuclideDataVersion });
        else (row.Name, row.Zone, row.NearLimitFraction, row.NuclideDataVersion) = (sent.Name, sent.Zone, near, sent.NuclideDataVersion);
        var answer = ToWire(row);
        answer.Version = db.VersionAfter(row);
        return await db.AnswerAsync(new PutSiteResponse { Site = answer }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<PutRoomResponse> PutRoom(PutRoomRequest request, ServerCallContext context)
    {
        var (sent, cancel) = (request.Room ?? new Room(), context.CancellationToken);
        List<Refusal> refusals = [];
        refusals.RequireCode(sent.RoomId, "room.room_id");
        refusals.RequireText(sent.Name, "room.name");
        if (sent.Kind is RoomKind.Unspecified || !Enum.IsDefined(sent.Kind)) refusals.Add(Refusal.Invalid("room.kind", "FIELD_REQUIRED", "room.kind is required."));
        foreach (var entry in sent.Nuclides)
        {
            if (entry.Nuclide is not Domain.Licence.Any && NuclideData.Current.Find(entry.Nuclide) is not { IsStable: false })
                refusals.Add(Refusal.Invalid("room.nuclides", "NUCLIDE_UNKNOWN", $"'{entry.Nuclide}' is not a radioactive nuclide."));
            if (entry.HasLimitBq) refusals.RequirePositive(entry.LimitBq, "room.nuclides.limit_bq");
        }

        List<StatusClass> classes = [];
        foreach (var text in sent.StatusClasses)
        {
            if (Enum.GetValues<StatusClass>().Where(c => Domain.Segregation.Text(c) == text).ToList() is [var known]) classes.Add(known);
            else refusals.Add(Refusal.Invalid("room.status_classes", "STATUS_CLASS_UNKNOWN", $"'{text}' is not a status class."));
        }

        refusals.ThrowIfAny();
        await db.SiteAsync(sent.SiteId, cancel);
        db.Request.Caller.RequireSite(sent.SiteId);

        DomainRoom room = new()
        {
            Id = sent.RoomId, SiteId = sent.SiteId, Name = sent.Name, Kind = (RoomKindDomain)sent.Kind,
            Nuclides = [.. sent.Nuclides.Select(n => new RoomNuclideDomain(n.Nuclide, n.HasLimitBq ? n.LimitBq : null))],
            Uses = [.. sent.Uses], Forms = [.. sent.Forms], StatusClasses = classes, SingleNuclide = sent.SingleNuclide, Active = sent.Active,
        };
        var row = await db.LoadAsync<RoomRow>(cancel, sent.RoomId);
        RequireVersion($"rooms/{sent.RoomId}", sent.Version, row?.Version);
        if (row is not null && row.SiteId != sent.SiteId)
            throw new RefusedException(Refusal.State($"rooms/{sent.RoomId}", "ROOM_OF_ANOTHER_SITE", "A room stays at its site.").With("site_id", row.SiteId));
        if (row is null) row = db.Put(RoomRow.From(room));
        else row.Take(room);
        var answer = ToWire(row);
        answer.Version = db.VersionAfter(row);
        return await db.AnswerAsync(new PutRoomResponse { Room = answer }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<ListSitesResponse> ListSites(ListSitesRequest request, ServerCallContext context)
    {
        var (rows, next) = await pageTokens.ReadAsync(request, db.List<SiteRow>().By(nameof(SiteRow.Id)), context.CancellationToken);
        return new ListSitesResponse { Sites = { rows.Where(r => db.Request.Caller.MayActAt(r.Id)).Select(ToWire) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<ListRoomsResponse> ListRooms(ListRoomsRequest request, ServerCallContext context)
    {
        var query = db.List<RoomRow>().Is(nameof(RoomRow.SiteId), request.SiteId);
        if (request.Kind is not RoomKind.Unspecified) query.Is(nameof(RoomRow.Kind), (RoomKindDomain)request.Kind);
        var (rows, next) = await pageTokens.ReadAsync(request, query.By(nameof(RoomRow.Id)), context.CancellationToken);
        return new ListRoomsResponse { Rooms = { rows.Select(ToWire) }, NextPageToken = next };
    }

    internal static void RequireVersion(string resource, long sent, long? actual)
    {
        if (sent != (actual ?? 0)) throw new RefusedException(Refusal.Stale(resource, sent, actual ?? 0));
    }

    static Site ToWire(SiteRow row) => new() { SiteId = row.Id, Name = row.Name, Zone = row.Zone, NearLimitFraction = row.NearLimitFraction, NuclideDataVersion = row.NuclideDataVersion, Version = row.Version };

    static Room ToWire(RoomRow row)
    {
        var room = row.ToDomain();
        Room sent = new()
        {
            RoomId = room.Id, SiteId = room.SiteId, Name = room.Name, Kind = (RoomKind)room.Kind, Uses = { room.Uses }, Forms = { room.Forms },
            StatusClasses = { room.StatusClasses.Select(Domain.Segregation.Text) }, SingleNuclide = room.SingleNuclide, Active = room.Active, Version = row.Version,
        };
        foreach (var entry in room.Nuclides)
        {
            RoomNuclide one = new() { Nuclide = entry.Nuclide };
            if (entry.LimitBq is { } limit) one.LimitBq = limit;
            sent.Nuclides.Add(one);
        }

        return sent;
    }
}
