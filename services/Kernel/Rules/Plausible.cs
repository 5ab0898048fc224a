namespace Doseline.Kernel.Rules;

/// <summary>A kind of value that is questioned before it is recorded, where it is unlike what is usual.</summary>
/// <param name="Code">Stable lower_snake code, for example <c>yield_fraction</c>; bounds are set by it.</param>
/// <param name="Title">What is measured, as a sentence about it begins: "The yield".</param>
/// <param name="Low">Least plausible part of what is expected or usual, unless bounds were set; of no meaning where bounds come with the value (<see cref="Within"/>).</param>
/// <param name="High">Greatest plausible part, likewise.</param>
public sealed record Measure(string Code, string Title, double Low = 0, double High = double.MaxValue)
{
    /// <summary>A value held against what is expected of it.</summary>
    /// <param name="product">Product.</param>
    /// <param name="item">Step, test or material; empty where there is one only.</param>
    /// <param name="field">Field of the request.</param>
    /// <param name="unit">Unit, as the keys of numbers end: <c>bq</c>, <c>ml</c>.</param>
    /// <param name="value">Value in that unit.</param>
    /// <param name="expected">What is expected, in that unit; null where nobody knows: then it is not questioned.</param>
    /// <param name="reference">Instant that both refer to, of activities (UTC); null for others.</param>
    public Asked? Against(string product, string item, string field, string unit, double value, double? expected, DateTimeOffset? reference = null) =>
        expected is > 0 and < double.PositiveInfinity ? new(this, product, item, field, unit, value, expected.Value, Low, High) { Reference = reference } : null;

    /// <summary>A value held against what earlier ones were; where too few are known, it is questioned only by bounds that were set.</summary>
    /// <param name="product">Product.</param>
    /// <param name="item">Step, test or material; empty where there is one only.</param>
    /// <param name="field">Field of the request.</param>
    /// <param name="unit">Unit.</param>
    /// <param name="value">Value in that unit.</param>
    /// <param name="earlier">Earlier values.</param>
    public Asked AgainstUsual(string product, string item, string field, string unit, double value, IEnumerable<double> earlier)
    {
        var (low, high) = Plausible.Learnt(this, earlier);
        return Within(product, item, field, unit, value, low, high);
    }

    /// <summary>A value held against bounds in its own unit.</summary>
    /// <param name="product">Product.</param>
    /// <param name="item">Step, test or material; empty where there is one only.</param>
    /// <param name="field">Field of the request.</param>
    /// <param name="unit">Unit.</param>
    /// <param name="value">Value in that unit.</param>
    /// <param name="low">Least plausible value, unless bounds were set.</param>
    /// <param name="high">Greatest plausible value, likewise.</param>
    public Asked Within(string product, string item, string field, string unit, double value, double low, double high) => new(this, product, item, field, unit, value, 1, low, high);
}

/// <summary>A value that is about to be recorded, and what would be plausible.</summary>
/// <param name="Measure">What is measured.</param>
/// <param name="Product">Product.</param>
/// <param name="Item">Step, test or material; empty where there is one only.</param>
/// <param name="Field">Field of the request.</param>
/// <param name="Unit">Unit.</param>
/// <param name="Value">Value in that unit.</param>
/// <param name="Expected">What the bounds are parts of; 1 where they are in the unit themselves.</param>
/// <param name="Low">Least plausible part.</param>
/// <param name="High">Greatest plausible part.</param>
public sealed record Asked(Measure Measure, string Product, string Item, string Field, string Unit, double Value, double Expected, double Low, double High)
{
    /// <summary>Instant that an activity and its bounds refer to (UTC); null for what does not decay.</summary>
    public DateTimeOffset? Reference { get; init; }

    // Bounds that a value lies on exactly are computed as it is, and differ in the last digits.
    const double Slack = 1e-9;

    /// <summary>Least plausible value, in the unit.</summary>
    public double Minimum => Low * Expected;

    /// <summary>Greatest plausible value, in the unit.</summary>
    public double Maximum => High * Expected;

    /// <summary>True when nobody needs to look again.</summary>
    public bool IsPlausible => Value >= Minimum - Slack * Math.Abs(Minimum) && Value <= Maximum + Slack * Math.Abs(Maximum);

