using Doseline.Kernel.Rules;
using Doseline.Orders.V1;
using Doseline.Platform.Auth;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Reading;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Tests.Messaging;

public sealed class ReadingTests
{
    static readonly Caller Qa = new() { Subject = "person:quinn", Name = "Quinn", Roles = ["qa"], Sites = ["*"] };

    [Fact]
    [Requirement("A047")]
    public async Task A_committed_fact_is_handled_and_an_uncommitted_one_never_leaves()
    {
        await using var host = await StageHost.StartAsync();
        await host.InAsync<OrdersDb>(db =>
        {
            db.Publish("c1", new CustomerPublished { Code = "lost" });
            return Task.CompletedTask;
        });
        await host.PublishAsync("c1", "a", "b");
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["a", "b"]);
        (await host.InAsync<OrdersDb, int>(db => db.Facts.CountAsync())).ShouldBe(2);
    }

    [Fact]
    [Requirement("A054", "A115", "A123", "A171", "A182", "A202")]
    public async Task However_many_read_a_log_and_however_often_each_fact_has_one_effect_in_order()
    {
        await using var host = await StageHost.StartAsync();
        await using var twin = await host.TwinAsync();
        var expected = Enumerable.Range(0, 20).Select(i => i.ToString("D2", System.Globalization.CultureInfo.InvariantCulture)).ToList();
        await host.InAsync<OrdersDb>(async db =>
        {
            foreach (var code in expected)
            {
                for (var subject = 0; subject < 8; subject++) db.Publish($"c{subject}", new CustomerPublished { CustomerId = $"c{subject}", Code = code });
            }

            await db.SaveChangesAsync();
        });
        for (var round = 0; round < 3; round++)
        {
            await host.InAsync<ExecutionDb>(db => db.SetBackAsync("orders", 0, ""));
            // Two leases that both think they are held, as after a long pause.
            await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
            {
                await host.InAsync<ExecutionDb>(db => db.Leases.ExecuteUpdateAsync(set => set.SetProperty(l => l.UntilTime, DateTimeOffset.UnixEpoch)));
                await (i % 2 == 0 ? host : twin).SettleAsync();
            }));
            await host.SettleAsync();
        }

        for (var subject = 0; subject < 8; subject++) (await host.SeenAsync($"c{subject}")).ShouldBe(expected);
        (await host.InAsync<ExecutionDb, int>(db => db.Inbox.CountAsync())).ShouldBe(160);
        (await host.WaitingAsync()).ShouldBeEmpty();
    }

    [Clause("Annex 11 5")]
    [Fact]
    [Requirement("A003", "A054", "A115", "A203")]
    public async Task A_fact_with_another_payload_than_it_was_published_or_handled_with_is_parked_and_never_acts()
    {
        await using var host = await StageHost.StartAsync();
        await host.GiveAsync(host.Fact("c1", "a"));
        await host.SettleAsync();
        // What was handled is not what the log holds now; and what is read does not hash to what its envelope says.
        await host.InAsync<ExecutionDb>(db => db.Inbox.ExecuteUpdateAsync(set => set.SetProperty(r => r.DataHash, "other")));
        await host.InAsync<ExecutionDb>(db => db.SetBackAsync("orders", 0, ""));
        await host.GiveAsync(host.Fact("c2", "b") with { Data = "{\"code\":\"tampered\"}" });
        await host.GiveAsync(host.Fact("c3", "c"));
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["a", "c"]);
        var parked = await host.WaitingAsync();
        parked.Select(w => w.State).ShouldBe([WaitState.Parked, WaitState.Parked]);
        parked[0].Reason.ShouldContain("another payload");
        parked[1].Reason.ShouldContain("hashes to");
        foreach (var fact in parked)
        {
            (await Refused(() => host.Parked.ReplayAsync("execution", fact.FactId, Qa, "x", null, default))).ShouldBe("REPLAY_FAILED");
            (await host.Parked.SetAsideAsync("execution", fact.FactId, Qa, "altered", null, default)).ShouldBeTrue();
        }

        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["a", "c"]);
    }

    [Fact]
    [Requirement("A123", "A171", "A202")]
    public async Task A_fact_that_fails_is_not_overtaken_by_what_shares_a_row_and_the_others_go_on()
    {
        await using var host = await StageHost.StartAsync("--Messaging:Lanes=1");
        host.Troubles.Fail("c1-1");
        await host.PublishAsync("c1", "c1-1", "c1-2");
        // Another customer with the licence of the first: both rows are its own.
        await host.PublishAsync("c1", new CustomerPublished { CustomerId = "c1", LicenceNumber = "L", Code = "shares both" });
        await host.PublishAsync("c2", "c2-1");
        await host.PublishAsync("c2", new CustomerPublished { CustomerId = "c2", LicenceNumber = "L", Code = "shares one" });
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["c2-1"]);

        host.Troubles.Clear();
        await host.PublishAsync("c1", "c1-4");
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["c2-1", "c1-1", "c1-2", "shares both", "shares one", "c1-4"]);
        (await host.WaitingAsync()).ShouldBeEmpty();
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
        var waits = await ExhaustAsync(host);
        waits.Count.ShouldBe(9);
        waits.Zip(waits.Skip(1)).ShouldAllBe(pair => pair.Second >= pair.First);
        var parked = await host.WaitingAsync();
        parked.Select(p => p.State).ShouldBe([WaitState.Parked, WaitState.Behind]);
        parked[0].Reason.ShouldContain("bad cannot be handled");
        parked[0].Tries.ShouldBe(10);

        var (first, second) = (parked[0].FactId, parked[1].FactId);
        (await Refused(() => host.Parked.ReplayAsync("execution", first, Qa, " ", null, default))).ShouldBe("REASON_MISSING");
        (await Refused(() => host.Parked.ReplayAsync("execution", "none", Qa, "x", null, default))).ShouldBe("FACT_NOT_PARKED");
        (await Refused(() => host.Parked.ReplayAsync("execution", second, Qa, "x", null, default))).ShouldBe("EARLIER_FACT_WAITS");
        (await Refused(() => host.Parked.ReplayAsync("execution", first, Qa, "too soon", null, default))).ShouldBe("REPLAY_FAILED");

        host.Troubles.Clear();
        var replays = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.Parked.ReplayAsync("execution", first, Qa, "supplier fixed", null, default)));
        replays.Count(r => r).ShouldBe(1);
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["bad", "next"]);
        (await host.Parked.ReplayAsync("execution", first, Qa, "again", null, default)).ShouldBeFalse();
        (await host.SeenAsync()).ShouldBe(["bad", "next"]);
        var done = (await host.WaitingAsync()).ShouldHaveSingleItem();
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
        var bad = (await host.WaitingAsync())[0];
        bad.State.ShouldBe(WaitState.Parked);
        await host.Parked.SetAsideAsync("execution", bad.FactId, Qa, "customer does not exist", null, default);
        host.Troubles.Clear();
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["next"]);
        (await host.Parked.ReplayAsync("execution", bad.FactId, Qa, "changed my mind", null, default)).ShouldBeFalse();
        // A reader that comes late with its page in hand finds it dealt with.
        await host.InAsync<ExecutionDb>(db => db.SetBackAsync("orders", 0, ""));
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["next"]);
    }

    [Fact]
    [Requirement("A054", "A171", "A182")]
    public async Task The_turns_of_actors_hold_the_inbox_rows_and_a_fact_that_is_read_again_tells_each_once()
    {
        await using var host = await StageHost.StartAsync("--Messaging:Lanes=1");
        // The second counter is away when the first has had its turn.
        host.Troubles.Fail("k2", times: 1);
        await host.PublishAsync("o1", StageOrders.Accepted("o1", "k1,k2"));
        await host.PublishAsync("o2", StageOrders.Accepted("o2", "k2"));
        await host.SettleAsync();
        for (var again = 0; again < 2; again++)
        {
            await host.InAsync<ExecutionDb>(db => db.SetBackAsync("orders", 0, ""));
            await host.SettleAsync();
        }

        (await host.InAsync<ExecutionDb, List<double>>(db => db.Things.OrderBy(t => t.Id).Select(t => t.Amount).ToListAsync())).ShouldBe([1, 2]);
        var rows = await host.InAsync<ExecutionDb, List<string>>(db => db.Inbox.OrderBy(r => r.Position).ThenBy(r => r.Part).Select(r => $"{r.Position} {r.Part}").ToListAsync());
        // The first fact waited, and what ends a wait writes the row of the whole.
        rows.ShouldBe(["1 ", "1 k1", "1 k2", "2 k2"]);
    }

    [Fact]
    [Requirement("A115", "A202")]
    public async Task What_was_told_under_one_id_is_parked_under_another_whether_a_handler_or_actors_had_the_effect()
    {
        await using var host = await StageHost.StartAsync();
        await host.PublishAsync("c1", "a");
        await host.PublishAsync("o1", StageOrders.Accepted("o1", "k1,k2"));
        await host.SettleAsync();
        // As a publisher that was altered would tell it: the log itself takes no key twice.
        await host.InAsync<OrdersDb>(db => db.WithoutTriggersAsync("facts", "UPDATE facts SET id = id || '-other'"));
        await host.InAsync<ExecutionDb>(db => db.SetBackAsync("orders", 0, ""));
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["a"]);
        (await host.InAsync<ExecutionDb, List<double>>(db => db.Things.OrderBy(t => t.Id).Select(t => t.Amount).ToListAsync())).ShouldBe([1, 1]);
        var parked = await host.WaitingAsync();
        parked.Count.ShouldBe(2);
        parked.ShouldAllBe(w => w.State == WaitState.Parked && w.Reason.EndsWith("has had its effect."));
        (await Refused(() => host.Parked.ReplayAsync("execution", parked[0].FactId, Qa, "x", null, default))).ShouldBe("REPLAY_FAILED");
        (await host.Parked.SetAsideAsync("execution", parked[0].FactId, Qa, "told twice", null, default)).ShouldBeTrue();
    }

    /// <summary>Lets time pass until nothing is tried by itself any more.</summary>
    internal static async Task<List<TimeSpan>> ExhaustAsync(StageHost host)
    {
        List<TimeSpan> waits = [];
        while (await host.Reader.NextAsync(default) is { } next)
        {
            waits.Add(next - host.Clock.GetUtcNow());
            host.Clock.MoveTo(next);
            await host.Reader.PumpAsync(default);
        }

        return waits;
    }

    internal static async Task<string> Refused(Func<Task> call) => (await Should.ThrowAsync<RefusedException>(call)).Refusals[0].Code;
}
