using Doseline.Execution.V1;
using Doseline.Labeling.V1;
using Doseline.Orders.V1;
using Doseline.Quality.V1;
using Doseline.Shipping.V1;
using Doseline.Testing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Doseline.Shipping.Tests;

/// <summary>A shipping dock: one site, one customer, one carrier, doses that are dispensed, labelled and released unless a test says otherwise.</summary>
sealed class Dock : IAsyncDisposable
{
    public const string Site = "site-a";
    public const string Customer = "hospital-1";

    Dock(TestPlatform platform, FakeQuality quality, FakeRecords records) => (Platform, Quality, Records) = (platform, quality, records);

    public TestPlatform Platform { get; }
    public FakeQuality Quality { get; }
    public FakeRecords Records { get; }
    public string CarrierService { get; private set; } = "";
    public string Packaging { get; private set; } = "";
    public PackagesService.PackagesServiceClient Packages => new(Platform.As("shipping"));

    public PackagesService.PackagesServiceClient AsQa => new(Platform.As("qa"));
    public static DateTimeOffset Cutoff => TestPlatform.Start.AddHours(12);
    public static DateTimeOffset Delivery => TestPlatform.Start.AddHours(26);

    /// <summary>Opens the dock.</summary>
    /// <param name="ownQuality">True to ask the platform's quality service instead of the fake.</param>
    public static async Task<Dock> OpenAsync(bool ownQuality = false)
    {
        var (quality, records) = (new FakeQuality(), new FakeRecords());
        var platform = await TestPlatform.StartAsync(configure: builder =>
        {
            Staff.LetIn(builder);
            if (!ownQuality) builder.Services.Replace(ServiceDescriptor.Scoped<CertificateService.CertificateServiceClient>(_ => quality));
            builder.Services.Replace(ServiceDescriptor.Scoped<DoseRecordsService.DoseRecordsServiceClient>(_ => records));
        });
        quality.Clock = () => platform.Now;
        var dock = new Dock(platform, quality, records);
        await dock.FurnishAsync();
        return dock;
    }

    async Task FurnishAsync()
    {
        var packagings = new PackagingsService.PackagingsServiceClient(Platform.As("master_data_steward"));
        CarrierService = await CarrierAsync("Courier A", TransportMode.Road);
        Packaging = (await packagings.PutPackagingAsync(new PutPackagingRequest
        {
            RequestId = TestPlatform.RequestId(),
            Packaging = new Packaging { Name = "Lead pot 4 mm", Kind = PackagingKind.TypeA, SpecificationMark = "USA DOT 7A TYPE A", Evidence = "TR-2025-07", TestedForLiquids = true, Active = true },
        })).Packaging.PackagingId;
        await packagings.PutShipperProfileAsync(new PutShipperProfileRequest
        {
            RequestId = TestPlatform.RequestId(),
            Profile = new ShipperProfile
            {
                SiteId = Site, ShipperName = "Doseline North", AddressLines = { "1 Beam Line" }, EmergencyPhone = "+1 555 0100", EmergencyInformation = "ERG guide 163",
                CertificationText = "Certified as the site's approved wording says.", Zone = "America/New_York",
            },
        });
        await CustomerAsync();
        await Platform.InstrumentAsync("meter-1", Site);
    }

    public async Task<string> CarrierAsync(string name, TransportMode mode) =>
        (await new CarriersService.CarriersServiceClient(Platform.As("master_data_steward")).PutCarrierServiceAsync(new PutCarrierServiceRequest
        {
            RequestId = TestPlatform.RequestId(),
            Service = new CarrierService
            {
                Carrier = name, SiteId = Site, PickupWeekdays = { 1, 2, 3, 4, 5 }, CutoffMinuteOfDay = 13 * 60, Zone = "America/New_York",
                Transit = Duration.FromTimeSpan(TimeSpan.FromHours(14)), Active = true, Mode = mode,
            },
        })).Service.CarrierServiceId;

    public Task CustomerAsync(Action<CustomerPublished>? change = null)
    {
        var customer = new CustomerPublished
        {
            CustomerId = Customer, Code = "H1", Name = "Hospital One", AddressLines = { "2 Care Street" }, Zone = "America/New_York", LicenceNumber = "NY-77",
            LicenceExpireTime = Timestamp.FromDateTimeOffset(TestPlatform.Start.AddDays(100)),
            LicenceLines = { new ConsigneeLicenceLine { Nuclide = "Lu-177", LimitBq = 50e9, Form = "any" }, new ConsigneeLicenceLine { Nuclide = "Ac-225", LimitBq = 50e6, Form = "unsealed liquid" } },
        };
        change?.Invoke(customer);
        return Platform.GiveAsync(Customer, customer);
    }

    public OrderAccepted Order(string dose, string customer = Customer) => new()
    {
        OrderId = $"order-{dose}", ProductCode = "LU-PSMA", SiteId = Site, CustomerId = customer, CarrierServiceId = CarrierService,
        CutoffTime = Timestamp.FromDateTimeOffset(Cutoff), DeliveryTime = Timestamp.FromDateTimeOffset(Delivery),
        WindowStartTime = Timestamp.FromDateTimeOffset(Delivery.AddHours(1)), WindowEndTime = Timestamp.FromDateTimeOffset(Delivery.AddHours(8)),
    };

