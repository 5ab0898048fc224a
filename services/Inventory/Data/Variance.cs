using Doseline.Inventory.Domain;
using Doseline.Inventory.V1;
using Doseline.Kernel.Decay;
using Doseline.Platform.Rpc;

namespace Doseline.Inventory.Data;

/// <summary>Books differences, so that every becquerel that was booked is accounted for, and tells how grave they are.</summary>
public sealed class Variance(InventoryDb db, Ledger ledger)
{
    // Less than a decay a second is the rounding of the arithmetic, not a loss.
    const double TraceBq = 1;

    /// <summary>Books what is missing at a place (or, when negative, what was found) in the transaction at hand and publishes it.</summary>
    public async Task BookAsync(Place place, BookedLine missing, DateTimeOffset now, string reason, CancellationToken cancel)
    {
        if (missing.Bq == 0) return;
        await ledger.BookAsync(place, place.Outside(Account.Variance), missing, cancel);
        var amount = missing.At(now);
        if (Math.Abs(amount) < TraceBq) return;
        VarianceBooked fact = new()
        {
            HoldingId = place.HoldingId, SiteId = place.SiteId, Nuclide = missing.Nuclide, MissingBq = missing.Bq, ReferenceTime = missing.Reference.ToWire(), Reason = reason,
        };
        // 10 CFR 20.2201 counts lost licensed material in multiples of Appendix C quantities.
        var quantity = NuclideData.ForVersion(missing.DataVersion)!.LabelQuantityMicroCi(missing.Nuclide);
        fact.AppendixCMultiple = Math.Abs(amount) / Activity.From(quantity.Value, ActivityUnit.MicroCi).Bq;
        fact.AppendixCDefault = quantity.IsDefault;
        db.Publish(place.HoldingId, fact);
    }
}
