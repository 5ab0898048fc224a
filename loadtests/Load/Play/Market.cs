using Doseline.Common.V1;
using Doseline.Execution.V1;
using Doseline.Identity.V1;
using Doseline.Load.Stage;
using Doseline.Orders.V1;
using Doseline.Platform.Rpc;
using Doseline.Shipping.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Doseline.Load.Play;

/// <summary>
/// Master data of a peak day, entered through the public APIs: products, recipes, hot cells, runs, customers, prices and carriers. Codes carry
/// a tag of their own, so that the day can be played again on the same platform.
/// </summary>
sealed class Market(People people, string tag, DateTimeOffset today)
{
    const int Sites = 2, Products = 4, Customers = 50, Days = 14;
    // One run takes at most 10,000 doses (Execution's ScheduleRules).
    const int RunCapacity = 10_000;
    // 7.4 GBq at administration is about 8.3 GBq at end of synthesis, 26 hours before.
    const double WantedBq = 7.4e9, RunBqPerDose = 9e9;
    const string Zone = "UTC", Nuclide = "Lu-177", Reason = "load test";
    static readonly TimeSpan Synthesis = TimeSpan.FromHours(1), Release = TimeSpan.FromHours(2), StartOfRun = TimeSpan.FromHours(9);

    int requests;

    /// <summary>How many runs there are; orders for the same product, site and day compete for one.</summary>
    public static int Runs => Sites * Products * Days;

    /// <summary>Enters everything, with as much room as runs can have, and waits until orders can be promised.</summary>
    public async Task EnterAsync(CancellationToken cancel)
    {
        await ProductsAsync();
        await CustomersAsync();
        await CarriersAsync();
        await RunsAsync();
        await PromisesAsync(cancel);
    }

    /// <summary>An order; the same number gives the same order.</summary>
    public PlaceOrderRequest OrderOf(int number)
    {
        Random random = new(number);
        var day = DateOnly.FromDateTime(today.UtcDateTime).AddDays(3 + random.Next(Days));
        Span<byte> token = stackalloc byte[16];
        random.NextBytes(token);
        return new PlaceOrderRequest
        {
            RequestId = $"{tag}-{number}",
            ProductCode = ProductCode(random.Next(Products)),
            CustomerCode = CustomerCode(random.Next(Customers)),
            SiteId = SiteId(random.Next(Sites)),
            Wanted = new Prescription { AtAdministration = new AdministrationActivity { Nuclide = Nuclide, AmountBq = WantedBq } },
            WindowStart = new LocalTime { DateTime = $"{day:yyyy-MM-dd}T10:00", Zone = Zone },
            WindowEnd = new LocalTime { DateTime = $"{day:yyyy-MM-dd}T12:00", Zone = Zone },
            PatientToken = new Guid(token).ToString("D"),
            ExternalReference = $"PO-{number}",
        };
    }

    // Ten characters at most, or batch numbers would not fit on a label.
    string ProductCode(int i) => $"{tag}-{i}";

    string CustomerCode(int i) => $"C-{tag}-{i}";

    string SiteId(int i) => $"load-{tag}-{i}";

    string RequestId() => $"{tag}-setup-{requests++}";

