using Doseline.Kernel.Decay;
using Doseline.Local.Day.Files;
using Doseline.Platform.Rpc;
using Doseline.Shipping.V1;

namespace Doseline.Local.Day;

/// <summary>The packing room: packs, surveys, prints papers, hands over, and records the proof of delivery.</summary>
sealed class DayShipping(DayInput input, DayPeople people, DayKeys keys, DaySetup setup, DayJournal journal)
{
    readonly PackagesService.PackagesServiceClient packages = new(people.Shipper);

    /// <summary>Packages by dose, as last answered.</summary>
    public Dictionary<string, Package> ByDose { get; } = new(StringComparer.Ordinal);

    /// <summary>Carrier refusals: package number and reason.</summary>
    public List<(string Package, string Reason)> CarrierRefusals { get; } = [];

    /// <summary>Packs, surveys and papers one dose; the dose rates are those of a 20 mm lead pot with that activity.</summary>
    public async Task PackAsync(DayOrder order, TimeProvider clock)
    {
        var name = order.Input.Order;
        var packed = (await packages.CreatePackageAsync(new CreatePackageRequest
        {
            RequestId = keys.Of("pack", name),
            SiteId = order.Input.Site,
            CustomerId = setup.Customers[order.Input.Customer],
            PackagingId = setup.Packagings.Values.First(),
            DoseIds = { order.DoseId },
            PhysicalForm = PhysicalForm.Liquid,
            ChemicalForm = $"{order.Measured!.Nuclide} compound in aqueous solution",
        })).Package;
        var (surface, oneMeter) = DoseRates(order);
        var surveyed = await packages.RecordSurveyAsync(new RecordSurveyRequest
        {
            RequestId = keys.Of("survey", name),
            PackageId = packed.PackageId,
            Version = packed.Version,
            Survey = new Survey
            {
                SurfaceDoseRateNsvPerHour = surface,
                OneMeterDoseRateNsvPerHour = oneMeter,
                InstrumentId = setup.Equipment[$"{order.Input.Site}-survey-1"],
                SurveyTime = journal.TimeOf($"survey {name}", clock.GetUtcNow()).ToWire(),
                SealId = Seal(order),
                Wipes =
                {
                    new Wipe { Radiation = WipeRadiation.BetaGamma, NetCountsPerMinute = 12, CounterEfficiency = 0.3, AreaCm2 = 300 },
                    new Wipe { Radiation = WipeRadiation.Alpha, NetCountsPerMinute = 1, CounterEfficiency = 0.3, AreaCm2 = 300 },
                },
            },
        });
        ByDose[order.DoseId] = (await packages.PrintPapersAsync(new PrintPapersRequest { RequestId = keys.Of("papers", name), PackageId = packed.PackageId, Version = surveyed.Package.Version })).Package;
    }

    /// <summary>Hands a package over; an incident of the day may have the carrier refuse it, and then it is offered again.</summary>
    /// <param name="order">Order.</param>
    /// <param name="planned">When it is handed over.</param>
    public async Task ShipAsync(DayOrder order, DateTimeOffset planned)
    {
        var package = await HandOverAsync(order, ByDose[order.DoseId], "1");
        if (input.Incidents.FirstOrDefault(i => i.Kind is "carrier_refusal" && i.Customer == order.Input.Customer && i.IsOn(planned, input.ZoneOf(order.Input.Site))) is { } refusal)
        {
            package = (await packages.VoidShipmentAsync(new VoidShipmentRequest
            {
                RequestId = keys.Of("void", order.Input.Order), PackageId = package.PackageId, Version = package.Version, Reason = refusal.Reason, SealIntact = true,
            })).Package;
            CarrierRefusals.Add((package.PackageNumber, refusal.Reason));
        }

        ByDose[order.DoseId] = package;
    }

    /// <summary>True when the carrier gave the package back and it waits to be offered again.</summary>
    public bool IsBack(DayOrder order) => ByDose.TryGetValue(order.DoseId, out var package) && package.State is not (PackageState.Shipped or PackageState.Delivered);

    /// <summary>Offers a package again that the carrier gave back.</summary>
    public async Task ShipAgainAsync(DayOrder order)
    {
        var package = ByDose[order.DoseId];
        if (package.State is not PackageState.Papered)
        {
            package = (await packages.PrintPapersAsync(new PrintPapersRequest
            {
                RequestId = keys.Of("papers-again", order.Input.Order), PackageId = package.PackageId, Version = package.Version, Reason = "offered to the carrier again",
            })).Package;
        }

        ByDose[order.DoseId] = await HandOverAsync(order, package, "2");
    }

    /// <summary>Records a proof of delivery.</summary>
    /// <param name="order">Order.</param>
    /// <param name="now">Now.</param>
    /// <param name="which">Which proof, where there are several.</param>
    public async Task DeliverAsync(DayOrder order, DateTimeOffset now, params string[] which)
    {
        var package = ByDose[order.DoseId];
        ByDose[order.DoseId] = (await packages.RecordDeliveryAsync(new RecordDeliveryRequest
        {
            RequestId = keys.Of(["deliver", order.Input.Order, .. which]),
            PackageId = package.PackageId,
            Version = package.Version,
            DeliveryTime = now.ToWire(),
            Recipient = "Receiving, nuclear medicine",
            Condition = "intact",
            SealId = Seal(order),
            SealIntact = true,
        })).Package;
    }

    /// <summary>QA takes a proof of delivery back that was of another box.</summary>
    public async Task WithdrawAsync(DayOrder order, string reason)
    {
        var package = ByDose[order.DoseId];
        ByDose[order.DoseId] = (await new PackagesService.PackagesServiceClient(people.Qa).WithdrawDeliveryAsync(new WithdrawDeliveryRequest
        {
            RequestId = keys.Of("withdraw", order.Input.Order), PackageId = package.PackageId, Version = package.Version, Reason = reason,
        })).Package;
    }

    async Task<Package> HandOverAsync(DayOrder order, Package package, string attempt) => (await packages.ShipPackageAsync(new ShipPackageRequest
    {
        RequestId = keys.Of("ship", order.Input.Order, attempt),
        PackageId = package.PackageId,
        Version = package.Version,
        TrackingReference = $"TRK-{order.Input.Order}-{attempt}",
        SealId = Seal(order),
    })).Package;

    static string Seal(DayOrder order) => $"SEAL-{order.Input.Order}";

    // A stand-in for the survey meter: dose rate in proportion to activity, at a level usual behind the pot's shield for each nuclide.
    static (long Surface, long OneMeter) DoseRates(DayOrder order)
    {
        var gbq = new Activity(order.Measured!.ActivityBq).In(ActivityUnit.GBq);
        var surfacePerGbq = order.Measured.Nuclide switch { "I-131" => 40_000, "Lu-177" => 9_000, _ => 2_000_000 };
        return ((long)(gbq * surfacePerGbq), (long)(gbq * surfacePerGbq / 50));
    }
}
