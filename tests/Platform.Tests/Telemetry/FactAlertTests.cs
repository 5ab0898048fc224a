using Doseline.Platform.Actors;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Log;
using Doseline.Platform.Tests.Messaging;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Doseline.Testing.Watching;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Telemetry;

/// <summary>Each fault of facts and deadlines is caused in a running host, and whoever is on call is told.</summary>
[Collection(nameof(OneHost))]
public sealed class FactAlertTests : IAsyncLifetime
{
    static readonly IReadOnlyDictionary<string, string> AtExecution = new Dictionary<string, string> { ["service"] = "execution" };
    static readonly IReadOnlyDictionary<string, string> OfOrders = new Dictionary<string, string> { ["service"] = "execution", ["publisher"] = "orders" };

    StageHost host = null!;
    Watch watch = null!;

    public async Task InitializeAsync()
    {
        host = await StageHost.StartAsync();
        watch = new Watch(host.Services, host.Clock);
        await watch.ScrapeAsync();
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    [Requirement("A185", "P12")]
    [Fires("FactFailing")]
    public async Task A_posting_that_fails_is_told_within_a_minute_with_a_link_to_its_record()
    {
        host.Troubles.Fail("bad");
        await host.PublishAsync("dose-7", "bad");
        var fact = Logs.Of(host.Services).ShouldHaveSingleItem();
        for (var scrape = 0; scrape < 3; scrape++)
        {
            await host.SettleAsync();
            await watch.ScrapeAsync();
        }

        await watch.RequireAsync("FactFailing", TimeSpan.FromMinutes(1), new Dictionary<string, string>
        {
            ["severity"] = "page", ["service"] = "execution", ["publisher"] = "orders", ["type"] = fact.Type, ["subject"] = "dose-7", ["fact_id"] = fact.Id,
        }, new Dictionary<string, string>
        {
            ["summary"] = "execution fails at what orders told of dose-7",
            ["description"] = $"Fact {fact.Id} ({fact.Type}) has failed for 45s; release, possession or costing may rest on it. It is tried ten times over two minutes, then it waits for a person.",
            ["record_url"] = "CONSOLE/trace/dose-7",
            ["runbook_url"] = "RUNBOOKS/fact-parked.md",
        });
    }

    [Fact]
    [Requirement("A185", "P12")]
    [Fires("FactParked")]
    public async Task A_fact_that_nobody_can_handle()
    {
        host.Troubles.Fail("bad");
        await host.PublishAsync("c1", "bad");
        await host.SettleAsync();
        await ReadingTests.ExhaustAsync(host);
        await watch.ScrapeAsync();
        await watch.RequireAsync("FactParked", TimeSpan.FromMinutes(10), AtExecution);
    }

    [Fact]
    [Requirement("P12")]
    [Fires("FactWaiting")]
    public async Task A_fact_whose_handler_asks_somebody_who_is_away()
    {
        host.Troubles.Away = true;
        await host.PublishAsync("c1", "a");
        await host.SettleAsync();
        await watch.ScrapeAsync(TimeSpan.FromMinutes(6));
        watch.Last.Keys.ShouldNotContain(series => series.StartsWith("fact_failing_seconds", StringComparison.Ordinal), "it has failed at nothing");
        await watch.RequireAsync("FactWaiting", TimeSpan.FromMinutes(6), AtExecution);
    }

    [Fact]
    [Requirement("A126", "P12")]
    [Fires("FactConflicting")]
    public async Task The_first_fact_that_was_altered_on_its_way_under_who_received_it()
    {
        await host.GiveAsync(host.Fact("c1", "a") with { Data = """{"code":"b"}""" });
        await host.SettleAsync();
        await watch.ScrapeAsync();
        await watch.RequireAsync("FactConflicting", TimeSpan.FromSeconds(30), AtExecution);
    }

    [Fact]
    [Requirement("P12")]
    [Fires("FactsUnread")]
    public async Task A_log_that_nobody_reads()
    {
        for (var scrape = 0; scrape < 3; scrape++) await watch.ScrapeAsync();
        await watch.RequireAsync("FactsUnread", TimeSpan.FromMinutes(1), OfOrders);
    }

    [Fact]
    [Requirement("P12")]
    [Fires("FactsBehind")]
    public async Task A_listener_that_was_restored_and_is_far_behind()
    {
        await host.InAsync<OrdersDb>(db => db.AppendAsync([.. Enumerable.Range(0, 5100).Select(n => host.Fact($"c{n}", "x") with { Type = "doseline.orders.v1.ConsigneeLicenceLine" })]));
        await host.PublishAsync("c1", "a");
        await host.SettleAsync();
        await host.InAsync<ExecutionDb>(db => db.SetBackAsync("orders", 0, ""));
        await watch.ScrapeAsync();
        await watch.RequireAsync("FactsBehind", TimeSpan.FromMinutes(6), OfOrders);
    }

    [Fact]
    [Requirement("P12")]
    [Fires("FactsStandStill")]
    public async Task A_log_with_a_gap()
    {
        await host.PublishAsync("c1", "a", "b", "c");
        await host.InAsync<OrdersDb>(db => db.WithoutTriggersAsync("facts", "DELETE FROM facts WHERE position = 2"));
        await host.SettleAsync();
        await watch.ScrapeAsync();
        await watch.RequireAsync("FactsStandStill", TimeSpan.FromSeconds(30), OfOrders);
    }

    [Fact]
    [Requirement("P12")]
    [Fires("LogForked", "FactOrphaned")]
    public async Task A_publisher_that_was_restored_to_an_earlier_state()
    {
        await host.PublishAsync("c1", "a", "b", "c");
        await host.SettleAsync();
        await host.InAsync<OrdersDb>(db => db.WithoutTriggersAsync("facts", "DELETE FROM facts WHERE position > 1"));
        await host.PublishAsync("c1", "d");
        await host.SettleAsync();
        await watch.ScrapeAsync();
        await watch.RequireAsync("LogForked", TimeSpan.FromSeconds(30), OfOrders);
        await watch.RequireAsync("FactOrphaned", TimeSpan.FromSeconds(30), AtExecution);
    }

    [Fact]
    [Requirement("P12")]
    [Fires("FactsReadTwice")]
    public async Task What_was_handled_and_is_read_again()
    {
        await host.PublishAsync("c1", [.. Enumerable.Range(0, 20).Select(n => $"{n}")]);
        await host.SettleAsync();
        await host.InAsync<ExecutionDb>(db => db.SetBackAsync("orders", 0, ""));
        await host.SettleAsync();
        await watch.ScrapeAsync();
        await watch.RequireAsync("FactsReadTwice", TimeSpan.FromMinutes(6), AtExecution);
    }

    [Fact]
    [Requirement("P12")]
    [Fires("FactLockSlow")]
    public async Task Commits_that_wait_for_each_other()
    {
        // On SQLite the whole file has one writer, and nobody waits for a place in the log.
        if (!TestDatabase.UsesPostgres) return;
        await host.PublishAsync("c1", "a");
        await watch.ScrapeAsync();
        var second = Task.CompletedTask;
        await host.InAsync<OrdersDb>(async db =>
        {
            await using var holds = await db.Database.BeginTransactionAsync();
            await db.Database.ExecuteSqlRawAsync(FactLog.Lock.Statement.Sql);
            second = host.PublishAsync("c1", "b");
            await Task.Delay(700);
            second.IsCompleted.ShouldBeFalse();
        });
        await second;
        await watch.ScrapeAsync();
        await watch.RequireAsync("FactLockSlow", TimeSpan.FromMinutes(3), new Dictionary<string, string> { ["service"] = "orders" });
    }

    [Fact]
    [Requirement("P12")]
    [Fires("DeadlineLate")]
    public async Task A_deadline_that_nobody_wakes()
    {
        await host.Counter("k1").DueAsync(host.Clock.GetUtcNow().AddSeconds(1).ToTimestamp(), default);
        for (var scrape = 0; scrape < 2; scrape++) await watch.ScrapeAsync();
        await watch.RequireAsync("DeadlineLate", TimeSpan.FromMinutes(2), AtExecution);
    }

    [Fact]
    [Requirement("P12")]
    public async Task Lateness_has_buckets_where_the_limits_lie()
    {
        await watch.ScrapeAsync();
        var before = Within("2");
        await host.Counter("k1").DueAsync(host.Clock.GetUtcNow().AddSeconds(1).ToTimestamp(), default);
        host.Clock.MoveTo(host.Clock.GetUtcNow().AddSeconds(4));
        foreach (var pump in host.Services.GetServices<IReminderPump>()) await pump.PumpAsync(default);
        await watch.ScrapeAsync();
        foreach (var bound in new[] { "0.005", "0.5", "2", "5", "300" }) watch.Last.Keys.ShouldContain(series => series.StartsWith("deadline_lateness_seconds_bucket", StringComparison.Ordinal) && series.Contains($"le=\"{bound}\"", StringComparison.Ordinal), bound);
        (Within("2") - before).ShouldBe(0, "it came 3 s late");
        (Within("5") - before).ShouldBe(1);

        double Within(string seconds) => watch.Last.Where(s => s.Key.StartsWith("deadline_lateness_seconds_bucket", StringComparison.Ordinal) && s.Key.Contains($"le=\"{seconds}\"", StringComparison.Ordinal)).Sum(s => s.Value);
    }
}
