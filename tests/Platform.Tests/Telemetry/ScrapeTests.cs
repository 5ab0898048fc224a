using Doseline.Testing;
using Doseline.Testing.Watching;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Telemetry;

/// <summary>A scrape is text that a Prometheus server takes.</summary>
[Collection(nameof(OneHost))]
public sealed class ScrapeTests
{
    [Fact]
    [Requirement("A002")]
    public async Task The_platforms_own_scrape_is_well_formed_and_counts_calls_by_method_and_status()
    {
        await using var platform = await TestPlatform.StartAsync();
        await new Execution.V1.SchedulerService.SchedulerServiceClient(platform.As("planner")).ListRunsAsync(new());
        await TestPlatform.RefusalsAsync(() => new Execution.V1.SchedulerService.SchedulerServiceClient(platform.Host.WithToken(null)).ListRunsAsync(new()).ResponseAsync);
        var text = await TextAsync(platform);
        var scrape = Scrape.Parse(text);
        var calls = scrape.Samples.Where(s => s.Name is "doseline_rpc_duration_seconds_count" && s.Labels["rpc_method"] is "/doseline.execution.v1.SchedulerService/ListRuns").ToList();
        // Other hosts of this test process count into the same text, so there may be more.
        calls.ShouldContain(s => s.Labels["rpc_status"] == "OK");
        calls.ShouldContain(s => s.Labels["rpc_status"] == "Unauthenticated");
        foreach (var histogram in scrape.Types.Where(t => t.Value is "histogram").Select(t => t.Key)) scrape.RequireCumulative(histogram);
        // What was looked up for this scrape is in it, and no series says more than its labels.
        scrape.Samples.ShouldContain(s => s.Name == "facts_waiting_now" && s.Labels["service"] == "orders");
        scrape.Samples.ShouldAllBe(s => !s.Labels.ContainsKey("otel_scope_name"));
        (await Promtool.FaultsAsync(text) ?? []).ShouldBeEmpty();
    }

    static async Task<string> TextAsync(TestPlatform platform)
    {
        using HttpClient client = new();
        var probe = new Uri(platform.Host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ElementAt(1));
        return await client.GetStringAsync(new Uri(probe, "/metrics"));
    }
}

/// <summary>Tests that run while no other does: a process has one set of gauges, and hosts of other tests would add the same series to it.</summary>
[CollectionDefinition(nameof(OneHost), DisableParallelization = true)]
public sealed class OneHost;
