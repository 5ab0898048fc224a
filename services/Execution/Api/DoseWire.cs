using Doseline.Execution.Data;
using Doseline.Execution.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using DoseState = Doseline.Execution.Domain.DoseState;
using WireState = Doseline.Execution.V1.DoseState;

namespace Doseline.Execution.Api;

/// <summary>Doses as sent.</summary>
static class DoseWire
{
    /// <summary>State as people read it: production's and Quality's word in one.</summary>
    public static WireState StateOf(DoseRow dose) => dose.State switch
    {
        DoseState.Shipped => WireState.Shipped,
        DoseState.Delivered => WireState.Delivered,
        DoseState.Lost => WireState.Lost,
        _ when dose.Disposition is QualityStatus.Quarantine => WireState.Held,
        DoseState.Complete when dose.Disposition is QualityStatus.Released => WireState.Released,
        DoseState.Complete when dose.Disposition is QualityStatus.ConditionallyReleased => WireState.ConditionallyReleased,
        DoseState.Complete => WireState.Pending,
        var state => (WireState)(int)state,
    };

    /// <summary>The record of a dose.</summary>
    /// <param name="dose">Dose.</param>
    /// <param name="batch">Its batch; null until it is in one.</param>
    public static DoseRecord ToWire(this DoseRow dose, BatchRow? batch) => new()
    {
        DoseId = dose.Id,
        OrderId = dose.OrderId,
        BatchId = batch?.Id ?? "",
        BatchNumber = batch?.Number ?? "",
        ProductCode = dose.ProductCode,
        ProductName = batch?.ProductName ?? "",
        SiteId = dose.SiteId,
        RoomId = dose.RoomId,
        Measured = dose.Measured?.ToWire(),
        Ordered = dose.Ordered.ToWire(),
        VolumeMl = dose.VolumeMl,
        ExpireTime = dose.ExpireTime.ToWire(),
        RecordVersion = dose.RecordVersion,
        State = StateOf(dose),
        InstrumentId = dose.InstrumentId,
        DispensedBy = dose.DispensedByName,
        DispenseTime = dose.DispenseTime.ToWire(),
        Contents = { Stored.ReadActivities(dose.Contents).Select(a => a.ToWire()) },
    };

    /// <summary>The dose as its batch record has it.</summary>
    public static RecordedDose ToRecorded(this DoseRow dose, BatchRow batch) => new()
    {
        Record = dose.ToWire(batch),
        Reading = dose.Reading?.ToWire(),
        Factor = dose.Factor,
        Geometry = dose.Geometry,
        Setting = dose.Setting,
        DecayFactor = dose.Measured?.DecayFactor(dose.Ordered.Reference) ?? 0,
        CertificateId = dose.CertificateId,
        ReleasedBy = dose.ReleasedByName,
        PackageId = dose.PackageId,
        PackageNumber = dose.PackageNumber,
        Carrier = dose.Carrier,
        TrackingReference = dose.TrackingReference,
        TransportIndexTenths = dose.TransportIndexTenths,
        ShipTime = dose.ShipTime.ToWire(),
        DeliveryTime = dose.DeliveredTime.ToWire(),
        Recipient = dose.Recipient,
        Intact = dose.Intact,
        LossCause = (DoseLossCause)(int)dose.LossCause,
    };

    /// <summary>The work order of a dose.</summary>
    public static WorkOrder ToWorkOrder(this DoseRow dose) => new()
    {
        DoseId = dose.Id,
        OrderId = dose.OrderId,
        RunId = dose.RunId,
        BatchId = dose.BatchId ?? "",
        SiteId = dose.SiteId,
        ProductCode = dose.ProductCode,
        RecipeCode = dose.RecipeCode,
        Wanted = dose.Ordered.ToWire(),
        ToleranceFraction = dose.ToleranceFraction,
        WindowStartTime = dose.WindowStartTime.ToWire(),
        WindowEndTime = dose.WindowEndTime.ToWire(),
        WindowZone = dose.WindowZone,
        ReleaseByTime = dose.ReleaseByTime.ToWire(),
        CutoffTime = dose.CutoffTime.ToWire(),
        State = StateOf(dose),
    };
}
