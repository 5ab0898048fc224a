using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;

namespace Doseline.Execution.Domain;

/// <summary>When a run may be planned, and what a reservation is told when no run will do.</summary>
public static class ScheduleRules
{
    /// <summary>How long a reservation waits for its order to be accepted before its room is given back.</summary>
    public static readonly TimeSpan ProvisionalFor = TimeSpan.FromMinutes(10);

    const int CapacityMax = 10_000;

    /// <summary>Checks a run and computes its instants from the recipe.</summary>
    /// <param name="productCode">Product asked for.</param>
    /// <param name="recipe">Recipe in force at the start.</param>
    /// <param name="hotCell">Hot cell.</param>
    /// <param name="siteId">Site asked for.</param>
    /// <param name="start">Planned start of synthesis.</param>
    /// <param name="capacity">Room for doses.</param>
    /// <param name="yield">Activity it yields.</param>
    /// <param name="now">Now.</param>
    public static Decision<RunPlan> Plan(
        string productCode, Recipe recipe, Equipment hotCell, string siteId, DateTimeOffset start, int capacity, CalibratedActivity yield, DateTimeOffset now)
    {
        List<Refusal> refusals = [];
        if (start <= now)
            refusals.Add(Refusal.Invalid("start_time", "START_TIME_IN_PAST", "A run starts in the future.").With("start_time", start).With("now_time", now));
        if (capacity is < 1 or > CapacityMax)
            refusals.Add(Refusal.Invalid("dose_capacity", "CAPACITY_OUT_OF_RANGE", $"dose_capacity lies between 1 and {CapacityMax}.").With("dose_capacity", capacity));
        if (recipe.ProductCode != productCode)
            refusals.Add(Refusal.Invalid("recipe_code", "RECIPE_OF_OTHER_PRODUCT", $"Recipe {recipe.Code} makes {recipe.ProductCode}, not {productCode}.").With("product_code", recipe.ProductCode));
        if (hotCell.Class is not EquipmentClass.HotCell)
            refusals.Add(Refusal.Invalid("hot_cell_id", "NOT_A_HOT_CELL", $"{hotCell.Code} is not a hot cell.").With("equipment_class", hotCell.Class));
        if (hotCell.SiteId != siteId)
            refusals.Add(Refusal.Invalid("hot_cell_id", "HOT_CELL_AT_OTHER_SITE", $"{hotCell.Code} is at site {hotCell.SiteId}.").With("site_id", hotCell.SiteId));
        if (yield.Nuclide.Symbol != recipe.Nuclide)
            refusals.Add(Refusal.Invalid("yield.nuclide", "NUCLIDE_OF_OTHER_PRODUCT", $"Recipe {recipe.Code} makes {recipe.Nuclide}.").With("nuclide", recipe.Nuclide));
        if (!(yield.Amount.Bq > 0))
            refusals.Add(Refusal.Invalid("yield.activity_bq", "ACTIVITY_NOT_POSITIVE", "A run yields more than 0 Bq."));
        var end = start + recipe.Synthesis;
        if (refusals is []) yield.AtAsked(end, "yield.reference_time").OrAdd(refusals);
        return refusals is []
            ? new RunPlan(start, end, end + recipe.Dispensing, end + recipe.Release, yield.ReferredTo(end))
            : refusals;
    }

    /// <summary>Why nothing fits, and the nearest run that would.</summary>
    /// <param name="wish">What was asked.</param>
    /// <param name="inWindow">Open runs of product and site whose times fit.</param>
    /// <param name="nearest">Open run with room at another time, nearest to the window; null when there is none.</param>
    public static Refusal NoRoom(Wish wish, IReadOnlyList<RunRoom> inWindow, RunRoom? nearest)
    {
        var resource = $"products/{wish.ProductCode}/runs";
        var refusal = inWindow switch
        {
            [] => Refusal.State(resource, "NO_RUN_IN_WINDOW", "No open run ends its synthesis late enough and can be released early enough."),
            _ when inWindow.All(r => r.DosesReserved >= r.DoseCapacity) => Refusal.State(resource, "RUN_FULL", "Every run of the window has given away all its doses.")
                .With("run_count", inWindow.Count).With("dose_capacity", inWindow.Sum(r => r.DoseCapacity)),
            _ => Activity(wish, resource, inWindow),
        };
        return refusal.With("release_by_time", wish.ReleaseBy).With("not_before_time", wish.NotBefore)
            .With("run_id", nearest?.RunId).With("nearest_end_of_synthesis_time", nearest?.EndOfSynthesis).With("nearest_release_time", nearest?.Release);
    }

    static Refusal Activity(Wish wish, string resource, IReadOnlyList<RunRoom> inWindow)
    {
        var best = inWindow.Where(r => r.DosesReserved < r.DoseCapacity).MaxBy(r => r.YieldBq - r.ReservedBq)!;
        return Refusal.State(resource, "ACTIVITY_NOT_AVAILABLE", "No run of the window has so much activity left.")
            .With("wanted_bq", wish.Wanted.At(best.EndOfSynthesis).Bq).With("left_bq", Math.Max(0, best.YieldBq - best.ReservedBq))
            .With("end_of_synthesis_time", best.EndOfSynthesis).With("nuclide", wish.Wanted.Nuclide.Symbol);
    }
}

/// <summary>Instants of a run, and its yield referred to end of synthesis.</summary>
/// <param name="Start">Start of synthesis.</param>
/// <param name="EndOfSynthesis">End of synthesis.</param>
/// <param name="OccupiedUntil">End of dispensing: the hot cell is taken until then.</param>
/// <param name="Release">Earliest release.</param>
/// <param name="Yield">Most it yields.</param>
public sealed record RunPlan(DateTimeOffset Start, DateTimeOffset EndOfSynthesis, DateTimeOffset OccupiedUntil, DateTimeOffset Release, CalibratedActivity Yield);
