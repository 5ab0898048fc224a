using System.Collections.Concurrent;
using System.Diagnostics;
using Doseline.Execution;
using Doseline.Execution.Data;
using Doseline.Kernel.Decay;
using Doseline.Platform.Hosting;
using Doseline.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Doseline.Cluster.Tests.Silos;

/// <summary>Three replicas of Execution on one PostgreSQL, under load, while each of the ways in which a replica goes away happens to one of them.</summary>
/// <remarks>Every run kills one and ends one; <c>DOSELINE_SILOS=long</c> also freezes one, replaces all by new ones, and does it all several times.</remarks>
public sealed class SiloTests(ITestOutputHelper output) : IAsyncLifetime
{
    const int Workers = 6;

    // More than are told of in the time.
    static readonly int Orders = Long ? 20_000 : 5_000;

    // How many steps are to be answered after what happened.
    static readonly int StepsMin = Long ? 600 : 60;

    // A probe has to miss three times, a call to a frozen replica waits ten seconds, and machines are busy.
    static readonly TimeSpan AgreesWithin = TimeSpan.FromMinutes(1);

    readonly List<SiloProcess> all = [];
    volatile SiloProcess[] taking = [];
    TestDatabase databases = null!;
    WebApplication looking = null!;

    static bool Long => Environment.GetEnvironmentVariable("DOSELINE_SILOS") is "long";

    public async Task InitializeAsync()
    {
        databases = await TestDatabase.CreateAsync(postgres: true);
        looking = PlatformHost.Build([.. databases.Settings.Select(s => $"--{s.Key}={s.Value}")], [new ExecutionModule()]);
    }

    public async Task DisposeAsync()
    {
        foreach (var silo in all) await silo.DisposeAsync();
        await looking.DisposeAsync();
        await databases.DisposeAsync();
    }

    [Fact]
    [Requirement("A040", "A054", "A057", "A171")]
    public async Task Whichever_way_a_replica_goes_no_step_of_a_dose_is_lost_and_none_is_done_twice()
    {
        ConcurrentQueue<string> orders = new(Enumerable.Range(0, Orders).Select(i => $"order-{i}"));
        await ReserveAsync(orders);
        for (var i = 0; i < 3; i++) await JoinAsync();
        using SiloLoad load = new(() => taking, orders);
        using CancellationTokenSource over = new();
        var running = load.RunAsync(Workers, over.Token);
        try
        {
            await PhaseAsync(load, "three replicas", () => Task.CompletedTask);
            for (var round = 0; round < (Long ? 3 : 1); round++) await RoundAsync(load, round);
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException(string.Join("\n---\n", all.Select(s => s.Output)), fault);
        }
        finally
        {
            await over.CancelAsync();
        }

        await running.WaitAsync(TimeSpan.FromMinutes(2));
        output.WriteLine($"{load.Delivered.Count} doses delivered, {load.Expiring.Count} left to expire, {load.Repeated} calls made again");
        load.Delivered.ShouldNotBeEmpty();
        load.Expiring.ShouldNotBeEmpty();
        load.Repeated.ShouldBeGreaterThan(0, "something went wrong, or nothing was tried");
        orders.ShouldNotBeEmpty("the load lasted to the end");
        await CheckAsync(load);
    }

    async Task RoundAsync(SiloLoad load, int round)
    {
        await PhaseAsync(load, "one killed, and one in its place", async () =>
        {
            await LeaveAsync(round, silo => silo.KillAsync());
            await JoinAsync();
        });
        await PhaseAsync(load, "one asked to end, and one in its place", async () =>
        {
            await LeaveAsync(round, async silo => (await silo.EndAsync()).ShouldBe(0));
            await JoinAsync();
        });
        if (!Long) return;

        await PhaseAsync(load, "one frozen for 16 s, which then finds itself declared dead", async () =>
        {
            await LeaveAsync(round, async silo =>
            {
                await silo.SignalAsync("STOP");
                await Task.Delay(TimeSpan.FromSeconds(16));
                await silo.SignalAsync("CONT");
                await silo.EndedAsync(AgreesWithin);
            });
            await JoinAsync();
        });
        await PhaseAsync(load, "all replaced, one after the other", async () =>
        {
            foreach (var old in taking)
            {
                await JoinAsync();
                (await old.EndAsync()).ShouldBe(0);
                taking = [.. taking.Where(s => s != old)];
            }
        });
    }

