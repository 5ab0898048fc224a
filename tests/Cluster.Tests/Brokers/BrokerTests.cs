using Doseline.Platform.Auth;
using Doseline.Platform.Messaging.Log;
using Doseline.Platform.Messaging.Reading;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Xunit.Abstractions;

namespace Doseline.Cluster.Tests.Brokers;

/// <summary>Facts over real brokers, which stand behind a double of the sidecar: two replicas of everybody, on the machine's own clock.</summary>
public sealed class BrokerTests(BrokerStages stages, ITestOutputHelper output) : IClassFixture<BrokerStages>
{
    static readonly TimeSpan Often = TimeSpan.FromMilliseconds(25);

    // What a reader looks at by itself, and what it takes to handle it.
    static readonly TimeSpan HealedWithin = TimeSpan.FromSeconds(15) + TimeSpan.FromSeconds(1.5);

    // A machine that stands still for a second proves nothing of the platform; one round that was let run does.
    const int Rounds = 5;

    [Theory]
    [Redis, Rabbit]
    [Requirement("A047", "A171", "A226")]
    public async Task While_the_bell_rings_every_fact_is_handled_within_a_second_of_its_commit(string broker)
    {
        var stage = await stages.OfAsync(broker);
        var (brought, read) = (stage.Count("fact_pages bell"), stage.Count("fact_pages read"));
        List<double> longest = [];
        long unrung = 0;
        for (var round = 0; round < Rounds && (longest is [] || longest[^1] > 1); round++)
        {
            unrung = stage.Count("facts_found_unrung");
            // In quick succession, and so far apart that each ring may find the other replica busy with the one before.
            var told = (await stage.HandledAsync([.. await stage.TellAsync(40, Often), .. await stage.TellAsync(12, TimeSpan.FromMilliseconds(300))])).Select(t => t.TotalSeconds).Order().ToList();
            longest.Add(told[^1]);
            output.WriteLine($"{broker}: p50 {told[told.Count / 2] * 1000:F0} ms, longest {told[^1] * 1000:F0} ms, {stage.Count("facts_found_unrung") - unrung} found unrung");
        }

        output.WriteLine($"{broker}: {stage.Count("fact_pages bell") - brought} pages came with the bell, {stage.Count("fact_pages read") - read} were read");
        longest[^1].ShouldBeLessThanOrEqualTo(1);
        stage.Count("facts_found_unrung").ShouldBe(unrung, "each was rung for");
    }

    [Theory]
    [Redis(Each = typeof(Wrong)), Rabbit(Each = typeof(Wrong))]
    [Requirement("A057", "A126", "A171", "A182", "A202", "P13")]
    public async Task Whatever_happens_to_the_bell_each_fact_has_its_effect_once_and_in_order(string broker, Wrong wrong)
    {
        var stage = await stages.OfAsync(broker);
        var (struck, heard, forgeries, untrusted) = (stage.Bell.Struck, stage.Bell.ForgedHeard, stage.Bell.ForgeriesHeard, stage.Count("fact_pages_untrusted"));
        stage.Bell.Wrong = wrong;
        var told = await stage.TellAsync(30, Often);
        stage.Bell.Wrong = null;
        await stage.HandledAsync([.. told, .. await stage.TellAsync(1, Often)]);
        (stage.Bell.Struck - struck).ShouldBeGreaterThan(0);
        if (wrong is not Wrong.Forged) return;
        // The last of them may be on its way still, when the facts themselves have long been read.
        for (var looks = 0; looks < 100 && (stage.Bell.ForgedHeard == heard || stage.Count("fact_pages_untrusted") - untrusted != stage.Bell.ForgedHeard - heard); looks++) await Task.Delay(100);
        // A broker may bring one twice; none that was not struck.
        (stage.Bell.ForgedHeard - heard).ShouldBeGreaterThan(0);
        (stage.Bell.ForgeriesHeard - forgeries).ShouldBeInRange(1, stage.Bell.Struck - struck);
        (stage.Count("fact_pages_untrusted") - untrusted).ShouldBe(stage.Bell.ForgedHeard - heard, "each that is heard is seen through, and counted");
    }

