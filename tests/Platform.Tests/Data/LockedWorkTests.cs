using Doseline.Kernel.Rules;
using Doseline.Platform.Tests.Stage;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Tests.Data;

/// <summary>Work under a name, and changes under a condition, by many callers of two processes on one database.</summary>
public sealed class LockedWorkTests : IAsyncLifetime
{
    StageHost host = null!;
    StageHost twin = null!;

    public async Task InitializeAsync()
    {
        host = await StageHost.StartAsync();
        twin = await host.TwinAsync();
        await host.InAsync<OrdersDb>(db =>
        {
            db.Things.Add(new ThingRow { Id = "a", Name = "thing", MadeTime = db.Now });
            return db.SaveChangesAsync();
        });
    }

    public async Task DisposeAsync()
    {
        await twin.DisposeAsync();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task Work_under_a_name_is_done_one_after_the_other_across_processes()
    {
        var refused = await CountAsync(60, (db, _) => db.LockedAsync("count", async () =>
        {
            var count = await db.Seen.CountAsync();
            if (count >= 40) throw Full();
            db.Seen.Add(new SeenRow { FactId = "f", Subject = "s", Text = $"{count}" });
            await db.SaveChangesAsync();
            return true;
        }, CancellationToken.None));
        refused.ShouldBe(20);
        (await SeenAsync()).ShouldBe(Enumerable.Range(0, 40).Select(i => $"{i}"), ignoreOrder: true);
    }

    [Fact]
    public async Task A_condition_holds_however_many_want_the_last_places_at_once()
    {
        var refused = await CountAsync(150, (db, i) => db.DecideAsync(async () =>
        {
            if ((await db.Things.AsNoTracking().SingleAsync(t => t.Id == "a")).Amount >= 100) throw Full();
            db.Also<ThingRow>("a", $"amount = amount + {1.0}", $"amount < {100.0}");
            db.Seen.Add(new SeenRow { FactId = "f", Subject = "s", Text = $"{i}" });
            await db.SaveChangesAsync();
            return true;
        }, CancellationToken.None));
        refused.ShouldBe(50);
        (await SeenAsync()).Distinct().Count().ShouldBe(100);
        (await AmountAsync()).ShouldBe(100);
    }

    [Fact]
    public async Task Where_another_process_worked_under_the_name_the_work_is_done_again_on_what_that_left()
    {
        var runs = 0;
        await host.InAsync<OrdersDb>(async db =>
        {
            var row = await db.Things.SingleAsync(t => t.Id == "a");
            await db.LockedAsync("a", async () =>
            {
                if (runs++ == 0) await AddAsync(twin, 10);
                row.Amount += 1;
                db.Seen.Add(new SeenRow { FactId = "f", Subject = "s", Text = $"run {runs}" });
                await db.SaveChangesAsync();
                return true;
            }, CancellationToken.None);
        });
        runs.ShouldBe(2);
        (await AmountAsync()).ShouldBe(11);
        (await SeenAsync()).ShouldBe(["run 2"]);
    }

    [Fact]
    public async Task A_refusal_counts_only_if_nobody_took_the_name_meanwhile()
    {
        var runs = 0;
        await host.InAsync<OrdersDb>(async db => (await db.LockedAsync("a", async () =>
        {
            var amount = (await db.Things.AsNoTracking().SingleAsync(t => t.Id == "a")).Amount;
            if (runs++ == 0) await AddAsync(twin, 10);
            return amount >= 10 ? amount : throw Full();
        }, CancellationToken.None)).ShouldBe(10));
        runs.ShouldBe(2);
        await Should.ThrowAsync<RefusedException>(() => host.InAsync<OrdersDb>(db => db.LockedAsync<int>("a", () => throw Full(), CancellationToken.None)));
    }

    [Fact]
    public async Task All_that_the_work_saves_commits_together_or_not_at_all()
    {
        await Should.ThrowAsync<InvalidOperationException>(() => host.InAsync<OrdersDb>(db => db.LockedAsync<int>("a", async () =>
        {
            db.Seen.Add(new SeenRow { FactId = "f", Subject = "s", Text = "first" });
            await db.SaveChangesAsync();
            throw new InvalidOperationException("between two saves");
        }, CancellationToken.None)));
        (await SeenAsync()).ShouldBeEmpty();
        await host.InAsync<OrdersDb>(db => db.LockedAsync("a", async () =>
        {
            var row = await db.Things.SingleAsync(t => t.Id == "a");
            row.Amount = 1;
            await db.SaveChangesAsync();
            row.Amount = 2;
            await db.SaveChangesAsync();
            return row.Version;
        }, CancellationToken.None));
        (await AmountAsync()).ShouldBe(2);
        (await host.InAsync<OrdersDb, long>(async db => (await db.Things.SingleAsync()).Version)).ShouldBe(3);
    }

    [Fact]
    public async Task Work_that_may_not_be_done_twice_holds_the_name_while_it_lasts()
    {
        var inside = 0;
        await CountAsync(20, (db, _) => db.AloneAsync("alone", async () =>
        {
            Interlocked.Increment(ref inside).ShouldBe(1);
            await Task.Delay(1);
            Interlocked.Decrement(ref inside);
            return true;
        }, CancellationToken.None));
    }

    static Task AddAsync(StageHost at, double amount) => at.InAsync<OrdersDb>(db => db.LockedAsync("a", async () =>
    {
        (await db.Things.SingleAsync(t => t.Id == "a")).Amount += amount;
        return await db.SaveChangesAsync();
    }, CancellationToken.None));

    static RefusedException Full() => new(Refusal.State("things/a", "FULL", "There is no more room."));

    Task<double> AmountAsync() => host.InAsync<OrdersDb, double>(async db => (await db.Things.AsNoTracking().SingleAsync(t => t.Id == "a")).Amount);

    Task<List<string>> SeenAsync() => host.InAsync<OrdersDb, List<string>>(db => db.Seen.Select(s => s.Text).ToListAsync());

    // How many of so many at once, half of them in the other process, were refused.
    async Task<int> CountAsync(int callers, Func<OrdersDb, int, Task> call) => (await Task.WhenAll(Enumerable.Range(0, callers).Select(async i =>
    {
        try
        {
            await (i % 2 == 0 ? host : twin).InAsync<OrdersDb>(db => call(db, i));
            return 0;
        }
        catch (RefusedException)
        {
            return 1;
        }
    }))).Sum();
}
