using System.Globalization;
using Doseline.Common.V1;
using Doseline.EndToEnd.Tests.Stories;
using Doseline.Execution.V1;
using Doseline.Identity.V1;
using Doseline.Inventory.V1;
using Doseline.Labeling.V1;
using Doseline.Local.Day.Files;
using Doseline.Orders.V1;
using Doseline.Quality.V1;
using Doseline.Shipping.V1;
using Doseline.Testing;
using Doseline.Testing.Histories;
using Doseline.Waste.V1;

namespace Doseline.EndToEnd.Tests.Histories;

/// <summary>Whoever writes a record, and however many at once: what they see is as if one had written after the other.</summary>
/// <remarks>On PostgreSQL they reach two replicas in turn, each with a memory of its own. <c>DOSELINE_HISTORY_CALLS</c> says how many calls each client makes.</remarks>
public sealed class HistoryTests
{
    const int Clients = 8;
    const int CallsDefault = 12;

    static readonly Contended[] Records =
    [
        new("a customer of Orders", async s => Held.Of(await CustomerAsync(s), c => c.Version, c => c.Name), async (s, seen, value) =>
        {
            var customer = await CustomerAsync(s);
            customer.Name = value;
            return Held.Of((await Customers(s).PutCustomerAsync(new() { RequestId = Id(), Customer = customer, Version = seen, Reason = "renamed" })).Customer, c => c.Version, c => c.Name);
        }),
        new("an order", async s => Held.Of(await OrderAsync(s), o => o.Version, Minute), async (s, seen, value) =>
            Held.Of((await Orders(s).RescheduleOrderAsync(new()
            {
                RequestId = Id(), OrderId = s.Order.Accepted!.OrderId, Version = seen, Reason = "the clinic asks", WindowStart = Local(s.Order.Input, s.Order.Input.WindowStart),
                WindowEnd = Local(s.Order.Input, s.Order.Input.WindowEnd.AddMinutes(int.Parse(value, CultureInfo.InvariantCulture))),
            })).Order, o => o.Version, Minute))
        {
            Value = (client, call) => ((client + call) % 30).ToString(CultureInfo.InvariantCulture),
        },
        new("equipment of Execution", async s => Held.Of(await EquipmentAsync(s), e => e.Etag, e => e.Code), async (s, seen, value) =>
        {
            var equipment = await EquipmentAsync(s);
            (equipment.Code, equipment.Etag) = (value, seen);
            return Held.Of((await Cells(s).PutEquipmentAsync(new() { RequestId = Id(), Equipment = equipment, Reason = "renamed" })).Equipment, e => e.Etag, e => e.Code);
        }),
        new("a supplier of Inventory", async s => Held.Of(await SupplierAsync(s), r => r.Version, r => r.Name), async (s, seen, value) =>
        {
            var supplier = await SupplierAsync(s);
            (supplier.Name, supplier.Version) = (value, seen);
            return Held.Of((await Materials(s).PutSupplierAsync(new() { RequestId = Id(), Supplier = supplier, Reason = "renamed" })).Supplier, r => r.Version, r => r.Name);
        }),
        new("a draft specification of Quality", async s => Held.Of(await DraftAsync(s), d => d.Version, d => d.ProductName), async (s, seen, value) =>
        {
            var draft = await DraftAsync(s);
            return Held.Of((await Specifications(s).PutSpecificationAsync(new()
            {
                RequestId = Id(), ProductCode = draft.ProductCode, SpecificationVersion = 2, ProductName = value, DosageForm = draft.DosageForm,
                EffectiveTime = draft.EffectiveTime, Tests = { draft.Tests }, Version = seen,
            })).Specification, d => d.Version, d => d.ProductName);
        }),
        new("a draft template of Labeling", async s => Held.Of(await TemplateAsync(s), t => t.Version, t => t.Market), async (s, seen, value) =>
        {
            var draft = await TemplateAsync(s);
            return Held.Of((await Templates(s).PutTemplateAsync(new()
            {
                RequestId = Id(), Code = draft.Code, TemplateVersion = 2, ProductCode = draft.ProductCode, Market = value, Zpl = draft.Zpl, WidthMm = draft.WidthMm,
                HeightMm = draft.HeightMm, Zone = draft.Zone, EffectiveTime = draft.EffectiveTime, Version = seen,
            })).Template, t => t.Version, t => t.Market);
        }),
        new("a carrier's service of Shipping", async s => Held.Of(await CarrierAsync(s), r => r.Version, r => r.Carrier), async (s, seen, value) =>
        {
            var service = await CarrierAsync(s);
            (service.Carrier, service.Version) = (value, seen);
            return Held.Of((await Carriers(s).PutCarrierServiceAsync(new() { RequestId = Id(), Service = service, Reason = "renamed" })).Service, r => r.Version, r => r.Carrier);
        }),
        new("a lot", async s => Held.Of(await LotAsync(s), l => l.Version, l => l.StatusRecordId), async (s, seen, value) =>
        {
            var lot = await LotAsync(s);
            // A status is left for another one.
            return Held.Of((await Lots(s).ChangeLotStatusAsync(new()
            {
                RequestId = Id(), LotId = lot.LotId, Status = lot.Status is LotStatus.Approved ? LotStatus.Quarantine : LotStatus.Approved, Version = seen, RecordId = value, Reason = "looked at again",
            })).Lot, l => l.Version, l => l.StatusRecordId);
        }),
        new("a package", async s => Held.Of(await PackageAsync(s), p => p.Version, Grams), async (s, seen, value) =>
            Held.Of((await Packages(s).RepackPackageAsync(new()
            {
                RequestId = Id(), PackageId = (await PackageAsync(s)).PackageId, Version = seen, DoseIds = { s.DoseId }, ContentMassGrams = double.Parse(value, CultureInfo.InvariantCulture), Reason = "weighed again",
            })).Package, p => p.Version, Grams))
        {
            Value = (client, call) => (1 + client + (100 * call)).ToString(CultureInfo.InvariantCulture),
        },
        new("a container of waste", async s => Held.Of(await ContainerAsync(s), c => c.Version, c => c.RoomId), async (s, seen, value) =>
            Held.Of((await Containers(s).MoveContainerAsync(new()
            {
                RequestId = Id(), ContainerId = (await ContainerAsync(s)).ContainerId, Version = seen, RoomId = RoomsOf(s)[int.Parse(value, CultureInfo.InvariantCulture) % RoomsOf(s).Count],
            })).Container, c => c.Version, c => c.RoomId))
        {
            Value = (client, call) => (client + call).ToString(CultureInfo.InvariantCulture),
            Written = (s, value) => RoomsOf(s)[int.Parse(value, CultureInfo.InvariantCulture) % RoomsOf(s).Count],
        },
        new("a person of Identity", async s => Held.Of(await PersonAsync(s), p => p.Version, p => p.Name), async (s, seen, value) =>
            Held.Of((await People(s).ChangePersonAsync(new() { RequestId = Id(), PersonId = (await PersonAsync(s)).PersonId, Version = seen, Name = value, Reason = "renamed" })).Person, p => p.Version, p => p.Name)),
    ];

