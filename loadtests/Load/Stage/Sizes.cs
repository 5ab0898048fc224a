namespace Doseline.Load.Stage;

/// <summary>How long everything is measured.</summary>
sealed record Sizes
{
    /// <summary>Orders before anything counts: until then much of the code is still being compiled.</summary>
    public required TimeSpan WarmUp { get; init; }

    /// <summary>From the start to the look at its memory, and again as long for the processor time of a platform at rest.</summary>
    public required TimeSpan Rest { get; init; }

    /// <summary>A turn of orders in a closed loop.</summary>
    public required TimeSpan Closed { get; init; }

    /// <summary>A turn of orders in an open loop.</summary>
    public required TimeSpan Open { get; init; }

    /// <summary>A turn of one read.</summary>
    public required TimeSpan Read { get; init; }

    /// <summary>A turn of pgbench.</summary>
    public required TimeSpan Yardstick { get; init; }

    /// <summary>Callers at a time.</summary>
    public required IReadOnlyList<int> InFlight { get; init; }

    /// <summary>How often each platform has its turn in closed loops.</summary>
    public required int Rounds { get; init; }

    /// <summary>Batches in a turn of flows from order to door.</summary>
    public required int Batches { get; init; }

    /// <summary>Batches under way at a time.</summary>
    public int BatchesInFlight { get; init; } = 8;

    /// <summary>As reports are made.</summary>
    static Sizes Whole { get; } = new()
    {
        WarmUp = TimeSpan.FromSeconds(60), Rest = TimeSpan.FromSeconds(60), Closed = TimeSpan.FromSeconds(20), Open = TimeSpan.FromSeconds(30), Read = TimeSpan.FromSeconds(10), Yardstick = TimeSpan.FromSeconds(20),
        InFlight = [1, 8, 16, 64], Rounds = 2, Batches = 40,
    };

    /// <summary>Good enough to see ratios while working.</summary>
    static Sizes Short { get; } = new()
    {
        WarmUp = TimeSpan.FromSeconds(6), Rest = TimeSpan.FromSeconds(5), Closed = TimeSpan.FromSeconds(4), Open = TimeSpan.FromSeconds(5), Read = TimeSpan.FromSeconds(2), Yardstick = TimeSpan.FromSeconds(4),
        InFlight = [16, 64], Rounds = 1, Batches = 8,
    };

    /// <summary>So little that only the measuring itself is tried.</summary>
    static Sizes Tiny { get; } = new()
    {
        WarmUp = TimeSpan.FromSeconds(3), Rest = TimeSpan.FromSeconds(2), Closed = TimeSpan.FromSeconds(3), Open = TimeSpan.FromSeconds(3), Read = TimeSpan.FromSeconds(1), Yardstick = TimeSpan.FromSeconds(2),
        InFlight = [8, 64], Rounds = 1, Batches = 2,
    };

    /// <summary>By their names.</summary>
    public static IReadOnlyDictionary<string, Sizes> Named { get; } = new Dictionary<string, Sizes>(StringComparer.Ordinal) { ["whole"] = Whole, ["short"] = Short, ["tiny"] = Tiny };
}
