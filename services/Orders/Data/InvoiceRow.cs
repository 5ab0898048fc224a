using Doseline.Platform.Data;

namespace Doseline.Orders.Data;

#pragma warning disable CS1591 // Columns mean what orders.proto says of them.
/// <summary>An invoice; inserted, and never changed but for its cancellation.</summary>
public sealed class InvoiceRow : IGxpRow
{
    public required string Id { get; init; }

    /// <summary>Calendar year (UTC) of issue; the sequence starts anew with it.</summary>
    public required int Year { get; init; }

    /// <summary>Counts from 1 without gaps.</summary>
    public required long Sequence { get; init; }

    public required string OrderId { get; init; }
    public string DoseId { get; init; } = "";
    public required string CustomerId { get; init; }
    public required string ProductCode { get; init; }
    public required string PriceId { get; init; }
    public required long PriceVersion { get; init; }
    public required string Currency { get; init; }
    public required long NetMinorUnits { get; init; }
    public required int TaxBasisPoints { get; init; }
    public required long TaxMinorUnits { get; init; }
    public required long TotalMinorUnits { get; init; }
    public required string RoundingMode { get; init; }
    public required string CertificateId { get; init; }
    public required DateTimeOffset DeliveryTime { get; init; }
    public required DateTimeOffset IssueTime { get; init; }
    public DateTimeOffset? CancelTime { get; set; }
    public string CancelReason { get; set; } = "";
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";
}
