using Doseline.Kernel.Decay;

namespace Doseline.Inventory.Domain;

/// <summary>What is kept apart in rooms: the status of what has one (<see cref="Segregation.ClassOf"/>), and what is being worked on or thrown away.</summary>
public enum StatusClass
{
    /// <summary>Not to be used until decided.</summary>
    Quarantine,

    /// <summary>Approved or released.</summary>
    Approved,

    /// <summary>Rejected.</summary>
    Rejected,

    /// <summary>Being worked on.</summary>
    InProcess,

    /// <summary>Waste.</summary>
    Waste,
}

/// <summary>Something that holds activity at a site, or will from an instant on.</summary>
/// <param name="Place">Where it is booked.</param>
/// <param name="Status">Status for segregation.</param>
/// <param name="Lines">Activities, one per nuclide and data version.</param>
/// <param name="From">Instant from which it is there; null when it is there now.</param>
/// <param name="IsPlannedMove">True for the place a holding of the site will move to: it counts for the room there, not twice for the licence.</param>
public sealed record HeldItem(Place Place, StatusClass Status, IReadOnlyList<BookedLine> Lines, DateTimeOffset? From = null, bool IsPlannedMove = false)
{
    /// <summary>
    /// Activity of a nuclide at an instant in becquerels, not below 0: more may have been measured out of a batch than was booked into
    /// it, and nothing negative is possessed. Progeny that grows from other lines of the item is counted.
    /// </summary>
    public double ActivityAt(string nuclide, DateTimeOffset instant)
    {
        if (From > instant) return 0;
        var own = 0.0;
        foreach (var line in Lines)
        {
            if (line.Nuclide == nuclide) own += line.At(instant);
            else if (instant > line.Reference && Feeds(line, nuclide)) own += Grown(line, nuclide, instant);
        }

        return Math.Max(0, own);
    }

    /// <summary>True when a line of the item decays into the nuclide, so that its activity may still rise.</summary>
    public bool Grows(string nuclide) => Lines.Any(line => line.Nuclide != nuclide && Feeds(line, nuclide));

    /// <summary>The nuclide with most activity at an instant; empty when there is none.</summary>
    public string PrincipalAt(DateTimeOffset instant) => Lines is []
        ? ""
        : Lines.GroupBy(line => line.Nuclide, StringComparer.Ordinal).MaxBy(group => group.Sum(line => line.At(instant)))!.Key;

    static bool Feeds(BookedLine parent, string nuclide) =>
        parent.Bq > 0 && NuclideData.ForVersion(parent.DataVersion)!.ChainOf(parent.Nuclide).IndexOf(nuclide) > 0;

    // A line is pure at its reference instant: what was there of its progeny then was measured and stands on a line of its own.
    static double Grown(BookedLine parent, string nuclide, DateTimeOffset instant) =>
        NuclideData.ForVersion(parent.DataVersion)!.ChainOf(parent.Nuclide)
            .Evaluate(new Activity(parent.Bq), instant - parent.Reference).OrThrow()[nuclide].Bq;
}
