using Doseline.Common.V1;
using Doseline.Kernel.Rules;
using Doseline.Shipping.Domain;

namespace Doseline.Shipping.Data;

// Copies of what others own, kept by their facts; read only and never an authority, so they carry no audit trail of their own.

/// <summary>A customer, copied from Orders.</summary>
sealed class CustomerCopy
{
    public required string Id { get; init; }
    public required string Code { get; set; }
    public required string Name { get; set; }
    public required string Address { get; set; }
    public required string Zone { get; set; }
    public required string LicenceNumber { get; set; }
    public required DateTimeOffset? LicenceExpireTime { get; set; }
    public required string LicenceLines { get; set; }

    public ConsigneeLicence ToLicence() => new(Id, LicenceNumber, LicenceExpireTime, Json.Read<List<LicenceLine>>(LicenceLines));
}

/// <summary>An order, copied from Orders.</summary>
sealed class OrderCopy
{
    public required string Id { get; init; }
    public required string SiteId { get; set; }
    public required string CustomerId { get; set; }
    public required string CarrierServiceId { get; set; }
    public required DateTimeOffset CutoffTime { get; set; }
    public required DateTimeOffset DeliveryTime { get; set; }
    public required DateTimeOffset WindowEndTime { get; set; }
    public required bool Cancelled { get; set; }

    public OrderPromise ToDomain() => new(Id, CustomerId, CarrierServiceId, CutoffTime, DeliveryTime, WindowEndTime, Cancelled);
}

/// <summary>A printed dose label, copied from Labeling.</summary>
sealed class LabelCopy
{
    public required string DoseId { get; init; }
    public required string PrintId { get; init; }
    public required bool Verified { get; set; }
    public required bool Voided { get; set; }
}

/// <summary>An outage authorisation, copied from Quality whole.</summary>
sealed class OutageCopy
{
    public required string Id { get; init; }
    public required string SiteId { get; init; }
    public required DateTimeOffset ExpireTime { get; init; }

    /// <summary>The fact as it came, proto JSON.</summary>
    public required string Document { get; init; }
    public required bool Reconciled { get; set; }
}

/// <summary>What others last said of a dose: hints for boards.</summary>
sealed class DoseHintRow
{
    public required string DoseId { get; init; }

    /// <summary>Quality's last word; none until heard.</summary>
    public QualityStatus Disposition { get; set; }

    /// <summary>Batch it comes from; empty while it is not known.</summary>
    public string BatchId { get; set; } = "";
    public required string LostCause { get; set; }
}

/// <summary>Quality's deviation by reference, a copy kept by facts: its audit is Quality's.</summary>
sealed class DeviationRow
{
    public required string Id { get; init; }
    public required string BatchId { get; set; }

    /// <summary>Dose concerned; empty for the whole batch.</summary>
    public required string DoseId { get; set; }
    public required bool Closed { get; set; }

    /// <summary>Action it led to; empty for none.</summary>
    public required string CapaReference { get; set; }

    public DeviationReference ToWire() => new() { DeviationId = Id, DoseId = DoseId, Closed = Closed, CapaReference = CapaReference };
}