    async Task ProductsAsync()
    {
        ProductsService.ProductsServiceClient products = new(people.As("master_data_steward"));
        PricesService.PricesServiceClient prices = new(people.As("master_data_steward"));
        RecipesService.RecipesServiceClient authors = new(people.As("master_data_steward"));
        RecipesService.RecipesServiceClient approvers = new(people.As("qa"));
        SigningService.SigningServiceClient signing = new(people.As("qa"));
        for (var i = 0; i < Products; i++)
        {
            var code = ProductCode(i);
            await products.PutProductAsync(new PutProductRequest
            {
                RequestId = RequestId(),
                Reason = Reason,
                Product = new Product
                {
                    ProductCode = code, Name = code, Nuclide = Nuclide, DosageForm = DosageForm.Solution, PrescriptionBq = WantedBq, ToleranceFraction = 0.1, MinimumBq = 1e9, MaximumBq = 10e9,
                    ShelfLife = TimeSpan.FromHours(48).ToDuration(), RecipeCode = code, ReleaseDuration = Release.ToDuration(), PackDuration = TimeSpan.FromMinutes(30).ToDuration(),
                    ReceivingLead = TimeSpan.FromHours(1).ToDuration(), CancellationNotice = TimeSpan.Zero.ToDuration(), SiteIds = { Enumerable.Range(0, Sites).Select(SiteId) },
                    Transport = new ProductTransport { PhysicalForm = "liquid", ChemicalForm = "lutetium compound in solution" }, Orderable = true, Source = "load test, no product",
                },
            });
            await prices.PutPriceAsync(new PutPriceRequest { RequestId = RequestId(), Reason = Reason, Price = new Price { ProductCode = code, Currency = "USD", MinorUnits = 1_000_000 } });
            var draft = (await authors.PutRecipeAsync(new PutRecipeRequest { RequestId = RequestId(), Reason = Reason, Recipe = RecipeOf(code) })).Recipe;
            ApproveRecipeRequest approval = new() { RequestId = RequestId(), Code = code, Version = draft.Version, Etag = draft.Etag, Reason = Reason };
            approval.Signature = (await signing.SignAsync(new SignRequest { Method = "/doseline.execution.v1.RecipesService/ApproveRecipe", RequestJson = JsonFormatter.Default.Format(approval), Zone = "UTC" })).Signature;
            await approvers.ApproveRecipeAsync(approval);
        }
    }

    async Task CustomersAsync()
    {
        CustomersService.CustomersServiceClient customers = new(people.As("master_data_steward"));
        for (var i = 0; i < Customers; i++)
        {
            await customers.PutCustomerAsync(new PutCustomerRequest
            {
                RequestId = RequestId(),
                Reason = Reason,
                Customer = new Customer
                {
                    Code = CustomerCode(i), Name = $"Clinic {i}", AddressLines = { "1 Main Street" }, Zone = Zone, Currency = "USD", Active = true,
                    Licence = new Licence
                    {
                        Number = $"L-{i}", IssuingAgency = "Load test", ExpireTime = (today + TimeSpan.FromDays(365)).ToWire(), EvidenceTime = (today - TimeSpan.FromDays(1)).ToWire(),
                        Lines = { new LicenceLine { Nuclide = Nuclide, LimitBq = 20e9, Form = "any" } },
                    },
                },
            });
        }
    }

    async Task CarriersAsync()
    {
        CarriersService.CarriersServiceClient carriers = new(people.As("master_data_steward"));
        for (var i = 0; i < Sites; i++)
        {
            await carriers.PutCarrierServiceAsync(new PutCarrierServiceRequest
            {
                RequestId = RequestId(),
                Reason = Reason,
                Service = new CarrierService
                {
                    Carrier = $"Overnight {tag} {i}", SiteId = SiteId(i), PickupWeekdays = { 1, 2, 3, 4, 5, 6, 7 }, CutoffMinuteOfDay = 18 * 60, Zone = Zone,
                    Transit = TimeSpan.FromHours(12).ToDuration(), Active = true, Mode = TransportMode.Road,
                },
            });
        }
    }

