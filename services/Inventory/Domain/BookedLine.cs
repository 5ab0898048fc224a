using Doseline.Kernel.Decay;

namespace Doseline.Inventory.Domain;

/// <summary>An amount of one nuclide as the ledger keeps it: it may be negative, and it decays from its reference instant.</summary>
/// <param name="Nuclide">Symbol.</param>
/// <param name="Bq">Amount in becquerels at <paramref name="Reference"/>; finite, of either sign.</param>
/// <param name="Reference">Instant the amount refers to (UTC).</param>
/// <param name="DataVersion">Version of the nuclide data it decays with.</param>
public readonly record struct BookedLine(string Nuclide, double Bq, DateTimeOffset Reference, string DataVersion)
{
    /// <summary>The nuclide in the data version of this line.</summary>
    /// <exception cref="InvalidOperationException">The version or the nuclide is not known to this program.</exception>
    public Nuclide Data => NuclideData.ForVersion(DataVersion)?.Find(Nuclide)
        ?? throw new InvalidOperationException($"{Nuclide} is not in nuclide data {DataVersion}.");

    /// <summary>What was declared or measured.</summary>
    public static BookedLine From(CalibratedActivity activity) =>
        new(activity.Nuclide.Symbol, activity.Amount.Bq, activity.Reference, activity.DataVersion);

    /// <summary>Amount in becquerels at an instant before or after the reference.</summary>
    public double At(DateTimeOffset instant) => Bq == 0 ? 0 : Bq * Data.DecayFactor(instant - Reference);

    /// <summary>The same sample referred to another instant.</summary>
    public BookedLine ReferredTo(DateTimeOffset instant) => this with { Bq = At(instant), Reference = instant };

    /// <summary>A part of it.</summary>
    public BookedLine Times(double factor) => this with { Bq = Bq * factor };

    /// <summary>
    /// Sum of two amounts of one nuclide and data version, referred to the later instant of the two: looking forward never overflows,
    /// whatever the half-life.
    /// </summary>
    /// <exception cref="ArgumentException">Nuclide or data version differ.</exception>
    public BookedLine Plus(BookedLine other)
    {
        if (other.Nuclide != Nuclide || other.DataVersion != DataVersion)
            throw new ArgumentException($"{other.Nuclide} ({other.DataVersion}) cannot be added to {Nuclide} ({DataVersion}).", nameof(other));
        var reference = Reference > other.Reference ? Reference : other.Reference;
        return new BookedLine(Nuclide, At(reference) + other.At(reference), reference, DataVersion);
    }
}
