using Doseline.Kernel.Rules;

namespace Doseline.Quality.Domain;

/// <summary>What a result is held against before it is recorded: its limits, and what earlier results of the same test were.</summary>
/// <remarks>No rule gives these bounds; a site sets its own (PlausibilityService.PutBounds). A result that was questioned is judged as any other: to look twice changes no limit.</remarks>
public static class ResultMeasures
{
    /// <summary>A result against its limits. Unless set: as <see cref="Plausible.Around"/> says; a percentage lies between 0 and 100.</summary>
    public static Measure Limits { get; } = new("result", "The result, against its limits,");

    /// <summary>A result against earlier ones of the test. Unless set: a fifth to five times of what they were, once there were three.</summary>
    public static Measure Usual { get; } = new("result_usual", "The result, against earlier ones of this test,", 0.2, 5);

    /// <summary>Every measure of results.</summary>
    public static IReadOnlyList<Measure> All { get; } = [Limits, Usual];

    /// <summary>Of a result.</summary>
    /// <param name="product">Product.</param>
    /// <param name="test">The test.</param>
    /// <param name="number">The result in the unit of the test; null for a text.</param>
    /// <param name="earlier">Earlier results of the test.</param>
    public static IEnumerable<Asked?> Of(string product, SpecTest test, double? number, IEnumerable<double?> earlier)
    {
        if (number is not { } value) return [];
        var (low, high) = Plausible.Around(test.Low, test.High);
        if (test.Unit is "%") (low, high) = (Math.Max(low, 0), Math.Min(high, 100));
        return
        [
            Limits.Within(product, test.Code, "raw_value", test.Unit, value, low, high),
            Usual.AgainstUsual(product, test.Code, "raw_value", test.Unit, value, earlier.OfType<double>()),
        ];
    }
}
