using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;

namespace Doseline.Platform.Tests.Actors;

public sealed class ActorTests
{
    [Fact]
    [Requirement("A171")]
    public async Task Two_hosts_on_one_database_never_both_commit_a_turn()
    {
        await using var host = await StageHost.StartAsync();
        await using var twin = await host.TwinAsync();
        const int each = 12;
        var lost = await Task.WhenAll(Enumerable.Range(0, 2 * each).Select(async i =>
        {
            try
            {
                await (i % 2 == 0 ? host : twin).AskAsync("c", 1);
                return 0;
            }
            catch (RefusedException refused) when (refused.Refusals[0].Code is "ACTOR_UNAVAILABLE")
            {
                // More races than a turn is run again for: nothing of it was committed.
                return 1;
            }
        }));
        var row = await RowAsync(host, "c");
        row.Amount.ShouldBe(2 * each - lost.Sum());
        row.Version.ShouldBe(2 * each - lost.Sum());
        lost.Sum().ShouldBeLessThan(each);
    }

    [Fact]
    public async Task Turns_of_one_actor_queue_and_an_idle_one_is_given_up_and_comes_to_life_with_its_row()
    {
        await using var host = await StageHost.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => host.AskAsync($"c{i % 10}", 1)));
        var cluster = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);
        (await LivingAsync()).ShouldBe(10);
        await cluster.ForceActivationCollection(TimeSpan.Zero);
        for (var tries = 0; await LivingAsync() > 0 && tries < 200; tries++) await Task.Delay(50);
        (await LivingAsync()).ShouldBe(0);
        for (var i = 0; i < 10; i++) (await host.AskAsync($"c{i}", 0)).ShouldBe(3);

        async Task<int> LivingAsync() => (await cluster.GetDetailedGrainStatistics()).Count(g => g.GrainId.Type.ToString() is "counter");
    }

    [Fact]
    public async Task An_actor_refuses_with_its_reasons_and_nothing_changes()
    {
        await using var host = await StageHost.StartAsync();
        await host.AskAsync("c", 3);
        var refusal = (await Should.ThrowAsync<RefusedException>(() => host.AskAsync("c", -9))).Refusals.ShouldHaveSingleItem();
        (refusal.Code, refusal.Numbers["amount"]).ShouldBe(("BELOW_ZERO", "3"));
        (await host.AskAsync("c", 2)).ShouldBe(5);
        (await RowAsync(host, "c")).Version.ShouldBe(2);
    }

    [Fact]
    public async Task What_would_be_refused_or_left_as_it_is_from_memory_looks_first_whether_the_row_has_moved()
    {
        await using var host = await StageHost.StartAsync();
        await using var twin = await host.TwinAsync();
        await host.AskAsync("c", 1);
        (await twin.AskAsync("c", 9)).ShouldBe(10);
        // This host remembers 1.
        (await host.AskAsync("c", 0)).ShouldBe(10);
        await twin.AskAsync("c", 10);
        (await host.AskAsync("c", -15)).ShouldBe(5);
        await twin.AskAsync("c", -5);
        (await Should.ThrowAsync<RefusedException>(() => host.AskAsync("c", -1))).Refusals[0].Numbers["amount"].ShouldBe("0");
        (await RowAsync(host, "c")).Version.ShouldBe(5);
    }

    [Fact]
    public async Task A_row_that_was_changed_by_others_than_its_actor_is_not_overwritten()
    {
        await using var host = await StageHost.StartAsync();
        await host.AskAsync("c", 1);
        await host.InAsync<ExecutionDb>(async db =>
        {
            (await db.LoadAsync<ThingRow>(CancellationToken.None, "c"))!.Amount = 40;
            await db.SaveChangesAsync();
        });
        (await host.AskAsync("c", 2)).ShouldBe(42);
        (await RowAsync(host, "c")).Version.ShouldBe(3);
    }

    [Fact]
    public async Task A_turn_that_has_begun_is_finished_whether_or_not_its_caller_waits()
    {
        await using var host = await StageHost.StartAsync();
        await host.AskAsync("c", 1);
        using CancellationTokenSource patience = new();
        var hold = host.Troubles.HoldUp("c");
        var asked = host.AskAsync("c", 1, cancel: patience.Token);
        await hold.Begun;
        var next = host.AskAsync("c", 5);
        await patience.CancelAsync();
        hold.Dispose();
        (await next).ShouldBe(7);
        // What its caller hears is one thing or the other.
        try
        {
            (await asked).ShouldBe(2);
        }
        catch (Exception gaveUp) when (gaveUp is OperationCanceledException or RefusedException)
        {
        }
    }

    [Fact]
    public async Task A_caller_that_gave_up_before_its_turn_began_changed_nothing()
    {
        await using var host = await StageHost.StartAsync();
        using CancellationTokenSource gone = new();
        await gone.CancelAsync();
        await Should.ThrowAsync<Exception>(() => host.AskAsync("c", 1, cancel: gone.Token));
        (await host.AskAsync("c", 1)).ShouldBe(1);
    }

    [Fact]
    public async Task After_a_fault_memory_is_not_believed_for_the_turn_may_have_been_committed()
    {
        await using var host = await StageHost.StartAsync();
        await host.AskAsync("c", 1);
        host.Troubles.Fail("commit c", times: 1);
        await Should.ThrowAsync<InvalidOperationException>(() => host.AskAsync("c", 1));
        // It was committed; the read says so at once, and the next turn goes on from there.
        (await host.Counter("c").GetAsync(default)).Value.ShouldBe(2);
        (await host.AskAsync("c", 1)).ShouldBe(3);
        (await RowAsync(host, "c")).Version.ShouldBe(3);
    }

    [Fact]
    public async Task A_read_answers_beside_a_turn_under_way_from_the_last_commit()
    {
        await using var host = await StageHost.StartAsync();
        (await Should.ThrowAsync<RefusedException>(() => host.Counter("c").GetAsync(default))).Refusals[0].Code.ShouldBe("COUNTER_UNKNOWN");
        await host.AskAsync("c", 1);
        var hold = host.Troubles.HoldUp("c");
        var turn = host.AskAsync("c", 1);
        await hold.Begun;
        (await host.Counter("c").GetAsync(default)).Value.ShouldBe(1);
        hold.Dispose();
        (await turn).ShouldBe(2);
        (await host.Counter("c").GetAsync(default)).Value.ShouldBe(2);
    }

    [Fact]
    public async Task The_request_travels_with_the_call_into_the_trail()
    {
        await using var host = await StageHost.StartAsync();
        await host.AskAsync("c", 1, asker =>
        {
            asker.Caller = new Caller { Subject = "person:ada", Name = "Ada", Roles = [Roles.Qa], Sites = ["BOS"] };
            (asker.CausationId, asker.CorrelationId, asker.Zone, asker.Reason, asker.Origin) = ("cause", "first", "Europe/Berlin", "because", "{\"source\":\"orders\"}");
        });
        var line = await host.InAsync<ExecutionDb, Platform.Audit.AuditRow>(db => db.AuditTrail.SingleAsync(a => a.EntityId == "c"));
        (line.Actor, line.ActorName, line.CausationId, line.CorrelationId, line.Zone, line.Reason, line.Origin)
            .ShouldBe(("person:ada", "Ada", "cause", "first", "Europe/Berlin", "because", "{\"source\":\"orders\"}"));
    }

    [Fact]
    public async Task A_turn_that_hangs_is_given_up_and_what_it_might_still_save_is_kept_out()
    {
        await using var host = await StageHost.StartAsync("--Actors:TurnMax=00:00:02", "--Actors:Patience=00:00:03");
        await host.AskAsync("c", 1);
        var hold = host.Troubles.HoldUp("c");
        var hung = host.AskAsync("c", 100);
        await hold.Begun;
        long? answer = null;
        for (var tries = 0; answer is null && tries < 100; tries++)
        {
            try
            {
                answer = await host.AskAsync("c", 1);
            }
            catch (RefusedException refused) when (refused.Refusals[0].Code is "ACTOR_UNAVAILABLE")
            {
                // It waited in the queue of what was given up.
            }
        }

        answer.ShouldBe(2);
        hold.Dispose();
        // Its save is lost to the version; run again on what the other left, it counts once.
        try
        {
            await hung;
        }
        catch (RefusedException)
        {
        }

        var row = await RowAsync(host, "c");
        row.Amount.ShouldBeOneOf(2, 102);
        row.Version.ShouldBe(row.Amount is 2 ? 2 : 3);
    }

    static async Task<ThingRow> RowAsync(StageHost host, string id) =>
        await host.InAsync<ExecutionDb, ThingRow>(db => db.Things.AsNoTracking().SingleAsync(t => t.Id == id));
}
