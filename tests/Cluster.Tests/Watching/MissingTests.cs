using System.Text.Json;
using Doseline.Cluster.Tests.Charts;
using Doseline.Cluster.Tests.Clock;
using Doseline.Testing;
using Doseline.Testing.Watching;

namespace Doseline.Cluster.Tests.Watching;

/// <summary>What is not there cannot say so: it is missed by what the chart has asked for.</summary>
[Collection(nameof(Alone))]
public sealed class MissingTests
{
    [Fact]
    [Requirement("P12")]
    [Fires("ServiceMissing", "CertificateUnseen")]
    public async Task A_service_that_has_ended_one_that_never_came_and_a_control_plane_that_nobody_scrapes()
    {
        var rendered = await Chart.TryAsync("", "defaults.replicas=1");
        using var expected = JsonDocument.Parse(Chart.Json(rendered.Yaml.Split("\n---\n").Single(o => o.Contains("name: doseline-expected", StringComparison.Ordinal))));
        var rules = expected.RootElement.GetProperty("spec").GetRawText();
        Watch watch;
        await using (var platform = await TestPlatform.StartAsync())
        {
            watch = new Watch(platform.Host.Services, platform.Clock) { MoreRules = rules };
            await watch.ScrapeAsync();
            await watch.ScrapeAsync();
        }

        watch.Gone();
        foreach (var job in new[] { "orders", "quality" }) await watch.RequireAsync("ServiceMissing", TimeSpan.FromMinutes(4), new Dictionary<string, string> { ["job"] = job });
        await watch.RequireAsync("CertificateUnseen", TimeSpan.FromMinutes(62));
    }
}
