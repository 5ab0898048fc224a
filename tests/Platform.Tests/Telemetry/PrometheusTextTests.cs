using System.Diagnostics.Metrics;
using Doseline.Platform.Telemetry;
using Doseline.Testing;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Doseline.Platform.Tests.Telemetry;

/// <summary>A scrape is text that a Prometheus server takes.</summary>
public sealed class PrometheusTextTests
{
    [Fact]
    [Requirement("A002")]
    public void Every_kind_of_instrument_is_written_by_the_rules_of_the_format()
    {
        using Meter meter = new("Doseline.Probe");
        PrometheusText text = new();
        using var provider = Sdk.CreateMeterProviderBuilder().AddMeter("Doseline.Probe").AddReader(text).Build();
        meter.CreateCounter<long>("probe_orders_total", description: "Orders\nplaced, \"all\" \\ of them.").Add(7, new KeyValuePair<string, object?>("cause", "a \"b\"\\\nc"));
        meter.CreateCounter<double>("probe.bytes", "By").Add(2.5);
        meter.CreateUpDownCounter<int>("probe_open").Add(-3);
        meter.CreateObservableGauge("probe_limit", () => double.PositiveInfinity);
        meter.CreateObservableGauge("probe_nothing", () => double.NaN);
        var duration = meter.CreateHistogram<double>("probe_duration", "s", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (var seconds in new[] { 0.05, 0.5, 5 }) duration.Record(seconds, new KeyValuePair<string, object?>("rpc.method", "/a/B"));

        var scrape = Scrape.Parse(text.Scrape());
        scrape.Types.ShouldBe(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["probe_orders_total"] = "counter", ["probe_bytes_total"] = "counter", ["probe_open"] = "gauge", ["probe_limit"] = "gauge", ["probe_nothing"] = "gauge", ["probe_duration_seconds"] = "histogram",
        }, ignoreOrder: true);
        scrape.Help["probe_orders_total"].ShouldBe("""Orders\nplaced, "all" \\ of them.""");
        var orders = scrape.Samples.Single(s => s.Name is "probe_orders_total");
        (orders.Value, orders.Labels["cause"]).ShouldBe((7, "a \"b\"\\\nc"));
        scrape.Value("probe_bytes_total").ShouldBe(2.5);
        scrape.Value("probe_open").ShouldBe(-3);
        scrape.Value("probe_limit").ShouldBe(double.PositiveInfinity);
        scrape.Value("probe_nothing").ShouldBe(double.NaN);
        scrape.Samples.Where(s => s.Name is "probe_duration_seconds_bucket").Select(s => (s.Labels["rpc_method"], s.Labels["le"], s.Value)).ShouldBe([("/a/B", "0.1", 1), ("/a/B", "1", 2), ("/a/B", "+Inf", 3)]);
        (scrape.Value("probe_duration_seconds_sum"), scrape.Value("probe_duration_seconds_count")).ShouldBe((5.55, 3));
    }

    [Fact]
    public void Two_instruments_of_one_name_are_one_metric_with_every_series_once()
    {
        using Meter first = new("Doseline.Twin"), second = new("Doseline.Twin");
        PrometheusText text = new();
        using var provider = Sdk.CreateMeterProviderBuilder().AddMeter("Doseline.Twin").AddReader(text).Build();
        foreach (var meter in new[] { first, second })
        {
            meter.CreateCounter<long>("twin_calls").Add(1, new KeyValuePair<string, object?>("status", "OK"));
            meter.CreateHistogram<double>("twin_duration", "s").Record(1);
        }

        var scrape = Scrape.Parse(text.Scrape());
        scrape.Samples.Where(s => s.Name is "twin_calls_total").ShouldHaveSingleItem();
        scrape.RequireCumulative("twin_duration_seconds");
    }

    [Fact]
    [Requirement("A002")]
    public async Task The_platforms_own_scrape_is_well_formed_and_counts_calls_by_method_and_status()
    {
        await using var platform = await TestPlatform.StartAsync();
        await new Execution.V1.SchedulerService.SchedulerServiceClient(platform.As("planner")).ListRunsAsync(new());
        await TestPlatform.RefusalsAsync(() => new Execution.V1.SchedulerService.SchedulerServiceClient(platform.Host.WithToken(null)).ListRunsAsync(new()).ResponseAsync);
        var scrape = Scrape.Parse(platform.Host.Services.GetRequiredService<PlatformTelemetry>().Prometheus.Scrape());
        var calls = scrape.Samples.Where(s => s.Name is "doseline_rpc_duration_seconds_count" && s.Labels["rpc_method"] is "/doseline.execution.v1.SchedulerService/ListRuns").ToList();
        // Other hosts of this test process count into the same text, so there may be more.
        calls.ShouldContain(s => s.Labels["rpc_status"] == "OK");
        calls.ShouldContain(s => s.Labels["rpc_status"] == "Unauthenticated");
        foreach (var histogram in scrape.Types.Where(t => t.Value is "histogram").Select(t => t.Key)) scrape.RequireCumulative(histogram);
    }
}
