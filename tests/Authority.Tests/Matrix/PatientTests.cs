using System.Text;
using Doseline.Authority.Tests.Support;
using Doseline.Kernel.Rules;
using Doseline.Local.Day;
using Doseline.Local.Day.Files;
using Doseline.Local.Simulation;
using Doseline.Orders.V1;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Doseline.Authority.Tests.Matrix;

/// <summary>
/// Whatever a hospital typed for its patient stays in Orders: after a whole day it is in no fact, no log line and no row of any other service, and so on no label, paper, certificate or record.
/// </summary>
public sealed class PatientTests
{
    [Fact]
    [Requirement("E16", "A046")]
    public async Task What_was_typed_for_a_patient_is_after_a_whole_day_in_no_fact_no_log_line_and_in_the_database_of_no_service_but_orders()
    {
        LogLines lines = new();
        // A name, a year of birth and a record number that no rule can tell from a random token: one for each order, so that a trace tells whose it is.
        const string typed = "roejane61mrn77";
        var day = DayFiles.Read(Path.Combine(Repository.Root, "samples", "day"));
        var input = day with { Orders = [.. day.Orders.Select((order, i) => order with { PatientToken = $"{typed}-{i:D4}x" })] };
        await using var platform = await TestPlatform.StartAsync(configure: builder => builder.Logging.SetMinimumLevel(LogLevel.Debug).AddProvider(lines), clock: new SimulatedClock(input.Start));
        // What the rule does tell is refused, and not repeated.
        OrdersService.OrdersServiceClient desk = new(platform.As(Roles.SupplyDesk));
        string[] told = ["Roe-Jane-7", "1961-04-12-mg", "MRN-7734991", "Jane Roe, 1961"];
        foreach (var token in told)
        {
            var refused = await TestPlatform.RefusalsAsync(() => desk.PlaceOrderAsync(new PlaceOrderRequest { RequestId = TestPlatform.RequestId(), SiteId = "bos", ProductCode = "LU177-PSMA", PatientToken = token }).ResponseAsync);
            refused.ShouldContain(r => r.Subject == "patient_token");
            refused.ShouldAllBe(r => !r.Message.Contains(token, StringComparison.Ordinal) && r.Numbers.Values.All(n => !n.Contains(token, StringComparison.Ordinal)));
        }

        var folder = Directory.CreateTempSubdirectory("doseline-day-").FullName;
        await new DayPlay(input, platform.Host, new DayProgress(Spectre.Console.AnsiConsole.Console, null), new DayJournal(Path.Combine(folder, "refused.json"))).RunAsync(default);
        platform.Published.Count.ShouldBeGreaterThan(500);
        lines.All.Count.ShouldBeGreaterThan(100);

        string[] seeds = [typed, .. told];
        platform.Published.Where(fact => Holds($"{fact.Subject} {fact.Data} {fact.Actor}", seeds)).Select(fact => fact.Type).ShouldBeEmpty();
        lines.All.Where(line => Holds(line.Text, seeds)).Select(line => line.Text).ShouldBeEmpty();
        List<string> found = [], looked = [];
        foreach (var service in platform.Host.Services.GetRequiredService<DatabaseTable>().Services)
        {
            var rows = 0;
            await foreach (var (place, value) in CellsAsync(platform, service))
            {
                rows++;
                if (Holds(value, seeds)) found.Add($"{service}: {place}");
            }

            looked.Add($"{service} {rows}");
            rows.ShouldBeGreaterThan(0, service);
        }

        looked.Count.ShouldBeGreaterThan(7);
        // There it is kept, with its audit and the answers for replays; the desk may read it.
        found.Where(place => !place.StartsWith("orders: ", StringComparison.Ordinal)).ShouldBeEmpty();
        found.ShouldContain("orders: orders.patient_token");
        found.ShouldAllBe(place => !told.Any(place.Contains));
    }

    static bool Holds(string text, string[] seeds) => seeds.Any(seed => text.Contains(seed, StringComparison.OrdinalIgnoreCase));

    // Every text and every run of bytes in every table.
    static async IAsyncEnumerable<(string Place, string Value)> CellsAsync(TestPlatform platform, string service)
    {
        await using var scope = platform.Host.Services.CreateAsyncScope();
        var db = platform.Host.Services.GetRequiredService<DatabaseTable>().Of(service, scope.ServiceProvider);
        await db.Database.OpenConnectionAsync();
        foreach (var table in db.Model.GetEntityTypes().Select(type => type.GetTableName()).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            // The name is the model's own.
#pragma warning disable CA2100
            command.CommandText = $"SELECT * FROM {table}";
#pragma warning restore CA2100
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                for (var i = 0; i < reader.FieldCount; i++)
                {
                    if (reader.GetValue(i) is string text) yield return ($"{table}.{reader.GetName(i)}", text);
                    else if (reader.GetValue(i) is byte[] bytes) yield return ($"{table}.{reader.GetName(i)}", Encoding.UTF8.GetString(bytes));
                }
            }
        }
    }
}
