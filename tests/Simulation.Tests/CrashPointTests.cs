using System.Collections.Concurrent;
using System.Globalization;
using Doseline.Local.Day.Files;
using Doseline.Testing;
using Doseline.Testing.Faults;
using Xunit.Abstractions;

namespace Doseline.Simulation.Tests;

/// <summary>A dose goes from order to door, over a carrier's refusal and a proof of delivery that was wrong, in a process that dies at a chosen point and is started again.</summary>
/// <remarks><c>DOSELINE_CRASH_POINTS</c> says how many points are tried (default 3), of as many equal parts of the day one each; 0 tries every one.</remarks>
public sealed class CrashPointTests(ITestOutputHelper output)
{
    const int PointsDefault = 3;
    const string Order = "R021", Run = "dota-1";

    [Fact]
    [Requirement("A057")]
    public async Task At_whichever_point_the_process_dies_no_saga_ends_in_a_half_state()
    {
        var day = Day();
        using CommitCrash none = new(null);
        var (calm, calmBook) = await DisturbedDay.PlayAsync(day, new FaultPlan(0), calm: true, crash: none);
        calm.CarrierRefusals.ShouldHaveSingleItem();
        calmBook.ByType.Keys.ShouldContain(type => type.EndsWith("BatchRecordReopened", StringComparison.Ordinal));
        output.WriteLine($"{none.Commits.ToString(CultureInfo.InvariantCulture)} points");

        ConcurrentQueue<string> tried = [];
        await Parallel.ForEachAsync(Points(none.Commits), async (point, _) =>
        {
            using CommitCrash crash = new(point);
            var (report, book) = await DisturbedDay.PlayAsync(day, new FaultPlan(0), calm: true, crash: crash);

            crash.Where.ShouldNotBeEmpty($"point {point} was not reached");
            report.Invariants.Where(i => !i.Holds).ShouldBeEmpty(crash.Where);
            SimulationTests.Outcomes(report).ShouldBe(SimulationTests.Outcomes(calm), crash.Where);
            book.Waiting.ShouldBeEmpty(crash.Where);
            (book.Unread, book.Missing.Count, book.Surplus.Count).ShouldBe((0, 0, 0), crash.Where);
            SimulationTests.Types(book).ShouldBe(SimulationTests.Types(calmBook), crash.Where);
            tried.Enqueue(crash.Where);
        });

        output.WriteLine(string.Join('\n', tried));
        tried.ShouldNotBeEmpty();
    }

    static DayInput Day()
    {
        var day = SimulationTests.Sample.Value.Only([Order], [Run]);
        Incident nothing = new("", "", "", 0, "", "", "", null, null, false, "");
        return day with
        {
            Incidents =
            [
                nothing with { Kind = "carrier_refusal", Customer = day.Orders.Single().Customer, Reason = "no room" },
                nothing with { Kind = "wrong_proof", Order = Order, Reason = "the courier scanned another box" },
            ],
        };
    }

    static IEnumerable<int> Points(int commits)
    {
        var count = Chance.Number("DOSELINE_CRASH_POINTS", PointsDefault);
        if (count == 0) return Enumerable.Range(1, commits);
        Random random = new(Chance.Seed);
        return Enumerable.Range(0, count).Select(part => 1 + (int)((part + random.NextDouble()) * commits / count));
    }
}
