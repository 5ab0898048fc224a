using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;

namespace Doseline.Execution.Domain;

/// <summary>What is left in a run that takes reservations.</summary>
/// <param name="RunId">Run.</param>
/// <param name="EndOfSynthesis">Planned end of synthesis; activities below refer to it.</param>
/// <param name="Release">Earliest release of a dose of the run.</param>
/// <param name="DoseCapacity">Room for doses.</param>
/// <param name="DosesReserved">Doses reserved.</param>
/// <param name="Nuclide">Nuclide it yields.</param>
/// <param name="YieldBq">Most it yields, in becquerels (Bq) at end of synthesis.</param>
/// <param name="ReservedBq">Reserved, in becquerels (Bq) at end of synthesis.</param>
public sealed record RunRoom(
    string RunId, DateTimeOffset EndOfSynthesis, DateTimeOffset Release, int DoseCapacity, int DosesReserved, string Nuclide, double YieldBq, double ReservedBq)
{
    /// <summary>
    /// Greatest sum of reservations, in becquerels (Bq): the yield and one part in 10^12 of it, so that doses that fill a run exactly are not
    /// refused for the rounding of their sum.
    /// </summary>
    public static double LimitBq(double yieldBq) => yieldBq * (1 + 1e-12);

    /// <summary>True when there is room for one dose more of so much activity.</summary>
    public bool Holds(double atEndOfSynthesisBq) => DosesReserved < DoseCapacity && ReservedBq + atEndOfSynthesisBq <= LimitBq(YieldBq);
}

/// <summary>What an order asks of the schedule.</summary>
/// <param name="OrderId">Order.</param>
/// <param name="ProductCode">Product.</param>
/// <param name="SiteId">Site.</param>
/// <param name="ReleaseBy">Latest release.</param>
/// <param name="NotBefore">Earliest end of synthesis (shelf life).</param>
/// <param name="Wanted">Activity wanted with its instant.</param>
public sealed record Wish(string OrderId, string ProductCode, string SiteId, DateTimeOffset ReleaseBy, DateTimeOffset NotBefore, CalibratedActivity Wanted)
{
    /// <summary>Activity that the dose must have at an end of synthesis.</summary>
    public Decision<CalibratedActivity> At(DateTimeOffset endOfSynthesis)
    {
        var amount = Wanted.AtAsked(endOfSynthesis, "wanted.reference_time");
        return amount.Accepted ? Wanted.ReferredTo(endOfSynthesis) : amount.Refusals.ToList();
    }
}
