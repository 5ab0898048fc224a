using Doseline.Local.Day;
using Doseline.Local.Day.Files;
using Doseline.Local.Day.Report;
using Doseline.Local.Simulation;
using Doseline.Platform.Data;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace Doseline.Simulation.Tests;

/// <summary>
/// What must hold of a day is worth nothing when it cannot fail: into the records of a day that held, one fault after another is planted behind the services'
/// backs, and what must hold says so. What must hold and no fault makes fail is found too.
/// </summary>
public sealed class PlantedFaultTests
{
    // One run that passes every test, one whose late test turns out positive and one of whose doses is held.
    static readonly string[] Orders = ["R021", "R023", "R048", "R053"];
    static readonly string[] Runs = ["dota-1", "psma-3"];

    [Fact]
    [Requirement("A051", "A063")]
    public async Task Each_thing_that_must_hold_fails_when_its_fault_is_planted_and_holds_again_without_it()
    {
        var input = Conditional(DayFiles.Read(SimulationTests.SampleFolder()).Only(Orders, Runs));
        await using var databases = await TestDatabase.CreateAsync(postgres: false);
        SimulatedClock clock = new(input.Start);
        await using var platform = await SimulatedPlatform.StartAsync(clock, databases.Settings, builder => builder.Logging.ClearProviders());
        var quiet = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null), Interactive = InteractionSupport.No });
        using DayPlay play = new(input, platform, new DayProgress(quiet, null), new DayJournal(Path.Combine(databases.Folder, "day.journal.json")));
        await play.RunAsync(CancellationToken.None);
        var whole = await CheckAsync(input, platform, play);
        whole.Where(i => !i.Holds).ShouldBeEmpty();

        HashSet<string> found = new(StringComparer.Ordinal);
        foreach (var fault in Faults(play))
        {
            await fault.Plant(platform);
            var failed = (await CheckAsync(input, platform, play)).Where(i => !i.Holds).Select(i => i.Name).ToList();
            failed.ShouldContain(n => n.StartsWith(fault.Finds, StringComparison.Ordinal), $"{fault.What} is not found; found were: {string.Join("; ", failed)}");
            found.UnionWith(failed);
            await fault.Mend(platform);
        }

        (await CheckAsync(input, platform, play)).Where(i => !i.Holds).Select(i => i.Name).ShouldBeEmpty("every fault was taken out again");

        whole.Select(i => i.Name).Except(found).ShouldBeEmpty("nothing was planted that makes it fail");
    }

    // Sterility ends after release; one batch turns out positive.
    static DayInput Conditional(DayInput input) => input with
    {
        Equipment = [.. input.Equipment, .. input.Sites.Select(site => input.Equipment.First(e => e.Site == site.Site && e.Class is "instrument") with { Equipment = $"{site.Site}-STER-01" })],
        Specifications = [.. input.Specifications, .. input.Products.Select(p => new TestInput(p.Product, "STER", "Sterility", "STER-01", "", null, null, "no growth", TimeSpan.FromDays(14), "21 CFR 211.165(a)"))],
        Incidents = [.. input.Incidents, new Incident("late_positive", "psma-3", "STER", 9, "", "", "", null, null, false, "growth")],
    };

    static async Task<IReadOnlyList<Invariant>> CheckAsync(DayInput input, SimulatedPlatform platform, DayPlay play) =>
        (await new DayChecks(input, platform, play).ReportAsync(CancellationToken.None)).Invariants;

    static IEnumerable<Fault> Faults(DayPlay play)
    {
        yield return Fault.Sql("an entry of the ledger is a hundredth too high", "every becquerel", "inventory",
            "UPDATE ledger_entries SET bq = bq * 1.01 WHERE seq = (SELECT min(seq) FROM ledger_entries)", "UPDATE ledger_entries SET bq = bq / 1.01 WHERE seq = (SELECT min(seq) FROM ledger_entries)", "ledger_entries");
        yield return Fault.Sql("ten thousand times as much was there, at every site", "the licence of", "inventory", "UPDATE ledger_entries SET bq = bq * 10000", "UPDATE ledger_entries SET bq = bq / 10000");
        yield return Fault.Sql("nobody cleaned the cells", "no run began in a cell", "execution",
            "UPDATE equipment_log SET event = 'Left', text = text || '#' WHERE event = 'Cleaned'", "UPDATE equipment_log SET event = 'Cleaned', text = substr(text, 1, length(text) - 1) WHERE event = 'Left' AND text LIKE '%#'");
        yield return Fault.Sql("half of what is booked out of cells stayed there", "the balance of every cell", "inventory",
            "UPDATE ledger_entries SET bq = bq * 0.5 WHERE account = 'Waste' AND bq < 0", "UPDATE ledger_entries SET bq = bq / 0.5 WHERE account = 'Waste' AND bq < 0");
        yield return Fault.Sql("billed orders are not billed", "every order came to an end", "orders",
            "UPDATE orders SET recall_reason = invoice_id || '#' || recall_reason, invoice_id = '', state = 'Delivered' WHERE invoice_id <> ''",
            "UPDATE orders SET invoice_id = substr(recall_reason, 1, instr(recall_reason, '#') - 1), recall_reason = substr(recall_reason, instr(recall_reason, '#') + 1), state = 'Invoiced' WHERE recall_reason LIKE '%#%'");
        yield return Fault.Sql("everything left a day before it did", "nothing left unreleased or held", "shipping",
            $"UPDATE shipments SET ship_time = ship_time - {TimeSpan.TicksPerDay}", $"UPDATE shipments SET ship_time = ship_time + {TimeSpan.TicksPerDay}");
        yield return Fault.Sql("Quality held what left", "nothing left unreleased or held", "quality",
            "UPDATE audit SET changes = replace(changes, '\"ConditionallyReleased\"', '\"Quarantine#\"') WHERE entity = 'doses'",
            "UPDATE audit SET changes = replace(changes, '\"Quarantine#\"', '\"ConditionallyReleased\"') WHERE entity = 'doses'", "audit");
        yield return Fault.Sql("a test that passed never ended", "every condition was settled", "quality", "UPDATE pending_tests SET state = 'Pending' WHERE state = 'Passed'", "UPDATE pending_tests SET state = 'Passed' WHERE state = 'Pending'");
        yield return Fault.Sql("a consignee did not answer", "every condition was settled", "quality",
            "UPDATE recall_doses SET version = answered_time, answered_time = NULL WHERE answered_time IS NOT NULL", "UPDATE recall_doses SET answered_time = version, version = 2 WHERE answered_time IS NULL AND answer <> ''");
        yield return Fault.Sql("the list stood a minute after the result", "every condition was settled", "quality",
            $"UPDATE recalls SET opened_time = opened_time + {TimeSpan.TicksPerMinute}", $"UPDATE recalls SET opened_time = opened_time - {TimeSpan.TicksPerMinute}");
        yield return Fault.Sql("facts were not read", "every fact had its effect once", "shipping", "UPDATE cursors SET position = position - 1000000", "UPDATE cursors SET position = position + 1000000");
        yield return Fault.Sql("a record of the trail names another person", "every audit chain verifies", "orders",
            "UPDATE audit SET actor_name = actor_name || '#' WHERE seq = 3", "UPDATE audit SET actor_name = substr(actor_name, 1, length(actor_name) - 1) WHERE seq = 3", "audit");
        yield return Fault.Sql("a sealed record was rewritten", "every tree head verifies", "shipping",
            "UPDATE audit SET reason = reason || '#' WHERE seq = 3", "UPDATE audit SET reason = substr(reason, 1, length(reason) - 1) WHERE seq = 3", "audit");
        yield return Fault.Sql("a listener took another fact than was published", "what was published is what was received", "labeling",
            "UPDATE inbox SET data_hash = '#' || data_hash WHERE rowid = (SELECT min(rowid) FROM inbox)", "UPDATE inbox SET data_hash = substr(data_hash, 2) WHERE data_hash LIKE '#%'", "inbox");
        yield return Fault.Sql("a change that nobody asked for", "the trails join", "waste",
            "UPDATE audit SET causation_id = '#' || causation_id WHERE seq = 2", "UPDATE audit SET causation_id = substr(causation_id, 2) WHERE causation_id LIKE '#%'", "audit");
        yield return Fault.Sql("a change that says of no call or fact that it came of it", "the trails join", "orders",
            "UPDATE audit SET reason = causation_id || '#' || reason, causation_id = '' WHERE seq = (SELECT min(seq) FROM audit WHERE actor NOT LIKE 'service:%')",
            "UPDATE audit SET causation_id = substr(reason, 1, instr(reason, '#') - 1), reason = substr(reason, instr(reason, '#') + 1) WHERE reason LIKE '%#%'", "audit");
        foreach (var fault in Forbidden(play).Concat(Played(play))) yield return fault;
    }

    // What the trails would hold if a gate had let through what nobody may do.
    static IEnumerable<Fault> Forbidden(DayPlay play)
    {
        yield return Fault.Sql("an operator released", "nobody but QA released", "quality",
            "UPDATE audit SET actor = actor || '#' WHERE seq = (SELECT min(seq) FROM audit WHERE entity = 'doses' AND changes LIKE '%ConditionallyReleased%')",
            "UPDATE audit SET actor = substr(actor, 1, length(actor) - 1) WHERE actor LIKE '%#'", "audit");
        yield return Fault.Sql("an order was billed that was not delivered", "nothing was billed before", "orders",
            "UPDATE audit SET changes = replace(changes, '\"Delivered\"', '\"Shipped#\"') WHERE entity = 'orders'",
            "UPDATE audit SET changes = replace(changes, '\"Shipped#\"', '\"Delivered\"') WHERE entity = 'orders'", "audit");
        var filled = play.Orders.All.Where(o => o.Measured is not null).Select(o => o.DoseId).Take(2).ToArray();
        var second = $"entity = 'movements' AND entity_id = (SELECT id FROM movements WHERE kind = 'Dispensed' AND reference_id = '{filled[1]}')";
        yield return Fault.Sql("a dose was filled twice", "no dose was filled twice", "execution",
            $"UPDATE audit SET changes = replace(changes, '{filled[1]}', '{filled[0]}') WHERE {second}", $"UPDATE audit SET changes = replace(changes, '{filled[0]}', '{filled[1]}') WHERE {second}", "audit");
        yield return Fault.Sql("a lot was used while it was held", "no lot was used that was not approved", "inventory",
            "UPDATE audit SET changes = replace(changes, '\"Approved\"', '\"Quarantine#\"') WHERE entity = 'lots'",
            "UPDATE audit SET changes = replace(changes, '\"Quarantine#\"', '\"Approved\"') WHERE entity = 'lots'", "audit");
    }

    // What people of the day remember of it.
    static IEnumerable<Fault> Played(DayPlay play)
    {
        var given = play.Orders.All.First(o => o.Measured is not null && play.Shipping.ByDose.ContainsKey(o.DoseId));
        var measured = given.Measured!;
        yield return Fault.Of("a patient was given half as much again", "every delivered dose is within tolerance", () =>
        {
            given.Measured = measured.Clone();
            given.Measured.ActivityBq *= 1.5;
        }, () => given.Measured = measured);
        var accepted = given.Accepted;
        var package = play.Shipping.ByDose[given.DoseId];
        yield return Fault.Of("an order is refused that was to be accepted", "every order was accepted or refused", () => given.Accepted = null, () => given.Accepted = accepted);
        yield return Fault.Of("an order is refused without a reason", "every refusal names its reasons", () => given.Accepted = null, () => given.Accepted = accepted);
        var lost = play.Orders.All.First(o => o.Accepted is not null && !play.Shipping.ByDose.ContainsKey(o.DoseId));
        yield return Fault.Of("a dose that was held is in a package", "rejected and held doses were never packed", () => play.Shipping.ByDose[lost.DoseId] = package, () => play.Shipping.ByDose.Remove(lost.DoseId));
    }

    sealed record Fault(string What, string Finds, Func<SimulatedPlatform, Task> Plant, Func<SimulatedPlatform, Task> Mend)
    {
        public static Fault Of(string what, string finds, Action plant, Action mend) => new(what, finds, _ => Done(plant), _ => Done(mend));

        // Behind the service's back, and past the guards of the database where a table is only appended to.
        public static Fault Sql(string what, string finds, string service, string plant, string mend, string appended = "")
        {
            var open = appended is "" ? "" : $"DROP TRIGGER IF EXISTS {appended}_no_update;";
            return new(what, finds, platform => RunAsync(platform, service, open + plant), platform => RunAsync(platform, service, mend));
        }

        static Task Done(Action act)
        {
            act();
            return Task.CompletedTask;
        }

        static async Task RunAsync(SimulatedPlatform platform, string service, string sql)
        {
            await using var scope = platform.Services.CreateAsyncScope();
            (await platform.Services.GetRequiredService<DatabaseTable>().Of(service, scope.ServiceProvider).Database.ExecuteSqlRawAsync(sql)).ShouldBeGreaterThan(0, sql);
        }
    }
}
