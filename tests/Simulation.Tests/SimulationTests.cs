using System.Collections.Concurrent;
using System.Globalization;
using Doseline.Local.Day.Files;
using Doseline.Local.Day.Report;
using Doseline.Testing;
using Doseline.Testing.Faults;
using Xunit.Abstractions;

namespace Doseline.Simulation.Tests;

/// <summary>A few orders of the sample day, disturbed by what a seed draws.</summary>
/// <remarks>
/// <c>DOSELINE_SIMULATION_SEEDS</c> says how many seeds are played (default 8), <c>DOSELINE_SIMULATION_SEED</c> the first of them: a seed that
/// failed is played again alone by naming it and a count of 1.
/// </remarks>
public sealed class SimulationTests(ITestOutputHelper output)
{
    const int SeedsDefault = 8;

    // Each is a few orders of the sample day and the run they are promised from; together they hold every kind of incident.
    internal static readonly (string[] Orders, string[] Runs)[] Days =
    [
        (["R001", "R011"], ["psma-2"]),
        (["R021", "R023"], ["dota-1"]),
        (["R030", "R064"], ["acps-1"]),
        (["R048", "R053"], ["psma-3"]),
    ];

    internal static readonly ConcurrentDictionary<int, Task<(DayReport Report, StreamBook Book)>> Calm = new();
    internal static readonly Lazy<DayInput> Sample = new(() => DayFiles.Read(SampleFolder()));

    public static TheoryData<int> Seeds()
    {
        var (first, count) = (Chance.Number("DOSELINE_SIMULATION_SEED", 1), Chance.Number("DOSELINE_SIMULATION_SEEDS", SeedsDefault));
        TheoryData<int> seeds = [];
        for (var seed = first; seed < first + count; seed++) seeds.Add(seed);
        return seeds;
    }

    [Theory]
    [Requirement("A051", "A063", "A171", "A182", "A183")]
    [MemberData(nameof(Seeds))]
    public async Task Whatever_goes_wrong_the_day_ends_as_if_nothing_had(int seed)
    {
        var which = seed % Days.Length;
        var day = Sample.Value.Only(Days[which].Orders, Days[which].Runs);
        var calm = await Calm.GetOrAdd(which, _ => DisturbedDay.PlayAsync(day, new FaultPlan(0), calm: true));
        FaultPlan plan = new(seed);

        Adversary adversary = new(day, packs: false);
        var (report, book) = await DisturbedDay.PlayAsync(day, plan, adversary: adversary);

        var faults = $"seed {seed}: {string.Join(", ", plan.Happened.Select(h => $"{h.Value} {h.Key}"))}";
        output.WriteLine(faults);
        output.WriteLine(string.Join(", ", adversary.Refused.Select(r => $"{r.Value} {r.Key}")));
        adversary.LetThrough.ShouldBeEmpty(faults);
        adversary.Refused.Values.Sum().ShouldBeGreaterThan(0, faults);
        FaultPlan.Kinds.Except(plan.Happened.Keys).ShouldBeEmpty(faults);
        report.Invariants.Where(i => !i.Holds).ShouldBeEmpty(faults);
        Outcomes(report).ShouldBe(Outcomes(calm.Report), faults);
        book.Waiting.ShouldBeEmpty(faults);
        book.Unread.ShouldBe(0, faults);
        book.Missing.ShouldBeEmpty(faults);
        book.Surplus.ShouldBeEmpty(faults);
        book.Sums.Where(s => s.Value.Published != s.Value.Taken).ShouldBeEmpty(faults);
        Types(book).ShouldBe(Types(calm.Book), faults);
    }

    [Fact]
    public async Task The_undisturbed_days_hold_what_they_are_chosen_for()
    {
        List<string> outcomes = [];
        for (var which = 0; which < Days.Length; which++)
        {
            var day = Sample.Value.Only(Days[which].Orders, Days[which].Runs);
            outcomes.AddRange(Outcomes((await Calm.GetOrAdd(which, _ => DisturbedDay.PlayAsync(day, new FaultPlan(0), calm: true))).Report));
        }

        outcomes.ShouldContain(o => o.Contains("INVOICED", StringComparison.Ordinal));
        outcomes.ShouldContain(o => o.Contains("REFUSED", StringComparison.Ordinal));
        outcomes.ShouldContain(o => o.Contains("LOST (REJECTED", StringComparison.Ordinal));
        outcomes.ShouldContain(o => o.Contains("LOST (EXPIRED", StringComparison.Ordinal));
    }

    internal static List<string> Outcomes(DayReport report) =>
    [
        .. report.Orders.Select(o => $"{o.Order} {o.Outcome} given {Text(o.GivenBq)} for {string.Join(",", o.Refusals.Select(r => r.Code))}"),
        .. report.Waste.Select(w => $"{w.Container}: {w.Items}"),
        .. report.RefusedReceipts.Select(r => $"{r.Lot} went to {r.Instead}"),
        .. report.CarrierRefusals.Select(r => r.Reason),
    ];

    // Quality says "in process" only of a dose it hears of before its batch is complete, and either may come first.
    internal static List<string> Types(StreamBook book) => [.. book.ByType.Where(t => !t.Key.EndsWith("DoseDispositionChanged", StringComparison.Ordinal)).OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => $"{t.Key} {t.Value}")];

    static string Text(double? bq) => bq?.ToString("G9", CultureInfo.InvariantCulture) ?? "nothing";

    internal static string SampleFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Platform.sln"))) folder = folder.Parent;
        return Path.Combine(folder.FullName, "samples", "day");
    }
}
