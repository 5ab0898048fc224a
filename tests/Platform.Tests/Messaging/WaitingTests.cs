using Doseline.Execution.V1;
using Doseline.Orders.V1;
using Doseline.Platform.Auth;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Reading;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Messaging;

/// <summary>What waits, and for what.</summary>
public sealed class WaitingTests
{
    static readonly Caller Qa = new() { Subject = "person:quinn", Name = "Quinn", Roles = ["qa"], Sites = ["*"] };

    public static TheoryData<string, string, string> Kinds => new()
    {
        // What went on without the first, and how it ends after a replay of it.
        { "in turn", "", "bad, good, Replayed" },
        { "commutes", "good", "good, bad, Replayed" },
        { "latest wins", "good", "good, Overtaken" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    [Requirement("A171", "A192", "A202")]
    public async Task Of_a_fact_that_fails_eleven_times_its_kind_says_who_waits_and_what_a_replay_may_still_do(string kind, string wentOn, string end)
    {
        await using var host = await StageHost.StartAsync("--Messaging:Lanes=1");
        host.Troubles.Fail("bad");
        await host.PublishAsync("x", Make(kind, "bad"));
        await host.SettleAsync();
        await ReadingTests.ExhaustAsync(host);
        var bad = (await host.WaitingAsync()).ShouldHaveSingleItem();
        (bad.State, bad.Tries).ShouldBe((WaitState.Parked, 10));
        await host.PublishAsync("x", Make(kind, "good"));
        await host.SettleAsync();
        string.Join(", ", await host.SeenAsync()).ShouldBe(wentOn);

        if (kind is not "latest wins") (await ReadingTests.Refused(() => host.Parked.ReplayAsync("execution", bad.FactId, Qa, "eleventh", null, default))).ShouldBe("REPLAY_FAILED");
        host.Troubles.Clear();
        (await host.Parked.ReplayAsync("execution", bad.FactId, Qa, "twelfth", null, default)).ShouldBe(kind is not "latest wins");
        await host.SettleAsync();
        string.Join(", ", [.. await host.SeenAsync(), (await host.WaitingAsync()).ShouldHaveSingleItem().State.ToString()]).ShouldBe(end);
        // Read again by whoever comes late, nothing of it acts.
        await host.InAsync<ExecutionDb>(db => db.SetBackAsync("orders", 0, ""));
        await host.SettleAsync();
        string.Join(", ", [.. await host.SeenAsync(), (await host.WaitingAsync()).ShouldHaveSingleItem().State.ToString()]).ShouldBe(end);
    }

    [Fact]
    [Requirement("A171")]
    public async Task That_somebody_who_is_asked_is_away_is_no_verdict_on_a_fact_and_parks_nothing()
    {
        await using var host = await StageHost.StartAsync();
        host.Troubles.Away = true;
        await host.PublishAsync("c1", "a", "b");
        await host.SettleAsync();
        for (var until = host.Clock.GetUtcNow().AddMinutes(10); await host.Reader.NextAsync(default) is { } next && next < until;)
        {
            host.Clock.MoveTo(next);
            await host.Reader.PumpAsync(default);
        }

        (await host.WaitingAsync()).Select(w => (w.State, w.Tries)).ShouldBe([(WaitState.Retrying, 0), (WaitState.Behind, 0)]);
        host.Troubles.Away = false;
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["a", "b"]);
        (await host.WaitingAsync()).ShouldBeEmpty();
    }

    [Fact]
    [Requirement("A171", "A202")]
    public async Task What_came_before_the_fact_of_another_log_uses_up_no_try_while_that_one_may_still_come()
    {
        await using var host = await StageHost.StartAsync();
        var logs = host.Services.GetRequiredService<LogsAway>();
        logs.Saw("execution", "quality", isAway: true);
        host.Troubles.Early = "a";
        await host.PublishAsync("c1", "a", "b");
        await host.SettleAsync();
        for (var until = host.Clock.GetUtcNow().AddMinutes(10); await host.Reader.NextAsync(default) is { } next && next < until;)
        {
            host.Clock.MoveTo(next);
            await host.Reader.PumpAsync(default);
        }

        (await host.WaitingAsync()).Select(w => (w.State, w.Tries)).ShouldBe([(WaitState.Retrying, 0), (WaitState.Behind, 0)]);
        // That log is read again, and what was waited for is not in it: a person must look.
        logs.Saw("execution", "quality", isAway: false);
        await ReadingTests.ExhaustAsync(host);
        (await host.WaitingAsync()).Select(w => (w.State, w.Tries)).ShouldBe([(WaitState.Parked, 10), (WaitState.Behind, 0)]);
        host.Troubles.Early = null;
        (await host.Parked.ReplayAsync("execution", (await host.WaitingAsync())[0].FactId, Qa, "it came", null, default)).ShouldBeTrue();
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["a", "b"]);
    }