    /// <summary>A dose that is ready to go.</summary>
    public async Task<string> DoseAsync(string dose, string nuclide = "Lu-177", double bq = 7.4e9, bool labelled = true, bool released = true, string customer = Customer)
    {
        var measured = Calls.Activity(nuclide, bq, TestPlatform.Start);
        Records.Records[dose] = new DoseRecord
        {
            DoseId = dose, OrderId = $"order-{dose}", BatchId = "batch-1", BatchNumber = "B-1", ProductCode = "LU-PSMA", ProductName = "Lutetium PSMA", SiteId = Site,
            Measured = measured, VolumeMl = 8, ExpireTime = Timestamp.FromDateTimeOffset(TestPlatform.Start.AddHours(72)), RecordVersion = 5,
            State = released ? DoseState.Released : DoseState.Pending, Contents = { measured },
        };
        await Platform.GiveAsync($"order-{dose}", Order(dose, customer));
        if (labelled) await Platform.GiveAsync(dose, new LabelVerified { DoseId = dose, PrintId = $"print-{dose}", CopyNumber = 1, Serial = "s" });
        if (released) Release(dose);
        return dose;
    }

    public void Release(string dose) => Quality.Certificates[dose] = Platform.Signer.Certified(new ReleaseCertificate
    {
        CertificateId = $"cert-{dose}", DoseId = dose, OrderId = $"order-{dose}", RecordVersion = 5, ExpireTime = Timestamp.FromDateTimeOffset(TestPlatform.Start.AddHours(72)),
    });

    public async Task<Package> PackAsync(params string[] doses) => (await Packages.CreatePackageAsync(ToPack(doses))).Package;

    public CreatePackageRequest ToPack(params string[] doses) => new()
    {
        RequestId = TestPlatform.RequestId(), SiteId = Site, CustomerId = Customer, PackagingId = Packaging, DoseIds = { doses },
        PhysicalForm = PhysicalForm.Liquid, ChemicalForm = "lutetium compound in aqueous solution",
    };

    public async Task<Package> SurveyAsync(Package package, long surface = 600_000, long meter = 8_000, Action<RecordSurveyRequest>? change = null) =>
        (await Packages.RecordSurveyAsync(ToSurvey(package, surface, meter, change))).Package;

    public RecordSurveyRequest ToSurvey(Package package, long surface = 600_000, long meter = 8_000, Action<RecordSurveyRequest>? change = null)
    {
        var request = new RecordSurveyRequest
        {
            RequestId = TestPlatform.RequestId(), PackageId = package.PackageId, Version = package.Version,
            Survey = new Survey
            {
                SurfaceDoseRateNsvPerHour = surface, OneMeterDoseRateNsvPerHour = meter, InstrumentId = "meter-1", SealId = "seal-1",
                SurveyTime = Timestamp.FromDateTimeOffset(Platform.Now),
                Wipes =
                {
                    new Wipe { Radiation = WipeRadiation.BetaGamma, NetCountsPerMinute = 10, CounterEfficiency = 0.25, AreaCm2 = 300 },
                    new Wipe { Radiation = WipeRadiation.Alpha, NetCountsPerMinute = 1, CounterEfficiency = 0.25, AreaCm2 = 300 },
                },
            },
        };
        change?.Invoke(request);
        return request;
    }

    public Task<PrintPapersResponse> PrintAsync(Package package, string reason = "", string carrier = "") => Packages.PrintPapersAsync(new PrintPapersRequest
    {
        RequestId = TestPlatform.RequestId(), PackageId = package.PackageId, Version = package.Version, Reason = reason, CarrierServiceId = carrier,
    }).ResponseAsync;

    public async Task<Package> ReadyAsync(params string[] doses) => (await PrintAsync(await SurveyAsync(await PackAsync(doses)))).Package;

    public static ShipPackageRequest ToShip(Package package, string seal = "seal-1") =>
        new() { RequestId = TestPlatform.RequestId(), PackageId = package.PackageId, Version = package.Version, TrackingReference = "T-1", SealId = seal };

    public async Task<Package> ShipAsync(Package package) => (await Packages.ShipPackageAsync(ToShip(package))).Package;

    public static async Task<List<string>> RefusedAsync(Func<Task> call) => [.. (await TestPlatform.RefusalsAsync(call)).Select(refusal => refusal.Code)];

    public Task<List<string>> ShipRefusedAsync(Package package, string seal = "seal-1") => RefusedAsync(() => Packages.ShipPackageAsync(ToShip(package, seal)).ResponseAsync);

    public async Task<Package> ReadAsync(Package package) => (await Packages.GetPackageAsync(new GetPackageRequest { PackageId = package.PackageId })).Package;

    public static async Task<StatusCode> StatusAsync(Func<Task> call) => (await Assert.ThrowsAsync<RpcException>(call)).StatusCode;

    public ValueTask DisposeAsync() => Platform.DisposeAsync();
}
