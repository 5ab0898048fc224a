using Doseline.Kernel.Rules;
using Doseline.Platform.Actors;
using Doseline.Platform.Auth;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Delivery;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Messaging;

public sealed class DeliveryTests
{
    static readonly Caller Qa = new() { Subject = "person:quinn", Name = "Quinn", Roles = ["qa"], Sites = ["*"] };

    [Fact]
    [Requirement("A047")]
    public async Task A_committed_fact_is_handled_and_an_uncommitted_one_never_leaves()
    {
        await using var host = await StageHost.StartAsync();
        await host.InAsync<OrdersDb>(db =>
        {
            db.Publish("c1", new Doseline.Orders.V1.CustomerPublished { Code = "lost" });
            return Task.CompletedTask;
        });
        await host.PublishAsync("c1", "a", "b");
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["a", "b"]);
        (await host.InAsync<OrdersDb, int>(db => db.Outbox.CountAsync(r => r.SentTime == null))).ShouldBe(0);
    }

    [Fact]
    [Requirement("A054", "A115", "A171", "A182", "A202")]
    public async Task A_storm_of_deliveries_of_one_fact_has_one_effect()
    {
        await using var host = await StageHost.StartAsync();
        await using var twin = await host.TwinAsync();
        var fact = host.Fact("c1", "a");
        await Task.WhenAll(Enumerable.Range(0, 24).Select(i =>
            (i % 2 == 0 ? host : twin).Services.GetRequiredService<IFactBus>().PublishAsync(fact, CancellationToken.None)));
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["a"]);
        (await host.InAsync<ExecutionDb, int>(db => db.Inbox.CountAsync())).ShouldBe(1);
    }

    [Clause("Annex 11 5")]
    [Fact]
    [Requirement("A003", "A054", "A115", "A203")]
    public async Task A_fact_that_comes_again_with_another_payload_is_refused_and_holds_up_nothing()
    {
        await using var host = await StageHost.StartAsync();
        var fact = host.Fact("c1", "a");
        var bus = host.Services.GetRequiredService<IFactBus>();
        await bus.PublishAsync(fact, CancellationToken.None);
        await bus.PublishAsync(fact with { Data = "{\"code\":\"z\"}", DataHash = Fact.HashOf("{\"code\":\"z\"}") }, CancellationToken.None);
        await bus.PublishAsync(host.Fact("c1", "b") with { Data = "{\"code\":\"tampered\"}" }, CancellationToken.None);
        await bus.PublishAsync(host.Fact("c1", "c"), CancellationToken.None);
        (await host.SeenAsync()).ShouldBe(["a", "c"]);
        (await host.Parked.ListAsync("execution", false, CancellationToken.None)).ShouldBeEmpty();
        var dispatcher = host.Services.GetRequiredService<FactDispatcher>();
        await Should.ThrowAsync<FactConflictException>(() => dispatcher.HandleAsync(
            dispatcher.Of(Listener.Name)!, fact with { Data = "{}", DataHash = Fact.HashOf("{}") }, CancellationToken.None));
    }

    [Fact]
    [Requirement("A171", "A202")]
    public async Task A_fact_that_fails_is_not_overtaken_and_other_subjects_go_on()
    {
        await using var host = await StageHost.StartAsync("--Messaging:Lanes=1");
        host.Troubles.Fail("c1-1");
        await host.PublishAsync("c1", "c1-1", "c1-2");
        await host.PublishAsync("c2", "c2-1");
        await host.PublishAsync("c1", "c1-3");
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["c2-1"]);

        host.Troubles.Clear();
        await host.PublishAsync("c1", "c1-4");
        await host.SettleAsync();
        (await host.SeenAsync("c1")).ShouldBe(["c1-1", "c1-2", "c1-3", "c1-4"]);
        (await host.InAsync<ExecutionDb, int>(db => db.Parked.CountAsync())).ShouldBe(0);
    }

    [Fact]
    [Requirement("A171")]
    public async Task A_fact_that_came_too_early_is_handled_in_the_same_settling()
    {
        await using var host = await StageHost.StartAsync();
        host.Troubles.Fail("early", times: 1);
        await host.PublishAsync("c1", "early", "later");
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["early", "later"]);
    }

    [Fact]
    [Requirement("A192", "A202", "A203")]
    public async Task After_growing_waits_a_fact_is_parked_with_its_reason_and_replayed_once_in_order()
    {
        await using var host = await StageHost.StartAsync();
        host.Troubles.Fail("bad");
        await host.PublishAsync("c1", "bad", "next");
        await host.SettleAsync();
        var retries = (IReminderPump)host.Pump("execution", PumpNames.Retries);
        List<TimeSpan> waits = [];
        while (await retries.NextAsync(CancellationToken.None) is { } next)
        {
            waits.Add(next - host.Clock.GetUtcNow());
            host.Clock.MoveTo(next);
            await retries.PumpAsync(CancellationToken.None);
        }

        waits.Count.ShouldBe(9);
        waits.Zip(waits.Skip(1)).ShouldAllBe(pair => pair.Second >= pair.First);
        var parked = await host.Parked.ListAsync("execution", false, CancellationToken.None);
        parked.Select(p => p.State).ShouldBe([WaitState.Parked, WaitState.Behind]);
        parked[0].Reason.ShouldContain("bad cannot be handled");
        parked[0].Tries.ShouldBe(10);

        var (first, second) = (parked[0].FactId, parked[1].FactId);
        (await Refused(() => host.Parked.ReplayAsync(first, Listener.Name, Qa, " ", null, CancellationToken.None))).ShouldBe("REASON_MISSING");
        (await Refused(() => host.Parked.ReplayAsync("none", Listener.Name, Qa, "x", null, CancellationToken.None))).ShouldBe("FACT_NOT_PARKED");
        (await Refused(() => host.Parked.ReplayAsync(second, Listener.Name, Qa, "x", null, CancellationToken.None))).ShouldBe("EARLIER_FACT_WAITS");
        (await Refused(() => host.Parked.ReplayAsync(first, Listener.Name, Qa, "too soon", null, CancellationToken.None))).ShouldBe("REPLAY_FAILED");

        host.Troubles.Clear();
        var replays = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.Parked.ReplayAsync(first, Listener.Name, Qa, "supplier fixed", null, CancellationToken.None)));
        replays.Count(r => r).ShouldBe(1);
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["bad", "next"]);
        (await host.Parked.ReplayAsync(first, Listener.Name, Qa, "again", null, CancellationToken.None)).ShouldBeFalse();
        (await host.SeenAsync()).ShouldBe(["bad", "next"]);
        var done = (await host.Parked.ListAsync("execution", true, CancellationToken.None)).ShouldHaveSingleItem();
        (done.State, done.ResolvedBy).ShouldBe((WaitState.Replayed, Qa.Subject));
    }

    [Fact]
    [Requirement("A192")]
    public async Task A_fact_set_aside_never_acts_and_lets_the_others_through()
    {
        await using var host = await StageHost.StartAsync("--Messaging:TriesMax=1");
        host.Troubles.Fail("bad");
        await host.PublishAsync("c1", "bad", "next");
        await host.SettleAsync();
        host.Clock.MoveTo(host.Clock.GetUtcNow() + TimeSpan.FromSeconds(1));
        await host.SettleAsync();
        var bad = (await host.Parked.ListAsync("execution", false, CancellationToken.None))[0];
        bad.State.ShouldBe(WaitState.Parked);
        await host.Parked.SetAsideAsync(bad.FactId, Listener.Name, Qa, "customer does not exist", null, CancellationToken.None);
        host.Troubles.Clear();
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["next"]);
        (await host.Parked.ReplayAsync(bad.FactId, Listener.Name, Qa, "changed my mind", null, CancellationToken.None)).ShouldBeFalse();
        (await host.SeenAsync()).ShouldBe(["next"]);
    }

    static async Task<string> Refused(Func<Task> call) => (await Should.ThrowAsync<RefusedException>(call)).Refusals[0].Code;
}