    // Every step once: a dose that was delivered has three versions and one that expired two, each with its line in the trail, and each fact is there once.
    async Task CheckAsync(SiloLoad load)
    {
        await ExpiredAsync(load);
        await using var scope = looking.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ExecutionDb>();
        var doses = await db.Doses.AsNoTracking().ToDictionaryAsync(d => d.Id, StringComparer.Ordinal);
        doses.Keys.ShouldBe(load.Delivered.Concat(load.Expiring.Keys).Select(SiloLoad.DoseOf), ignoreOrder: true);
        var wrong = load.Delivered.Select(o => doses[SiloLoad.DoseOf(o)]).Where(d => (d.State, d.Version) != (Execution.Domain.DoseState.Delivered, 3))
            .Concat(load.Expiring.Keys.Select(o => doses[SiloLoad.DoseOf(o)]).Where(d => (d.State, d.Version) != (Execution.Domain.DoseState.Lost, 2))).ToList();
        wrong.Select(d => (d.Id, d.State, d.Version)).ShouldBeEmpty();

        var trail = await db.AuditTrail.Where(a => a.Entity == "doses").OrderBy(a => a.EntityId).ThenBy(a => a.Version).Select(a => new { a.EntityId, a.Version, a.PreviousHash, a.Hash }).ToListAsync();
        trail.Count.ShouldBe(3 * load.Delivered.Count + 2 * load.Expiring.Count);
        foreach (var dose in trail.GroupBy(a => a.EntityId, StringComparer.Ordinal))
        {
            dose.Select(a => a.Version).ShouldBe(Enumerable.Range(1, dose.Count()).Select(v => (long)v), dose.Key);
            dose.Skip(1).Select(a => a.PreviousHash).ShouldBe(dose.SkipLast(1).Select(a => a.Hash), dose.Key);
        }

        var facts = await db.Database.SqlQueryRaw<string>("SELECT type || ' ' || subject AS \"Value\" FROM facts WHERE type LIKE 'doseline.execution.v1.Dose%'").ToListAsync();
        facts.ShouldBe([
            .. doses.Keys.Select(d => $"doseline.execution.v1.DosePlanned {d}"),
            .. load.Expiring.Keys.Select(o => $"doseline.execution.v1.DoseLost {SiloLoad.DoseOf(o)}")], ignoreOrder: true);
        (await db.Deadlines.CountAsync()).ShouldBe(0, "a delivered dose and a lost one have no deadline");

        var lateness = load.Expiring.Select(e => (doses[SiloLoad.DoseOf(e.Key)].ChangedTime - e.Value).TotalMilliseconds).Order().ToList();
        output.WriteLine($"expired: p50 {lateness[lateness.Count / 2]:F0} ms late, p99 {lateness[lateness.Count * 99 / 100]:F0} ms, longest {lateness[^1]:F0} ms");
        lateness[0].ShouldBeGreaterThanOrEqualTo(-1, "none before its time, to the millisecond that the clocks of processes differ");
    }

    async Task ExpiredAsync(SiloLoad load)
    {
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(1); await Task.Delay(500))
        {
            await using var scope = looking.Services.CreateAsyncScope();
            if (await scope.ServiceProvider.GetRequiredService<ExecutionDb>().Doses.CountAsync(d => d.State == Execution.Domain.DoseState.Lost) == load.Expiring.Count) return;
        }
    }

    async Task PhaseAsync(SiloLoad load, string what, Func<Task> happens)
    {
        load.Mark();
        await happens();
        var (began, before) = (Stopwatch.GetTimestamp(), load.Answers);
        while (load.Answers < before + StepsMin && Stopwatch.GetElapsedTime(began) < 2 * AgreesWithin) await Task.Delay(100);
        output.WriteLine($"{what}: {load.Answers} steps, the longest {load.Longest.TotalSeconds:F1} s");
        load.Answers.ShouldBeGreaterThanOrEqualTo(before + StepsMin);
        load.Longest.ShouldBeLessThan(AgreesWithin);
    }

    async Task JoinAsync()
    {
        var silo = await SiloProcess.StartAsync(databases.Settings);
        all.Add(silo);
        taking = [.. taking, silo];
    }

    // Nobody knows it beforehand: calls go to it until it is gone.
    async Task LeaveAsync(int which, Func<SiloProcess, Task> goes)
    {
        var leaving = taking[which % taking.Length];
        await goes(leaving);
        taking = [.. taking.Where(s => s != leaving)];
    }

    async Task ReserveAsync(IEnumerable<string> orders)
    {
        foreach (var some in orders.Chunk(2_000))
        {
            await using var scope = looking.Services.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<ExecutionDb>();
            var activity = CalibratedActivity.Create("Lu-177", 7.4e9, DateTimeOffset.UtcNow, NuclideData.Current, "wanted").OrThrow();
            foreach (var order in some)
            {
                db.Reservations.Add(new ReservationRow
                {
                    Id = SiloLoad.ReservationOf(order), RunId = "run", OrderId = order, AtEndOfSynthesis = activity, Wanted = activity, State = ReservationState.Confirmed,
                    ProvisionalUntilTime = DateTimeOffset.UtcNow,
                });
            }

            await db.SaveChangesAsync();
        }
    }
}