    public static TheoryData<string, bool> Names()
    {
        TheoryData<string, bool> all = [];
        foreach (var record in Records)
        {
            all.Add(record.Name, false);
            all.Add(record.Name, true);
        }

        return all;
    }

    [Theory]
    [Requirement("A114")]
    [MemberData(nameof(Names))]
    public async Task What_many_writers_of_a_record_see_is_as_if_one_had_written_after_the_other(string name, bool postgres)
    {
        var record = Records.Single(r => r.Name == name);
        var calls = Chance.Number("DOSELINE_HISTORY_CALLS", CallsDefault);
        var seed = Chance.Seed;
        await using var story = await Story.BeginAsync(Story.Products[0], postgres: postgres, replicas: postgres ? 2 : 1);

        var (before, history) = await record.PlayAsync(story, Clients, calls, seed);

        history.ShouldContain(o => o.Input.Seen != null && o.Output!.Version == null, $"seed {seed}: nobody was ever too late, so nobody competed");
        history.Count(o => o.Input.Seen is not null && o.Output is { Version: > 0 }).ShouldBeGreaterThan(Clients);
        Linearizability.Contradiction(history, before, Contended.Step).ShouldBeNull($"seed {seed}");
        await NothingIsLeftOverAsync(story);
    }

    // Whoever moved the order and came too late had taken a place first: it lapses, and the order holds one.
    static async Task NothingIsLeftOverAsync(Story story)
    {
        if (story.Order.Accepted is null) return;
        await story.Platform.AdvanceAsync(TimeSpan.FromMinutes(15));
        var runs = await RunsAsync(story);
        // A deadline whose turn found its database busy comes to pass a little later.
        for (var tries = 0; tries < 5 && runs.Sum(r => r.DosesReserved) > 1; tries++)
        {
            await story.Platform.AdvanceAsync(TimeSpan.FromMinutes(1));
            runs = await RunsAsync(story);
        }

        runs.Sum(r => r.DosesReserved).ShouldBe(1);
        var order = await OrderAsync(story);
        runs.Single(r => r.DosesReserved > 0).RunId.ShouldBe(order.Promise.RunId);
    }

    static async Task<IReadOnlyList<Run>> RunsAsync(Story story) => (await new SchedulerService.SchedulerServiceClient(story.Platform.As("supply_desk")).ListRunsAsync(new())).Runs;

    static string Id() => TestPlatform.RequestId();

