using Doseline.Local.Day;
using Doseline.Local.Day.Report;
using Doseline.Local.Simulation;
using Doseline.Testing;
using Doseline.Testing.Faults;
using Microsoft.Extensions.Logging;
using Spectre.Console;
using Xunit.Abstractions;

namespace Doseline.Simulation.Tests;

/// <summary>At every step of a day somebody tries what is forbidden then; it is refused for a reason of its own, and the day ends as if nobody had tried.</summary>
public sealed class AdversaryTests(ITestOutputHelper output)
{
    [Fact]
    [Requirement("A051", "A063")]
    public async Task What_is_forbidden_is_refused_at_every_step_and_the_day_ends_as_if_nobody_had_tried()
    {
        SortedDictionary<string, int> refused = new(StringComparer.Ordinal);
        for (var which = 0; which < SimulationTests.Days.Length; which++)
        {
            var day = SimulationTests.Sample.Value.Only(SimulationTests.Days[which].Orders, SimulationTests.Days[which].Runs);
            Adversary adversary = new(day, packs: true);
            var report = await PlayAsync(day, adversary);

            adversary.LetThrough.ShouldBeEmpty();
            report.Invariants.Where(i => !i.Holds).ShouldBeEmpty();
            var calm = await SimulationTests.Calm.GetOrAdd(which, _ => DisturbedDay.PlayAsync(day, new FaultPlan(0), calm: true));
            SimulationTests.Outcomes(report).ShouldBe(SimulationTests.Outcomes(calm.Report));
            foreach (var (kind, times) in adversary.Refused) refused[kind] = refused.GetValueOrDefault(kind) + times;
        }

        output.WriteLine(string.Join(", ", refused.Select(r => $"{r.Value} {r.Key}")));
        Adversary.Kinds.Except(refused.Keys).ShouldBeEmpty("what is never tried is never refused");
    }

    static async Task<DayReport> PlayAsync(Local.Day.Files.DayInput day, Adversary adversary)
    {
        await using var databases = await TestDatabase.CreateAsync();
        SimulatedClock clock = new(day.Start);
        await using var platform = await SimulatedPlatform.StartAsync(clock, databases.Settings, builder => builder.Logging.ClearProviders());
        var quiet = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null), Interactive = InteractionSupport.No });
        DayPlay? played = null;
        using DayPlay play = new(day, platform, new DayProgress(quiet, null), new DayJournal(Path.Combine(databases.Folder, "day.journal.json")))
        {
            Perform = async (title, act) =>
            {
                if (title.StartsWith("start ", StringComparison.Ordinal)) await adversary.HoldAsync(played!, title["start ".Length..], act, () => platform.SettleAsync());
                await act();
                if (title is not "waste") await adversary.TryAsync(played!, title);
            },
        };
        played = play;
        await play.RunAsync(CancellationToken.None);
        return await new DayChecks(day, platform, play).ReportAsync(CancellationToken.None);
    }
}
