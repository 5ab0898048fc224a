using System.Globalization;
using Doseline.Platform.Actors;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;
using Xunit.Abstractions;

namespace Doseline.Platform.Tests.Actors;

public sealed class DeadlineTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Deadlines_come_exactly_when_due_in_order_and_one_that_fails_holds_up_no_other()
    {
        await using var host = await StageHost.StartAsync("--Messaging:Lanes=1");
        var start = host.Clock.GetUtcNow();
        host.Troubles.Fail("broken", times: 2);
        await DueAsync(host, ("later", 20), ("broken", 5), ("soon", 5), ("moved", 3), ("forgotten", 6));
        await DueAsync(host, ("moved", 7), ("forgotten", null));
        await PassAsync(host);

        var seen = await host.InAsync<ExecutionDb, List<SeenRow>>(db => db.Seen.OrderBy(r => r.Seq).ToListAsync());
        seen.Select(s => s.FactId).ShouldBe(["soon", "broken", "moved", "later"]);
        InstantOf(seen[0]).ShouldBe(start.AddMinutes(5));
        InstantOf(seen[1]).ShouldBeInRange(start.AddMinutes(5), start.AddMinutes(6));
        InstantOf(seen[2]).ShouldBe(start.AddMinutes(7));
        InstantOf(seen[3]).ShouldBe(start.AddMinutes(20));
        (await RowsAsync(host)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_deadline_follows_from_the_row_whoever_changes_it_and_commits_with_it()
    {
        await using var host = await StageHost.StartAsync();
        var start = host.Clock.GetUtcNow();
        // The actor lives and remembers a row without a deadline.
        await host.AskAsync("c", 1);
        await DueAsync(host, ("c", 5));
        (await RowsAsync(host)).ShouldBe([("counter", "c", start.AddMinutes(5), 0L)]);
        await host.Counter("c").DueAsync(start.AddMinutes(9).ToTimestamp(), default);
        (await RowsAsync(host)).ShouldBe([("counter", "c", start.AddMinutes(9), 0L)]);
        await Should.ThrowAsync<DbUpdateException>(() => host.InAsync<ExecutionDb>(async db =>
        {
            (await db.LoadAsync<ThingRow>(CancellationToken.None, "c"))!.DueTime = start;
            db.Put(new ThingRow { Id = "x", Name = null!, MadeTime = db.Now });
            await db.SaveChangesAsync();
        }));
        (await RowsAsync(host)).ShouldBe([("counter", "c", start.AddMinutes(9), 0L)]);
        await PassAsync(host);
        InstantOf(await host.InAsync<ExecutionDb, SeenRow>(db => db.Seen.SingleAsync())).ShouldBe(start.AddMinutes(9));
        (await RowsAsync(host)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_row_of_an_earlier_version_or_of_nobody_is_put_right_when_its_actor_is_woken()
    {
        await using var host = await StageHost.StartAsync();
        var start = host.Clock.GetUtcNow();
        await DueAsync(host, ("c", 30), ("d", null));
        List<string> wrong = ["c", "d", "nobody"];
        await host.InAsync<ExecutionDb>(async db =>
        {
            foreach (var row in await db.Deadlines.ToListAsync()) db.Deadlines.Remove(row);
            foreach (var id in wrong) db.Deadlines.Add(new DeadlineRow { ActorType = "counter", ActorId = id, DueTime = start.AddMinutes(1), NextTime = start.AddMinutes(1), Tries = 0 });
            await db.SaveChangesAsync();
        });
        host.Clock.MoveTo(start.AddMinutes(1));
        await Sweep(host).PumpAsync(default);
        (await RowsAsync(host)).ShouldBe([("counter", "c", start.AddMinutes(30), 0L)]);
        (await host.SeenAsync()).ShouldBeEmpty();
        await PassAsync(host);
        InstantOf(await host.InAsync<ExecutionDb, SeenRow>(db => db.Seen.SingleAsync())).ShouldBe(start.AddMinutes(30));
    }

    [Fact]
    [Requirement("A040")]
    public async Task A_deadline_is_delivered_once_however_many_hosts_sweep_for_it()
    {
        await using var host = await StageHost.StartAsync();
        await using var twin = await host.TwinAsync();
        await DueAsync(host, [.. Enumerable.Range(0, 20).Select(i => ($"c{i}", (int?)1))]);
        host.Clock.MoveTo(host.Clock.GetUtcNow().AddMinutes(1));
        await Task.WhenAll(new[] { host, twin }.Select(async h =>
        {
            while (await Sweep(h).PumpAsync(default) > 0)
            {
            }
        }));
        (await host.InAsync<ExecutionDb, List<string>>(db => db.Seen.Select(s => s.FactId).ToListAsync())).Order(StringComparer.Ordinal)
            .ShouldBe(Enumerable.Range(0, 20).Select(i => $"c{i}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task By_itself_each_deadline_comes_to_pass_near_its_instant_of_a_living_and_of_a_sleeping_actor()
    {
        await using var host = await StageHost.LiveAsync();
        const int each = 20;
        // Warm, and quiet: the sweep sleeps.
        await host.AskAsync("warm", 1);
        await Task.Delay(TimeSpan.FromSeconds(1));
        Dictionary<string, DateTimeOffset> due = new(StringComparer.Ordinal);
        var start = DateTimeOffset.UtcNow;
        for (var i = 0; i < each; i++)
        {
            due[$"living{i}"] = start.AddMilliseconds(3000 + 50 * i);
            await host.Counter($"living{i}").DueAsync(due[$"living{i}"].ToTimestamp(), default);
            due[$"sleeping{i}"] = start.AddMilliseconds(3025 + 50 * i);
        }

        await host.InAsync<ExecutionDb>(async db =>
        {
            foreach (var (id, at) in due.Where(d => d.Key.StartsWith("sleeping", StringComparison.Ordinal))) db.Put(new ThingRow { Id = id, Name = "counter", MadeTime = db.Now, DueTime = at });
            await db.SaveChangesAsync();
        });
        List<SeenRow> seen = [];
        for (var tries = 0; seen.Count < due.Count && tries < 300; tries++)
        {
            await Task.Delay(100);
            seen = await host.InAsync<ExecutionDb, List<SeenRow>>(db => db.Seen.AsNoTracking().ToListAsync());
        }

        seen.Select(s => s.FactId).ShouldBe(due.Keys, ignoreOrder: true);
        var late = seen.Select(s => (InstantOf(s) - due[s.FactId]).TotalMilliseconds).Order().ToList();
        output.WriteLine($"lateness of {late.Count}: p50 {late[late.Count / 2]:F1} ms, max {late[^1]:F1} ms");
        late[0].ShouldBeGreaterThanOrEqualTo(0, "no deadline before its time");
        late[late.Count / 2].ShouldBeLessThan(1000);
        (await RowsAsync(host)).ShouldBeEmpty();
    }

    [Fact]
    public async Task By_itself_a_deadline_that_fails_is_tried_again_until_it_comes_to_pass()
    {
        await using var host = await StageHost.LiveAsync();
        host.Troubles.Fail("c", times: 2);
        await host.Counter("c").DueAsync(DateTimeOffset.UtcNow.AddMilliseconds(200).ToTimestamp(), default);
        for (var tries = 0; (await host.SeenAsync()).Count == 0 && tries < 300; tries++) await Task.Delay(100);
        (await host.SeenAsync()).Count.ShouldBe(1);
        (await RowsAsync(host)).ShouldBeEmpty();
    }

    // Minutes from now; null for none.
    static Task DueAsync(StageHost host, params (string Id, int? Minutes)[] all) => host.InAsync<ExecutionDb>(async db =>
    {
        foreach (var (id, minutes) in all)
        {
            if (await db.LoadAsync<ThingRow>(CancellationToken.None, id) is not { } row) db.Put(row = new ThingRow { Id = id, Name = "counter", MadeTime = db.Now });
            row.DueTime = minutes is { } value ? db.Now.AddMinutes(value) : null;
        }

        await db.SaveChangesAsync();
    });

    static IReminderPump Sweep(StageHost host) => (IReminderPump)host.Pump("execution", PumpNames.Deadlines);

    static async Task PassAsync(StageHost host)
    {
        var pump = Sweep(host);
        while (await pump.NextAsync(default) is { } next)
        {
            host.Clock.MoveTo(next);
            while (await pump.PumpAsync(default) > 0)
            {
            }
        }
    }

    static Task<List<(string, string, DateTimeOffset, long)>> RowsAsync(StageHost host) => host.InAsync<ExecutionDb, List<(string, string, DateTimeOffset, long)>>(async db =>
        [.. (await db.Deadlines.AsNoTracking().OrderBy(d => d.ActorId).ToListAsync()).Select(d => (d.ActorType, d.ActorId, d.DueTime, d.Tries))]);

    static DateTimeOffset InstantOf(SeenRow row) => DateTimeOffset.Parse(row.Text, CultureInfo.InvariantCulture);
}
