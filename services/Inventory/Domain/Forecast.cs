namespace Doseline.Inventory.Domain;

/// <summary>A limit with what is used of it at an instant and at its highest in a window ahead.</summary>
/// <param name="Scope">The limit.</param>
/// <param name="TotalBq">What counts at the instant, in becquerels.</param>
/// <param name="PeakBq">Highest total in the window, in becquerels.</param>
/// <param name="PeakTime">Instant of the peak.</param>
/// <param name="UnityFraction">Sum of fractions of its unity group at the instant; null when it is in none.</param>
/// <param name="Shares">What the total is made of, by account, in becquerels; an account that holds nothing that counts is left out.</param>
public sealed record LimitForecast(LimitScope Scope, double TotalBq, double PeakBq, DateTimeOffset PeakTime, double? UnityFraction, IReadOnlyList<(Account Account, double Bq)> Shares);

/// <summary>Looks ahead: decay, growing daughters, announced receipts and planned moves.</summary>
public static class Forecast
{
    /// <summary>Every limit of a site.</summary>
    /// <param name="state">The site.</param>
    /// <param name="asOf">Instant; licences in force then are used.</param>
    /// <param name="window">Window ahead; zero for the instant alone.</param>
    public static IReadOnlyList<LimitForecast> Of(SiteState state, DateTimeOffset asOf, TimeSpan window)
    {
        List<LimitScope> scopes = [.. LimitScopes.OfLicences(Licence.InForce(state.Licences, asOf)), .. state.Rooms.SelectMany(LimitScopes.OfRoom)];
        var events = state.Held.Select(item => item.From).OfType<DateTimeOffset>().ToList();
        return [.. scopes.OrderBy(scope => scope.Id, StringComparer.Ordinal).Select(One)];

        LimitForecast One(LimitScope scope)
        {
            var peak = Peak.Of(asOf, asOf + window, events, state.Held.Any(scope.Grows), instant => scope.TotalAt(state.Held, instant));
            double? unity = scope.UnityGroup is "" ? null : LimitScopes.Unity(scopes.Where(other => other.UnityGroup == scope.UnityGroup), state.Held, asOf).Sum;
            var shares = state.Held.GroupBy(item => item.Place.Account).OrderBy(group => group.Key).Select(group => (group.Key, Bq: scope.TotalAt(group, asOf))).Where(share => share.Bq > 0);
            return new LimitForecast(scope, scope.TotalAt(state.Held, asOf), peak.Value, peak.Time, unity, [.. shares]);
        }
    }
}
