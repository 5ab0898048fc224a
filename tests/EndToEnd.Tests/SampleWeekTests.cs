using Doseline.Testing;

namespace Doseline.EndToEnd.Tests;

/// <summary>The sample week, played by the program as its user plays it.</summary>
public sealed class SampleWeekTests
{
    [Fact]
    [Requirement("P02")]
    public async Task A_week_of_runs_is_made_in_the_same_cells_and_everything_that_must_hold_does()
    {
        // A minute where it is alone; here it shares the processors with every other test.
        var (code, output) = await SampleDay.RunWithinAsync(TimeSpan.FromMinutes(15), "play", Path.Combine("samples", "week"));
        code.ShouldBe(0, output);
        foreach (var (must, least) in new[] { ("no run began in a cell that was not cleaned and clear", 40), ("the balance of every cell closes at each clean-out", 100), ("every order came to an end", 300), ("every delivered dose is within tolerance", 290),
            ("nothing left unreleased or held", 300), ("every condition was settled", 10) })
        {
            var line = output.Split('\n').Single(l => l.StartsWith("holds", StringComparison.Ordinal) && l.Contains(must, StringComparison.Ordinal));
            int.Parse(new string([.. line[(line.LastIndexOf('(') + 1)..].TakeWhile(char.IsAsciiDigit)]), System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThan(least, line);
        }

        // The late positive of the week really happened, and its consignees were called.
        output.ShouldContain("14 pending tests, 5 doses called back");
    }
}
