namespace Doseline.Inventory.Domain;

/// <summary>One side of a double entry, as far as a correction has to follow it.</summary>
/// <param name="TransactionId">Transaction.</param>
/// <param name="Kind">What was done.</param>
/// <param name="Seq">Place in the ledger.</param>
/// <param name="Place">Where it was booked.</param>
/// <param name="Line">Signed amount.</param>
/// <param name="Effective">Instant from which it counts.</param>
public sealed record Side(string TransactionId, string Kind, long Seq, Place Place, BookedLine Line, DateTimeOffset Effective);

/// <summary>A part of a correction that goes where the corrected material went.</summary>
/// <param name="TransactionId">Transaction it follows.</param>
/// <param name="From">Place it leaves.</param>
/// <param name="To">Place it goes to.</param>
/// <param name="Fraction">Which part of what is still to be followed.</param>
/// <param name="Effective">Instant from which it counts.</param>
public sealed record Carried(string TransactionId, Place From, Place To, double Fraction, DateTimeOffset Effective);

/// <summary>
/// A reading corrects what was there when it was read, and everything since follows: what was moved or taken as a whole takes the correction along, what was
/// taken in proportion takes its share, what was measured when it was taken stays as it was measured, and a later reading has the last word.
/// </summary>
public static class Correction
{
    /// <summary>Kind of the transactions that only carry a correction on; they are followed by nothing themselves.</summary>
    public const string Follows = "ASSAY_FOLLOWS";

    /// <summary>What is booked of a nuclide in a holding at an instant, in becquerels.</summary>
    /// <param name="sides">Every entry of the holding.</param>
    /// <param name="nuclide">Nuclide.</param>
    /// <param name="at">Instant; what became effective later is left out.</param>
    public static double BookedAt(IEnumerable<Side> sides, string nuclide, DateTimeOffset at) =>
        sides.Where(side => side.Effective <= at && side.Line.Nuclide == nuclide && side.Place.Account.IsPossession()).Sum(side => side.Line.At(at));

    /// <summary>Where a holding was at an instant; null when it was nowhere here.</summary>
    public static Place? PlaceAt(IEnumerable<Side> sides, DateTimeOffset at) =>
        InOrder(sides).LastOrDefault(side => side.Effective <= at && side.Line.Bq > 0 && side.Place.Account.IsPossession())?.Place;

    /// <summary>How a correction of a nuclide in a holding is carried on, transaction by transaction.</summary>
    /// <param name="transactions">Whole transactions that touch the holding, its own entries and those of the other side.</param>
    /// <param name="holdingId">Holding.</param>
    /// <param name="nuclide">Nuclide.</param>
    /// <param name="since">Instant of the correction; what became effective later follows.</param>
    public static IEnumerable<Carried> Follow(IReadOnlyList<Side> transactions, string holdingId, string nuclide, DateTimeOffset since)
    {
        var own = transactions.Where(side => side.Place.HoldingId == holdingId).ToList();
        foreach (var step in InOrder(transactions).Where(side => side.Effective > since && side.Kind is not Follows).GroupBy(side => side.TransactionId, StringComparer.Ordinal))
        {
            var sides = step.Where(side => side.Line.Nuclide == nuclide).ToList();
            var variance = sides.Find(side => side.Place.HoldingId == holdingId && side.Place.Account is Account.Variance);
            // An amount that was found goes in, so the side of the holding need not be a negative one there.
            var here = sides.Find(side => side.Place.HoldingId == holdingId && side.Place.Account is not Account.Variance && (side.Line.Bq < 0 || variance is not null));
            if (here is null) continue;
            if (variance is not null)
            {
                yield return new Carried(step.Key, here.Place, variance.Place, 1, here.Effective);
                yield break;
            }

            if (sides.Find(side => side.Line.Bq > 0) is not { } there) continue;
            // As the ledger stood when it was booked: what was all of it then is all of it, whatever a reading found afterwards.
            var held = own.Where(side => side.Line.Nuclide == nuclide && side.Place.Account.IsPossession() && side.Seq < here.Seq).Sum(side => side.Line.At(here.Effective));
            var share = held > 0 ? Math.Min(1, -here.Line.At(here.Effective) / held) : 1;
            var whole = there.Place.HoldingId == holdingId || share >= 1 - LotRules.RoundingTolerance;
            // The nuclide that was measured comes first; the others went in proportion.
            if (!whole && step.MinBy(side => side.Seq)!.Line.Nuclide == nuclide) continue;
            yield return new Carried(step.Key, here.Place, there.Place, whole ? 1 : share, here.Effective);
            if (whole && there.Place.HoldingId != holdingId) yield break;
        }
    }

    static IOrderedEnumerable<Side> InOrder(IEnumerable<Side> sides) => sides.OrderBy(side => side.Effective).ThenBy(side => side.Seq);
}
