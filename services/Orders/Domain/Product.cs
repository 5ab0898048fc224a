using Doseline.Kernel.Decay;

namespace Doseline.Orders.Domain;

/// <summary>A product in one version. A version never changes; an accepted order keeps the one it was accepted for.</summary>
public sealed record Product
{
    /// <summary>Code people and other services know it by; never changes.</summary>
    public required string Code { get; init; }

    /// <summary>Counts from 1.</summary>
    public required long Version { get; init; }

    /// <summary>Name as on papers.</summary>
    public required string Name { get; init; }

    /// <summary>Nuclide symbol.</summary>
    public required string Nuclide { get; init; }

    /// <summary>Dosage form.</summary>
    public required DosageForm Form { get; init; }

    /// <summary>Standard amount at administration.</summary>
    public required Activity Prescription { get; init; }

    /// <summary>Allowed deviation at administration, a fraction above 0 and below 1.</summary>
    public required double ToleranceFraction { get; init; }

    /// <summary>Least amount at administration that may be ordered.</summary>
    public required Activity Minimum { get; init; }

    /// <summary>Most that may be ordered at administration.</summary>
    public required Activity Maximum { get; init; }

    /// <summary>From end of synthesis to the last instant at which the dose may be given.</summary>
    public required TimeSpan ShelfLife { get; init; }

    /// <summary>Recipe that makes it.</summary>
    public required string RecipeCode { get; init; }

    /// <summary>Shortest time from end of synthesis to release by QA.</summary>
    public required TimeSpan ReleaseDuration { get; init; }

    /// <summary>From release to hand-over to the carrier.</summary>
    public required TimeSpan PackDuration { get; init; }

    /// <summary>How long before the appointment window the dose must be at the door.</summary>
    public required TimeSpan ReceivingLead { get; init; }

    /// <summary>Notice for a cancellation, counted back from the planned start of synthesis.</summary>
    public required TimeSpan CancellationNotice { get; init; }

    /// <summary>Sites that make it, at least one.</summary>
    public required IReadOnlyList<string> Sites { get; init; }

    /// <summary>Physical form for papers.</summary>
    public required string PhysicalForm { get; init; }

    /// <summary>Chemical form for papers.</summary>
    public required string ChemicalForm { get; init; }

    /// <summary>True when it travels on dry ice.</summary>
    public required bool DryIce { get; init; }

    /// <summary>Storage instruction for the outer package; may be empty.</summary>
    public required string Storage { get; init; }

    /// <summary>GS1 trade item number; empty when there is none.</summary>
    public required string Gtin { get; init; }

    /// <summary>From when the version is in force.</summary>
    public required DateTimeOffset EffectiveTime { get; init; }

    /// <summary>True when it can be ordered.</summary>
    public required bool Orderable { get; init; }

    /// <summary>Where its figures come from and how far they were checked.</summary>
    public required string Source { get; init; }
}

/// <summary>Dosage forms.</summary>
public enum DosageForm
{
    /// <summary>Solution for injection or infusion.</summary>
    Solution = 1,

    /// <summary>Capsule.</summary>
    Capsule = 2,

    /// <summary>Suspension of particles.</summary>
    Suspension = 3,

    /// <summary>Precursor for labelling at the customer.</summary>
    Precursor = 4,
}
