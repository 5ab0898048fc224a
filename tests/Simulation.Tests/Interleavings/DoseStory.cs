using Doseline.Execution.V1;
using Doseline.Inventory.V1;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Ids;
using Doseline.Labeling.V1;
using Doseline.Orders.V1;
using Doseline.Quality.V1;
using Doseline.Shipping.V1;
using Doseline.Testing;
using Doseline.Waste.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Simulation.Tests.Interleavings;

/// <summary>What becomes of a dose; the facts that each service publishes of it, in the order of its log.</summary>
enum Fate
{
    /// <summary>Shipped, brought back by the carrier, shipped again and delivered.</summary>
    ShippedTwice,

    /// <summary>Rejected before it left.</summary>
    Rejected,

    /// <summary>Its order was cancelled while the carrier had it, who brought it back.</summary>
    Cancelled,

    /// <summary>Rejected while the carrier had it, who brought it back.</summary>
    Recalled,

    /// <summary>Rejected, and its order cancelled, when the patient had it.</summary>
    TooLate,
}

/// <summary>A dose of its own for each run: its ids occur in no other.</summary>
sealed class DoseStory(int number, TestSigner signer)
{
    public const string Run = "run-1";

    static readonly DateTimeOffset Start = TestPlatform.Start;

    public string Order { get; } = $"order-{number:D6}";
    public string Dose => Id.From("dose", Order);
    public string Batch { get; } = $"batch-{number:D6}";
    public string Sample { get; } = $"sample-{number:D6}";
    public string Reservation { get; } = $"reservation-{number:D6}";
    public string Lot { get; } = $"lot-{number:D6}";
    string Print { get; } = $"print-{number:D6}";
    string Outage { get; } = $"outage-{number:D6}";
    string Deviation { get; } = $"deviation-{number:D6}";
    string Recall { get; } = $"recall-{number:D6}";
    string Customer { get; } = $"customer-{number:D6}";
    string Service { get; } = $"service-{number:D6}";
    string Exception { get; } = $"exception-{number:D6}";
    string DoseWaste => Id.From("waste", Dose);
    string SampleWaste => Id.From("waste", Sample);

