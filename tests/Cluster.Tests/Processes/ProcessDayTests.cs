using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using Doseline.Local.Day;
using Doseline.Local.Day.Files;
using Doseline.Local.Simulation;
using Doseline.Sidecar;
using Doseline.Sidecar.Brokers;
using Doseline.Testing;
using Spectre.Console;
using Xunit.Abstractions;

namespace Doseline.Cluster.Tests.Processes;

/// <summary>The day in separate processes that die.</summary>
/// <remarks>
/// A few orders with every kind of incident, on Redis; with <c>DOSELINE_WHOLE_DAY=1</c> the whole sample day, on RabbitMQ. Where the server is not
/// installed, a broker in memory does what they were seen to do.
/// </remarks>
public sealed class ProcessDayTests(ITestOutputHelper output)
{
    const int Seed = 20261122;

    static bool Whole => Environment.GetEnvironmentVariable("DOSELINE_WHOLE_DAY") is "1";

    // Each service at least once, each point of a message's way at least once.
    static readonly (string App, Point Point)[] Kills =
    [
        ("orders", Point.Published), ("execution", Point.Calling), ("execution", Point.Delivering), ("execution", Point.Delivered), ("inventory", Point.Called),
        ("quality", Point.Delivering), ("labeling", Point.Delivered), ("shipping", Point.Published), ("waste", Point.Delivered),
    ];

    static readonly (string App, Point Point)[] MoreKills =
    [
        ("orders", Point.Delivering), ("execution", Point.Called), ("execution", Point.Published), ("inventory", Point.Calling),
        ("inventory", Point.Delivered), ("quality", Point.Called), ("quality", Point.Published), ("labeling", Point.Published), ("shipping", Point.Delivering),
        ("waste", Point.Delivering),
    ];

    [Fact]
    [Requirement("A057", "A059", "A097", "A131", "A182", "A226", "A243", "P13")]
    public async Task A_day_in_separate_processes_that_are_killed_ends_as_it_does_in_one()
    {
        var day = DayFiles.Read(Repository.At("samples", "day"));
        // A refused receipt, a refused order, a batch out of specification, a carrier's refusal and a dose that expires are in both.
        var (input, within, gatewayKilledAt, rollingRestartAt) = Whole ? (day, 10, 150, 300) : (day.Only(["R001", "R023", "R048", "R053", "R062"], ["psma-2", "dota-1", "psma-3"]), 3, 25, 50);
        var started = Stopwatch.GetTimestamp();
        var expected = await InOneProcessAsync(input);
        output.WriteLine($"one process: {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s");

        started = Stopwatch.GetTimestamp();
        (string App, Point Point)[] kills = Whole ? [.. Kills, .. MoreKills] : Kills;
        Killer killer = new(Seed, kills, within);
        var broker = Whole ? Component.Rabbit : Component.Redis;
        var server = File.Exists(Component.ProgramOf(broker)) ? (await Component.StartAsync(broker)).Server : null;
        output.WriteLine(server is null ? $"{broker} is not installed here: a broker in memory" : broker);
        await using var platform = await ProcessPlatform.StartAsync(input.Start, new Mesh(killer, server), gatewayKilledAt: gatewayKilledAt, rollingRestartAt: rollingRestartAt);
        killer.Kill = name => platform.Processes[name].KillAsync();
        string actual;
        try
        {
            actual = await PlayAsync(input, platform);
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException($"Seed {Seed}, killed {string.Join(", ", killer.Killed)}\n{platform.Output()}", fault);
        }

        output.WriteLine($"many processes: {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s, {platform.Settlings} settlings");
        output.WriteLine($"killed {string.Join(", ", killer.Killed)}");
        output.WriteLine($"called {string.Join(", ", platform.Mesh.Calls.OrderBy(c => c.Key).Select(c => $"{c.Key.Caller}→{c.Key.Callee} {c.Value}"))}");
        output.WriteLine($"{platform.Mesh.Broker.Deliveries} deliveries, {platform.Mesh.Broker.Repeated} repeated, {platform.Mesh.Broker.Dropped} dropped");
        DayReports.Differences(expected, actual).ShouldBeEmpty();
        killer.Killed.Select(k => (k.App, k.Point)).ShouldBe(kills, ignoreOrder: true);
        platform.RollingRestarts.ShouldBe(1);
        platform.Mesh.Broker.Repeated.ShouldBeGreaterThan(0);
        platform.Mesh.Broker.Dropped.ShouldBeGreaterThan(0);
        EveryCallIsOfItsAct(platform.Mesh.Traces.Values, platform.Mesh.Traces.ContainsKey(""));
    }

    // From the gateway on an act is one trace, in whichever process: whoever is asked for it, Identity among them, is asked in it.
    static void EveryCallIsOfItsAct(IEnumerable<ImmutableHashSet<(string Caller, string Callee)>> traces, bool anyWithout)
    {
        anyWithout.ShouldBeFalse();
        var all = traces.ToList();
        var acts = all.Where(t => t.Any(c => c.Caller is "gateway")).ToList();
        acts.SelectMany(t => t.Select(c => c.Callee)).Distinct().Order(StringComparer.Ordinal).ShouldBe(["execution", "identity", "inventory", "labeling", "orders", "quality", "shipping", "waste"]);
        // Whether a person is trained is asked in the act itself; keys are asked for by whoever reads facts, in its own time.
        all.ShouldContain(t => t.Contains(ValueTuple.Create("gateway", "execution")) && t.Contains(ValueTuple.Create("execution", "identity")));
    }

    static async Task<string> InOneProcessAsync(DayInput input)
    {
        await using var databases = await TestDatabase.CreateAsync(postgres: false);
        await using var platform = await SimulatedPlatform.StartAsync(input.Start, databases.Settings);
        return await PlayAsync(input, platform);
    }

    static async Task<string> PlayAsync(DayInput input, ISimulation platform)
    {
        var journal = Path.GetTempFileName();
        File.Delete(journal);
        DayPlay play = new(input, platform, new DayProgress(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) }), null), new DayJournal(journal));
        await play.RunAsync(CancellationToken.None);
        var report = await new DayChecks(input, platform, play).ReportAsync(CancellationToken.None);
        File.Delete(journal);
        report.Passed.ShouldBeTrue(string.Join('\n', report.Invariants.Where(i => !i.Holds)));
        return JsonSerializer.Serialize(report, DayCommand.Json);
    }
}
