using Doseline.Kernel.Decay;
using Doseline.Orders.Domain;
using Doseline.Platform.Data;

namespace Doseline.Orders.Data;

#pragma warning disable CS1591 // Columns mean what orders.proto says of them.
/// <summary>A dose order. Activity is kept at the instant it was ordered for; every other is computed from it.</summary>
public sealed class OrderRow : IGxpRow
{
    public required string Id { get; init; }

    /// <summary>What <see cref="Progress"/> amounts to, for filters.</summary>
    public OrderState State { get; set; } = OrderState.Accepted;

    public required string ProductCode { get; init; }
    public required long ProductVersion { get; init; }
    public required string CustomerId { get; init; }
    public required string CustomerCode { get; init; }
    public required string CustomerZone { get; set; }
    public required string PatientToken { get; init; }
    public required string ExternalReference { get; init; }
    public required string Nuclide { get; init; }
    public double WantedBq { get; set; }
    public DateTimeOffset WantedTime { get; set; }
    public string DataVersion { get; set; } = "";
    public bool AtCalibration { get; set; }
    public required double ToleranceFraction { get; init; }
    public DateTimeOffset AdministrationTime { get; set; }
    public DateTimeOffset WindowStartTime { get; set; }
    public DateTimeOffset WindowEndTime { get; set; }
    public string WindowZone { get; set; } = "";
    public string SiteId { get; set; } = "";
    public string SiteZone { get; set; } = "";
    public string CarrierServiceId { get; set; } = "";
    public string Carrier { get; set; } = "";
    public string RunId { get; set; } = "";
    public string ReservationId { get; set; } = "";
    public DateTimeOffset EndOfSynthesisTime { get; set; }
    public DateTimeOffset ReleaseByTime { get; set; }
    public DateTimeOffset CutoffTime { get; set; }
    public DateTimeOffset PlannedDeliveryTime { get; set; }
    public DateTimeOffset ExpireTime { get; set; }
    public DateTimeOffset CancellationDeadlineTime { get; set; }
    public required string PriceId { get; init; }
    public required long PriceVersion { get; init; }
    public required string Currency { get; init; }
    public required long MinorUnits { get; init; }
    public required DateTimeOffset AcceptTime { get; init; }
    public required string AcceptedBy { get; init; }
    public required string DoseId { get; init; }
    public string BatchId { get; set; } = "";
    public bool Started { get; set; }
    public bool Dispensed { get; set; }
    public DateTimeOffset? ReleaseTime { get; set; }
    public string CertificateId { get; set; } = "";

    /// <summary>True while the release is conditional.</summary>
    public bool Conditional { get; set; }

    public string RecallId { get; set; } = "";
    public string RecallReason { get; set; } = "";
    public bool RecallOpen { get; set; }

    /// <summary>Instant of the newest disposition seen: an older one that comes later changes nothing.</summary>
    public DateTimeOffset? DispositionTime { get; set; }

    public string PackageId { get; set; } = "";

    /// <summary>Packages that were voided, as <c>package@ticks</c> with commas: a late fact of an earlier shipping changes nothing, a later one does.</summary>
    public string VoidedPackages { get; set; } = "";

    public DateTimeOffset? ShipTime { get; set; }
    public DateTimeOffset? DeliveryTime { get; set; }
    public string LossCause { get; set; } = "";

    /// <summary>True while <see cref="Risk"/> is one, for filters.</summary>
    public bool AtRisk { get; set; }

    /// <summary>The risk that was told last.</summary>
    public string Risk { get; set; } = "";
    public bool PromiseBroken { get; set; }
    public DateTimeOffset? CancelTime { get; set; }
    public string CancelCause { get; set; } = "";
    public string InvoiceId { get; set; } = "";
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    /// <summary>What is known to have happened.</summary>
    public OrderProgress Progress => new()
    {
        CancelTime = CancelTime,
        Started = Started,
        Dispensed = Dispensed,
        ReleaseTime = ReleaseTime,
        Conditional = Conditional,
        ShipTime = ShipTime,
        DeliveryTime = DeliveryTime,
        LossCause = LossCause,
        InvoiceId = InvoiceId,
        CancellationDeadline = CancellationDeadlineTime,
    };

    /// <summary>Activity as ordered.</summary>
    public CalibratedActivity Ordered => CalibratedActivity.Create(Nuclide, WantedBq, WantedTime, NuclideData.ForVersion(DataVersion)
        ?? throw new InvalidOperationException($"Order {Id} names nuclide data {DataVersion}, which this version does not carry."), "wanted").OrThrow();

    /// <summary>The order's wish.</summary>
    public Wanted Wanted => new(Ordered, AdministrationTime, AtCalibration);

    /// <summary>The appointment.</summary>
    public Appointment Appointment => new(WindowStartTime, WindowEndTime, WindowZone);

    /// <summary>Takes a promise over.</summary>
    public void Take(KeptPromise promise)
    {
        var (question, departure) = (promise.Question, promise.Departure);
        WantedBq = question.Wanted.Ordered.Amount.Bq;
        WantedTime = question.Wanted.Ordered.Reference;
        DataVersion = question.Wanted.Ordered.DataVersion;
        AtCalibration = question.Wanted.AtCalibration;
        AdministrationTime = question.Wanted.Administration;
        (WindowStartTime, WindowEndTime, WindowZone) = (question.Appointment.Start, question.Appointment.End, question.Appointment.Zone);
        CustomerZone = question.Customer.Zone;
        (SiteId, SiteZone) = (departure.Service.SiteId, departure.Service.Zone);
        (CarrierServiceId, Carrier) = (departure.Service.Id, departure.Service.Carrier);
        (RunId, ReservationId) = (promise.RunId, promise.ReservationId);
        EndOfSynthesisTime = promise.EndOfSynthesis;
        (ReleaseByTime, CutoffTime, PlannedDeliveryTime) = (departure.ReleaseBy, departure.Cutoff, departure.Delivery);
        ExpireTime = promise.ExpireTime;
        CancellationDeadlineTime = promise.CancellationDeadline;
        (AtRisk, Risk, PromiseBroken) = (false, "", false);
    }

    /// <summary>Reads the state anew after something happened.</summary>
    public void Settle() => (State, AtRisk) = (Progress.State, Progress.IsAtRisk(Risk));
}