    async Task RunsAsync()
    {
        EquipmentService.EquipmentServiceClient steward = new(people.As("master_data_steward"));
        SchedulerService.SchedulerServiceClient planner = new(people.As("planner"));
        for (var site = 0; site < Sites; site++)
        {
            for (var product = 0; product < Products; product++)
            {
                var cell = (await steward.PutEquipmentAsync(new PutEquipmentRequest
                {
                    RequestId = RequestId(),
                    Reason = Reason,
                    Equipment = new Equipment
                    {
                        Code = $"HC-{tag}-{site}-{product}", EquipmentClass = EquipmentClass.HotCell, SiteId = SiteId(site), RoomId = $"{SiteId(site)}-room", ClearanceLimitBq = 1e6,
                        QualificationDueTime = (today + TimeSpan.FromDays(365)).ToWire(),
                    },
                })).Equipment.EquipmentId;
                for (var day = 2; day < Days + 2; day++)
                {
                    var start = new DateTimeOffset(today.UtcDateTime.Date, TimeSpan.Zero).AddDays(day) + StartOfRun;
                    await planner.PlanRunAsync(new PlanRunRequest
                    {
                        RequestId = RequestId(), SiteId = SiteId(site), ProductCode = ProductCode(product), RecipeCode = ProductCode(product), HotCellId = cell, StartTime = start.ToWire(),
                        DoseCapacity = RunCapacity, Yield = new CalibratedActivity { Nuclide = Nuclide, ActivityBq = RunCapacity * RunBqPerDose, ReferenceTime = (start + Synthesis).ToWire() },
                    });
                }
            }
        }
    }

    // Carriers reach Orders as facts; until they have, no order can be promised.
    async Task PromisesAsync(CancellationToken cancel)
    {
        OrdersService.OrdersServiceClient desk = new(people.As("supply_desk"));
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(500));
        for (var tries = 60; ; tries--)
        {
            var order = OrderOf(0);
            try
            {
                for (var site = 0; site < Sites; site++)
                {
                    await desk.PreviewPromiseAsync(new PreviewPromiseRequest
                    {
                        ProductCode = order.ProductCode, CustomerCode = order.CustomerCode, SiteId = SiteId(site), Wanted = order.Wanted, WindowStart = order.WindowStart, WindowEnd = order.WindowEnd,
                    }, cancellationToken: cancel);
                }

                return;
            }
            catch (RpcException fault) when (tries > 0 && fault.StatusCode is StatusCode.FailedPrecondition)
            {
                await timer.WaitForNextTickAsync(cancel);
            }
            catch (RpcException fault)
            {
                throw new LoadException($"No order can be promised: {string.Join("; ", RpcErrors.Read(fault).Select(r => $"{r.Code} {r.Message}"))} ({fault.Status})");
            }
        }
    }

    static Recipe RecipeOf(string code) => new()
    {
        Code = code, ProductCode = code, ProductName = code, Nuclide = Nuclide, SynthesisDuration = Synthesis.ToDuration(), DispensingDuration = TimeSpan.FromHours(1).ToDuration(),
        ReleaseDuration = Release.ToDuration(), ShelfLife = TimeSpan.FromHours(48).ToDuration(), YieldFractionMin = 0.5, YieldFractionMax = 1, BalanceToleranceFraction = 0.05,
        Materials = { new RecipeMaterial { Code = "LU-CHLORIDE", Use = "manufacture", Radioactive = true } },
        UnitProcedures =
        {
            new UnitProcedure
            {
                Id = "make", Title = "Make",
                Operations =
                {
                    new Operation
                    {
                        Id = "all", Title = "All",
                        Steps =
                        {
                            new RecipeStep { Id = "clear", Title = "Clear the line", Kind = StepKind.LineClearance, Inputs = { new StepInput { Code = "cleared", Title = "Cleared", Type = InputType.Boolean, Expected = true } } },
                            new RecipeStep { Id = "issue", Title = "Issue", Kind = StepKind.MaterialIssue, MaterialCode = "LU-CHLORIDE" },
                            new RecipeStep { Id = "synthesis", Title = "Synthesis", Kind = StepKind.Synthesis, EquipmentClasses = { EquipmentClass.Synthesiser } },
                            new RecipeStep { Id = "dispense", Title = "Dispense", Kind = StepKind.Dispense, EquipmentClasses = { EquipmentClass.DoseCalibrator } },
                            new RecipeStep { Id = "sample", Title = "Sample", Kind = StepKind.Sample },
                        },
                    },
                },
            },
        },
    };
}
