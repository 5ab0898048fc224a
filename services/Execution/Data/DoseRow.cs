using Doseline.Execution.Domain;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;
using Doseline.Platform.Actors;

namespace Doseline.Execution.Data;

/// <summary>A dose and the work order that asks for it.</summary>
sealed record DoseRow : IActorRow
{
    public required string Id { get; init; }
    public required string OrderId { get; init; }
    public required string CustomerId { get; init; }
    public required string ReservationId { get; set; }
    public required string RunId { get; set; }
    public string? BatchId { get; set; }
    public required string SiteId { get; init; }
    public required string ProductCode { get; init; }
    public required long ProductVersion { get; init; }
    public required string RecipeCode { get; set; }

    /// <summary>Activity wanted, at the instant the order named.</summary>
    public required CalibratedActivity Ordered { get; set; }
    public required double ToleranceFraction { get; set; }
    public required DateTimeOffset WindowStartTime { get; set; }
    public required DateTimeOffset WindowEndTime { get; set; }
    public required string WindowZone { get; set; }
    public required DateTimeOffset ReleaseByTime { get; set; }
    public required DateTimeOffset CutoffTime { get; set; }
    public required DateTimeOffset DeliveryTime { get; set; }
    public required DateTimeOffset ExpireTime { get; set; }
    public required DoseState State { get; set; }
    public required QualityStatus Disposition { get; set; }

    /// <summary>Instant of the fact that set <see cref="Disposition"/>; an older fact does not overwrite it.</summary>
    public DateTimeOffset? DispositionTime { get; set; }
    public required long RecordVersion { get; set; }

    /// <summary>As the instrument showed it.</summary>
    public CalibratedActivity? Reading { get; set; }

    /// <summary>As used: reading times factor.</summary>
    public CalibratedActivity? Measured { get; set; }
    public double Factor { get; set; }
    public string Geometry { get; set; } = "";
    public string Setting { get; set; } = "";
    public string InstrumentId { get; set; } = "";
    public double VolumeMl { get; set; }
    public string RoomId { get; set; } = "";
    public DateTimeOffset? DispenseTime { get; set; }
    public string DispensedBy { get; set; } = "";
    public string DispensedByName { get; set; } = "";

    /// <summary>JSON list of activities: the product nuclide first, impurities after it.</summary>
    public string Contents { get; set; } = "[]";
    public string CertificateId { get; set; } = "";
    public string ReleasedByName { get; set; } = "";
    public string PackageId { get; set; } = "";
    public string PackageNumber { get; set; } = "";
    public string Carrier { get; set; } = "";
    public string TrackingReference { get; set; } = "";
    public int TransportIndexTenths { get; set; }
    public DateTimeOffset? ShipTime { get; set; }

    /// <summary>Handed over, and neither delivered nor back.</summary>
    public bool InTransit { get; set; }
    public DateTimeOffset? DeliveredTime { get; set; }
    public string Recipient { get; set; } = "";
    public bool Intact { get; set; }
    public DoseLoss LossCause { get; set; }

    /// <summary>Its order was cancelled: what the carrier brings back is lost then.</summary>
    public bool Cancelled { get; set; }

    /// <summary>Comma-separated names of the risks already told.</summary>
    public string Risks { get; set; } = "";
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    /// <summary>The dose as its rules see it.</summary>
    public Dose ToDomain() => new(Id, State, Disposition, DispenseTime is not null, InTransit, ReleaseByTime, CutoffTime, DeliveryTime, ExpireTime, Risks is "" ? [] : Risks.Split(','));
}