    /// <summary>The question, as a refusal of the field.</summary>
    public Refusal Question => Refusal.State(Field, Plausible.Code, $"{Measure.Title} is unlike what is usual. Look at it again: correct it, or send it once more and say how you know that it is right.")
        .With("measure", Measure.Code).With(Key("value"), Value).With(Key("plausible_minimum"), Bounded(Minimum)).With(Key("plausible_maximum"), Bounded(Maximum)).With("unit", Known(Unit) ? null : Unit).With("reference_time", Reference);

    // A side without a bound is not told as one.
    static double? Bounded(double bound) => Math.Abs(bound) < double.MaxValue ? bound : null;

    string Key(string name) => Known(Unit) ? $"{name}_{Unit}" : name;

    static bool Known(string unit) => unit is "bq" or "ml" or "fraction" or "seconds" or "nsv_per_hour";
}

/// <summary>What is asked about values that are unlike what is usual.</summary>
public static class Plausible
{
    /// <summary>Code of the question.</summary>
    public const string Code = "VALUE_IMPLAUSIBLE";

    const int ReasonLengthMax = 500;

    /// <summary>Which values are recorded after a second look; refused where one was questioned and not looked at again, or looked at and not questioned.</summary>
    /// <param name="asked">Values with the bounds in force.</param>
    /// <param name="lookedAt">Fields that the caller looked at again; none for the first try.</param>
    /// <param name="reason">How the caller knows.</param>
    public static Decision<IReadOnlyList<Asked>> Judge(IReadOnlyList<Asked> asked, IReadOnlyCollection<string> lookedAt, string reason)
    {
        List<Asked> odd = [.. asked.Where(a => !a.IsPlausible)];
        List<Refusal> refusals = [.. odd.Where(a => !lookedAt.Contains(a.Field)).Select(a => a.Question)];
        // Who sends every field along with every call is asked nothing.
        refusals.AddRange(lookedAt.Where(field => odd.All(a => a.Field != field)).Select(field =>
            Refusal.State("second_look.fields", "SECOND_LOOK_NOT_ASKED", $"Nobody questioned {field}; a second look is said of what was questioned.").With("field", field)));
        if (lookedAt.Count > 0) refusals.RequireText(reason, "second_look.reason", ReasonLengthMax);
        return refusals is [] ? odd : refusals;
    }

    /// <summary>Bounds around limits: as far outside of them again as they are apart, and no further than a third or three times of them; above a lower limit alone, ten times of it.</summary>
    /// <param name="minimum">Lower limit; null for none.</param>
    /// <param name="maximum">Upper limit; null for none.</param>
    public static (double Low, double High) Around(double? minimum, double? maximum) => (minimum, maximum) switch
    {
        ({ } low, { } high) => (Math.Max(low - (high - low), Below(low)), Math.Min(high + (high - low), Above(high, 3))),
        ({ } low, null) => (Below(low), Above(low, 10)),
        (null, { } high) => (high > 0 ? 0 : double.MinValue, Above(high, 3)),
        _ => (double.MinValue, double.MaxValue),
    };

    /// <summary>Bounds of a value that nothing but earlier ones tells of: from a part of the usual to a multiple of it, and none while too few are known.</summary>
    /// <param name="measure">What is measured.</param>
    /// <param name="earlier">Earlier values.</param>
    public static (double Low, double High) Learnt(Measure measure, IEnumerable<double> earlier) =>
        Usual(earlier) is { } usual ? (measure.Low * usual, measure.High * usual) : (0, double.MaxValue);

    static double Below(double limit) => limit switch { > 0 => limit / 3, < 0 => limit * 3, _ => double.MinValue };

    static double Above(double limit, double times) => limit switch { > 0 => limit * times, < 0 => limit / times, _ => double.MaxValue };

    /// <summary>The middle of what was recorded before; null while there are fewer than three, from which nothing can be learnt.</summary>
    public static double? Usual(IEnumerable<double> earlier)
    {
        List<double> values = [.. earlier.Where(v => v > 0).Order()];
        return values.Count < 3 ? null : values[values.Count / 2];
    }
}
