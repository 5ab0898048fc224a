using Doseline.Kernel.Decay;

namespace Doseline.Inventory.Domain;

/// <summary>A limit with all that counts against it: a licence line or a nuclide in a room.</summary>
/// <param name="Id">Name, for example <c>licences/37-00001-01/lines/6.A</c> or <c>rooms/hc-1/nuclides/Lu-177</c>.</param>
/// <param name="Nuclide">Symbol, or <c>*</c> for any.</param>
/// <param name="LimitBq">Limit in becquerels, equality included.</param>
/// <param name="Counts">Whether activity of a nuclide at a place counts.</param>
/// <param name="UnityGroup">Name of the unity group; empty for none.</param>
public sealed record LimitScope(string Id, string Nuclide, double LimitBq, Func<string, Place, bool> Counts, string UnityGroup = "")
{
    /// <summary>True for the limit of a room.</summary>
    public bool IsRoom => Id.StartsWith("rooms/", StringComparison.Ordinal);

    /// <summary>What counts against the limit at an instant, in becquerels.</summary>
    public double TotalAt(IEnumerable<HeldItem> held, DateTimeOffset instant) =>
        held.Where(item => IsRoom || !item.IsPlannedMove).Sum(item => OfAt(item, instant));

    /// <summary>What one item counts, in becquerels.</summary>
    public double OfAt(HeldItem item, DateTimeOffset instant) =>
        NuclidesOf(item).Where(nuclide => Counts(nuclide, item.Place)).Sum(nuclide => item.ActivityAt(nuclide, instant));

    /// <summary>True when activity that counts may still rise by decay of a parent.</summary>
    public bool Grows(HeldItem item) => NuclidesOf(item).Any(nuclide => Counts(nuclide, item.Place) && item.Grows(nuclide));

    // "Any nuclide" counts what was declared and measured; progeny in equilibrium comes with its parent and has no authorisation of its own.
    IEnumerable<string> NuclidesOf(HeldItem item) => Nuclide == Licence.Any
        ? item.Lines.Select(line => line.Nuclide).Distinct(StringComparer.Ordinal)
        : item.Lines.Any(line => line.Nuclide == Nuclide) || item.Grows(Nuclide) ? [Nuclide] : [];
}

/// <summary>Finds the limits of a site.</summary>
public static class LimitScopes
{
    /// <summary>
    /// Limits of the licences in force. What no line covers, because of its form, use or room, counts on every line of its nuclide, so
    /// that nothing drops out of the arithmetic by being moved or turned into waste.
    /// </summary>
    public static IReadOnlyList<LimitScope> OfLicences(IReadOnlyList<Licence> inForce)
    {
        List<(Licence Licence, LicenceLine Line)> all = [.. inForce.SelectMany(licence => licence.Lines.Select(line => (licence, line)))];
        return
        [
            .. all.Select(one => new LimitScope(
                one.Licence.LimitId(one.Line), one.Line.Nuclide, one.Line.LimitBq,
                (nuclide, place) => one.Line.Counts(nuclide)
                    && (one.Line.Covers(place) || !all.Exists(other => other.Line.Counts(nuclide) && other.Line.Covers(place))),
                one.Line.UnityGroup is "" ? "" : $"licences/{one.Licence.Number}/groups/{one.Line.UnityGroup}")),
        ];
    }

    /// <summary>Limits of a room.</summary>
    public static IEnumerable<LimitScope> OfRoom(Room room) =>
        from entry in room.Nuclides
        where entry.LimitBq is not null
        select new LimitScope($"rooms/{room.Id}/nuclides/{entry.Nuclide}", entry.Nuclide, entry.LimitBq!.Value,
            (nuclide, place) => place.RoomId == room.Id && (entry.Nuclide == nuclide || room.For(nuclide)?.Nuclide == Licence.Any));

    /// <summary>Sum of fractions of the scopes of one group at an instant (licensing: Σ Aᵢ/Lᵢ ≤ 1).</summary>
    public static SumOfFractions Unity(IEnumerable<LimitScope> group, IReadOnlyList<HeldItem> held, DateTimeOffset instant) =>
        new(group.Select(scope => new FractionTerm(scope.Id, scope.TotalAt(held, instant), scope.LimitBq)));
}
