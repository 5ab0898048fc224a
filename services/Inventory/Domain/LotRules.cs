using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Units;

namespace Doseline.Inventory.Domain;

/// <summary>A material, as receipt and issue need it.</summary>
/// <param name="Code">Code.</param>
/// <param name="Radioactive">True for radioactive material.</param>
/// <param name="Nuclide">Principal nuclide; empty for cold material.</param>
/// <param name="Gxp">True when its lots need approval before use.</param>
/// <param name="ShelfLife">Time from receipt to expiry; null when every lot must name its expiry.</param>
public sealed record Material(string Code, bool Radioactive, string Nuclide, bool Gxp, TimeSpan? ShelfLife);

/// <summary>A supplier, as receipt needs it.</summary>
/// <param name="Code">Code.</param>
/// <param name="LicenceNumber">Licence to transfer radioactive material; empty for none.</param>
/// <param name="LicenceExpire">Instant at which that licence ends; null when there is none.</param>
/// <param name="Materials">Codes it is approved for.</param>
public sealed record Supplier(string Code, string LicenceNumber, DateTimeOffset? LicenceExpire, IReadOnlyList<string> Materials);

/// <summary>What a lot must be before it comes in and before it is used.</summary>
public static class LotRules
{
    /// <summary>How far an amount asked for may exceed what is left and still mean all of it: the rounding of two decay calculations.</summary>
    public const double RoundingTolerance = 1e-9;

    /// <summary>Reasons against a receipt that have nothing to do with possession.</summary>
    /// <param name="material">Material.</param>
    /// <param name="supplier">Supplier.</param>
    /// <param name="contents">Activities; empty for cold material.</param>
    /// <param name="quantity">Amount of a cold material.</param>
    /// <param name="route">How it was made.</param>
    /// <param name="expire">Expiry of the lot; null to take the shelf life.</param>
    /// <param name="now">Instant of receipt.</param>
    public static IEnumerable<Refusal> AgainstReceipt(
        Material material, Supplier supplier, IReadOnlyList<CalibratedActivity> contents, double quantity, ProductionRoute route, DateTimeOffset? expire, DateTimeOffset now)
    {
        foreach (var refusal in AgainstContents(material, contents)) yield return refusal;
        if (material.Radioactive && route is ProductionRoute.None)
            yield return Refusal.Invalid("route", "ROUTE_REQUIRED", "The production route is required: it decides which long-lived impurities must be expected.");
        if (!material.Radioactive && !(quantity > 0 && double.IsFinite(quantity)))
            yield return Refusal.Invalid("quantity", "NUMBER_NOT_POSITIVE", "quantity must be a finite number greater than 0 for cold material.").With("value", quantity);
        if (!supplier.Materials.Contains(material.Code, StringComparer.Ordinal))
            yield return Refusal.State($"suppliers/{supplier.Code}", "SUPPLIER_NOT_APPROVED", $"Supplier {supplier.Code} is not approved for {material.Code}.").With("material_code", material.Code);
        // 10 CFR 30.41 works both ways: who may not transfer may not supply.
        if (material.Radioactive && (supplier.LicenceNumber is "" || !(supplier.LicenceExpire > now)))
        {
            yield return Refusal.State($"suppliers/{supplier.Code}", "SUPPLIER_LICENCE_EXPIRED", $"Supplier {supplier.Code} has no licence in force to transfer radioactive material.")
                .With("licence_number", supplier.LicenceNumber).With("expire_time", supplier.LicenceExpire);
        }

        if ((expire ?? now + material.ShelfLife) is not { } ends)
            yield return Refusal.Invalid("expire_time", "EXPIRY_REQUIRED", $"{material.Code} has no shelf life of its own, so the lot must name its expiry.");
        else if (ends <= now)
            yield return Refusal.Invalid("expire_time", "LOT_EXPIRED", "The lot has expired already.").With("expire_time", ends);
    }

