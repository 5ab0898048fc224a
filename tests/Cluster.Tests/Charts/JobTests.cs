using Doseline.Local;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Reading;
using Doseline.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Doseline.Cluster.Tests.Charts;

/// <summary>What runs by itself.</summary>
public sealed class JobTests
{
    // Each works on its own service's rows: seals the trail and hashes it again, removes what was kept long enough, rings. A new one is named here with what it does.
    static readonly string[] OnOwnRows = [PumpNames.Bell, PumpNames.Purge, PumpNames.Rehash, PumpNames.Seal];

    // What of ours runs beside requests: the loops of those and of readers, of deadlines, the silo, the look at the clock; and what Identity does once, at its start.
    static readonly string[] Running = [nameof(ClockWatch), "Pumps", "DeadlineLoop", "SiloStart", "FirstAdministrator", "DeployedAccounts", "BreakGlass"];

    [Fact]
    [Requirement("A047")]
    public async Task No_job_of_the_clock_brings_facts_from_one_service_to_another_and_who_brings_them_is_rung_for()
    {
        (await Chart.RenderAsync()).ShouldNotContain(o => o.Kind == "CronJob");
        await using var databases = await TestDatabase.CreateAsync(postgres: false);
        await using var host = PlatformHost.Build([.. databases.Settings.Select(s => $"--{s.Key}={s.Value}"), "--DAPR_HTTP_PORT=1", "--DAPR_GRPC_PORT=1", "--APP_API_TOKEN=x"], Modules.All());
        var pumps = host.Services.GetServices<IPump>().ToList();
        var readers = pumps.OfType<FactReader>().ToList();
        readers.Select(r => (r.Service, r.Publisher)).ShouldBe(host.Services.GetRequiredService<FactTable>().Pairs, ignoreOrder: true);
        pumps.Where(p => p is not FactReader).Select(p => p.Name).Distinct(StringComparer.Ordinal).ShouldBe(OnOwnRows, ignoreOrder: true);
        host.Services.GetServices<IHostedService>().Select(s => s.GetType()).Where(t => t.Namespace!.StartsWith("Doseline.", StringComparison.Ordinal)).Select(t => t.Name).Distinct(StringComparer.Ordinal).ShouldBe(Running, ignoreOrder: true);

        foreach (var reader in readers)
        {
            // A ring wakes the loop that reads, at once.
            host.Services.GetRequiredService<Bell>().Ring(reader.Service, reader.Publisher);
            (await host.Services.GetRequiredService<PumpSignals>().WaitAsync(reader.Service, reader.Name, TimeSpan.Zero, CancellationToken.None)).ShouldBeTrue(reader.Name);
        }
    }
}