    static LocalTime Local(OrderInput order, DateTime time) => new() { DateTime = time.ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture), Zone = order.WindowZone };

    // By how much the end of the appointment was moved: that is what is written into an order.
    static string Minute(Order order) => order.WindowEnd.Time.ToDateTimeOffset().Minute.ToString(CultureInfo.InvariantCulture);

    static CustomersService.CustomersServiceClient Customers(Story story) => new(story.Platform.As("master_data_steward"));
    static OrdersService.OrdersServiceClient Orders(Story story) => new(story.Platform.As("supply_desk"));
    static EquipmentService.EquipmentServiceClient Cells(Story story) => new(story.Platform.As("master_data_steward"));
    static MaterialsService.MaterialsServiceClient Materials(Story story) => new(story.Platform.As("master_data_steward"));
    static SpecificationsService.SpecificationsServiceClient Specifications(Story story) => new(story.Platform.As("qc_analyst"));
    static TemplatesService.TemplatesServiceClient Templates(Story story) => new(story.Platform.As("master_data_steward"));
    static LotsService.LotsServiceClient Lots(Story story) => new(story.People.Qa);
    static PackagesService.PackagesServiceClient Packages(Story story) => new(story.Platform.As("shipping"));
    static WasteService.WasteServiceClient Containers(Story story) => new(story.Platform.As("radiation_safety"));
    static CarriersService.CarriersServiceClient Carriers(Story story) => new(story.Platform.As("master_data_steward"));
    static PeopleService.PeopleServiceClient People(Story story) => new(story.Platform.As("administrator"));

    static async Task<Customer> CustomerAsync(Story story) => (await Customers(story).GetCustomerAsync(new() { Code = story.Order.Input.Customer })).Customer;

    static async Task<Order> OrderAsync(Story story)
    {
        if (story.Order.Accepted is null) await story.OrderAndReceiveAsync();
        return (await Orders(story).GetOrderAsync(new() { OrderId = story.Order.Accepted!.OrderId })).Order;
    }

    static async Task<Equipment> EquipmentAsync(Story story) => (await Cells(story).ListEquipmentAsync(new())).Equipment.MinBy(e => e.EquipmentId, StringComparer.Ordinal)!;

    static async Task<Supplier> SupplierAsync(Story story) => (await Materials(story).ListSuppliersAsync(new())).Suppliers.MinBy(r => r.SupplierCode, StringComparer.Ordinal)!;

    // The second version of the story's specification; made from the first one when there is none yet.
    static async Task<Specification> DraftAsync(Story story)
    {
        var all = (await Specifications(story).ListSpecificationsAsync(new() { ProductCode = story.Run.Product })).Specifications;
        if (all.FirstOrDefault(d => d.SpecificationVersion == 2) is { } draft) return draft;
        var first = all.Single();
        (first.Version, first.SpecificationVersion) = (0, 2);
        return first;
    }

    static async Task<Template> TemplateAsync(Story story)
    {
        var all = (await Templates(story).ListTemplatesAsync(new())).Templates;
        var first = all.Where(t => t.TemplateVersion == 1).MinBy(t => t.TemplateId, StringComparer.Ordinal)!;
        if (all.FirstOrDefault(t => t.TemplateVersion == 2) is { } draft) return draft;
        (first.Version, first.TemplateVersion) = (0, 2);
        return first;
    }

    static async Task<CarrierService> CarrierAsync(Story story) => (await Carriers(story).ListCarrierServicesAsync(new())).Services.MinBy(r => r.CarrierServiceId, StringComparer.Ordinal)!;

    static async Task<Lot> LotAsync(Story story)
    {
        if (story.Order.Accepted is null) await story.OrderAndReceiveAsync();
        return (await Lots(story).ListLotsAsync(new() { SiteId = story.Run.Site })).Lots.MinBy(l => l.LotId, StringComparer.Ordinal)!;
    }

    static async Task<Package> PackageAsync(Story story)
    {
        if (story.Order.Accepted is null)
        {
            await story.MakeAsync();
            await story.ReleaseAsync();
            await story.PackAsync();
        }

        return (await Packages(story).ListPackagesAsync(new() { SiteId = story.Run.Site, DoseId = story.DoseId })).Packages.Single();
    }

    static string Grams(Package package) => package.ContentMassGrams.ToString(CultureInfo.InvariantCulture);

    static async Task<Container> ContainerAsync(Story story)
    {
        var there = (await Containers(story).ListContainersAsync(new() { SiteId = story.Run.Site })).Containers;
        if (there is [var one]) return one;
        return (await Containers(story).PutContainerAsync(new()
        {
            RequestId = Id(), Label = "contended", SiteId = story.Run.Site, RoomId = RoomsOf(story)[0], Policy = new ContainerPolicy { Source = "half-life over 120 d" },
        })).Container;
    }

    // Where nothing can be refused but for its version.
    static List<string> RoomsOf(Story story) => [.. story.Input.Rooms.Where(r => r.Site == story.Run.Site).Select(r => r.Room)];

    static async Task<Person> PersonAsync(Story story)
    {
        const string login = "contended";
        var people = (await People(story).ListPeopleAsync(new() { NameContains = "by" })).People.Where(p => p.Login == login).ToList();
        return people is [var there] ? there : (await People(story).JoinPersonAsync(new() { RequestId = Id(), Login = login, Name = "by nobody", Reason = "joins" })).Person;
    }
}
