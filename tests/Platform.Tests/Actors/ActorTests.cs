using Doseline.Kernel.Rules;
using Doseline.Platform.Actors;
using Doseline.Platform.Messaging;
using Doseline.Platform.Tests.Stage;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Actors;

public sealed class ActorTests
{
    [Fact]
    public async Task Two_hosts_on_one_database_never_both_commit_a_turn()
    {
        await using var host = await StageHost.StartAsync();
        await using var twin = await host.TwinAsync();
        const int each = 12;
        var lost = await Task.WhenAll(Enumerable.Range(0, 2 * each).Select(async i =>
        {
            try
            {
                await AskAsync(i % 2 == 0 ? host : twin, "c", 1);
                return 0;
            }
            catch (DbUpdateException)
            {
                // More races than a turn is run again for: nothing of it was committed.
                return 1;
            }
        }));
        var row = await host.InAsync<ExecutionDb, ThingRow?>(db => db.Things.FindAsync(["c"]).AsTask());
        row!.Amount.ShouldBe(2 * each - lost.Sum());
        row.Version.ShouldBe(2 * each - lost.Sum());
        lost.Sum().ShouldBeLessThan(each);
    }

    [Fact]
    public async Task Turns_of_one_host_queue_and_nothing_is_kept_for_an_actor_between_them()
    {
        await using var host = await StageHost.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => AskAsync(host, $"c{i % 10}", 1)));
        for (var i = 0; i < 10; i++) (await AskAsync(host, $"c{i}", 0)).ShouldBe(3);
        host.Services.GetRequiredService<ActorHost>().Busy.ShouldBe(0);
    }

    [Fact]
    public async Task An_actor_refuses_with_its_reasons_and_nothing_changes()
    {
        await using var host = await StageHost.StartAsync();
        (await Should.ThrowAsync<RefusedException>(() => AskAsync(host, "c", -1))).Refusals[0].Code.ShouldBe("BELOW_ZERO");
        (await AskAsync(host, "c", 2)).ShouldBe(2);
    }

    [Fact]
    public async Task Deadlines_come_exactly_when_due_in_order_and_one_that_fails_holds_up_no_other()
    {
        await using var host = await StageHost.StartAsync("--Messaging:Lanes=1");
        var start = host.Clock.GetUtcNow();
        host.Troubles.Fail("broken", times: 2);
        await host.InAsync<ExecutionDb>(async db =>
        {
            db.Remind("Counter", "a", "later", start.AddMinutes(20));
            db.Remind("Counter", "a", "broken", start.AddMinutes(5));
            db.Remind("Counter", "b", "soon", start.AddMinutes(5));
            db.Remind("Counter", "b", "forgotten", start.AddMinutes(6));
            await db.SaveChangesAsync();
            db.Forget("Counter", "b", "forgotten");
            await db.SaveChangesAsync();
        });
        var pump = (IReminderPump)host.Pump("execution", PumpNames.Reminders);
        while (await pump.NextAsync(default) is { } next)
        {
            host.Clock.MoveTo(next);
            while (await pump.PumpAsync(default) > 0)
            {
            }
        }

        var seen = await host.InAsync<ExecutionDb, List<SeenRow>>(db => db.Seen.OrderBy(r => r.Seq).ToListAsync());
        seen.Select(s => s.FactId).ShouldBe(["soon", "broken", "later"]);
        DateTimeOffset.Parse(seen[0].Text, null).ShouldBe(start.AddMinutes(5));
        DateTimeOffset.Parse(seen[2].Text, null).ShouldBe(start.AddMinutes(20));
    }

    static async Task<long> AskAsync(StageHost host, string id, long by)
    {
        await using var scope = host.Services.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<IActors>().AskAsync<Int64Value>("Counter", id, new Int64Value { Value = by }, default)).Value;
    }
}
