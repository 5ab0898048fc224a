namespace Doseline.Waste.Domain;

/// <summary>Policy of a container: data of the licence, with its source.</summary>
public sealed record ContainerPolicy
{
    /// <summary>True when the contents may be held for decay and released; false when they can only be transferred.</summary>
    public required bool DecayInStorage { get; init; }

    /// <summary>Licence condition that allows decay in storage; empty for none.</summary>
    public required string LicenceCondition { get; init; }

    /// <summary>Longest half-life that may be in it, in days of 86 400 s.</summary>
    public required double MaxHalfLifeDays { get; init; }

    /// <summary>Fewest half-lives of the longest-lived significant content to wait after closing; 0 for none.</summary>
    public required double MinHalfLives { get; init; }

    /// <summary>Total activity, progeny included, at which it is eligible, in becquerels; 0 for no such criterion.</summary>
    public required double ReleaseBq { get; init; }

    /// <summary>Activity up to which a nuclide neither keeps an item out nor sets the clock, in becquerels; 0 when every trace counts.</summary>
    public required double SignificanceBq { get; init; }

    /// <summary>Counts per minute above background that the meter cannot tell from background.</summary>
    public required double BackgroundMarginCpm { get; init; }

    /// <summary>Where the figures come from and how far they were checked.</summary>
    public required string Source { get; init; }
}
