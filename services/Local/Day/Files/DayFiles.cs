using System.Diagnostics.CodeAnalysis;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Time;

namespace Doseline.Local.Day.Files;

/// <summary>Reads a day's folder: all of it, or every problem with it and nothing.</summary>
sealed class DayFiles
{
    readonly string folder;
    readonly List<DayProblem> problems = [];

    DayFiles(string folder) => this.folder = folder;

    /// <summary>Reads a day.</summary>
    /// <exception cref="DayFilesException">Something in the files is wrong; every problem is named.</exception>
    public static DayInput Read(string folder)
    {
        if (!Directory.Exists(folder)) throw new DayFilesException([new DayProblem(folder, 0, "", "the folder is missing")]);
        var files = new DayFiles(folder);
        var input = files.ReadAll();
        return files.problems is [] ? input : throw new DayFilesException(files.problems);
    }

    [SuppressMessage("Design", "MA0051", Justification = "One statement a file, in the order in which they refer to each other.")]
    DayInput ReadAll()
    {
        var day = DayYaml.Read(folder, problems);
        var sites = Rows("sites.csv", ["site", "name", "zone"]).Select(r => new SiteInput(r.Text("site"), r.Text("name"), r.Zone("zone"))).ToList();
        var zones = sites.ToDictionary(s => s.Site, s => s.Zone, StringComparer.Ordinal);
        var siteKeys = zones.Keys.ToHashSet(StringComparer.Ordinal);
        string SiteOf(Table.Row r) => r.KeyOf("site", siteKeys, "sites.csv");
        string SiteZone(Table.Row r) => zones.GetValueOrDefault(r.TextOrEmpty("site"), "UTC");

        var limits = Rows("room_limits.csv", ["room", "nuclide", "limit:activity"]).Select(r => (Room: r.Text("room"), Nuclide: r.Nuclide("nuclide"), Limit: r.Activity("limit"))).ToLookup(r => r.Room, StringComparer.Ordinal);
        var rooms = Rows("rooms.csv", ["site", "room", "name", "kind", "nuclides", "uses", "statuses"]).Select(r => new RoomInput(
            SiteOf(r), r.Text("room"), r.Text("name"), r.Text("kind"), r.List("nuclides"), r.List("uses"), r.List("statuses"),
            [.. limits[r.TextOrEmpty("room")].Select(l => (l.Nuclide, l.Limit))])).ToList();
        var roomKeys = rooms.Select(r => r.Room).ToHashSet(StringComparer.Ordinal);
        var licences = Rows("licences.csv", ["site", "licence", "amendment", "jurisdiction", "effective_local", "expire_local", "nuclide", "form", "uses", "rooms", "limit:activity"])
            .Select(r => (Licence: new LicenceInput(SiteOf(r), r.Text("licence"), r.Text("amendment"), r.Text("jurisdiction"), At(r, "effective_local", SiteZone(r)), At(r, "expire_local", SiteZone(r)), []),
                Line: new LicenceLineInput(r.Nuclide("nuclide"), r.Text("form"), r.List("uses"), r.List("rooms"), r.Activity("limit"))))
            .GroupBy(r => (r.Licence.Site, r.Licence.Licence)).Select(g => g.First().Licence with { Lines = [.. g.Select(r => r.Line)] }).ToList();
        var materials = Rows("materials.csv", ["material", "description", "nuclide", "unit"])
            .Select(r => new MaterialInput(r.Text("material"), r.Text("description"), r.TextOrEmpty("nuclide"), r.Text("unit"))).ToList();
        var materialKeys = materials.Select(m => m.Material).ToHashSet(StringComparer.Ordinal);
        var suppliers = Rows("suppliers.csv", ["supplier", "name", "licence", "licence_expire_local", "zone", "delivers"])
            .Select(r => new SupplierInput(r.Text("supplier"), r.Text("name"), r.Text("licence"), At(r, "licence_expire_local", r.Zone("zone")), Days(r, "delivers"))).ToList();
        var supplierKeys = suppliers.Select(s => s.Supplier).ToHashSet(StringComparer.Ordinal);
        var deliveries = Rows("deliveries.csv", ["lot", "material", "supplier", "site", "room", "alternative_room", "arrive_local", "nuclide", "activity:activity", "calibration_local", "calibration_zone", "form", "route", "impurities"])
            .Select(r => DeliveryOf(r, SiteOf(r), SiteZone(r), roomKeys, materialKeys, supplierKeys, suppliers)).ToList();
        var equipment = Rows("equipment.csv", ["equipment", "class", "site", "room", "qualified_until_local", "calibrated_until_local", "clearance:activity"]).Select(r => new EquipmentInput(
            r.Text("equipment"), r.Text("class"), SiteOf(r), r.KeyOf("room", roomKeys, "rooms.csv"), At(r, "qualified_until_local", SiteZone(r)),
            r.TextOrEmpty("calibrated_until_local") is "" ? null : At(r, "calibrated_until_local", SiteZone(r)), r.ActivityOrNull("clearance"))).ToList();
        var cleaning = Rows("cleaning.csv", ["site", "change", "level", "valid_for_h", "source"])
            .Select(r => (Site: SiteOf(r), Change: r.Text("change"), Level: r.Whole("level"), Hours: r.NumberOrNull("valid_for_h"), Source: r.Text("source"))).GroupBy(r => r.Site, StringComparer.Ordinal)
            .Select(g => new CleaningInput(g.Key, [.. g.Select(r => (r.Change, r.Level))], g.Min(r => r.Hours) is { } hours ? TimeSpan.FromHours(hours) : null, g.First().Source)).ToList();
        var products = Rows("products.csv", ["product", "name", "nuclide", "form", "prescription:activity", "tolerance_percent", "shelf_life_h", "recipe", "release_after_h", "pack_min", "receive_before_min", "sites", "gtin"])
            .Select(r => new ProductInput(
                r.Text("product"), r.Text("name"), r.Nuclide("nuclide"), r.Text("form"), r.Activity("prescription"), r.Number("tolerance_percent") / 100, TimeSpan.FromHours(r.Number("shelf_life_h")),
                r.Text("recipe"), TimeSpan.FromHours(r.Number("release_after_h")), TimeSpan.FromMinutes(r.Number("pack_min")), TimeSpan.FromMinutes(r.Number("receive_before_min")), r.List("sites"), r.Text("gtin"))).ToList();
        var productKeys = products.Select(p => p.Product).ToHashSet(StringComparer.Ordinal);
        string ProductOf(Table.Row r) => r.KeyOf("product", productKeys, "products.csv");
        var customerLines = Rows("customer_licences.csv", ["customer", "nuclide", "form", "limit:activity"])
            .Select(r => (Customer: r.Text("customer"), Nuclide: r.Nuclide("nuclide"), Form: r.Text("form"), Limit: r.Activity("limit"))).ToLookup(r => r.Customer, StringComparer.Ordinal);
        var customers = Rows("customers.csv", ["customer", "name", "address", "zone", "licence", "agency", "licence_expire_local"]).Select(r => new CustomerInput(
            r.Text("customer"), r.Text("name"), r.Text("address").Split('|'), r.Zone("zone"), r.Text("licence"), r.Text("agency"), At(r, "licence_expire_local", r.Zone("zone")),
            [.. customerLines[r.TextOrEmpty("customer")].Select(l => (l.Nuclide, l.Form, l.Limit))])).ToList();
        var customerKeys = customers.Select(c => c.Customer).ToHashSet(StringComparer.Ordinal);
        var recipes = DayYaml.ReadRecipes(folder, products.Select(p => p.Recipe), problems);
        var equipmentKeys = equipment.Select(e => e.Equipment).ToHashSet(StringComparer.Ordinal);
        var equipmentSites = equipment.ToDictionary(e => e.Equipment, e => e.Site, StringComparer.Ordinal);
        var maintenance = Rows("maintenance.csv", ["order", "equipment", "kind", "plan", "start_local", "end_local", "reason"])
            .Select(r => (Row: r, Equipment: r.KeyOf("equipment", equipmentKeys, "equipment.csv"))).Select(r => (r.Row, r.Equipment, Site: equipmentSites.GetValueOrDefault(r.Equipment, "")))
            .Select(r => new MaintenanceInput(r.Row.Text("order"), r.Equipment, r.Site, r.Row.Text("kind"), r.Row.List("plan"), At(r.Row, "start_local", zones.GetValueOrDefault(r.Site, "UTC")),
                At(r.Row, "end_local", zones.GetValueOrDefault(r.Site, "UTC")), r.Row.Text("reason"))).ToList();
        var plausible = Rows("plausible.csv", ["service", "measure", "product", "item", "minimum", "maximum"])
            .Select(r => new PlausibleInput(r.Text("service"), r.Text("measure"), r.TextOrEmpty("product"), r.TextOrEmpty("item"), r.Number("minimum"), r.Number("maximum"))).ToList();
        var lots = deliveries.Select(d => d.Lot).ToHashSet(StringComparer.Ordinal);

        return new DayInput
        {
            Start = day.Start,
            Zone = day.Zone,
            Seed = day.Seed,
            Incidents = day.Incidents,
            Sites = sites,
            Rooms = rooms,
            Licences = licences,
            Materials = materials,
            Suppliers = suppliers,
            Deliveries = deliveries,
            Equipment = equipment,
            Cleaning = cleaning,
            Maintenance = maintenance,
            Plausible = plausible,
            Products = products,
            Recipes = recipes,
            LabelZpl = DayYaml.ReadText(folder, "label.zpl", problems),
            Customers = customers,
            Prices = [.. Rows("prices.csv", ["product", "currency", "price", "effective_local", "zone"]).Select(r =>
                new PriceInput(ProductOf(r), r.Text("currency"), r.MinorUnits("price", "currency"), At(r, "effective_local", r.Zone("zone"))))],
            Carriers = [.. Rows("carriers.csv", ["service", "carrier", "site", "customer", "pickup_days", "cutoff_local", "transit_h"]).Select(r => new CarrierInput(
                r.Text("service"), r.Text("carrier"), SiteOf(r), r.KeyOf("customer", customerKeys, "customers.csv"), Days(r, "pickup_days"), r.MinuteOfDay("cutoff_local"), TimeSpan.FromHours(r.Number("transit_h"))))],
            Packagings = [.. Rows("packagings.csv", ["packaging", "name", "specification", "evidence"]).Select(r =>
                new PackagingInput(r.Text("packaging"), r.Text("name"), r.Text("specification"), r.Text("evidence")))],
            Runs = [.. Rows("runs.csv", ["run", "site", "product", "recipe", "hot_cell", "start_local", "doses", "yield:activity", "lot"]).Select(r => new RunInput(
                r.Text("run"), SiteOf(r), ProductOf(r), r.KeyOf("recipe", recipes.Keys.ToHashSet(StringComparer.Ordinal), "recipes"), r.KeyOf("hot_cell", equipmentKeys, "equipment.csv"),
                At(r, "start_local", SiteZone(r)), r.Whole("doses"), r.Activity("yield"), r.KeyOf("lot", lots, "deliveries.csv")))],
            Specifications = [.. Rows("specifications.csv", ["product", "test", "description", "method", "unit", "low", "high", "text"]).Select(r => new TestInput(
                ProductOf(r), r.Text("test"), r.Text("description"), r.Text("method"), r.TextOrEmpty("unit"), r.NumberOrNull("low"), r.NumberOrNull("high"), r.TextOrEmpty("text"),
                r.NumberIfThere("result_within_days") is { } days ? TimeSpan.FromDays(days) : null, r.TextIfThere("pending_basis")))],
            Orders = [.. Rows("orders.csv", ["order", "place_local", "place_zone", "product", "site", "customer", "wanted:activity", "window_start_local", "window_end_local", "window_zone", "patient_token", "expected"])
                .Select(r => new OrderInput(
                    r.Text("order"), At(r, "place_local", r.Zone("place_zone")), ProductOf(r), SiteOf(r), r.KeyOf("customer", customerKeys, "customers.csv"), r.ActivityOrNull("wanted"),
                    r.Local("window_start_local"), r.Local("window_end_local"), r.Zone("window_zone"), r.Text("patient_token"), Expected(r)))],
        };
    }

