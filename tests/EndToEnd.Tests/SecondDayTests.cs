using Doseline.Execution.V1;
using Doseline.Local.Day;
using Doseline.Local.Day.Files;
using Doseline.Testing;
using Spectre.Console;

namespace Doseline.EndToEnd.Tests;

/// <summary>The plant goes on: what one day left is taken out, and the next day is made in the same cells.</summary>
public sealed class SecondDayTests
{
    [Fact]
    [Requirement("P02", "A039")]
    public async Task The_same_runs_are_made_in_the_same_cells_the_next_day()
    {
        var sample = DayFiles.Read(SampleDay.Folder);
        // Every cell of both sites, with two orders for each product and site.
        List<string> orders = [.. sample.Orders.Where(o => o.ExpectedAccepted).GroupBy(o => (o.Product, o.Site)).SelectMany(g => g.Take(2)).Select(o => o.Order)];
        List<string> runs = [.. sample.Runs.DistinctBy(r => (r.Product, r.Site)).Select(r => r.Run)];
        var input = sample.Only(orders, runs).AndAgain(1) with
        {
            Incidents = [],
            // So few orders leave most of each lot as waste, and of that the licence holds one day.
            Licences = [.. sample.Licences.Select(l => l with { Lines = [.. l.Lines.Select(line => line with { Limit = line.Limit * 2 })] })],
        };
        await using var platform = await TestPlatform.StartAsync(clock: new Local.Simulation.SimulatedClock(input.Start));
        var quiet = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null), Interactive = InteractionSupport.No });
        var folder = Directory.CreateTempSubdirectory("doseline-second-");
        using DayPlay play = new(input, platform.Host, new DayProgress(quiet, null), new DayJournal(Path.Combine(folder.FullName, "day.journal.json")));

        await play.RunAsync(CancellationToken.None);
        var report = await new DayChecks(input, platform.Host, play).ReportAsync(CancellationToken.None);

        report.Invariants.Where(i => !i.Holds).ShouldBeEmpty();
        report.Invariants.Single(i => i.Name.StartsWith("no run began", StringComparison.Ordinal)).Detail.ShouldBe($"{2 * runs.Count} runs");
        report.Orders.Count(o => o.Outcome is "INVOICED").ShouldBe(input.Orders.Count);
        EquipmentService.EquipmentServiceClient floor = new(platform.As("auditor"));
        foreach (var cell in input.Equipment.Where(e => e.Class is "hot_cell"))
        {
            var now = (await floor.GetHotCellAsync(new GetHotCellRequest { HotCellId = play.Setup.Equipment[cell.Equipment] })).HotCell;
            now.Phase.ShouldBe(HotCellPhase.Free, cell.Equipment);
            now.Items.ShouldBeEmpty(cell.Equipment);
            now.Clearance.Basis.ShouldBe(ClearanceBasis.Survey, cell.Equipment);
        }

        folder.Delete(recursive: true);
    }
}
