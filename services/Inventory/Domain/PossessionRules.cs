using Doseline.Kernel.Rules;
using Doseline.Kernel.Units;

namespace Doseline.Inventory.Domain;

/// <summary>The gate before every arrival of activity: authorisation, limits and segregation, at the instant of arrival and after it.</summary>
public static class PossessionRules
{
    /// <summary>How far ahead limits are tested for announced receipts and growing daughters.</summary>
    public static TimeSpan PlanningWindow { get; } = TimeSpan.FromDays(366);

    /// <summary>Lets activity in, or gives every reason why not.</summary>
    /// <param name="arrival">What arrives.</param>
    /// <param name="state">The site.</param>
    /// <returns>The limits that were tested, with what is used of them after the arrival.</returns>
    public static Decision<Admission> Admit(Arrival arrival, SiteState state)
    {
        List<Refusal> refusals = [.. Authorisation.Refusals(arrival, state), .. Segregation.Refusals(arrival, state)];
        var uses = Uses(arrival, state);
        refusals.AddRange(uses.Where(use => use.Exceeded).Select(use => Exceeded(use, arrival)));
        return refusals is [] ? new Admission(uses) : refusals;
    }

    /// <summary>As <see cref="Admit"/>, and every limit refusal names the rooms that would take it at that instant and when this room would.</summary>
    public static Decision<Admission> AdmitOrSuggest(Arrival arrival, SiteState state)
    {
        var decision = Admit(arrival, state);
        if (decision.Accepted) return decision;
        var rooms = string.Join(',', Alternatives.Rooms(arrival, state));
        // Decay makes room, but it does not authorise.
        var nearest = decision.Refusals.All(refusal => refusal.Code.EndsWith("_EXCEEDED", StringComparison.Ordinal)) ? Alternatives.NearestTime(arrival, state) : null;
        return decision.Refusals.Select(refusal => refusal.With("alternative_room_ids", rooms).With("nearest_time", nearest)).ToList();
    }

    /// <summary>What an arrival does to every limit that it counts against.</summary>
    public static IReadOnlyList<LimitUse> Uses(Arrival arrival, SiteState state)
    {
        var scopes = LimitScopes.OfLicences(Licence.InForce(state.Licences, arrival.Time))
            .Concat(state.Rooms.Where(room => room.Id == arrival.To.RoomId).SelectMany(LimitScopes.OfRoom))
            .ToLookup(scope => scope.UnityGroup, StringComparer.Ordinal);
        return
        [
            .. scopes[""].Select(scope => LimitUse.Of([scope], arrival, state)).OfType<LimitUse>(),
            .. scopes.Where(group => group.Key is not "").Select(group => LimitUse.Of([.. group], arrival, state)).OfType<LimitUse>(),
        ];
    }

    static Refusal Exceeded(LimitUse use, Arrival arrival)
    {
        var code = use.IsUnity ? "UNITY_RULE_EXCEEDED" : use.IsRoom ? "ROOM_LIMIT_EXCEEDED" : "LICENCE_LIMIT_EXCEEDED";
        var unit = use.IsUnity ? "" : "_bq";
        string Words(double bq) => ActivityWords.Of(bq, use.Nuclide);
        return Refusal.State(use.LimitId, code, use.IsUnity
                ? $"{use.LimitId} allows a sum of fractions of 1; {use.Before + use.Arriving:G6} would be reached."
                : $"{use.LimitId} allows {Words(use.Limit)} of {use.Nuclide}; with {Words(use.Before)} there and {Words(use.Arriving)} arriving it would be exceeded by {Words(use.Excess)}.")
            .With($"limit{unit}", use.Limit).With($"total{unit}", use.Before).With($"arriving{unit}", use.Arriving)
            .With($"excess{unit}", use.Excess).With("nuclide", use.Nuclide).With("binding_time", use.Time)
            .With("room_id", arrival.To.RoomId).With("site_id", arrival.To.SiteId);
    }
}

/// <summary>An arrival that was let in.</summary>
/// <param name="Uses">The limits that were tested, with what is used of them after the arrival.</param>
public sealed record Admission(IReadOnlyList<LimitUse> Uses);
