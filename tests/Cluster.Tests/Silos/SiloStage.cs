using System.Collections.Concurrent;
using System.Diagnostics;
using Doseline.Execution;
using Doseline.Execution.Data;
using Doseline.Kernel.Decay;
using Doseline.Platform.Certificates;
using Doseline.Platform.Hosting;
using Doseline.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Doseline.Cluster.Tests.Silos;

/// <summary>Replicas of Execution on one PostgreSQL, each of which shows the others a certificate, under load.</summary>
sealed class SiloStage : IAsyncDisposable
{
    const int Workers = 6;

    // A probe has to miss three times, a call to a frozen replica waits ten seconds, and machines are busy.
    public static readonly TimeSpan AgreesWithin = TimeSpan.FromMinutes(1);

    readonly List<SiloProcess> all = [];
    readonly TestDatabase databases;
    readonly WebApplication looking;
    readonly ITestOutputHelper output;
    readonly CancellationTokenSource over = new();
    readonly ConcurrentQueue<string> orders = new();
    readonly int room;
    Task running = Task.CompletedTask;

    SiloStage(TestDatabase databases, ITestOutputHelper output, int room)
    {
        (this.databases, this.output, this.room) = (databases, output, room);
        looking = PlatformHost.Build([.. databases.Settings.Select(s => $"--{s.Key}={s.Value}")], [new ExecutionModule()]);
        Certificate = Authority.Mount(Name);
    }

    /// <summary>The name in a certificate.</summary>
    public static string Name { get; } = SiloTls.NameOf("execution");

    /// <summary>Whose certificates are taken.</summary>
    public TestAuthority Authority { get; } = new();

    /// <summary>What every replica is mounted.</summary>
    public string Certificate { get; }

    /// <summary>Databases and keys.</summary>
    public IReadOnlyDictionary<string, string> Settings => databases.Settings;

    /// <summary>Replicas that take calls now.</summary>
    public SiloProcess[] Taking { get => Volatile.Read(ref field); private set => Volatile.Write(ref field, value); } = [];

    /// <summary>What they are told.</summary>
    public SiloLoad Load { get => field ?? throw new InvalidOperationException("Nothing is told yet."); private set; }

    /// <summary>Makes the databases; nothing runs yet.</summary>
    /// <param name="output">Where the test tells what happens.</param>
    /// <param name="orders">How many there are to be told of: more than are, in the time.</param>
    public static async Task<SiloStage> MakeAsync(ITestOutputHelper output, int orders) => new(await TestDatabase.CreateAsync(postgres: true, only: ["execution"]), output, orders);

    /// <summary>Begins to tell.</summary>
    public async Task BeginAsync()
    {
        await PlanAsync();
        foreach (var number in Enumerable.Range(0, room)) orders.Enqueue($"order-{number}");
        await ReserveAsync(orders);
        Load = new SiloLoad(() => Taking, orders);
        running = Load.RunAsync(Workers, over.Token);
    }

    /// <summary>Stops telling, and checks what became of it.</summary>
    public async Task EndAsync()
    {
        await over.CancelAsync();
        await running.WaitAsync(TimeSpan.FromMinutes(2));
        output.WriteLine($"{Load.Delivered.Count} doses delivered, {Load.Expiring.Count} left to expire, {Load.Repeated} calls made again");
        Load.Delivered.ShouldNotBeEmpty();
        Load.Expiring.ShouldNotBeEmpty();
        Load.Repeated.ShouldBeGreaterThan(0, "something went wrong, or nothing was tried");
        orders.ShouldNotBeEmpty("the load lasted to the end");
        await CheckAsync(Load);
    }

    /// <summary>One more replica.</summary>
    /// <param name="place">Where it stands in the network; null for this machine's own.</param>
    public async Task<SiloProcess> JoinAsync(NetworkPlace? place = null)
    {
        var silo = await SiloProcess.StartAsync(databases.Settings, tls: Certificate, place: place);
        all.Add(silo);
        Taking = [.. Taking, silo];
        return silo;
    }

    /// <summary>A replica goes. Nobody knows it beforehand: calls go to it until it is gone.</summary>
    public async Task LeaveAsync(SiloProcess leaving, Func<SiloProcess, Task> goes)
    {
        await goes(leaving);
        Taking = [.. Taking.Where(s => s != leaving)];
    }

    /// <summary>Something happens, and after it steps are answered as before.</summary>
    /// <param name="what">What.</param>
    /// <param name="steps">How many steps are to be answered.</param>
    /// <param name="happens">Does it.</param>
    public async Task PhaseAsync(string what, int steps, Func<Task> happens)
    {
        try
        {
            Load.Mark();
            await happens();
            var (began, before) = (Stopwatch.GetTimestamp(), Load.Answers);
            while (Load.Answers < before + steps && Stopwatch.GetElapsedTime(began) < 2 * AgreesWithin) await Task.Delay(100);
            output.WriteLine($"{what}: {Load.Answers} steps, the longest {Load.Longest.TotalSeconds:F1} s");
            Load.Answers.ShouldBeGreaterThanOrEqualTo(before + steps);
            Load.Longest.ShouldBeLessThan(AgreesWithin);
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException($"{what}\n{string.Join("\n---\n", all.Select(s => s.Output))}", fault);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        foreach (var silo in all) await silo.DisposeAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await looking.DisposeAsync();
        await databases.DisposeAsync();
        Authority.Dispose();
        over.Dispose();
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

    // One run with room for everybody.
    async Task PlanAsync()
    {
        await using var scope = looking.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ExecutionDb>();
        var now = DateTimeOffset.UtcNow;
        db.Put(new RunRow
        {
            Id = SiloLoad.Run, SiteId = "BOS", ProductCode = "P", RecipeCode = "R", RecipeVersion = 1, HotCellId = "cell", StartTime = now, EndOfSynthesisTime = now, ReleaseTime = now, OccupiedUntilTime = now,
            DoseCapacity = int.MaxValue, Yield = CalibratedActivity.Create("Lu-177", 1e18, now, NuclideData.Current, "yield").OrThrow(), State = Execution.Domain.RunState.Planned,
        });
        db.Put(new RunRoomRow
        {
            RunId = SiloLoad.Run, SiteId = "BOS", ProductCode = "P", EndOfSynthesisTime = now, ReleaseTime = now, Open = true, DoseCapacity = int.MaxValue, DosesReserved = room, Nuclide = "Lu-177",
            DataVersion = NuclideData.Current.Version, YieldBq = 1e18, ReservedBq = 7.4e9 * room,
        });
        await db.SaveChangesAsync();
    }

    async Task ReserveAsync(IEnumerable<string> reserved)
    {
        foreach (var some in reserved.Chunk(2_000))
        {
            await using var scope = looking.Services.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<ExecutionDb>();
            var activity = CalibratedActivity.Create("Lu-177", 7.4e9, DateTimeOffset.UtcNow, NuclideData.Current, "wanted").OrThrow();
            foreach (var order in some)
            {
                db.Put(new ReservationRow
                {
                    Id = SiloLoad.ReservationOf(order), RunId = SiloLoad.Run, OrderId = order, AtEndOfSynthesis = activity, Wanted = activity, State = ReservationState.Confirmed,
                    ProvisionalUntilTime = DateTimeOffset.UtcNow,
                });
            }

            await db.SaveChangesAsync();
        }
    }
}
