using System.Globalization;
using Doseline.Kernel.Decay;

namespace Doseline.Kernel.Tests.Decay;

/// <summary>The tables that came with the worked cases; their half-lives (ICRP-107) check arithmetic and are not shipped.</summary>
static class CheckData
{
    public static NuclideData Nuclides { get; } = NuclideTable.Read("check", Read("check_nuclides.csv"));

    /// <summary>The same without the branch to Tl-209, as the short-time cases were computed.</summary>
    public static NuclideData WithoutThallium { get; } = NuclideTable.Read("one path",
        Read("check_nuclides.csv").Replace("Po-213:0.9791;Tl-209:0.0209", "Po-213:0.9791", StringComparison.Ordinal));

    public static string Read(string file)
    {
        using var reader = new StreamReader(typeof(CheckData).Assembly.GetManifestResourceStream("decay/" + file)!);
        return reader.ReadToEnd();
    }

    /// <summary>A nuclide of the check table with the half-life a case names.</summary>
    public static Nuclide With(string symbol, string halfLife, string unit) =>
        Nuclides.Find(symbol)! with { HalfLife = new HalfLife(halfLife, unit) };

    /// <summary>The chain of the check table after some seconds, from a pure parent of one unit of activity.</summary>
    public static ChainState Grown(string parent, double seconds, double activity = 1) =>
        Nuclides.ChainOf(parent).Evaluate(new Activity(activity), Span(seconds)).OrThrow();

    public static TimeSpan Span(double seconds) => TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond));

    /// <summary>Asserts the digits that were printed: half a unit of the last one, and the last bits of a double.</summary>
    public static void ShouldPrint(this double actual, string printed)
    {
        var expected = double.Parse(printed, CultureInfo.InvariantCulture);
        var mantissa = printed.Split('e', 'E')[0];
        var exponent = printed.Contains('e', StringComparison.OrdinalIgnoreCase) ? int.Parse(printed.Split('e', 'E')[1], CultureInfo.InvariantCulture) : 0;
        var decimals = mantissa.Contains('.', StringComparison.Ordinal) ? mantissa.Length - mantissa.IndexOf('.', StringComparison.Ordinal) - 1 : 0;
        var tolerance = 0.5 * Math.Pow(10, exponent - decimals) + 1e-14 * Math.Abs(expected);
        actual.ShouldBe(expected, tolerance, $"printed {printed}, computed {actual:R}");
    }

    /// <summary>Asserts agreement to a relative tolerance.</summary>
    public static void ShouldAgree(this double actual, double expected, double relative = 1e-12) =>
        (Math.Abs(actual - expected) <= Math.Abs(expected) * relative).ShouldBeTrue($"expected {expected:R}, computed {actual:R}");
}
