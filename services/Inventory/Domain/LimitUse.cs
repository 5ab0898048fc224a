namespace Doseline.Inventory.Domain;

/// <summary>A limit, and what an arrival does to it at the instant at which it binds most.</summary>
/// <param name="LimitId">Limit or unity group.</param>
/// <param name="Nuclide">Symbol, or <c>*</c>; for a unity group its nuclides with commas.</param>
/// <param name="Limit">Limit in becquerels; 1 for a unity group.</param>
/// <param name="Before">What counts without the arrival, in becquerels, or the sum of fractions.</param>
/// <param name="Arriving">What the arrival adds, in the same unit.</param>
/// <param name="Time">Instant at which the sum is highest.</param>
/// <param name="IsUnity">True for a unity group.</param>
public sealed record LimitUse(string LimitId, string Nuclide, double Limit, double Before, double Arriving, DateTimeOffset Time, bool IsUnity)
{
    /// <summary>True for the limit of a room.</summary>
    public bool IsRoom => LimitId.StartsWith("rooms/", StringComparison.Ordinal);

    /// <summary>By how much the limit is exceeded; 0 or less when it is kept.</summary>
    public double Excess => Before + Arriving - Limit;

    /// <summary>True when the arrival breaks the limit. "Not to exceed" allows equality, and numbers are compared unrounded.</summary>
    public bool Exceeded => Arriving > 0 && Before + Arriving > Limit;

    /// <summary>Fraction of the limit that is used after the arrival.</summary>
    public double UsedFraction => (Before + Arriving) / Limit;

    /// <summary>Looks at one limit, or at the lines of one unity group together.</summary>
    /// <returns>Null when the arrival adds nothing to it.</returns>
    public static LimitUse? Of(IReadOnlyList<LimitScope> scopes, Arrival arrival, SiteState state)
    {
        var unity = scopes[0].UnityGroup is not "";
        // What leaves a place inside the scope and arrives at another inside the scope adds exactly nothing.
        double AddedAt(DateTimeOffset instant) => scopes.Sum(scope =>
            (scope.OfAt(arrival.Item, instant) - (arrival.Leaving is null ? 0 : scope.OfAt(arrival.Leaving, instant))) / Divisor(scope));
        double BeforeAt(DateTimeOffset instant) => scopes.Sum(scope => scope.TotalAt(state.Held, instant) / Divisor(scope));
        double Divisor(LimitScope scope) => unity ? scope.LimitBq : 1;

        var grows = scopes.Any(scope => scope.Grows(arrival.Item));
        if (!grows && !(AddedAt(arrival.Time) > 0)) return null;
        var smooth = grows || scopes.Any(scope => state.Held.Any(scope.Grows));
        var (time, _) = Peak.Of(arrival.Time, arrival.Time + PossessionRules.PlanningWindow,
            state.Held.Select(item => item.From).OfType<DateTimeOffset>(), smooth, instant => BeforeAt(instant) + AddedAt(instant));
        return new LimitUse(
            unity ? scopes[0].UnityGroup : scopes[0].Id, string.Join(',', scopes.Select(scope => scope.Nuclide).Distinct(StringComparer.Ordinal)),
            unity ? 1 : scopes[0].LimitBq, BeforeAt(time), AddedAt(time), time, unity);
    }
}
