using System.Globalization;

namespace Doseline.Quality.Domain;

/// <summary>What a test is made on.</summary>
public enum TestedOn
{
    /// <summary>Once per batch.</summary>
    Batch,

    /// <summary>On every dose.</summary>
    Dose,
}

/// <summary>When a test must have a result.</summary>
public enum NeededBy
{
    /// <summary>Before release.</summary>
    Release,

    /// <summary>
    /// As soon as possible after release: 21 CFR 211.165(a) allows it for sterility and pyrogens of short-lived radiopharmaceuticals.
    /// </summary>
    AfterRelease,
}

/// <summary>One test of a specification: a number within limits, or an expected text.</summary>
/// <param name="Code">Stable code within the specification.</param>
/// <param name="Name">Name as printed.</param>
/// <param name="Method">Analytical method with its version.</param>
/// <param name="Unit">Unit of the value; "1" for a pure number, empty for a text.</param>
/// <param name="Low">Lowest value that passes, in <paramref name="Unit"/>; null for none.</param>
/// <param name="High">Highest value that passes, in <paramref name="Unit"/>; null for none.</param>
/// <param name="ExpectedText">The only text that passes; empty for a number.</param>
/// <param name="On">What it is made on.</param>
/// <param name="By">When it must have a result.</param>
/// <param name="ResultWithin">At most this long after release it has its result; null for a test before release.</param>
/// <param name="PendingBasis">On what ground it may end after release; empty for a test before release.</param>
public sealed record SpecTest(
    string Code, string Name, string Method, string Unit, double? Low, double? High, string ExpectedText, TestedOn On, NeededBy By, TimeSpan? ResultWithin = null, string PendingBasis = "")
{
    /// <summary>True for a text, false for a number.</summary>
    public bool IsText => ExpectedText.Length > 0;

    /// <summary>Limits for people, for example <c>95 to 105 %</c>; numbers with full precision.</summary>
    public string LimitText => (Low, High) switch
    {
        _ when IsText => ExpectedText,
        ({ } low, { } high) => $"{Text(low)} to {Text(high)}{UnitText}",
        ({ } low, null) => $">= {Text(low)}{UnitText}",
        (null, { } high) => $"<= {Text(high)}{UnitText}",
        _ => "report",
    };

    string UnitText => Unit is "1" or "" ? "" : " " + Unit;

    static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
