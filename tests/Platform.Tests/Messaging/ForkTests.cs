using Doseline.Orders.V1;
using Doseline.Platform.Auth;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Reading;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Tests.Messaging;

/// <summary>A publisher or a listener that is restored, a standby that lacked the last commits, and listeners whose types change.</summary>
public sealed class ForkTests
{
    static readonly Caller Qa = new() { Subject = "person:quinn", Name = "Quinn", Roles = ["qa"], Sites = ["*"] };

    [Theory]
    [Requirement("A054", "A171", "A182")]
    [InlineData(0)]
    [InlineData(40)]
    [InlineData(200)]
    public async Task A_publisher_restored_by_a_hundred_facts_is_read_on_from_where_both_agree_and_what_it_lost_is_named(int grown)
    {
        await using var host = await StageHost.StartAsync();
        await PublishAsync(host, "before", 150);
        await PublishAsync(host, "lost", 100);
        await host.SettleAsync();
        await LoseAsync(host, after: 150);
        await PublishAsync(host, "new", grown);
        await host.SettleAsync();

        var seen = await host.SeenAsync();
        seen.Count.ShouldBe(250 + grown, "nothing twice, and nothing undone");
        seen.Count(s => s.StartsWith("new", StringComparison.Ordinal)).ShouldBe(grown);
        var orphans = await host.WaitingAsync();
        orphans.Count.ShouldBe(100);
        orphans.ShouldAllBe(w => w.State == WaitState.Orphaned && w.Reason.Contains("changed no record"));
        (await host.InAsync<ExecutionDb, long>(db => db.Cursors.MinAsync(c => c.Position))).ShouldBe(150 + grown);

        // The rest goes on, also past where the old log had ended.
        await host.PublishAsync("c1", "later");
        await host.SettleAsync();
        (await host.SeenAsync("c1")).ShouldContain("later");
        (await ReadingTests.Refused(() => host.Parked.ReplayAsync("execution", orphans[0].FactId, Qa, "x", null, default))).ShouldBe("FACT_ORPHANED");
        (await host.Parked.SetAsideAsync("execution", orphans[0].FactId, Qa, "nothing to undo", null, default)).ShouldBeTrue();
        (await host.WaitingAsync()).Count(w => w.ResolvedTime is null).ShouldBe(99);
    }

    [Fact]
    [Requirement("A054", "A171")]
    public async Task What_a_lost_fact_had_changed_is_named_and_one_that_waited_is_an_orphan_too()
    {
        await using var host = await StageHost.StartAsync();
        await host.PublishAsync("c0", "kept");
        host.Troubles.Fail("waits");
        await host.PublishAsync("o1", StageOrders.Accepted("o1", "k1"));
        await host.PublishAsync("c1", "waits");
        await host.SettleAsync();
        await LoseAsync(host, after: 1);
        await host.SettleAsync();
        var orphans = await host.WaitingAsync();
        orphans.Select(w => w.State).ShouldBe([WaitState.Orphaned, WaitState.Orphaned]);
        orphans[0].Reason.ShouldContain("things/k1");
        orphans[1].Reason.ShouldContain("had not been handled");
        // A second time: what is known to be an orphan says nothing of where the logs part now.
        await host.PublishAsync("c2", "x");
        await host.SettleAsync();
        await LoseAsync(host, after: 1);
        await host.PublishAsync("c2", "y");
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["kept", "x", "y"]);
        (await host.WaitingAsync()).Count.ShouldBe(3);
    }

    [Fact]
    [Requirement("A171")]
    public async Task Where_the_inbox_does_not_reach_back_to_where_the_logs_part_nothing_moves()
    {
        await using var host = await StageHost.StartAsync();
        await host.PublishAsync("c1", "a", "b", "c");
        await host.SettleAsync();
        host.Clock.MoveTo(host.Clock.GetUtcNow() + TimeSpan.FromDays(31));
        await host.SettleAsync();
        await LoseAsync(host, after: 0);
        await host.PublishAsync("c1", "other");
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["a", "b", "c"]);
        (await host.InAsync<ExecutionDb, long>(db => db.Cursors.MinAsync(c => c.Position))).ShouldBe(3);
    }

    [Fact]
    [Requirement("A054", "A171")]
    public async Task A_publisher_that_begins_anew_is_read_from_its_beginning_as_long_as_the_inbox_is_whole()
    {
        await using var host = await StageHost.StartAsync();
        await host.PublishAsync("c1", "a", "b");
        await host.SettleAsync();
        await LoseAsync(host, after: 0);
        await host.PublishAsync("c1", "new");
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["a", "b", "new"]);
        (await host.WaitingAsync()).Count.ShouldBe(2);
    }

    [Fact]
    [Requirement("A057", "A058")]
    public async Task A_type_that_is_added_removed_and_added_again_is_read_whole_with_an_old_replica_beside()
    {
        await using var host = await StageHost.StartAsync();
        await using var old = await host.TwinAsync(rule => rule.Message == OrderCancelled.Descriptor ? null : rule);
        await host.PublishAsync("c1", "a");
        await host.PublishAsync("o1", new OrderCancelled { OrderId = "o1", Reason = "first" });
        // The old one reads past what it does not know; its cursors are those of its own types alone.
        await old.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["a"]);
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["a", "first"]);

        await host.PublishAsync("o2", new OrderCancelled { OrderId = "o2", Reason = "second" });
        await host.PublishAsync("c1", "b");
        await old.SettleAsync();
        await old.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["a", "first", "b"]);
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["a", "first", "b", "second"]);
        (await host.InAsync<ExecutionDb, int>(db => db.Cursors.Select(c => c.Position).Distinct().CountAsync())).ShouldBe(1, "the cursors have joined");
    }

    [Fact]
    [Requirement("A057")]
    public async Task A_newcomer_that_need_not_repeat_what_was_done_begins_at_the_head()
    {
        await using var host = await StageHost.StartAsync();
        await host.PublishAsync("o1", new OrderCancelled { OrderId = "o1", Reason = "done before" });
        await using var newcomer = await host.TwinAsync(rule => rule with { Start = Start.Now });
        await newcomer.SettleAsync();
        await host.PublishAsync("o2", new OrderCancelled { OrderId = "o2", Reason = "after" });
        await newcomer.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["after"]);
    }

    static Task PublishAsync(StageHost host, string code, int count) => host.InAsync<OrdersDb>(async db =>
    {
        for (var i = 0; i < count; i++) db.Publish($"c{i % 7}", new CustomerPublished { CustomerId = $"c{i % 7}", Code = $"{code} {i}" });
        await db.SaveChangesAsync();
    });

    // As a backup or a standby leaves it: the last commits are not there.
    static Task LoseAsync(StageHost host, long after) => host.InAsync<OrdersDb>(db => db.WithoutTriggersAsync("facts", $"DELETE FROM facts WHERE position > {after}"));
}
