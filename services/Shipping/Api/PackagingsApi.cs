using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;
using Doseline.Platform.Rpc;
using Doseline.Shipping.Data;
using Doseline.Shipping.Domain.Class7;
using Doseline.Shipping.V1;
using Grpc.Core;

namespace Doseline.Shipping.Api;

/// <summary>Packagings and shipper profiles.</summary>
public sealed class PackagingsApi(ShippingDb db, PageTokens pageTokens) : PackagingsService.PackagingsServiceBase
{
    const int TextLengthMax = 2_000;
    const int AddressLinesMax = 8;

    /// <inheritdoc/>
    public override async Task<PutPackagingResponse> PutPackaging(PutPackagingRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var sent = request.Packaging ?? new Packaging();
        Check(sent).ThrowIfAny();
        PackagingRow row;
        if (sent.PackagingId is "")
        {
            row = db.Put(new PackagingRow
            {
                Id = db.Ids.New(), Name = sent.Name, Kind = KindOf(sent.Kind), SpecificationMark = sent.SpecificationMark, Evidence = sent.Evidence,
                TestedForLiquids = sent.TestedForLiquids, LimitBq = sent.LimitBq > 0 ? sent.LimitBq : null, Active = sent.Active,
            });
        }
        else
        {
            row = await db.LoadAsync<PackagingRow>(cancel, sent.PackagingId) ?? throw new RefusedException(Missing(sent.PackagingId));
            if (row.Version != sent.Version) throw new RefusedException(Refusal.Stale($"packagings/{row.Id}", sent.Version, row.Version));
            (row.Name, row.Kind, row.SpecificationMark, row.Evidence) = (sent.Name, KindOf(sent.Kind), sent.SpecificationMark, sent.Evidence);
            (row.TestedForLiquids, row.LimitBq, row.Active) = (sent.TestedForLiquids, sent.LimitBq > 0 ? sent.LimitBq : null, sent.Active);
        }

        var answer = ToWire(row);
        answer.Version = row.Version + 1;
        return await db.AnswerAsync(new PutPackagingResponse { Packaging = answer }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<ListPackagingsResponse> ListPackagings(ListPackagingsRequest request, ServerCallContext context)
    {
        var (rows, next) = await pageTokens.ReadAsync(request, db.List<PackagingRow>().By(nameof(PackagingRow.Id)), context.CancellationToken);
        return new ListPackagingsResponse { Packagings = { rows.Select(ToWire) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<PutShipperProfileResponse> PutShipperProfile(PutShipperProfileRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var sent = request.Profile ?? new ShipperProfile();
        Check(sent).ThrowIfAny();
        db.Request.Caller.RequireSite(sent.SiteId);
        var row = await db.LoadAsync<ShipperProfileRow>(cancel, sent.SiteId);
        if ((row?.Version ?? 0) != sent.Version) throw new RefusedException(Refusal.Stale($"shipperProfiles/{sent.SiteId}", sent.Version, row?.Version ?? 0));
        row ??= db.Put(new ShipperProfileRow
        {
            SiteId = sent.SiteId, ShipperName = "", Address = "", EmergencyPhone = "", EmergencyProvider = "", EmergencyInformation = "",
            CertificationText = "", AirDeclarationText = "", Zone = "",
        });

        (row.ShipperName, row.Address, row.Zone) = (sent.ShipperName, Json.Write(sent.AddressLines.ToList()), sent.Zone);
        (row.EmergencyPhone, row.EmergencyProvider, row.EmergencyInformation) = (sent.EmergencyPhone, sent.EmergencyProvider, sent.EmergencyInformation);
        (row.CertificationText, row.AirDeclarationText) = (sent.CertificationText, sent.AirDeclarationText);
        var answer = ToWire(row);
        answer.Version = row.Version + 1;
        return await db.AnswerAsync(new PutShipperProfileResponse { Profile = answer }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<GetShipperProfileResponse> GetShipperProfile(GetShipperProfileRequest request, ServerCallContext context)
    {
        var row = await db.LoadAsync<ShipperProfileRow>(context.CancellationToken, request.SiteId)
            ?? throw new RefusedException(ProfileMissing(request.SiteId));
        return new GetShipperProfileResponse { Profile = ToWire(row) };
    }

    internal static Refusal Missing(string id) =>
        Refusal.Missing($"packagings/{id}", "PACKAGING_UNKNOWN", $"There is no packaging {id}.").With("packaging_id", id);

    internal static Refusal ProfileMissing(string site) =>
        Refusal.Missing($"shipperProfiles/{site}", "SHIPPER_PROFILE_MISSING", "The site has no shipper profile: papers cannot name a shipper and an emergency telephone.").With("site_id", site);

    static List<Refusal> Check(Packaging sent)
    {
        List<Refusal> refusals = [];
        refusals.RequireText(sent.Name, "packaging.name");
        if (sent.Kind is PackagingKind.Unspecified || !Enum.IsDefined(sent.Kind))
            refusals.Add(Refusal.Invalid("packaging.kind", "KIND_REQUIRED", "What the packaging was built as is required."));
        if (sent.Kind is not PackagingKind.Excepted)
        {
            refusals.RequireText(sent.SpecificationMark, "packaging.specification_mark");
            // 49 CFR 173.415(a): the shipper keeps test and evaluation documents of a specification 7A packaging.
            refusals.RequireText(sent.Evidence, "packaging.evidence", TextLengthMax);
        }

        if (!double.IsFinite(sent.LimitBq) || sent.LimitBq < 0)
            refusals.Add(Refusal.Invalid("packaging.limit_bq", "LIMIT_INVALID", "The limit must be a finite number, 0 for none.").With("limit_bq", sent.LimitBq));
        return refusals;
    }

    static List<Refusal> Check(ShipperProfile sent)
    {
        List<Refusal> refusals = [];
        refusals.RequireText(sent.SiteId, "profile.site_id");
        refusals.RequireText(sent.ShipperName, "profile.shipper_name");
        refusals.RequireText(sent.EmergencyPhone, "profile.emergency_phone");
        refusals.RequireText(sent.EmergencyInformation, "profile.emergency_information", TextLengthMax);
        refusals.RequireText(sent.CertificationText, "profile.certification_text", TextLengthMax);
        if (sent.AddressLines.Count is 0 or > AddressLinesMax)
            refusals.Add(Refusal.Invalid("profile.address_lines", "ADDRESS_LINES_COUNT", $"An address has 1 to {AddressLinesMax} lines.").With("count", sent.AddressLines.Count).With("count_max", AddressLinesMax));
        if (!Zones.Exists(sent.Zone))
            refusals.Add(Refusal.Invalid("profile.zone", "ZONE_UNKNOWN", $"'{sent.Zone}' is not an IANA time zone.").With("zone", sent.Zone));
        return refusals;
    }

    static PackagingClass KindOf(PackagingKind kind) => kind switch
    {
        PackagingKind.TypeA => PackagingClass.TypeA,
        PackagingKind.TypeBU => PackagingClass.TypeBU,
        PackagingKind.TypeBM => PackagingClass.TypeBM,
        _ => PackagingClass.Excepted,
    };

    static Packaging ToWire(PackagingRow row) => new()
    {
        PackagingId = row.Id,
        Name = row.Name,
        Kind = row.Kind switch
        {
            PackagingClass.TypeA => PackagingKind.TypeA,
            PackagingClass.TypeBU => PackagingKind.TypeBU,
            PackagingClass.TypeBM => PackagingKind.TypeBM,
            _ => PackagingKind.Excepted,
        },
        SpecificationMark = row.SpecificationMark,
        Evidence = row.Evidence,
        TestedForLiquids = row.TestedForLiquids,
        LimitBq = row.LimitBq ?? 0,
        Active = row.Active,
        Version = row.Version,
    };

    static ShipperProfile ToWire(ShipperProfileRow row) => new()
    {
        SiteId = row.SiteId,
        ShipperName = row.ShipperName,
        AddressLines = { Json.Read<List<string>>(row.Address) },
        EmergencyPhone = row.EmergencyPhone,
        EmergencyProvider = row.EmergencyProvider,
        EmergencyInformation = row.EmergencyInformation,
        CertificationText = row.CertificationText,
        AirDeclarationText = row.AirDeclarationText,
        Zone = row.Zone,
        Version = row.Version,
    };
}
