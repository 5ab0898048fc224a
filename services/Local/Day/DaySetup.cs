using Doseline.Execution.V1;
using Doseline.Inventory.V1;
using Doseline.Kernel.Decay;
using Doseline.Local.Day.Files;
using Doseline.Orders.V1;
using Doseline.Platform.Rpc;
using Doseline.Shipping.V1;
using Duration = Google.Protobuf.WellKnownTypes.Duration;
using LicenceLine = Doseline.Inventory.V1.LicenceLine;

namespace Doseline.Local.Day;

/// <summary>Enters the master data of the day through the services that own it.</summary>
sealed class DaySetup(DayInput input, DayPeople people, DayKeys keys)
{
    const string Reason = "master data of the day";

    /// <summary>The thorough cleaning that equipment gets before it is used at all.</summary>
    public const int CleaningLevelMax = 9;

    /// <summary>Ids that services gave to what the files name by code.</summary>
    public Dictionary<string, string> Customers { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, string> Equipment { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, string> CarrierServices { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, string> Packagings { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, Run> Runs { get; } = new(StringComparer.Ordinal);

    /// <summary>Enters everything but production runs.</summary>
    public async Task EnterAsync()
    {
        await PlacesAsync();
        await MaterialsAsync();
        await EquipmentAsync();
        await RecipesAsync();
        await CommerceAsync();
        await TransportAsync();
        await new DayQuality(input, people, keys, this).EnterAsync();
        await new DayLabels(input, people, keys).EnterAsync();
    }

    /// <summary>Plans the runs of the day; recipes and equipment must be there.</summary>
    public async Task PlanRunsAsync()
    {
        SchedulerService.SchedulerServiceClient scheduler = new(people.Planner);
        foreach (var run in input.Runs)
        {
            var planned = await scheduler.PlanRunAsync(new PlanRunRequest
            {
                RequestId = keys.Of("run", run.Run),
                SiteId = run.Site,
                ProductCode = run.Product,
                RecipeCode = run.Recipe,
                HotCellId = Equipment[run.HotCell],
                StartTime = run.Start.ToWire(),
                DoseCapacity = run.Doses,
                Yield = Calibrated(input.Products.Single(p => p.Product == run.Product).Nuclide, run.Yield, run.Start + input.Recipes[run.Recipe].SynthesisDuration.ToTimeSpan()),
            });
            Runs[run.Run] = planned.Run;
        }
    }

    /// <summary>Cancels a run.</summary>
    public async Task CancelRunAsync(string run, string reason) => await new SchedulerService.SchedulerServiceClient(people.Planner).CancelRunAsync(new CancelRunRequest
    {
        RequestId = keys.Of("run-cancel", run), RunId = Runs[run].RunId, Reason = reason,
    });

    /// <summary>A calibrated activity as sent.</summary>
    public static Common.V1.CalibratedActivity Calibrated(string nuclide, Activity amount, DateTimeOffset reference) =>
        new() { Nuclide = nuclide, ActivityBq = amount.Bq, ReferenceTime = reference.ToWire() };

    async Task PlacesAsync()
    {
        SitesService.SitesServiceClient sites = new(people.Steward);
        foreach (var site in input.Sites)
            await sites.PutSiteAsync(new PutSiteRequest { RequestId = keys.Of("site", site.Site), Site = new Site { SiteId = site.Site, Name = site.Name, Zone = site.Zone }, Reason = Reason });
        foreach (var room in input.Rooms)
        {
            await sites.PutRoomAsync(new PutRoomRequest
            {
                RequestId = keys.Of("room", room.Room),
                Reason = Reason,
                Room = new Room
                {
                    RoomId = room.Room, SiteId = room.Site, Name = room.Name, Kind = Enum.Parse<RoomKind>(room.Kind.Replace("_", "", StringComparison.Ordinal), ignoreCase: true), Active = true,
                    Nuclides = { NuclidesOf(room) }, Uses = { room.Uses }, StatusClasses = { room.Statuses },
                },
            });
        }

        LicencesService.LicencesServiceClient licences = new(people.RadiationSafety);
        foreach (var licence in input.Licences)
        {
            await licences.PutLicenceAsync(new PutLicenceRequest
            {
                RequestId = keys.Of("licence", licence.Site, licence.Licence),
                Reason = Reason,
                Licence = new Inventory.V1.Licence
                {
                    Number = licence.Licence, Amendment = int.Parse(licence.Amendment, System.Globalization.CultureInfo.InvariantCulture), SiteId = licence.Site, Jurisdiction = licence.Jurisdiction,
                    EffectiveTime = licence.Effective.ToWire(), ExpireTime = licence.Expire.ToWire(),
                    Lines =
                    {
                        licence.Lines.Select((line, i) => new LicenceLine
                        {
                            LineId = $"6.{(char)('A' + i)}", Nuclide = line.Nuclide, IncludesProgeny = true, LimitBq = line.Limit.Bq,
                            Forms = { AnyOr(line.Form) }, Uses = { line.Uses }, RoomIds = { line.Rooms },
                        }),
                    },
                },
            });
        }
    }

    static IEnumerable<RoomNuclide> NuclidesOf(RoomInput room)
    {
        var limits = room.Limits.ToDictionary(l => l.Nuclide, l => l.Limit.Bq, StringComparer.Ordinal);
        foreach (var (nuclide, limit) in limits) yield return new RoomNuclide { Nuclide = nuclide, LimitBq = limit };
        foreach (var nuclide in room.Nuclides.Select(n => n is "any" ? "*" : n).Where(n => !limits.ContainsKey(n))) yield return new RoomNuclide { Nuclide = nuclide };
    }

    static string[] AnyOr(string value) => value is "any" ? [] : [value];

    async Task MaterialsAsync()
    {
        MaterialsService.MaterialsServiceClient materials = new(people.Steward);
        foreach (var material in input.Materials)
        {
            await materials.PutMaterialAsync(new PutMaterialRequest
            {
                RequestId = keys.Of("material", material.Material),
                Reason = Reason,
                Material = new Material
                {
                    MaterialCode = material.Material, Name = material.Description, Radioactive = material.Nuclide.Length > 0, Nuclide = material.Nuclide,
                    Unit = material.Nuclide.Length > 0 ? "" : material.Unit, Gxp = true, ShelfLife = Duration.FromTimeSpan(TimeSpan.FromDays(14)),
                },
            });
        }

        foreach (var supplier in input.Suppliers)
        {
            await materials.PutSupplierAsync(new PutSupplierRequest
            {
                RequestId = keys.Of("supplier", supplier.Supplier),
                Reason = Reason,
                Supplier = new Supplier
                {
                    SupplierCode = supplier.Supplier, Name = supplier.Name, LicenceNumber = supplier.Licence, LicenceExpireTime = supplier.LicenceExpire.ToWire(),
                    MaterialCodes = { input.Deliveries.Where(d => d.Supplier == supplier.Supplier).Select(d => d.Material).Distinct() },
                },
            });
        }
    }

    async Task EquipmentAsync()
    {
        EquipmentService.EquipmentServiceClient steward = new(people.Steward);
        EquipmentService.EquipmentServiceClient operators = new(people.Operator);
        foreach (var item in input.Equipment)
        {
            var put = await steward.PutEquipmentAsync(new PutEquipmentRequest
            {
                RequestId = keys.Of("equipment", item.Equipment),
                Reason = Reason,
                Equipment = new Equipment
                {
                    Code = item.Equipment, EquipmentClass = Enum.Parse<EquipmentClass>(item.Class.Replace("_", "", StringComparison.Ordinal), ignoreCase: true), SiteId = item.Site, RoomId = item.Room,
                    QualificationDueTime = item.QualifiedUntil.ToWire(), CalibrationDueTime = item.CalibratedUntil.ToWire(), ClearanceLimitBq = item.Clearance?.Bq ?? 0,
                    CrossCalibrations = { item.Class is not "dose_calibrator" ? [] : input.Products.Select(p => p.Nuclide).Distinct().Select(n => new CrossCalibration { Nuclide = n, Geometry = DayBatches.Geometry, Setting = n, Factor = 1 }) },
                },
            });
            Equipment[item.Equipment] = put.Equipment.EquipmentId;
            await operators.RecordCleaningAsync(new RecordCleaningRequest { RequestId = keys.Of("clean", item.Equipment), EquipmentId = put.Equipment.EquipmentId, Level = CleaningLevelMax, Procedure = DayCells.CleaningProcedure, Note = "cleaned before the day" });
        }

        EquipmentService.EquipmentServiceClient quality = new(people.Qa);
        foreach (var cleaning in input.Cleaning)
        {
            await quality.PutCleaningRulesAsync(new PutCleaningRulesRequest
            {
                RequestId = keys.Of("cleaning-rules", cleaning.Site),
                Reason = Reason,
                Rules = new CleaningRules
                {
                    SiteId = cleaning.Site, ValidFor = cleaning.ValidFor is { } span ? Duration.FromTimeSpan(span) : null, Source = cleaning.Source,
                    Rules = { cleaning.Rules.Select(r => new CleaningRule { Change = Enum.Parse<UseChange>(r.Change.Replace("_", "", StringComparison.Ordinal), ignoreCase: true), Level = r.Level }) },
                },
            });
        }
    }

    async Task RecipesAsync()
    {
        RecipesService.RecipesServiceClient authors = new(people.Steward);
        RecipesService.RecipesServiceClient approvers = new(people.Qa);
        foreach (var recipe in input.Recipes.Values)
        {
            var draft = (await authors.PutRecipeAsync(new PutRecipeRequest { RequestId = keys.Of("recipe", recipe.Code), Recipe = recipe, Reason = Reason })).Recipe;
            await approvers.ApproveRecipeAsync(new ApproveRecipeRequest { RequestId = keys.Of("recipe-approve", recipe.Code), Code = recipe.Code, Version = draft.Version, Etag = draft.Etag, Reason = "reviewed" });
        }
    }

    async Task CommerceAsync()
    {
        ProductsService.ProductsServiceClient products = new(people.Steward);
        foreach (var product in input.Products)
        {
            await products.PutProductAsync(new PutProductRequest
            {
                RequestId = keys.Of("product", product.Product),
                Reason = Reason,
                Product = new Product
                {
                    ProductCode = product.Product, Name = product.Name, Nuclide = product.Nuclide, DosageForm = DosageForm.Solution, PrescriptionBq = product.Prescription.Bq,
                    ToleranceFraction = product.ToleranceFraction, MinimumBq = product.Prescription.Bq / 10, MaximumBq = product.Prescription.Bq * 5, ShelfLife = Duration.FromTimeSpan(product.ShelfLife),
                    RecipeCode = product.Recipe, ReleaseDuration = Duration.FromTimeSpan(product.ReleaseAfter), PackDuration = Duration.FromTimeSpan(product.Pack), ReceivingLead = Duration.FromTimeSpan(product.ReceiveBefore),
                    CancellationNotice = Duration.FromTimeSpan(TimeSpan.Zero), SiteIds = { product.Sites }, Orderable = true, Source = "sample data, not a label of any product",
                    Transport = new ProductTransport { PhysicalForm = "liquid", ChemicalForm = $"{product.Nuclide} compound in aqueous solution", Storage = "below 25 Cel" },
                },
            });
        }

        CustomersService.CustomersServiceClient customers = new(people.Steward);
        foreach (var customer in input.Customers)
        {
            var put = await customers.PutCustomerAsync(new PutCustomerRequest
            {
                RequestId = keys.Of("customer", customer.Customer),
                Reason = Reason,
                Customer = new Customer
                {
                    Code = customer.Customer, Name = customer.Name, AddressLines = { customer.Address }, Zone = customer.Zone, Currency = "USD", Active = true,
                    Licence = new Orders.V1.Licence
                    {
                        Number = customer.Licence, IssuingAgency = customer.Agency, ExpireTime = customer.LicenceExpire.ToWire(), EvidenceTime = (input.Start - TimeSpan.FromDays(30)).ToWire(),
                        Lines = { customer.Lines.Select(l => new Orders.V1.LicenceLine { Nuclide = l.Nuclide, LimitBq = l.Limit.Bq, Form = l.Form }) },
                    },
                },
            });
            Customers[customer.Customer] = put.Customer.CustomerId;
        }

        PricesService.PricesServiceClient prices = new(people.Steward);
        foreach (var price in input.Prices)
        {
            await prices.PutPriceAsync(new PutPriceRequest
            {
                RequestId = keys.Of("price", price.Product),
                Reason = Reason,
                Price = new Price { ProductCode = price.Product, Currency = price.Currency, MinorUnits = price.MinorUnits, EffectiveTime = price.Effective.ToWire() },
            });
        }
    }

    async Task TransportAsync()
    {
        CarriersService.CarriersServiceClient carriers = new(people.Steward);
        foreach (var carrier in input.Carriers)
        {
            var put = await carriers.PutCarrierServiceAsync(new PutCarrierServiceRequest
            {
                RequestId = keys.Of("carrier", carrier.Service),
                Reason = Reason,
                Service = new CarrierService
                {
                    Carrier = carrier.Carrier, SiteId = carrier.Site, CustomerId = Customers[carrier.Customer], PickupWeekdays = { carrier.PickupDays }, CutoffMinuteOfDay = carrier.CutoffMinuteOfDay,
                    Zone = input.ZoneOf(carrier.Site), Transit = Duration.FromTimeSpan(carrier.Transit), Active = true, Mode = TransportMode.Road,
                },
            });
            CarrierServices[carrier.Service] = put.Service.CarrierServiceId;
        }

        PackagingsService.PackagingsServiceClient packagings = new(people.Steward);
        foreach (var packaging in input.Packagings)
        {
            var put = await packagings.PutPackagingAsync(new PutPackagingRequest
            {
                RequestId = keys.Of("packaging", packaging.Packaging),
                Reason = Reason,
                Packaging = new Packaging { Name = packaging.Name, Kind = PackagingKind.TypeA, SpecificationMark = packaging.Specification, Evidence = packaging.Evidence, TestedForLiquids = true, Active = true },
            });
            Packagings[packaging.Packaging] = put.Packaging.PackagingId;
        }

        foreach (var site in input.Sites)
        {
            await packagings.PutShipperProfileAsync(new PutShipperProfileRequest
            {
                RequestId = keys.Of("shipper", site.Site),
                Reason = Reason,
                Profile = new ShipperProfile
                {
                    SiteId = site.Site, ShipperName = site.Name, AddressLines = { site.Name, "Shipping dock" }, EmergencyPhone = "+1 555 0100", EmergencyInformation = "ERG guide 163",
                    CertificationText = "Contents are fully and accurately described above and are in proper condition for transport.", Zone = site.Zone,
                },
            });
        }
    }
}