    // A broker that is switched off is the same as any other.
    [Theory]
    [Redis]
    [Requirement("A047", "A171", "A182")]
    public async Task With_the_bell_switched_off_every_fact_is_found_within_fifteen_seconds_and_counted(string broker)
    {
        var stage = await stages.OfAsync(broker);
        // A ring of before that comes late is a reason to read, and brings what was told meanwhile.
        await stage.Bell.SettledAsync();
        await stage.HandledAsync(await stage.TellAsync(1, Often));
        var unrung = stage.Count("facts_found_unrung");
        (stage.Bell.Wrong, stage.Bell.Percent) = (Wrong.Lost, 100);
        var told = await stage.TellAsync(20, Often);
        var took = await stage.HandledAsync(told);
        (stage.Bell.Wrong, stage.Bell.Percent) = (null, 30);
        output.WriteLine($"found after {took.Max().TotalSeconds:F1} s");
        took.ShouldAllBe(t => t < HealedWithin);
        (stage.Count("facts_found_unrung") - unrung).ShouldBe(told.Count);
    }

    [Theory]
    [Redis, Rabbit]
    [Requirement("A171", "A182", "A202", "P13")]
    public async Task A_broker_that_stands_still_and_one_that_is_killed_cost_time_and_nothing_else(string broker)
    {
        var stage = await stages.OfAsync(broker);
        await stage.Server.FreezeAsync(stands: true);
        var told = stage.TellAsync(40, Often * 3);
        await Task.Delay(TimeSpan.FromSeconds(3));
        await stage.Server.FreezeAsync(stands: false);
        await stage.HandledAsync(await told);

        told = stage.TellAsync(20, Often);
        await stage.Server.KillAsync();
        await stage.HandledAsync(await told);
        await stage.RingsAsync();
    }

    [Theory]
    [Redis]
    [Requirement("A179")]
    public async Task Keys_that_are_changed_while_facts_flow_cost_nothing(string broker)
    {
        var stage = await stages.OfAsync(broker);
        var (untrusted, brought, unrung) = (stage.Count("fact_pages_untrusted"), stage.Count("fact_pages bell"), stage.Count("facts_found_unrung"));
        var told = stage.TellAsync(160, Often);
        // The key that signs pages, and the one by which the listener is known where it reads.
        foreach (var name in new[] { PageSeal.KeyOf("orders"), InstallationTokens.KeyOf("execution") }) await stage.RotateAsync(name);
        await stage.HandledAsync(await told);
        stage.Count("fact_pages_untrusted").ShouldBe(untrusted);
        stage.Count("facts_found_unrung").ShouldBe(unrung);
        stage.Count("fact_pages bell").ShouldBeGreaterThan(brought);
    }

    [Theory]
    [Redis, Rabbit]
    [Requirement("A054", "A171", "A182")]
    public async Task A_publisher_and_a_listener_that_are_restored_are_read_on_from_what_both_know(string broker)
    {
        var stage = await stages.OfAsync(broker);
        var kept = await stage.TellAsync(10, Often);
        await stage.HandledAsync(kept);
        var place = await stage.Publisher.InAsync<OrdersDb, long>(db => db.Facts.MaxAsync(f => f.Position));

        // The publisher loses ten facts that were handled, and tells others in their places.
        await stage.HandledAsync(await stage.TellAsync(10, Often));
        await stage.Publisher.InAsync<OrdersDb>(db => db.WithoutTriggersAsync("facts", $"DELETE FROM facts WHERE position > {place}"));
        var others = await stage.TellAsync(15, Often);
        await stage.SeenAsync(others);
        (await stage.Listener.WaitingAsync()).Count(w => w.State is WaitState.Orphaned && w.Position > place && w.Position <= place + 10).ShouldBe(10);

        // The listener is as it was ten facts ago: cursor, inbox and effects of one instant.
        await stage.Listener.InAsync<ExecutionDb>(async db =>
        {
            var before = (await stage.Publisher.InAsync<OrdersDb, string>(p => p.Facts.Where(f => f.Position == place + 5).Select(f => f.Id).SingleAsync()))!;
            await using var restore = await db.Database.BeginTransactionAsync();
            await db.Seen.Where(s => db.Inbox.Any(i => i.FactId == s.FactId && i.Position > place + 5) && others.Contains(s.Text)).ExecuteDeleteAsync();
            await db.Inbox.Where(i => i.Position > place + 5 && !db.Waiting.Any(w => w.FactId == i.FactId)).ExecuteDeleteAsync();
            await db.SetBackAsync("orders", place + 5, before);
            await restore.CommitAsync();
        });
        await stage.HandledAsync([.. kept, .. others, .. await stage.TellAsync(1, Often)]);
    }
}
