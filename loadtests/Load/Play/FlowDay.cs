using Doseline.Kernel.Decay;
using Doseline.Kernel.Time;
using Doseline.Local.Day.Files;

namespace Doseline.Load.Play;

/// <summary>What the flows are made of: one product of the sample day at one of its sites, with a hot cell, a lot and a run for each flow, in the days to come.</summary>
static class FlowDay
{
    /// <summary>Doses of one batch.</summary>
    public const int Doses = 8;

    /// <summary>How long entering everything takes at most: prices take effect then, for none may in the past.</summary>
    public static readonly TimeSpan Entry = TimeSpan.FromMinutes(1);

    /// <summary>The sample day, which says what is made, how, and for whom.</summary>
    public const string Sample = "samples/day";

    /// <summary>Site where batches are made.</summary>
    public const string Site = "bos";

    const string Product = "LU177-PSMA";
    // A dose of 7.4 GBq at an appointment up to four days ahead needs 11.3 GBq today.
    const double LotGbqPerDose = 16, RunGbqPerDose = 14;
    // Every limit of the sample, raised until none of them is what stops a flow.
    const double Room = 1000;

    /// <summary>The master data, the runs and the orders of so many flows; flow n has run n and its share of the orders.</summary>
    /// <param name="folder">The sample day.</param>
    /// <param name="flows">How many flows.</param>
    /// <param name="now">The platform's time.</param>
    public static DayInput Of(string folder, int flows, DateTimeOffset now)
    {
        var sample = DayFiles.Read(folder);
        var (model, until) = (sample.Runs.First(r => r.Product == Product && r.Site == Site), now + TimeSpan.FromDays(365));
        var days = Math.Max(1, (int)Math.Ceiling((now - model.Start).TotalDays) + 1);
        var local = Zones.Show(model.Start, sample.ZoneOf(Site)).Local.AddDays(days);
        var start = Zones.Resolve(local, sample.ZoneOf(Site), null, "start").OrThrow().Instant;
        var lot = sample.Deliveries.Single(d => d.Lot == model.Lot);
        var cell = sample.Rooms.Single(r => r.Room == model.HotCell);
        var calibrator = sample.Equipment.First(e => e.Class is "dose_calibrator" && e.Site == Site);
        var numbers = Enumerable.Range(0, flows).ToList();
        var orders = sample.Orders.Where(o => o.Product == Product && o.Site == Site && o.ExpectedAccepted && o.WindowStart.Date == Zones.Show(model.Start, o.WindowZone).Local.Date.AddDays(1)).ToList();
        return sample with
        {
            Start = now,
            Seed = unchecked((int)now.ToUnixTimeSeconds()),
            Incidents = [],
            Cleaning = [],
            Maintenance = [],
            Sites = [.. sample.Sites.Where(s => s.Site == Site)],
            Rooms = [.. sample.Rooms.Where(r => r.Site == Site).Select(Wide), .. numbers.Select(n => Wide(cell) with { Room = CellOf(n), Name = CellOf(n) })],
            Licences = [.. sample.Licences.Where(l => l.Site == Site).Select(l => l with { Expire = until, Lines = [.. l.Lines.Select(line => line with { Limit = line.Limit * Room })] })],
            Suppliers = [.. sample.Suppliers.Select(s => s with { LicenceExpire = until })],
            Deliveries = [.. numbers.Select(n => lot with { Lot = LotOf(n), AlternativeRoom = "", Activity = lot.Activity!.ReferredTo(now).WithAmount(Activity.From(Doses * LotGbqPerDose, ActivityUnit.GBq)) })],
            Equipment =
            [
                .. numbers.Select(n => new EquipmentInput(CellOf(n), "hot_cell", Site, CellOf(n), until, null, Activity.From(1, ActivityUnit.MBq))),
                .. numbers.Select(n => calibrator with { Equipment = CalibratorOf(n), Room = CellOf(n), QualifiedUntil = until, CalibratedUntil = until }),
                .. sample.Equipment.Where(e => e.Site == Site && IsShared(e)).Select(e => e with { QualifiedUntil = until, CalibratedUntil = until }),
            ],
            Plausible = [],
            Products = [.. sample.Products.Where(p => p.Product == Product).Select(p => p with { Sites = [Site] })],
            Prices = [.. sample.Prices.Where(p => p.Product == Product).Select(p => p with { Effective = now + Entry })],
            Customers = [.. sample.Customers.Select(c => c with { LicenceExpire = until, Lines = [.. c.Lines.Select(l => l with { Limit = l.Limit * Room })] })],
            Carriers = [.. sample.Carriers.Where(c => c.Site == Site).Select(c => c with { PickupDays = [1, 2, 3, 4, 5, 6, 7] })],
            Recipes = sample.Recipes.Where(r => r.Key == model.Recipe).ToDictionary(StringComparer.Ordinal),
            Specifications = [.. sample.Specifications.Where(t => t.Product == Product)],
            // A minute apart, so that orders fill one run after the other: they take the latest that has room.
            Runs = [.. numbers.Select(n => model with { Run = $"flow-{n}", HotCell = CellOf(n), Start = start.AddMinutes(-n), Doses = Doses, Yield = Activity.From(Doses * RunGbqPerDose, ActivityUnit.GBq), Lot = LotOf(n) })],
            Orders =
            [
                .. Enumerable.Range(0, flows * Doses).Select(i => orders[i % orders.Count] is var o ? o with
                {
                    Order = $"F{i:00000}", Place = now, PatientToken = $"appt-{i:00000}", WindowStart = o.WindowStart.AddDays(days), WindowEnd = o.WindowEnd.AddDays(days),
                } : throw new InvalidOperationException()),
            ],
        };
    }

    /// <summary>What a flow's own people look at: their cell, their calibrator, and the instruments that all share.</summary>
    public static DayInput FlowOf(DayInput all, int flow) => all with { Equipment = [.. all.Equipment.Where(e => e.Equipment == CellOf(flow) || e.Equipment == CalibratorOf(flow) || IsShared(e))] };

    static bool IsShared(EquipmentInput item) => item.Class is "instrument";

    static string CellOf(int flow) => $"{Site}-flow-{flow}";

    static string CalibratorOf(int flow) => $"{Site}-calibrator-{flow}";

    static string LotOf(int flow) => $"FLOW-{flow}";

    static RoomInput Wide(RoomInput room) => room with { Limits = [.. room.Limits.Select(l => (l.Nuclide, l.Limit * Room))] };
}
