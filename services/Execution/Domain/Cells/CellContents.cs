using Doseline.Kernel.Decay;

namespace Doseline.Execution.Domain.Cells;

/// <summary>Something that a batch left in a hot cell, or that is not known to have left it.</summary>
/// <param name="WasteId">Waste item.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Lines">Every nuclide in it.</param>
public sealed record CellItem(string WasteId, CellItemKind Kind, IReadOnlyList<CalibratedActivity> Lines)
{
    /// <summary>True for what can be taken out by hand; a spill has to be wiped up, and what is unexplained has to be found first.</summary>
    public bool IsPortable => Kind is not (CellItemKind.Spill or CellItemKind.Unexplained);
}

/// <summary>
/// What lies in a hot cell: what went in and was recorded by itself, less what was carried out. What a balance could not place is kept apart. It is
/// no contamination that anybody saw, and nobody saw either that it is elsewhere: while there is more of it than a clear cell may hold, no
/// computation clears the cell.
/// </summary>
/// <param name="Items">Items in it.</param>
public sealed record CellContents(IReadOnlyList<CellItem> Items)
{
    // Beyond this nobody waits; the calendar of the platform ends soon after.
    static readonly DateTimeOffset Horizon = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What lies in it at an instant, one line for each nuclide.</summary>
    public IReadOnlyList<CalibratedActivity> RemainingAt(DateTimeOffset instant) => Sum(i => i.Kind is not CellItemKind.Unexplained, instant);

    /// <summary>What the balance could not place, at an instant, one line for each nuclide.</summary>
    public IReadOnlyList<CalibratedActivity> UnexplainedAt(DateTimeOffset instant) => Sum(i => i.Kind is CellItemKind.Unexplained, instant);

    /// <summary>What can be taken out by hand.</summary>
    public IReadOnlyList<CellItem> Portable => [.. Items.Where(i => i.IsPortable)];

    /// <summary>The first instant, from now on, at which neither what remains nor what is unexplained is above the limit; null when that is never.</summary>
    /// <param name="limitBq">Greatest activity of a clear cell, in becquerels (Bq), above 0.</param>
    /// <param name="now">Now.</param>
    public DateTimeOffset? ClearFrom(double limitBq, DateTimeOffset now) =>
        Below(RemainingAt(now), limitBq, now) is { } remaining && Below(UnexplainedAt(now), limitBq, now) is { } unexplained ? remaining > unexplained ? remaining : unexplained : null;

    IReadOnlyList<CalibratedActivity> Sum(Func<CellItem, bool> which, DateTimeOffset instant) =>
    [
        .. Items.Where(which).SelectMany(i => i.Lines).GroupBy(l => (l.Nuclide.Symbol, l.DataVersion)).OrderBy(g => g.Key.Symbol, StringComparer.Ordinal)
            .Select(g => g.First().ReferredTo(instant).WithAmount(new Activity(g.Sum(l => l.At(instant).Bq)))),
    ];

    // The sum of what only decays falls without end, so that halving finds the tick at which it meets the limit.
    static DateTimeOffset? Below(IReadOnlyList<CalibratedActivity> lines, double limitBq, DateTimeOffset now)
    {
        double TotalAt(DateTimeOffset instant) => lines.Sum(l => l.At(instant).Bq);
        if (TotalAt(now) <= limitBq) return now;
        if (TotalAt(Horizon) > limitBq) return null;
        var (above, below) = (now.UtcTicks, Horizon.UtcTicks);
        while (below - above > 1)
        {
            var middle = above + (below - above) / 2;
            if (TotalAt(new DateTimeOffset(middle, TimeSpan.Zero)) > limitBq) above = middle;
            else below = middle;
        }

        return new DateTimeOffset(below, TimeSpan.Zero);
    }
}

/// <summary>What lies in a hot cell; the numbers are those of the wire.</summary>
public enum CellItemKind
{
    /// <summary>Column or cartridge.</summary>
    Column = 1,

    /// <summary>Tubing.</summary>
    Tubing = 2,

    /// <summary>Vial, with what is left in it.</summary>
    Vial = 3,

    /// <summary>Filter.</summary>
    Filter = 4,

    /// <summary>Wipes.</summary>
    Wipes = 5,

    /// <summary>Anything else that can be taken out.</summary>
    Other = 6,

    /// <summary>A spill: on surfaces, until it is wiped up.</summary>
    Spill = 7,

    /// <summary>What the balance of a batch could not place.</summary>
    Unexplained = 8,
}

/// <summary>Grounds on which a cell is clear; the numbers are those of the wire.</summary>
public enum ClearanceBasis
{
    /// <summary>Measured by a survey.</summary>
    Survey = 1,

    /// <summary>Computed from what went into the cell and what came out of it.</summary>
    Computation = 2,
}

/// <summary>Why a cell counts as clear, and who said so.</summary>
/// <param name="Basis">On what ground.</param>
/// <param name="FoundBq">Found or computed, in becquerels (Bq).</param>
/// <param name="LimitBq">Limit, in becquerels (Bq).</param>
/// <param name="SurveyId">Survey; empty for a computation.</param>
/// <param name="Time">From when it is clear.</param>
/// <param name="By">Printed name of who said so.</param>
public sealed record Clearance(ClearanceBasis Basis, double FoundBq, double LimitBq, string SurveyId, DateTimeOffset Time, string By);
