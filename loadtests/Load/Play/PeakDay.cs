using System.Globalization;
using Doseline.Load.Drive;
using Doseline.Load.Report;
using Doseline.Orders.V1;
using Doseline.Platform.Rpc;
using Grpc.Core;

namespace Doseline.Load.Play;

/// <summary>Plays the day: set-up, warm-up, the orders of the day, and the search for the highest sustained rate.</summary>
sealed class PeakDay(LoadOptions options, People people, Market market, Crowd? crowd)
{
    const int RampStepsMax = 12;
    const double RampFactor = 1.3;
    // A step that answers fewer than this share of what was due has not kept up, whatever its latencies.
    const double KeptUp = 0.97;
    static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(25);

    readonly OrdersService.OrdersServiceClient[] desks = [.. people.Everywhere("supply_desk").Select(i => new OrdersService.OrdersServiceClient(i))];
    readonly Random random = new(options.Seed);
    int placed;

    /// <summary>Plays it.</summary>
    public static async Task<RunResult> PlayAsync(LoadOptions options, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetUtcNow();
        using People people = new(options);
        // A tag in time order: a second day on the same platform meets nothing of the first.
        var tag = started.ToUnixTimeSeconds().ToString("X", CultureInfo.InvariantCulture);
        Market market = new(people, tag, started);
        var crowd = options is { Web: { } web, SignIns: > 0 } ? new Crowd(people, tag, web) : null;
        await Console.Error.WriteLineAsync("entering master data");
        var rampOrders = options.RampFrom > 0 ? (int)RampRates(options).Sum(rate => rate * options.RampStep.TotalSeconds) : 0;
        try
        {
            await market.EnterAsync(options.Orders + options.WarmUp + rampOrders, cancel);
            if (crowd is not null) await crowd.JoinAsync(cancel);
        }
        catch (RpcException fault)
        {
            throw new LoadException($"Master data cannot be entered: {fault.Status} {string.Join("; ", RpcErrors.Read(fault).Select(r => $"{r.Code} {r.Subject}: {r.Message}"))}");
        }

        PeakDay day = new(options, people, market, crowd);
        if (options.WarmUp > 0) await day.OrdersAsync("warm-up", options.WarmUp, Math.Max(1, options.Rate / 2), cancel);
        List<PhaseResult> phases = [await day.OrdersAsync("orders", options.Orders, options.Rate, cancel)];
        if (options.RampFrom > 0) phases.AddRange(await day.RampAsync(cancel));
        var ramp = phases.Skip(1).ToList();
        phases.AddRange(await day.PasswordsAsync(cancel));
        phases.AddRange(await day.FlowsAsync(cancel));
        return new RunResult
        {
            Name = options.Name,
            StartTime = started,
            Machine = $"{Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1 << 30)} GiB",
            LoadAverage = File.Exists("/proc/loadavg") ? (await File.ReadAllTextAsync("/proc/loadavg", cancel)).Trim() : "",
            Arrivals = options.Poisson ? $"Poisson, seed {options.Seed}" : "uniform",
            RunCount = Market.Runs,
            Phases = phases,
            P99LimitMilliseconds = options.RampP99Milliseconds,
            SustainedRate = ramp.Where(Sustained).Select(p => (double?)p.RateAsked).Max() ?? (Sustained(phases[0]) ? phases[0].RateAsked : null),
            Broken = [],
        };

        bool Sustained(PhaseResult phase) => day.Sustained(phase);
    }

    static IEnumerable<double> RampRates(LoadOptions options) => Enumerable.Range(0, RampStepsMax).Select(i => options.RampFrom * Math.Pow(RampFactor, i));

    bool Sustained(PhaseResult phase) => phase.Errors == 0 && phase.P99Milliseconds <= options.RampP99Milliseconds && phase.RateAnswered >= KeptUp * phase.RateAsked;

