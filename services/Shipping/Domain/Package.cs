using Doseline.Kernel.Decay;
using Doseline.Shipping.Domain.Class7;

namespace Doseline.Shipping.Domain;

/// <summary>States of a package.</summary>
public enum PackageState
{
    /// <summary>Packed, or back and opened.</summary>
    Open,

    /// <summary>Surveyed, sealed and classified.</summary>
    Surveyed,

    /// <summary>Its papers are printed.</summary>
    Papered,

    /// <summary>With the carrier.</summary>
    Shipped,

    /// <summary>Delivered.</summary>
    Delivered,

    /// <summary>Unpacked for good.</summary>
    Dissolved,
}

/// <summary>A measured activity as packed: the values of a <see cref="CalibratedActivity"/> in a form that can be stored.</summary>
/// <param name="Nuclide">Symbol.</param>
/// <param name="ActivityBq">Activity in becquerels at the reference instant.</param>
/// <param name="Reference">Reference instant (UTC).</param>
/// <param name="DataVersion">Version of the nuclide data.</param>
public sealed record MeasuredPart(string Nuclide, double ActivityBq, DateTimeOffset Reference, string DataVersion)
{
    /// <summary>The same as a quantity.</summary>
    public CalibratedActivity ToActivity() =>
        CalibratedActivity.Create(Nuclide, ActivityBq, Reference, NuclideData.ForVersion(DataVersion) ?? NuclideData.Current, "contents").OrThrow();

    /// <summary>From a quantity.</summary>
    public static MeasuredPart Of(CalibratedActivity activity) => new(activity.Nuclide.Symbol, activity.Amount.Bq, activity.Reference, activity.DataVersion);
}

/// <summary>A dose in a package, as Execution's record had it when it was packed.</summary>
public sealed record DoseInPackage
{
    /// <summary>Dose.</summary>
    public required string DoseId { get; init; }

    /// <summary>Order.</summary>
    public required string OrderId { get; init; }

    /// <summary>Batch number as printed.</summary>
    public required string BatchNumber { get; init; }

    /// <summary>Product code.</summary>
    public required string ProductCode { get; init; }

    /// <summary>Product name.</summary>
    public required string ProductName { get; init; }

    /// <summary>Site.</summary>
    public required string SiteId { get; init; }

    /// <summary>Every nuclide as measured, the product nuclide first.</summary>
    public required IReadOnlyList<MeasuredPart> Contents { get; init; }

    /// <summary>Volume in mL.</summary>
    public required double VolumeMl { get; init; }

    /// <summary>Version of the dose's record.</summary>
    public required long RecordVersion { get; init; }

    /// <summary>Instant after which the dose may not be given.</summary>
    public required DateTimeOffset Expire { get; init; }

    /// <summary>True when what was measured is the same, whatever else of the record changed.</summary>
    public bool HoldsTheSameAs(DoseInPackage other) =>
        OrderId == other.OrderId && VolumeMl.Equals(other.VolumeMl) && Contents.SequenceEqual(other.Contents);
}

/// <summary>A dose with the certificate that opened the gate.</summary>
/// <param name="DoseId">Dose.</param>
/// <param name="OrderId">Order.</param>
/// <param name="CertificateId">Certificate.</param>
/// <param name="CheckTime">Instant Quality answered.</param>
/// <param name="DispositionVersion">Version of the disposition then.</param>
public sealed record CertifiedDose(string DoseId, string OrderId, string CertificateId, DateTimeOffset CheckTime, long DispositionVersion)
{
    /// <summary>Outage authorisation that stood in for Quality's answer; empty when Quality answered.</summary>
    public string OutageAuthorisationId { get; init; } = "";
}

/// <summary>Proof of delivery.</summary>
/// <param name="Time">Instant of delivery.</param>
/// <param name="Recipient">Who received it.</param>
/// <param name="Condition">In words.</param>
/// <param name="SealId">Seal as read.</param>
/// <param name="Intact">True when seal and package were whole and the seal is the one applied.</param>
public sealed record DeliveryProof(DateTimeOffset Time, string Recipient, string Condition, string SealId, bool Intact);

/// <summary>A packaging.</summary>
/// <param name="Id">Identifier.</param>
/// <param name="Name">Model.</param>
/// <param name="Kind">What it was built and tested as.</param>
/// <param name="SpecificationMark">Mark on it.</param>
/// <param name="TestedForLiquids">True when tested for liquids.</param>
/// <param name="LimitBq">Most activity its evidence covers in Bq; null for none below the legal limit.</param>
/// <param name="Active">True when it may be used for new packages.</param>
public sealed record PackagingSpec(string Id, string Name, PackagingClass Kind, string SpecificationMark, bool TestedForLiquids, double? LimitBq, bool Active);

/// <summary>An order's promise, as Orders published it.</summary>
/// <param name="OrderId">Order.</param>
/// <param name="CustomerId">Customer.</param>
/// <param name="CarrierServiceId">Carrier service it was promised with.</param>
/// <param name="Cutoff">Carrier cut-off.</param>
/// <param name="Delivery">Planned delivery.</param>
/// <param name="WindowEnd">Last instant of the appointment window: the dose is of no use later.</param>
/// <param name="Cancelled">True when cancelled.</param>
public sealed record OrderPromise(string OrderId, string CustomerId, string CarrierServiceId, DateTimeOffset Cutoff, DateTimeOffset Delivery, DateTimeOffset WindowEnd, bool Cancelled);