    IEnumerable<Table.Row> Rows(string file, string[] columns) => Table.Read(folder, file, columns, problems).Rows;

    static IReadOnlyList<int> Days(Table.Row r, string column) =>
        [.. r.List(column).Select(d => d is [>= '1' and <= '7'] ? d[0] - '0' : r.Problem(column, $"'{d}' is not a weekday from 1 (Monday) to 7", 1))];

    static bool Expected(Table.Row r) => r.Text("expected") switch
    {
        "accepted" => true,
        "refused" => false,
        var other => r.Problem("expected", $"'{other}' is neither accepted nor refused", false),
    };

    static DateTimeOffset At(Table.Row row, string column, string zone)
    {
        var resolved = Zones.Resolve(row.Local(column), zone, null, column);
        return resolved.Accepted ? resolved.Value.Instant : row.Problem(column, resolved.Refusals[0].Message, default(DateTimeOffset));
    }

    static DeliveryInput DeliveryOf(Table.Row r, string site, string zone, HashSet<string> rooms, HashSet<string> materials, HashSet<string> suppliers, List<SupplierInput> known)
    {
        var weekday = r.Local("arrive_local").DayOfWeek is var day && day is DayOfWeek.Sunday ? 7 : (int)day;
        if (known.Find(s => s.Supplier == r.TextOrEmpty("supplier")) is { } supplier && !supplier.Delivers.Contains(weekday))
            r.Problem("arrive_local", $"{supplier.Supplier} does not deliver on a {day}", 0);
        CalibratedActivity? activity = null;
        List<CalibratedActivity> impurities = [];
        if (r.ActivityOrNull("activity") is { } amount)
        {
            var reference = At(r, "calibration_local", r.Zone("calibration_zone"));
            activity = Calibrated(r, "nuclide", r.Nuclide("nuclide"), amount, reference);
            foreach (var item in r.List("impurities"))
            {
                // An impurity stands as Lu-177m:0.036, in gigabecquerels at the calibration instant of the lot.
                if (item.Split(':') is [var nuclide, var gbq] && double.TryParse(gbq, System.Globalization.CultureInfo.InvariantCulture, out var value)
                    && Calibrated(r, "impurities", nuclide, Activity.From(value, ActivityUnit.GBq), reference) is { } impurity)
                {
                    impurities.Add(impurity);
                }
                else
                {
                    r.Problem("impurities", $"'{item}' does not read as nuclide:GBq", 0);
                }
            }
        }

        return new DeliveryInput(
            r.Text("lot"), r.KeyOf("material", materials, "materials.csv"), r.KeyOf("supplier", suppliers, "suppliers.csv"), site, r.KeyOf("room", rooms, "rooms.csv"),
            r.TextOrEmpty("alternative_room") is "" ? "" : r.KeyOf("alternative_room", rooms, "rooms.csv"), At(r, "arrive_local", zone), activity, impurities, r.Text("form"), r.TextOrEmpty("route"));
    }

    static CalibratedActivity? Calibrated(Table.Row row, string column, string nuclide, Activity amount, DateTimeOffset reference)
    {
        var made = CalibratedActivity.Create(nuclide, amount.Bq, reference, NuclideData.Current, column);
        return made.Accepted ? made.Value : row.Problem(column, made.Refusals[0].Message, (CalibratedActivity?)null);
    }
}
