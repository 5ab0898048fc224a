using System.Globalization;
using Doseline.Load.Drive;
using Doseline.Load.Report;

namespace Doseline.Load.Stage;

/// <summary>
/// Measures platforms on one store beside each other: all of them are started, and each has its turn while the others are held still, so that
/// what the machine does meanwhile meets them alike.
/// </summary>
/// <param name="arms">The platforms, in the order of their turns.</param>
/// <param name="sizes">How long.</param>
/// <param name="yardstick">pgbench with the same rows; null where there is none.</param>
sealed class Comparison(IReadOnlyList<Arm> arms, Sizes sizes, PgBench? yardstick)
{
    // For what was held to catch up with the time that passed.
    static readonly TimeSpan Wake = TimeSpan.FromSeconds(1);
    const int Seed = 1, ReadersInFlight = 16, FixedRate = 60, Unlimited = int.MaxValue;
    static readonly double[] Shares = [0.5, 0.9];

    /// <summary>Turns as measured.</summary>
    public List<Turn> Turns { get; } = [];

    /// <summary>Turns of pgbench.</summary>
    public List<Yardstick> Yardsticks { get; } = [];

    /// <summary>Platforms without anything to do.</summary>
    public List<Rest> Rests { get; } = [];

    /// <summary>Measures everything.</summary>
    public async Task PlayAsync(CancellationToken cancel)
    {
        await RestAsync(cancel);
        foreach (var arm in arms)
        {
            await SayAsync($"{arm.Name}: master data and warm-up");
            await arm.StartAsync(profiled: true, cancel);
            await arm.EnterAsync(sizes.Batches, cancel);
            await OrdersAsync(arm, "warm-up", d => ClosedLoop.RunAsync(16, sizes.WarmUp, Unlimited, d), cancel);
            arm.Platform.Hold();
        }

        if (yardstick is not null) await yardstick.PrepareAsync(cancel);
        for (var round = 0; round < sizes.Rounds; round++)
        {
            foreach (var inFlight in sizes.InFlight)
            {
                await EachAsync($"orders, {inFlight} in flight", async arm => await OrdersAsync(arm, Kinds.Closed, d => ClosedLoop.RunAsync(inFlight, sizes.Closed, Unlimited, d), cancel) with { Name = Turn.InFlightOf(inFlight), InFlight = inFlight }, cancel);
                if (yardstick is not null && PgBench.Clients.Contains(inFlight)) Yardsticks.Add(await yardstick.RunAsync(inFlight, sizes.Yardstick, cancel));
            }
        }

        foreach (var share in Shares)
            await EachAsync($"orders at {share:P0} of the rate kept up", arm => AtRateAsync(arm, share * KeptUp(arm), Turn.ShareOf(share), cancel), cancel);
        await EachAsync($"orders at {FixedRate}/s", arm => AtRateAsync(arm, FixedRate, Turn.RateOf(FixedRate), cancel), cancel);
        foreach (var arm in arms) await arm.Flows.InForceAsync(cancel);
        await EachAsync("from order to door", arm => FlowsAsync(arm, cancel), cancel);
        foreach (var read in arms[0].Reads.Keys) await EachAsync(read, arm => ReadAsync(arm, read, cancel), cancel);
        foreach (var arm in arms) await arm.StopAsync();
    }

    // Started as people start it, on what is there, with nothing to do; at the same time, for they are at rest.
    async Task RestAsync(CancellationToken cancel)
    {
        await SayAsync("at rest");
        foreach (var arm in arms) await arm.StartAsync(profiled: false, cancel);
        await Task.Delay(sizes.Rest, cancel);
        var before = arms.Select(a => (Memory: Processes.ResidentBytes(a.Platform.Pid), Cpu: Processes.CpuSeconds(a.Platform.Pid, withChildren: false))).ToList();
        await Task.Delay(sizes.Rest, cancel);
        foreach (var (arm, at) in arms.Zip(before)) Rests.Add(new Rest(arm.Store.Name, arm.Name, sizes.Rest.TotalSeconds, at.Memory, Processes.CpuSeconds(arm.Platform.Pid, withChildren: false) - at.Cpu));
        foreach (var arm in arms) await arm.StopAsync();
    }

    async Task EachAsync(string what, Func<Arm, Task<Turn>> turn, CancellationToken cancel)
    {
        foreach (var arm in arms)
        {
            arm.Platform.GoOn();
            await Task.Delay(Wake, cancel);
            Turns.Add(await turn(arm));
            arm.Platform.Hold();
            var t = Turns[^1];
            await SayAsync(string.Create(CultureInfo.InvariantCulture,
                $"{arm.Store.Name}, {what}, {arm.Name}: {t.Units} in {t.SecondsAnswered:0.0} s, everything in {t.SecondsDrained:0.0} s; server {1000 * t.ServerCpuSeconds / t.Units:0.00} ms, database {1000 * t.DatabaseCpuSeconds / t.Units:0.00} ms, {(double?)t.Commands / t.Units:0.0} commands, {(double?)t.Commits / t.Units:0.00} commits; p99 {t.P99Milliseconds:0} ms; {t.Faults} faults{(t.Missing > 0 ? $", {t.Missing} MISSING" : "")}"));
        }
    }

    async Task<Turn> AtRateAsync(Arm arm, double rate, string name, CancellationToken cancel)
    {
        var arrivals = Arrivals.Poisson(Math.Max(1, (int)(rate * sizes.Open.TotalSeconds)), rate, Seed);
        return await OrdersAsync(arm, Kinds.Open, d => OpenLoop.RunAsync(arrivals, d, cancel), cancel) with { Name = name, RateAsked = rate };
    }

    static async Task<Turn> OrdersAsync(Arm arm, string kind, Func<Func<int, Task<string>>, Task<(Tally, TimeSpan)>> drive, CancellationToken cancel)
    {
        var meter = await Meter.StartAsync(arm, cancel);
        var (tally, took) = await drive(_ => arm.Desk.PlaceAsync());
        var missing = await arm.Effects.OfOrdersAsync(arm.Desk.Taken(), cancel);
        return await meter.StopAsync(kind, kind, tally.Done, tally, took, missing, cancel);
    }

    async Task<Turn> FlowsAsync(Arm arm, CancellationToken cancel)
    {
        var meter = await Meter.StartAsync(arm, cancel);
        var (tally, took) = await ClosedLoop.RunAsync(sizes.BatchesInFlight, TimeSpan.MaxValue, sizes.Batches, arm.Flows.FlowAsync);
        var made = arm.Flows.Made;
        var missing = await arm.Effects.OfDeliveriesAsync(made.Select(m => m.Order), made.Select(m => m.Dose), cancel);
        return await meter.StopAsync(Kinds.Flows, "from order to door", made.Count, tally, took, missing, cancel);
    }

    async Task<Turn> ReadAsync(Arm arm, string read, CancellationToken cancel)
    {
        var call = arm.Reads[read];
        var meter = await Meter.StartAsync(arm, cancel);
        var (tally, took) = await ClosedLoop.RunAsync(ReadersInFlight, sizes.Read, Unlimited, call);
        return await meter.StopAsync(Kinds.Read, read, tally.Done, tally, took, missing: 0, cancel);
    }

    double KeptUp(Arm arm) => Turns.Where(t => t.Arm == arm.Name && t.Kind == Kinds.Closed).GroupBy(t => t.InFlight).Max(g => g.Sum(t => t.Units) / g.Sum(t => t.SecondsDrained));

    /// <summary>Tells whoever waits how far it is.</summary>
    public static Task SayAsync(string text) => Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():HH:mm:ss} {text}"));
}
