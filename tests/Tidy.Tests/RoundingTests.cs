using System.Text.RegularExpressions;
using Doseline.Testing;

namespace Doseline.Tidy.Tests;

/// <summary>Numbers are rounded by the kernel alone, so that a label, a paper, an invoice and a screen cannot round one number differently.</summary>
public sealed partial class RoundingTests
{
    [Fact]
    [Requirement("A153")]
    public void Nothing_outside_of_the_kernel_rounds() => Repository.Sources()
        .Where(source => !source.Path.StartsWith("services/Kernel/", StringComparison.Ordinal) && Rounds().IsMatch(source.Text))
        .Select(source => source.Path).ShouldBeEmpty();

    [Fact]
    [Requirement("A153")]
    public void No_amount_of_money_passes_through_a_double() => Repository.Sources()
        .SelectMany(source => source.Text.Split('\n').Where(line => MoneyAsDouble().IsMatch(line)).Select(line => $"{source.Path}: {line.Trim()}")).ShouldBeEmpty();

    [Fact]
    [Requirement("A153")]
    public void The_console_rounds_as_the_kernel_does_and_divides_no_money()
    {
        var console = Repository.Sources("gateway/console/src", "*.ts*").Where(source => !source.Path.Contains("/generated/", StringComparison.Ordinal)).ToList();
        console.Single(source => source.Path.EndsWith("physics/units.ts", StringComparison.Ordinal)).Text.ShouldContain("roundingMode: 'halfEven'");
        console.Where(source => ConsoleMoney().IsMatch(source.Text)).Select(source => source.Path).ShouldBeEmpty();
    }

    [GeneratedRegex(@"\b(Math|decimal|double)\.Round\(|MidpointRounding")]
    private static partial Regex Rounds();

    [GeneratedRegex(@"double\s+\w*(Minor|Price|Cost|Tax)\w*|\(double\)\w*\.?\w*Minor")]
    private static partial Regex MoneyAsDouble();

    [GeneratedRegex(@"Number\(\w*[mM]inor\w*\)|inorUnits\)? */")]
    private static partial Regex ConsoleMoney();
}