    // Goes up until a step is not sustained, and stops there: what comes after an overload measures the overload.
    async Task<List<PhaseResult>> RampAsync(CancellationToken cancel)
    {
        List<PhaseResult> steps = [];
        foreach (var rate in RampRates(options))
        {
            if (!await KeptUpAsync("ramp", rate) && !await KeptUpAsync("again", rate)) break;
        }

        return steps;

        // Twice, because a machine that is shared stands still now and then: a rate is too much when it was missed two times running.
        async Task<bool> KeptUpAsync(string name, double rate)
        {
            steps.Add(await OrdersAsync(string.Create(CultureInfo.InvariantCulture, $"{name} {rate:0}/s"), (int)(rate * options.RampStep.TotalSeconds), rate, cancel));
            return Sustained(steps[^1]);
        }
    }

    // Passwords are hashed slowly on purpose: what a shift that signs in and signs waits for, one after the other.
    async Task<List<PhaseResult>> PasswordsAsync(CancellationToken cancel) => crowd is null ? [] :
    [
        await PhaseAsync("sign-in", options.SignIns, options.SignInRate, crowd.SignInAsync, cancel),
        await PhaseAsync("signature", options.SignIns, options.SignInRate, crowd.SignAsync, cancel),
    ];

    async Task<List<PhaseResult>> FlowsAsync(CancellationToken cancel)
    {
        if (options.Flows == 0) return [];
        using Flows flows = new(people, options.Sample, options.Flows, TimeProvider.System.GetUtcNow());
        await flows.EnterAsync();
        return [await PhaseAsync(PhaseResult.DoseToDoor, options.Flows, options.FlowRate, flows.FlowAsync, cancel, Flows.Patience * 2)];
    }

    async Task<PhaseResult> OrdersAsync(string name, int count, double rate, CancellationToken cancel)
    {
        var first = placed;
        placed += count;
        // Made beforehand, so that the driver has little to do while it measures.
        PlaceOrderRequest[] orders = [.. Enumerable.Range(first, count).Select(n => market.OrderOf(n, random))];
        return await PhaseAsync(name, count, rate, n => OutcomeAsync(async deadline => await desks[n % desks.Length].PlaceOrderAsync(orders[n], deadline: deadline)), cancel);
    }

    async Task<PhaseResult> PhaseAsync(string name, int count, double rate, Func<int, Task<string>> call, CancellationToken cancel, TimeSpan? grace = null)
    {
        await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{name}: {count} calls at {rate:0.#}/s"));
        var arrivals = options.Poisson ? Arrivals.Poisson(count, rate, options.Seed + placed) : Arrivals.Uniform(count, rate);
        var before = await ServerCounters.ReadAsync(options.Probe, cancel);
        await using var server = ProcessWatch.Start(options.ServerPid, withChildren: false);
        await using var postgres = ProcessWatch.Start(options.PostgresPid, withChildren: true);
        await using var driver = ProcessWatch.Start(Environment.ProcessId, withChildren: false);
        var (tally, took) = await OpenLoop.RunAsync(arrivals, call, grace ?? OpenLoop.Grace, cancel);
        var after = await ServerCounters.ReadAsync(options.Probe, cancel);
        return PhaseResult.Of(name, rate, arrivals[^1], took, tally) with
        {
            Server = server.Use(),
            Postgres = postgres.Use(),
            Driver = driver.Use(),
            Counters = after.ToDictionary(c => c.Key, c => c.Value - before.GetValueOrDefault(c.Key), StringComparer.Ordinal),
        };
    }

    /// <summary>How a call ended: <see cref="PhaseResult.Ok"/>, or its status and first reason.</summary>
    /// <param name="call">Makes the call with the deadline it is given.</param>
    public static async Task<string> OutcomeAsync(Func<DateTime, Task> call)
    {
        try
        {
            await call(TimeProvider.System.GetUtcNow().UtcDateTime + CallTimeout);
            return PhaseResult.Ok;
        }
        catch (RpcException fault)
        {
            return RpcErrors.Read(fault) is [var first, ..] ? $"{fault.StatusCode} {first.Code}" : $"{fault.StatusCode}";
        }
    }
}
