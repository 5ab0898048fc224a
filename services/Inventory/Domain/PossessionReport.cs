using Doseline.Kernel.Decay;

namespace Doseline.Inventory.Domain;

/// <summary>Possession of one nuclide in one form, room, use and account at an instant.</summary>
/// <param name="Nuclide">Symbol.</param>
/// <param name="Form">Form.</param>
/// <param name="RoomId">Room; empty in transit.</param>
/// <param name="Use">Use.</param>
/// <param name="Account">Account.</param>
/// <param name="Bq">Amount in becquerels.</param>
public sealed record PossessionSum(string Nuclide, string Form, string RoomId, string Use, Account Account, double Bq);

/// <summary>Adds up possession.</summary>
public static class PossessionReport
{
    /// <summary>Sums by nuclide, form, room, use and account; the sum over all groups of a nuclide is the total of the site.</summary>
    /// <param name="held">What is held at the instant.</param>
    /// <param name="instant">Instant.</param>
    /// <param name="nuclide">Nuclide; empty for all.</param>
    /// <param name="withProgeny">True to add progeny that has grown.</param>
    public static IReadOnlyList<PossessionSum> Of(IEnumerable<HeldItem> held, DateTimeOffset instant, string nuclide, bool withProgeny) =>
    [
        .. held.SelectMany(item => NuclidesOf(item, withProgeny).Select(symbol => (item.Place, Symbol: symbol, Bq: Amount(item, symbol, instant, withProgeny))))
            .Where(one => one.Bq > 0 && (nuclide is "" || one.Symbol == nuclide))
            .GroupBy(one => (one.Symbol, one.Place.Form, one.Place.RoomId, one.Place.Use, one.Place.Account))
            .Select(group => new PossessionSum(group.Key.Symbol, group.Key.Form, group.Key.RoomId, group.Key.Use, group.Key.Account, group.Select(one => one.Bq).Order().Sum()))
            .OrderBy(sum => sum.Nuclide, StringComparer.Ordinal).ThenBy(sum => sum.Form, StringComparer.Ordinal)
            .ThenBy(sum => sum.RoomId, StringComparer.Ordinal).ThenBy(sum => sum.Use, StringComparer.Ordinal).ThenBy(sum => sum.Account),
    ];

    /// <summary>Sum of fractions of category 2 quantities of 10 CFR 37 Appendix A over all nuclides that have one.</summary>
    public static SumOfFractions Category2(IEnumerable<PossessionSum> sums) => new(
        from total in sums.GroupBy(sum => sum.Nuclide, StringComparer.Ordinal)
        let limitTbq = NuclideData.Current.Find(total.Key)?.Category2Tbq
        where limitTbq is not null
        select new FractionTerm(total.Key, total.Sum(sum => sum.Bq), limitTbq.Value * 1e12), FractionLimit.BelowOne);

    static double Amount(HeldItem item, string nuclide, DateTimeOffset instant, bool withProgeny) => withProgeny
        ? item.ActivityAt(nuclide, instant)
        : Math.Max(0, item.Lines.Where(line => line.Nuclide == nuclide).Sum(line => line.At(instant)));

    static IEnumerable<string> NuclidesOf(HeldItem item, bool withProgeny) => withProgeny
        ? item.Lines.SelectMany(line => NuclideData.ForVersion(line.DataVersion)!.ChainOf(line.Nuclide).Members.Where(member => !member.IsStable).Select(member => member.Symbol)).Distinct(StringComparer.Ordinal)
        : item.Lines.Select(line => line.Nuclide).Distinct(StringComparer.Ordinal);
}
