using System.Text.Json;
using Doseline.Cluster.Tests.Charts;
using Doseline.Cluster.Tests.Clock;
using Doseline.Local.Day;
using Doseline.Local.Day.Files;
using Doseline.Local.Simulation;
using Doseline.Orders.V1;
using Doseline.Testing;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace Doseline.Cluster.Tests.Watching;

/// <summary>Boards show something: each panel's query is asked of a Prometheus that scraped a day while it was played.</summary>
[Collection(nameof(Alone))]
public sealed class BoardTests
{
    [Fact]
    [Requirement("P12")]
    public async Task Each_panel_of_each_board_answers_with_data_after_a_played_day()
    {
        var sample = DayFiles.Read(Repository.At("samples", "day"));
        var run = sample.Runs.First(r => r.Product == "LU177-PSMA");
        var orders = sample.Orders.Where(o => o.Product == run.Product && o.Site == run.Site && o.ExpectedAccepted).Take(2).Select(o => o.Order).ToList();
        var input = sample.Only(orders, [run.Run]) with { Incidents = [] };
        SimulatedClock clock = new(input.Start);
        await using FakeTimeServer time = new(TimeSpan.Zero);
        // On PostgreSQL, for some of what is shown is its driver's.
        await using var platform = await TestPlatform.StartAsync(postgres: true, builder => builder.Configuration["Clock:Servers:0"] = time.Address, clock);
        await platform.Host.Services.GetRequiredService<Platform.Hosting.ClockWatch>().MeasureAsync(default);
        var probe = new Uri(platform.Host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ElementAt(1));
        await using var prometheus = await Prometheus.StartAsync(probe, Directory.EnumerateFiles(Path.Combine(Chart.Folder, "alerts")));

        var folder = Directory.CreateTempSubdirectory("doseline-board-").FullName;
        var quiet = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null), Interactive = InteractionSupport.No });
        // To the hours in which the last dose is given: of later ones a board no longer shows how long it took.
        var given = new DateTimeOffset(input.Orders.Max(o => o.WindowEnd), TimeSpan.Zero) + TimeSpan.FromHours(8);
        using (DayPlay play = new(input, platform.Host, new DayProgress(quiet, null), new DayJournal(Path.Combine(folder, "board.journal.json")))) await play.RunUntilAsync(given, default);
        await prometheus.UntilAsync("order_lead_time_seconds");
        await platform.AdvanceAsync(TimeSpan.FromDays(5));
        // Of the gateway, too, somebody has asked something; and somebody who may not has asked a service.
        using HttpClient browser = new() { BaseAddress = platform.Host.WebAddress };
        using (await browser.PostAsync(new Uri("/doseline.orders.v1.OrdersService/PlaceOrder", UriKind.Relative), new StringContent("{}", System.Text.Encoding.UTF8, "application/json")))
            await TestPlatform.RefusalsAsync(() => new OrdersService.OrdersServiceClient(platform.As("auditor")).PlaceOrderAsync(new PlaceOrderRequest()).ResponseAsync);
        // A rate is of two scrapes at least, wherever the steps of a panel lie.
        foreach (var counter in new[] { "gateway_calls_total", "doseline_rpc_duration_seconds_count{rpc_status=\"PermissionDenied\"}", "deadline_lateness_seconds_count" }) await prometheus.UntilAsync($"min(count_over_time({counter}[1m])) > 3");

        List<string> empty = [];
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Chart.Folder, "dashboards")).Order(StringComparer.Ordinal))
        {
            using var board = JsonDocument.Parse(await File.ReadAllTextAsync(file));
            foreach (var panel in board.RootElement.GetProperty("panels").EnumerateArray().Where(p => p.TryGetProperty("targets", out _)))
            {
                foreach (var target in panel.GetProperty("targets").EnumerateArray().Select(t => t.GetProperty("expr").GetString()!))
                {
                    var asked = target.Replace("$__rate_interval", "1m", StringComparison.Ordinal).Replace("$site", ".*", StringComparison.Ordinal);
                    if (!await prometheus.HasDataAsync(asked)) empty.Add($"{Path.GetFileName(file)}: {panel.GetProperty("title").GetString()}: {target}");
                }
            }
        }

        Directory.Delete(folder, recursive: true);
        empty.ShouldBeEmpty();
    }
}
