using System.Globalization;
using Doseline.Kernel.Units;

namespace Doseline.Kernel.Decay;

/// <summary>
/// An amount of radioactivity, held in becquerels (decays per second). Without a nuclide and an instant it says
/// nothing about another moment: store a <see cref="CalibratedActivity"/>.
/// </summary>
/// <param name="Bq">Magnitude in becquerels.</param>
public readonly record struct Activity(double Bq) : IComparable<Activity>
{
    /// <summary>No activity.</summary>
    public static Activity Zero => default;

    /// <summary>An amount stated in <paramref name="unit"/>; rounded once, to the nearest double of becquerels.</summary>
    /// <exception cref="ArgumentException">The unit does not measure radioactivity.</exception>
    public static Activity From(double value, Unit unit) => new(value * BqIn(unit));

    /// <summary>The amount in <paramref name="unit"/>; rounded once, to the nearest double.</summary>
    /// <exception cref="ArgumentException">The unit does not measure radioactivity.</exception>
    public double In(Unit unit) => Bq / BqIn(unit);

    /// <summary>Activity of the same sample after <paramref name="elapsed"/>; a negative span looks back.</summary>
    /// <returns>A(t) = A₀·2^(−t/T½), to double precision; a stable nuclide does not decay.</returns>
    /// <exception cref="OverflowException">The look back is so far that no double holds the result.</exception>
    public Activity After(TimeSpan elapsed, Nuclide nuclide)
    {
        var bq = Bq * nuclide.DecayFactor(elapsed);
        if (!double.IsFinite(bq) && double.IsFinite(Bq))
            throw new OverflowException($"{nuclide.Symbol} cannot be looked back over {elapsed}: the activity exceeds every number.");
        return new Activity(bq);
    }

    /// <summary>Sum of two amounts, of which the caller knows that they belong to one instant.</summary>
    public static Activity operator +(Activity left, Activity right) => new(left.Bq + right.Bq);

    /// <summary>Difference of two amounts; may be negative.</summary>
    public static Activity operator -(Activity left, Activity right) => new(left.Bq - right.Bq);

    /// <summary>A multiple.</summary>
    public static Activity operator *(Activity activity, double factor) => new(activity.Bq * factor);

    /// <summary>A multiple.</summary>
    public static Activity operator *(double factor, Activity activity) => new(activity.Bq * factor);

    /// <summary>A part.</summary>
    public static Activity operator /(Activity activity, double divisor) => new(activity.Bq / divisor);

    /// <summary>The ratio of two amounts, a pure number.</summary>
    public static double operator /(Activity left, Activity right) => left.Bq / right.Bq;

    /// <summary>Less than; false when either is not a number.</summary>
    public static bool operator <(Activity left, Activity right) => left.Bq < right.Bq;

    /// <summary>Greater than; false when either is not a number.</summary>
    public static bool operator >(Activity left, Activity right) => left.Bq > right.Bq;

    /// <summary>At most; false when either is not a number.</summary>
    public static bool operator <=(Activity left, Activity right) => left.Bq <= right.Bq;

    /// <summary>At least; false when either is not a number.</summary>
    public static bool operator >=(Activity left, Activity right) => left.Bq >= right.Bq;

    /// <inheritdoc/>
    public int CompareTo(Activity other) => Bq.CompareTo(other.Bq);

    /// <summary>Full precision in becquerels, in the invariant culture, for example <c>7400000000 Bq</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Bq:R} Bq");

    /// <summary>Full precision in <paramref name="unit"/>, in the invariant culture, for example <c>7.4 GBq</c>.</summary>
    public string ToString(Unit unit) => string.Create(CultureInfo.InvariantCulture, $"{In(unit):R} {unit.Symbol}");

    static double BqIn(Unit unit) =>
        unit.Dimension is Dimension.Activity ? unit.Factor : throw new ArgumentException($"{unit.Symbol} measures {unit.Dimension}, not radioactivity.", nameof(unit));
}