    /// <summary>Reasons against declared activities.</summary>
    public static IEnumerable<Refusal> AgainstContents(Material material, IReadOnlyList<CalibratedActivity> contents)
    {
        if (!material.Radioactive)
        {
            if (contents is not []) yield return Refusal.Invalid("contents", "MATERIAL_NOT_RADIOACTIVE", $"{material.Code} is cold material; it has no activity.");
            yield break;
        }

        if (contents is [])
            yield return Refusal.Invalid("contents", "ACTIVITY_REQUIRED", $"{material.Code} is radioactive: name the activity of each nuclide.");
        else if (contents[0].Nuclide.Symbol != material.Nuclide)
            yield return Refusal.Invalid("contents[0].nuclide", "NUCLIDE_NOT_OF_MATERIAL", $"{material.Code} is {material.Nuclide}, not {contents[0].Nuclide.Symbol}.").With("nuclide", material.Nuclide);
        foreach (var twice in contents.GroupBy(line => line.Nuclide.Symbol, StringComparer.Ordinal).Where(group => group.Count() > 1))
            yield return Refusal.Invalid("contents", "NUCLIDE_REPEATED", $"{twice.Key} comes more than once.").With("nuclide", twice.Key);
        for (var place = 0; place < contents.Count; place++)
        {
            if (!(contents[place].Amount.Bq > 0))
                yield return Refusal.Invalid($"contents[{place}].activity_bq", "NUMBER_NOT_POSITIVE", "An activity must be greater than 0.");
        }
    }

    /// <summary>Reasons against using a lot.</summary>
    public static IEnumerable<Refusal> AgainstUse(string lotId, string materialCode, QualityStatus status, DateTimeOffset expire, Material material, string wantedMaterial, DateTimeOffset now)
    {
        if (materialCode != wantedMaterial)
            yield return Refusal.State($"lots/{lotId}", "WRONG_MATERIAL", $"The lot is {materialCode}, not {wantedMaterial}.").With("material_code", materialCode).With("wanted_material_code", wantedMaterial);
        if (status is QualityStatus.Rejected || (material.Gxp && status is not QualityStatus.Approved))
            yield return Refusal.State($"lots/{lotId}", "LOT_NOT_APPROVED", $"The lot is in status {StatusModel.Name(status)}; only approved lots are used.").With("status", StatusModel.Name(status));
        if (expire <= now)
            yield return Refusal.State($"lots/{lotId}", "LOT_EXPIRED", "The lot has expired.").With("expire_time", expire);
    }

    /// <summary>Takes of cold material, in decimals: what is left after the last of it is nothing.</summary>
    /// <param name="lotId">Lot, for the refusal.</param>
    /// <param name="left">What is left of it, in its unit.</param>
    /// <param name="asked">What is taken, in the same unit.</param>
    /// <returns>What is left then.</returns>
    public static Decision<decimal> Take(string lotId, decimal left, decimal asked) => asked <= left
        ? left - asked
        : Refusal.State($"lots/{lotId}", "LOT_INSUFFICIENT", $"{asked:0.######} are asked for; {left:0.######} are left.").With("asked", asked).With("left", left);

    /// <summary>Splits an amount off what a lot holds: the nuclide asked for, and every other nuclide in proportion, because a withdrawal takes the solution as it is.</summary>
    /// <param name="holdingId">Lot, for refusals.</param>
    /// <param name="held">What it holds.</param>
    /// <param name="asked">Amount of the principal nuclide.</param>
    /// <param name="now">Instant of the withdrawal.</param>
    /// <returns>What goes, the nuclide asked for first.</returns>
    public static Decision<Withdrawal> Withdraw(string holdingId, IReadOnlyList<BookedLine> held, CalibratedActivity asked, DateTimeOffset now)
    {
        var left = held.Where(line => line.Nuclide == asked.Nuclide.Symbol).Sum(line => line.At(now));
        var wanted = asked.At(now).Bq;
        if (!(wanted > 0)) return Refusal.Invalid("activity.activity_bq", "NUMBER_NOT_POSITIVE", "The activity must be greater than 0.");
        if (wanted > left * (1 + RoundingTolerance))
        {
            return Refusal.State($"lots/{holdingId}", "LOT_INSUFFICIENT", $"{ActivityWords.Of(wanted, asked.Nuclide.Symbol)} of {asked.Nuclide.Symbol} are asked for; {ActivityWords.Of(Math.Max(0, left), asked.Nuclide.Symbol)} are left now.")
                .With("asked_bq", wanted).With("left_bq", Math.Max(0, left)).With("nuclide", asked.Nuclide.Symbol).With("time", now);
        }

        var all = wanted >= left * (1 - RoundingTolerance);
        var main = held.Where(line => line.Nuclide == asked.Nuclide.Symbol).ToList();
        // The amount stays on the line it was asked on; only "all of it" is what the ledger says, so that nothing is left behind.
        List<BookedLine> goes = all ? main : [BookedLine.From(asked)];
        goes.AddRange(held.Where(line => line.Nuclide != asked.Nuclide.Symbol && line.Bq > 0).Select(line => all ? line : line.Times(wanted / left)));
        return new Withdrawal(goes);
    }
}

/// <summary>What a withdrawal takes.</summary>
/// <param name="Lines">The nuclide asked for first.</param>
public sealed record Withdrawal(IReadOnlyList<BookedLine> Lines);
