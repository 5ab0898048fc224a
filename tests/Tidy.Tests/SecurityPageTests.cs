using System.Text.RegularExpressions;

namespace Doseline.Tidy.Tests;

/// <summary>The page on security names tests that are there.</summary>
public sealed partial class SecurityPageTests
{
    [Fact]
    public void Every_test_that_the_page_names_exists()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "security.md"));
        var tests = Repository.Sources("tests").SelectMany(f => Declared().Matches(f.Text)).Select(m => m.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        var named = Named().Matches(page).Select(m => m.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        named.Count.ShouldBeGreaterThan(20);
        named.Except(tests, StringComparer.Ordinal).ShouldBeEmpty();
    }

    [GeneratedRegex(@"public (?:async )?(?:Task|void) (?<name>\w+)\(", RegexOptions.ExplicitCapture)]
    private static partial Regex Declared();

    [GeneratedRegex(@"`(?<name>[A-Z][A-Za-z0-9]*_\w+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Named();
}
