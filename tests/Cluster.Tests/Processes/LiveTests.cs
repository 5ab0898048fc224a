using Doseline.Local.Day;
using Doseline.Local.Day.Files;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Doseline.Sidecar;
using Doseline.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Cluster.Tests.Processes;

/// <summary>Separate processes on the machine's own clock, with nobody pumping: what is published arrives by itself.</summary>
public sealed class LiveTests
{
    static readonly TimeSpan ArrivesWithin = TimeSpan.FromMinutes(3);

    [Fact]
    [Requirement("P13")]
    public async Task What_one_service_publishes_another_hears_by_itself_and_a_service_that_is_asked_to_end_leaves_nothing_unread()
    {
        var now = DateTimeOffset.UtcNow;
        var input = Today(now);
        Mesh mesh = new();
        await using var platform = await ProcessPlatform.StartAsync(now, mesh, live: true);

        DayKeys keys = new(input.Seed);
        await new DaySetup(input, new DayPeople(platform, keys, null), keys).EnterAsync();
        // Carrier services are Shipping's and Orders promises by them; customers are Orders' and Shipping ships to them.
        await ReadAsync(platform);
        foreach (var name in new[] { "orders", "shipping" })
        {
            (await platform.Processes[name].RestartAsync()).ShouldBe(0, platform.Processes[name].Output);
            await platform.Processes[name].ReadyAsync();
        }

        await ReadAsync(platform);
    }

    // Until every listener stands at the end of every log.
    static async Task ReadAsync(ProcessPlatform platform)
    {
        using CancellationTokenSource patience = new(ArrivesWithin);
        while (true)
        {
            await using var scope = platform.Services.CreateAsyncScope();
            var unread = await MessageCounts.UnreadAsync(platform.Services.GetRequiredService<FactTable>(), platform.Services.GetRequiredService<DatabaseTable>(), scope.ServiceProvider, patience.Token);
            if (unread.Values.All(count => count == 0)) return;
            await Task.Delay(TimeSpan.FromMilliseconds(200), patience.Token);
        }
    }

    // The sample is of one day of its own; what of it has a term is moved to the machine's day, or it would one day be past.
    static DayInput Today(DateTimeOffset now)
    {
        var sample = DayFiles.Read(Repository.At("samples", "day"));
        var (soon, until) = (now + TimeSpan.FromHours(1), now + TimeSpan.FromDays(365));
        return sample with
        {
            Licences = [.. sample.Licences.Select(l => l with { Expire = until })],
            Suppliers = [.. sample.Suppliers.Select(s => s with { LicenceExpire = until })],
            Equipment = [.. sample.Equipment.Select(e => e with { QualifiedUntil = until, CalibratedUntil = e.CalibratedUntil is null ? null : until })],
            Customers = [.. sample.Customers.Select(c => c with { LicenceExpire = until })],
            Prices = [.. sample.Prices.Select(p => p with { Effective = soon })],
        };
    }
}