    [Fact]
    [Requirement("A058")]
    public async Task What_a_build_cannot_read_the_next_one_tries_once_and_no_person_is_needed()
    {
        await using var host = await StageHost.StartAsync();
        host.Troubles.Unread = "new word";
        await host.PublishAsync("c1", "new word", "behind");
        await host.PublishAsync("c2", "other");
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["other"]);
        (await host.WaitingAsync()).Select(w => w.State).ShouldBe([WaitState.Parked, WaitState.Behind]);
        await ReadingTests.ExhaustAsync(host);
        (await host.WaitingAsync()).Select(w => (w.State, w.Tries)).ShouldBe([(WaitState.Parked, 0), (WaitState.Behind, 0)]);

        await using var next = await host.TwinAsync(rule => rule with { Build = "next" });
        await next.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["other", "new word", "behind"]);
        (await host.WaitingAsync()).ShouldBeEmpty();
    }

    [Theory]
    [Requirement("A058")]
    [InlineData("""{"doseId":"d","cause":"DOSE_LOSS_CAUSE_STOLEN"}""", false)]
    [InlineData("""{"doseId":"d","cause":"DOSE_LOSS_CAUSE_EXPIRED","sinceWhen":"a field of a later version"}""", true)]
    [InlineData("""{"doseId":7}""", false)]
    [InlineData("no json", false)]
    public void A_field_that_is_not_known_is_passed_over_and_a_word_that_is_not_known_is_not(string data, bool readable)
    {
        Exception? fault = null;
        try
        {
            FactJson.ReadFact(data, DoseLost.Descriptor).ShouldBeOfType<DoseLost>().Cause.ShouldBe(DoseLossCause.Expired);
        }
        catch (FactUnreadableException unreadable)
        {
            fault = unreadable;
        }

        (fault is null).ShouldBe(readable);
    }

    [Fact]
    [Requirement("A171")]
    public async Task With_more_than_a_thousand_waits_a_listener_stands_still_until_a_person_has_dealt_with_one()
    {
        await using var host = await StageHost.StartAsync("--Messaging:TriesMax=1", "--Messaging:Lanes=1");
        host.Troubles.Fail("bad");
        await host.PublishAsync("c0", "bad");
        await host.InAsync<OrdersDb>(async db =>
        {
            for (var i = 1; i <= OpenWaits.Max; i++) db.Publish("c0", new CustomerPublished { CustomerId = "c0", Code = $"{i}" });
            await db.SaveChangesAsync();
        });
        await host.SettleAsync();
        (await host.WaitingAsync()).Count.ShouldBe(OpenWaits.Max + 1);
        await host.PublishAsync("c1", "waits for a person");
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBeEmpty();

        await host.Parked.SetAsideAsync("execution", (await host.WaitingAsync())[0].FactId, Qa, "no such customer", null, default);
        await host.SettleAsync();
        (await host.SeenAsync()).Count.ShouldBe(OpenWaits.Max + 1);
        (await host.SeenAsync("c1")).ShouldBe(["waits for a person"]);
    }

    [Fact]
    [Requirement("A054", "A171")]
    public async Task A_reader_that_lost_its_lease_in_a_long_pause_puts_nothing_to_wait()
    {
        await using var host = await StageHost.StartAsync();
        await using var twin = await host.TwinAsync();
        // The handler of the first reader stands still; meanwhile its lease runs out and the other handles the fact.
        host.Troubles.Pause = async () =>
        {
            await host.InAsync<ExecutionDb>(db => db.Leases.ExecuteUpdateAsync(set => set.SetProperty(l => l.UntilTime, DateTimeOffset.UnixEpoch)));
            await twin.SettleAsync();
        };
        host.Troubles.Fail("a");
        await host.PublishAsync("c1", "a");
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["a"]);
        (await host.WaitingAsync()).ShouldBeEmpty();
        (await host.InAsync<ExecutionDb, long>(db => db.Cursors.MinAsync(c => c.Position))).ShouldBe(1);
    }

    internal static IMessage Make(string kind, string text) => kind switch
    {
        "in turn" => new CustomerPublished { CustomerId = "x", Code = text },
        "commutes" => new OrderCancelled { OrderId = "x", Reason = text },
        _ => new OrderRescheduled { Order = StageOrders.Accepted("x", text) },
    };
}
