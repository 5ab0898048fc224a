using Doseline.Common.V1;
using Doseline.Execution.V1;
using Doseline.Orders.V1;
using Doseline.Shipping.V1;
using Doseline.Testing;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Doseline.Orders.Tests.Support;

/// <summary>A platform with one product, a customer in Phoenix, a price, a carrier and a run; and the calls a desk makes.</summary>
sealed class Desk : IAsyncDisposable
{
    public const string Product = "LU177-PSMA";
    public const string Site = "site-east";
    public const string SiteZone = "America/New_York";

    Desk(TestPlatform platform, ScheduleInMemory schedule) => (Platform, Schedule) = (platform, schedule);

    public TestPlatform Platform { get; }

    public ScheduleInMemory Schedule { get; }

    public OrdersService.OrdersServiceClient Orders => new(Platform.As("supply_desk"));

    public ProductsService.ProductsServiceClient Products => new(Platform.As("master_data_steward"));

    public CustomersService.CustomersServiceClient Customers => new(Platform.As("master_data_steward"));

    public PricesService.PricesServiceClient Prices => new(Platform.As("master_data_steward"));

    public static async Task<Desk> OpenAsync()
    {
        var schedule = new ScheduleInMemory();
        var platform = await TestPlatform.StartAsync(configure: builder =>
            builder.Services.Replace(ServiceDescriptor.Singleton<SchedulerService.SchedulerServiceClient>(schedule)));
        var desk = new Desk(platform, schedule);
        await desk.Products.PutProductAsync(new PutProductRequest { RequestId = TestPlatform.RequestId(), Product = ProductOf() });
        await desk.Customers.PutCustomerAsync(new PutCustomerRequest { RequestId = TestPlatform.RequestId(), Customer = CustomerOf(platform.Now) });
        await desk.Prices.PutPriceAsync(new PutPriceRequest { RequestId = TestPlatform.RequestId(), Price = new Price { ProductCode = Product, Currency = "USD", MinorUnits = 4_250_075 } });
        await platform.GiveAsync("carrier-1", CarrierOf());
        // Monday 2026-11-23, 18:00 UTC = 13:00 EST; released 15:00 EST, cut-off at 18:00 EST.
        schedule.Plan(Product, Site, new(2026, 11, 23, 18, 0, 0, TimeSpan.Zero), TimeSpan.FromHours(2), capacity: 10, yieldBq: 100e9);
        return desk;
    }

    public static Product ProductOf(string code = Product) => new()
    {
        ProductCode = code,
        Name = "Lutetium (177Lu) vipivotide tetraxetan",
        Nuclide = "Lu-177",
        DosageForm = DosageForm.Solution,
        // 7.4 GBq ±10 % at administration, 120 h shelf life: facts/dose_to_door.md section 1.
        PrescriptionBq = 7.4e9,
        ToleranceFraction = 0.10,
        MinimumBq = 1e9,
        MaximumBq = 10e9,
        ShelfLife = TimeSpan.FromHours(120).ToDuration(),
        RecipeCode = code,
        ReleaseDuration = TimeSpan.FromHours(2).ToDuration(),
        PackDuration = TimeSpan.FromMinutes(30).ToDuration(),
        ReceivingLead = TimeSpan.FromHours(1).ToDuration(),
        SiteIds = { Site },
        Transport = new ProductTransport { PhysicalForm = "liquid", ChemicalForm = "lutetium vipivotide" },
        Orderable = true,
        Source = "dose_to_door.md section 1",
    };

    public static Customer CustomerOf(DateTimeOffset now, string code = "PHX-ONE") => new()
    {
        Code = code,
        Name = "Phoenix Clinic",
        AddressLines = { "1 Main Street", "Phoenix AZ" },
        Zone = "America/Phoenix",
        Licence = new Licence
        {
            Number = "AZ-07-001",
            IssuingAgency = "Arizona DHS",
            ExpireTime = (now + TimeSpan.FromDays(300)).ToTimestamp(),
            EvidenceTime = (now - TimeSpan.FromDays(1)).ToTimestamp(),
            Lines = { new LicenceLine { Nuclide = "Lu-177", LimitBq = 20e9, Form = "any" } },
        },
        Currency = "USD",
        TaxBasisPoints = 1900,
        Active = true,
    };

    public static CarrierServicePublished CarrierOf(string id = "carrier-1") => new()
    {
        CarrierServiceId = id,
        Carrier = "Overnight",
        SiteId = Site,
        PickupWeekdays = { 1, 2, 3, 4, 5 },
        CutoffMinuteOfDay = 18 * 60,
        Zone = SiteZone,
        Transit = TimeSpan.FromHours(16).ToDuration(),
        Active = true,
    };

    /// <summary>An order for Wednesday 2026-11-25, 10:00 to 12:00 in Phoenix.</summary>
    public static PlaceOrderRequest OrderOf() => new()
    {
        RequestId = TestPlatform.RequestId(),
        ProductCode = Product,
        CustomerCode = "PHX-ONE",
        Wanted = new Prescription { AtAdministration = new AdministrationActivity { Nuclide = "Lu-177", AmountBq = 7.4e9 } },
        WindowStart = Local("2026-11-25T10:00"),
        WindowEnd = Local("2026-11-25T12:00"),
        PatientToken = "pt-7f3a9c21e4",
        ExternalReference = "PO-4711",
    };

    public static LocalTime Local(string dateTime, string zone = "America/Phoenix") => new() { DateTime = dateTime, Zone = zone };

    public async Task<Order> PlaceAsync(PlaceOrderRequest? request = null) => (await Orders.PlaceOrderAsync(request ?? OrderOf())).Order;

    public async Task<Order> GetAsync(string orderId) => (await Orders.GetOrderAsync(new GetOrderRequest { OrderId = orderId })).Order;

    public Task<IReadOnlyList<Kernel.Rules.Refusal>> RefusedAsync(PlaceOrderRequest request) =>
        TestPlatform.RefusalsAsync(() => Orders.PlaceOrderAsync(request).ResponseAsync);

    public ValueTask DisposeAsync() => Platform.DisposeAsync();
}
