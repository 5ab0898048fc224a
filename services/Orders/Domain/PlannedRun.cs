using Doseline.Kernel.Decay;

namespace Doseline.Orders.Domain;

/// <summary>A production run as Execution's schedule shows it: to preview and to explain, never to reserve.</summary>
public sealed record PlannedRun
{
    /// <summary>Run identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Site.</summary>
    public required string SiteId { get; init; }

    /// <summary>Planned start of synthesis.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>Planned end of synthesis.</summary>
    public required DateTimeOffset EndOfSynthesis { get; init; }

    /// <summary>Earliest release of a dose of the run.</summary>
    public required DateTimeOffset Release { get; init; }

    /// <summary>Doses that still fit.</summary>
    public required int PlacesLeft { get; init; }

    /// <summary>Activity that is still free, at end of synthesis.</summary>
    public required CalibratedActivity Left { get; init; }
}
