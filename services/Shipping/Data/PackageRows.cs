using Doseline.Platform.Data;
using Doseline.Shipping.Domain;
using Doseline.Shipping.Domain.Class7;

namespace Doseline.Shipping.Data;

/// <summary>A package as stored.</summary>
sealed class PackageRow : IGxpRow
{
    public required string Id { get; init; }
    public required string Number { get; init; }
    public required string SiteId { get; init; }
    public required string CustomerId { get; init; }
    public required string PackagingId { get; init; }
    public required PackageState State { get; set; }
    public required Phase PhysicalForm { get; init; }
    public required string ChemicalForm { get; init; }
    public required double? MassGrams { get; set; }
    public required string Doses { get; set; }
    public required long ContentVersion { get; set; }
    public required DateTimeOffset ContentTime { get; set; }
    public string? SurveyId { get; set; }
    public string? Classification { get; set; }
    public string SealId { get; set; } = "";
    public int PaperVersion { get; set; }
    public string PaperBasis { get; set; } = "";
    public string CarrierServiceId { get; set; } = "";
    public int Attempt { get; set; }
    public int ReopenedCount { get; set; }
    public string? Delivery { get; set; }
    public string Incidents { get; set; } = "[]";
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    public IReadOnlyList<DoseInPackage> ReadDoses() => Json.Read<List<DoseInPackage>>(Doses);

    public PackageClassification? ReadClassification() => Classification is null ? null : Json.Read<PackageClassification>(Classification);

    public DeliveryProof? ReadDelivery() => Delivery is null ? null : Json.Read<DeliveryProof>(Delivery);

    public List<string> ReadIncidents() => Json.Read<List<string>>(Incidents);

    /// <summary>The contents were changed or laid open: nothing that was measured or printed counts any more.</summary>
    public void Open(DateTimeOffset now)
    {
        State = PackageState.Open;
        ContentVersion++;
        ContentTime = now;
        SurveyId = null;
        Classification = null;
        SealId = "";
        PaperBasis = "";
    }
}

/// <summary>A survey as stored; never changed.</summary>
sealed class SurveyRow : IGxpRow
{
    public required string Id { get; init; }
    public required string PackageId { get; init; }
    public required long ContentVersion { get; init; }
    public required long SurfaceNsvPerHour { get; init; }
    public required long MeterNsvPerHour { get; init; }
    public required string Wipes { get; init; }
    public required string InstrumentId { get; init; }
    public string InstrumentCode { get; init; } = "";
    public required DateTimeOffset CalibrationDueTime { get; init; }
    public required DateTimeOffset SurveyTime { get; init; }
    public required string SurveyorId { get; init; }
    public required string SurveyorName { get; init; }
    public required string SealId { get; init; }
    public required string Findings { get; init; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    public DoseRates Rates => new(SurfaceNsvPerHour, MeterNsvPerHour);
}

/// <summary>A paper as printed; never changed.</summary>
sealed class PaperRow : IGxpRow
{
    public required string Id { get; init; }
    public required string PackageId { get; init; }
    public required int PaperVersion { get; init; }
    public required string Basis { get; init; }

    /// <summary>Proto JSON of the paper.</summary>
    public required string Paper { get; init; }

    public required string HtmlHash { get; init; }
    public required string Reason { get; init; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";
}

/// <summary>A hand-over to a carrier as stored.</summary>
sealed class ShipmentRow : IGxpRow
{
    public required string Id { get; init; }
    public required string PackageId { get; init; }
    public required int Attempt { get; init; }
    public required string CarrierServiceId { get; init; }
    public required string Carrier { get; init; }
    public required string TrackingReference { get; init; }
    public required DateTimeOffset ShipTime { get; init; }
    public required DateTimeOffset PlannedDeliveryTime { get; init; }
    public required int TransportIndexTenths { get; init; }
    public required string Doses { get; init; }
    public DateTimeOffset? VoidTime { get; set; }
    public string VoidReason { get; set; } = "";
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    public IReadOnlyList<CertifiedDose> ReadDoses() => Json.Read<List<CertifiedDose>>(Doses);
}

/// <summary>Which live package a dose is in. An index, not a record.</summary>
sealed class DosePlaceRow
{
    public required string DoseId { get; init; }
    public required string PackageId { get; set; }
}

/// <summary>Every package a dose was ever in. An index, not a record.</summary>
sealed class DoseHistoryRow
{
    public required string DoseId { get; init; }
    public required string PackageId { get; init; }
}