    /// <summary>Every id of it, and what a comparison calls it.</summary>
    public IReadOnlyDictionary<string, string> Names => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [Dose] = "DOSE", [DoseWaste] = "WASTE OF DOSE", [SampleWaste] = "WASTE OF SAMPLE", [$"{number:D6}"] = "N",
        [Id.From("deviation", Exception)] = "DEVIATION OF EXCEPTION",
    };

    /// <summary>The facts of every publisher.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<IMessage>> Logs(Fate fate) => new Dictionary<string, IReadOnlyList<IMessage>>(StringComparer.Ordinal)
    {
        ["orders"] = [.. Orders(fate)],
        ["execution"] = [.. Execution(fate)],
        ["quality"] = [.. Quality(fate)],
        ["labeling"] = [new LabelVerified { DoseId = Dose, PrintId = Print, CopyNumber = 1 }, new LabelVoided { DoseId = Dose, PrintId = Print }],
        ["shipping"] = [.. Shipping(fate)],
        ["inventory"] = [new LotReceived { LotId = Lot, Route = ProductionRoute.NoCarrierAdded }, new MaterialIssued { LotId = Lot, BatchId = Batch, Route = ProductionRoute.CarrierAdded }, new LotStatusChanged { LotId = Lot, From = LotStatus.Quarantine, To = LotStatus.Approved }],
        ["waste"] = [.. Waste(fate)],
    };

    public static Common.V1.CalibratedActivity Activity(double bq) => new() { Nuclide = "Lu-177", ActivityBq = bq, ReferenceTime = Start.ToTimestamp(), DataVersion = NuclideData.Current.Version };

    IEnumerable<IMessage> Orders(Fate fate)
    {
        yield return new CustomerPublished { CustomerId = Customer, Code = "C", Name = "Clinic", Zone = "UTC" };
        yield return Accepted(deliverHours: 30);
        yield return new OrderRescheduled { Order = Accepted(deliverHours: 32) };
        if (fate is Fate.Cancelled or Fate.TooLate) yield return new OrderCancelled { OrderId = Order, ReservationId = Reservation, Reason = "the patient is ill" };
    }

    EquipmentChanged Meter(bool inService) => new()
    {
        EquipmentId = $"meter-{number:D6}", Code = "M", EquipmentClass = EquipmentClass.Instrument, SiteId = "site", InService = inService, QualificationDueTime = At(99), CalibrationDueTime = At(99),
    };

    IEnumerable<IMessage> Execution(Fate fate)
    {
        yield return Meter(inService: true);
        yield return new BatchStarted { BatchId = Batch, BatchNumber = $"B-{number:D6}", SiteId = "site", ProductCode = "P", DoseIds = { Dose } };
        yield return new DoseDispensed { DoseId = Dose, OrderId = Order, BatchId = Batch, SiteId = "site", RoomId = "room", ProductCode = "P", Measured = Activity(5e9), VolumeMl = 2, ExpireTime = At(48) };
        yield return new SampleTaken { SampleId = Sample, BatchId = Batch, SiteId = "site", RoomId = "laboratory", Activity = Activity(1e7) };
        yield return new ExecutionHoldRaised { ExceptionId = Exception, BatchId = Batch, DoseId = "other dose", Cause = HoldCause.StepValueOutOfLimit };
        yield return new BatchReadyForDisposition
        {
            BatchId = Batch, BatchNumber = $"B-{number:D6}", SiteId = "site", ProductCode = "P", RecordVersion = 7, RecordHash = "aa11", EndOfSynthesisTime = At(2),
            Doses = { new BatchDose { DoseId = Dose, OrderId = Order, ExpireTime = At(48), ReleaseByTime = At(8) } },
        };
        yield return new DoseAtRisk { DoseId = Dose, OrderId = Order, Risk = DoseRisk.Cutoff, DeadlineTime = At(10) };
        if (fate is Fate.ShippedTwice) yield return new DoseAtRisk { DoseId = Dose, OrderId = Order, Risk = DoseRisk.DeliveryOverdue, DeadlineTime = At(32) };
        var cause = fate switch { Fate.Rejected or Fate.Recalled => DoseLossCause.Rejected, Fate.Cancelled => DoseLossCause.Cancelled, _ => DoseLossCause.Unspecified };
        if (cause is not DoseLossCause.Unspecified)
        {
            yield return new DoseLost { DoseId = Dose, OrderId = Order, BatchId = Batch, Cause = cause };
            yield return new WasteArisen
            {
                WasteId = DoseWaste, FromId = Dose, FromKind = HoldingKind.Dose, BatchId = Batch, SiteId = "site", RoomId = "room", Contents = { Activity(5e9) },
                Cause = fate is Fate.Rejected ? WasteCause.Rejected : WasteCause.Returned,
            };
        }

        yield return new BatchRecordClosed { BatchId = Batch, RecordVersion = 8, RecordHash = "bb22" };
        if (fate is Fate.ShippedTwice)
        {
            yield return new BatchRecordReopened { BatchId = Batch, RecordVersion = 9 };
            yield return new BatchRecordClosed { BatchId = Batch, RecordVersion = 10, RecordHash = "cc33" };
        }

        yield return Meter(inService: false);
        yield return new RunChanged { RunId = Run, OrderIds = { Order }, EndOfSynthesisTime = At(2) };
    }

    IEnumerable<IMessage> Quality(Fate fate)
    {
        yield return new DeviationOpened { DeviationId = Deviation, BatchId = Batch, DoseId = Dose, Code = "LATE" };
        yield return new DeviationClosed { DeviationId = Deviation, BatchId = Batch, MayContinue = true };
        yield return new CapaLinked { DeviationId = Deviation, BatchId = Batch, DoseId = Dose, CapaReference = "CAPA-1" };
        yield return Disposed(Disposition.InProcess, 1);
        yield return Disposed(Disposition.Pending, 2);
        if (fate is not Fate.Rejected) yield return Disposed(fate is Fate.TooLate ? Disposition.ConditionallyReleased : Disposition.Released, 3);
        if (fate is Fate.Recalled or Fate.TooLate) yield return Disposed(Disposition.Quarantine, 4);
        if (fate is Fate.TooLate) yield return new RecallOpened { RecallId = Recall, Reason = "growth", ReferenceId = Deviation, Doses = { new RecalledDose { DoseId = Dose, OrderId = Order } } };
        if (fate is Fate.Rejected or Fate.Recalled or Fate.TooLate) yield return Disposed(Disposition.Rejected, 5);
        if (fate is Fate.TooLate) yield return new RecallClosed { RecallId = Recall, OrderIds = { Order } };
        yield return new SampleDiscarded { SampleId = Sample, BatchId = Batch };
        yield return new OutageReleaseAuthorised { AuthorisationId = Outage, SiteId = "site", ExpireTime = At(20) };
        yield return new OutageReleaseReconciled { AuthorisationId = Outage };
    }

    IEnumerable<IMessage> Shipping(Fate fate)
    {
        yield return new CarrierServicePublished { CarrierServiceId = Service, Carrier = "Fast", SiteId = "site", Zone = "UTC", Transit = Duration.FromTimeSpan(TimeSpan.FromHours(4)), Active = true };
        if (fate is Fate.Rejected) yield break;
        yield return Shipped("A", 11);
        if (fate is not Fate.TooLate) yield return new ShipmentVoided { PackageId = Package("A"), Doses = { Carried }, SiteId = "site", Reason = "refused", VoidTime = At(12) };
        if (fate is Fate.ShippedTwice) yield return Shipped("B", 13);
        if (fate is not (Fate.ShippedTwice or Fate.TooLate)) yield break;
        var last = Package(fate is Fate.TooLate ? "A" : "B");
        yield return new PackageDelivered { PackageId = last, Doses = { Carried }, DeliveryTime = At(20), Recipient = "nurse", Intact = true };
        if (fate is not Fate.ShippedTwice) yield break;
        yield return new DeliveryWithdrawn { PackageId = last, Doses = { Carried }, SiteId = "site", Reason = "wrong ward", WithdrawTime = At(21) };
        yield return new PackageDelivered { PackageId = last, Doses = { Carried }, DeliveryTime = At(22), Recipient = "nurse", Intact = true };
    }

    IEnumerable<IMessage> Waste(Fate fate)
    {
        List<string> wastes = [SampleWaste];
        if (fate is Fate.Rejected or Fate.Cancelled or Fate.Recalled) wastes.Add(DoseWaste);
        foreach (var waste in wastes) yield return new WasteMoved { WasteId = waste, SiteId = "site", RoomId = "store" };
        yield return new WasteDisposed { ContainerId = $"container-{number:D6}", WasteIds = { wastes }, SiteId = "site", DisposeTime = At(40), Route = DisposalRoute.DecayInStorage };
    }

    OrderAccepted Accepted(int deliverHours) => new()
    {
        OrderId = Order, ProductCode = "P", ProductVersion = 1, SiteId = "site", CustomerId = Customer, Wanted = Activity(5e9), ToleranceFraction = 0.1, WindowStartTime = At(deliverHours),
        WindowEndTime = At(deliverHours + 2), WindowZone = "UTC", ReservationId = Reservation, RunId = Run, EndOfSynthesisTime = At(2), ReleaseByTime = At(8), CutoffTime = At(10),
        DeliveryTime = At(deliverHours), CarrierServiceId = Service, ExpireTime = At(48), RecipeCode = "R",
    };

    PackageShipped Shipped(string package, int hours) => new()
    {
        PackageId = Package(package), PackageNumber = package, SiteId = "site", CustomerId = Customer, Doses = { Carried }, Carrier = "Fast", TrackingReference = "T", TransportIndexTenths = 3, ShipTime = At(hours),
    };

    DoseDispositionChanged Disposed(Disposition to, int hours)
    {
        DoseDispositionChanged fact = new() { DoseId = Dose, BatchId = Batch, OrderId = Order, To = to, CertificateId = to is Disposition.Released or Disposition.ConditionallyReleased ? "certificate" : "", SignatureTime = At(hours) };
        return to is Disposition.Released or Disposition.ConditionallyReleased ? signer.Released(fact) : fact;
    }

    ShippedDose Carried => new() { DoseId = Dose, OrderId = Order, CertificateId = "certificate" };

    string Package(string name) => $"package-{name}-{number:D6}";

    static Timestamp At(int hours) => Start.AddHours(hours).ToTimestamp();
}
