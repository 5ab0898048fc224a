using System.Text.RegularExpressions;

namespace Doseline.Tidy.Tests;

/// <summary>What tests leave to chance comes from one seed, so that a tree that passed passes again, and one that failed shows it again.</summary>
public sealed partial class ChanceTests
{
    [Fact]
    public void Every_test_throws_with_the_seed_of_the_run() => Repository.Sources("tests")
        .Where(source => !source.Path.EndsWith("/Chance.cs", StringComparison.Ordinal) && !source.Path.EndsWith("/ChanceTests.cs", StringComparison.Ordinal) && OwnSeed().IsMatch(source.Text))
        .Select(source => source.Path).ShouldBeEmpty();

    [GeneratedRegex(@"TickCount\b|new Random\(\)|QuickCheck|Config\.Quick")]
    private static partial Regex OwnSeed();
}
