using Doseline.Common.V1;
using Doseline.Platform.Rpc;
using Doseline.Shipping.Data;
using Doseline.Shipping.Domain;
using Doseline.Shipping.Domain.Class7;
using Wire = Doseline.Shipping.V1;

namespace Doseline.Shipping.Api;

/// <summary>Packages as sent.</summary>
static class PackageWire
{
    public static Wire.Package Of(PackageRow row, SurveyRow? survey, IEnumerable<ShipmentRow> shipments) => new()
    {
        PackageId = row.Id,
        PackageNumber = row.Number,
        SiteId = row.SiteId,
        CustomerId = row.CustomerId,
        PackagingId = row.PackagingId,
        State = Of(row.State),
        Version = row.Version,
        Doses = { row.ReadDoses().Select(Of) },
        PhysicalForm = row.PhysicalForm switch
        {
            Phase.Solid => Wire.PhysicalForm.Solid,
            Phase.Gas => Wire.PhysicalForm.Gas,
            _ => Wire.PhysicalForm.Liquid,
        },
        ChemicalForm = row.ChemicalForm,
        ContentMassGrams = row.MassGrams ?? 0,
        ContentVersion = row.ContentVersion,
        Survey = survey is null ? null : Of(survey),
        Classification = row.ReadClassification() is { } classification ? Of(classification) : null,
        SealId = row.SealId,
        PaperVersion = row.PaperVersion,
        Shipments = { shipments.Select(Of) },
        Delivery = row.ReadDelivery() is { } proof ? Of(proof) : null,
        ReopenedCount = row.ReopenedCount,
        Incidents = { row.ReadIncidents() },
    };

    public static Wire.Survey Of(SurveyRow row) => new()
    {
        SurveyId = row.Id,
        SurfaceDoseRateNsvPerHour = row.SurfaceNsvPerHour,
        OneMeterDoseRateNsvPerHour = row.MeterNsvPerHour,
        Wipes = { Json.Read<List<WipeReading>>(row.Wipes).Select(wipe => Of(wipe, row.SurveyTime)) },
        InstrumentId = row.InstrumentId,
        InstrumentCode = row.InstrumentCode,
        CalibrationDueTime = row.CalibrationDueTime.ToWire(),
        SurveyTime = row.SurveyTime.ToWire(),
        SurveyorId = row.SurveyorId,
        SurveyorName = row.SurveyorName,
        SealId = row.SealId,
        Findings = { Json.Read<List<string>>(row.Findings) },
    };

    public static Wire.LabelCategory Of(Category category) => category switch
    {
        Category.None => Wire.LabelCategory.None,
        Category.WhiteI => Wire.LabelCategory.WhiteI,
        Category.YellowII => Wire.LabelCategory.YellowIi,
        Category.YellowIII => Wire.LabelCategory.YellowIii,
        Category.YellowIIIExclusiveUse => Wire.LabelCategory.YellowIiiExclusiveUse,
        _ => throw new ArgumentOutOfRangeException(nameof(category), category, "unknown category"),
    };

    public static Wire.PackageState Of(PackageState state) => state switch
    {
        PackageState.Open => Wire.PackageState.Open,
        PackageState.Surveyed => Wire.PackageState.Surveyed,
        PackageState.Papered => Wire.PackageState.Papered,
        PackageState.Shipped => Wire.PackageState.Shipped,
        PackageState.Delivered => Wire.PackageState.Delivered,
        PackageState.Dissolved => Wire.PackageState.Dissolved,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "unknown state"),
    };

    /// <summary>The state a filter names; null for all.</summary>
    public static PackageState? Read(Wire.PackageState state) => state is Wire.PackageState.Unspecified
        ? null
        : Enum.GetValues<PackageState>().First(known => Of(known) == state);

    static Wire.Classification Of(PackageClassification classification) => new()
    {
        PackageType = classification.Kind switch
        {
            PackageKind.Exempt => Wire.PackageType.Exempt,
            PackageKind.Excepted => Wire.PackageType.Excepted,
            PackageKind.TypeA => Wire.PackageType.A,
            _ => Wire.PackageType.B,
        },
        UnNumber = classification.UnNumber,
        ProperShippingName = classification.ShippingName,
        Category = Of(classification.Category),
        TransportIndexTenths = classification.TransportIndexTenths,
        ReportableQuantity = classification.IsReportableQuantity,
        A2Fraction = classification.TypeAFraction,
        PrintedNuclides = { classification.PrintedNuclides },
        RuleIds = { classification.RuleIds },
        NuclideDataVersion = classification.NuclideDataVersion,
        Class7DataVersion = classification.Class7DataVersion,
        Notes = { classification.Notes },
        ClassifyTime = classification.Time.ToWire(),
    };

    static Wire.PackedDose Of(DoseInPackage dose) => new()
    {
        DoseId = dose.DoseId,
        OrderId = dose.OrderId,
        BatchNumber = dose.BatchNumber,
        ProductCode = dose.ProductCode,
        ProductName = dose.ProductName,
        Contents = { dose.Contents.Select(Of) },
        VolumeMl = dose.VolumeMl,
        RecordVersion = dose.RecordVersion,
        ExpireTime = dose.Expire.ToWire(),
    };

    static CalibratedActivity Of(MeasuredPart part) =>
        new() { Nuclide = part.Nuclide, ActivityBq = part.ActivityBq, ReferenceTime = part.Reference.ToWire(), DataVersion = part.DataVersion };

    static Wire.Wipe Of(WipeReading wipe, DateTimeOffset time) => new()
    {
        Radiation = wipe.IsAlpha ? Wire.WipeRadiation.Alpha : Wire.WipeRadiation.BetaGamma,
        NetCountsPerMinute = wipe.NetCountsPerMinute,
        CounterEfficiency = wipe.CounterEfficiency,
        AreaCm2 = wipe.AreaCm2,
        WipeEfficiency = wipe.WipeEfficiency,
        ContaminationBqPerCm2 = wipe.BqPerCm2,
        ReferenceTime = time.ToWire(),
    };

    static Wire.Shipment Of(ShipmentRow row) => new()
    {
        Attempt = row.Attempt,
        CarrierServiceId = row.CarrierServiceId,
        Carrier = row.Carrier,
        TrackingReference = row.TrackingReference,
        ShipTime = row.ShipTime.ToWire(),
        PlannedDeliveryTime = row.PlannedDeliveryTime.ToWire(),
        Doses =
        {
            row.ReadDoses().Select(dose => new Wire.CheckedDose
            {
                DoseId = dose.DoseId, OrderId = dose.OrderId, CertificateId = dose.CertificateId,
                CheckTime = dose.CheckTime.ToWire(), DispositionVersion = dose.DispositionVersion,
            }),
        },
        VoidTime = row.VoidTime.ToWire(),
        VoidReason = row.VoidReason,
    };

    static Wire.Delivery Of(DeliveryProof proof) =>
        new() { DeliveryTime = proof.Time.ToWire(), Recipient = proof.Recipient, Condition = proof.Condition, SealId = proof.SealId, Intact = proof.Intact };
}
