using System.Text.RegularExpressions;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Ids;
using Doseline.Kernel.Rules;

namespace Doseline.Orders.Domain;

/// <summary>What a product version must be, and which version is in force.</summary>
public static partial class ProductRules
{
    /// <summary>Longest code of a product, customer or recipe, in characters.</summary>
    public const int CodeLengthMax = 40;

    /// <summary>Most sites of a product.</summary>
    public const int SitesMax = 50;

    /// <summary>Longest duration of any kind in product data: anything longer is a typing error.</summary>
    public static TimeSpan DurationMax { get; } = TimeSpan.FromDays(366);

    /// <summary>Checks a version before it is kept.</summary>
    /// <param name="product">The version.</param>
    /// <param name="data">Nuclide data in force.</param>
    /// <param name="now">Now: a version cannot take effect in the past.</param>
    public static Decision<Product> Check(Product product, NuclideData data, DateTimeOffset now)
    {
        List<Refusal> refusals = [];
        RequireCode(refusals, product.Code, "product.product_code");
        RequireCode(refusals, product.RecipeCode, "product.recipe_code");
        refusals.RequireText(product.Name, "product.name");
        refusals.RequireText(product.PhysicalForm, "product.transport.physical_form");
        refusals.RequireText(product.ChemicalForm, "product.transport.chemical_form");
        refusals.RequireText(product.Source, "product.source");
        if (product.Storage.Length > 200)
            refusals.Add(Refusal.Invalid("product.transport.storage", "FIELD_TOO_LONG", "storage has at most 200 characters.").With("length_max", 200));
        if (!Enum.IsDefined(product.Form))
            refusals.Add(Refusal.Invalid("product.dosage_form", "FIELD_REQUIRED", "dosage_form is required."));
        if (data.Find(product.Nuclide) is not { IsStable: false })
        {
            refusals.Add(Refusal.Invalid("product.nuclide", "NUCLIDE_UNKNOWN", $"'{product.Nuclide}' is not a radioactive nuclide of nuclide data {data.Version}.")
                .With("nuclide", product.Nuclide).With("data_version", data.Version));
        }

        CheckAmounts(refusals, product);
        CheckDurations(refusals, product);
        CheckSites(refusals, product.Sites);
        if (product.Gtin is not "" && !Gtin.IsValid(product.Gtin))
            refusals.Add(Refusal.Invalid("product.gtin", "GTIN_INVALID", $"'{product.Gtin}' is not a GTIN: 8, 12, 13 or 14 digits of which the last checks the others.").With("gtin", product.Gtin));
        if (product.EffectiveTime < now)
        {
            refusals.Add(Refusal.Invalid("product.effective_time", "EFFECTIVE_TIME_IN_PAST", "A version cannot take effect in the past.")
                .With("effective_time", product.EffectiveTime).With("nearest_effective_time", now));
        }

        return refusals is [] ? product : refusals;
    }

    /// <summary>The version in force at an instant: the highest that has taken effect; null when none has.</summary>
    /// <param name="versions">Versions of one product, in any order.</param>
    /// <param name="instant">The instant.</param>
    public static Product? InForce(IEnumerable<Product> versions, DateTimeOffset instant) =>
        versions.Where(v => v.EffectiveTime <= instant).MaxBy(v => v.Version);

    /// <summary>Adds a refusal unless the text is a code: capital letters, digits, point, hyphen and underscore.</summary>
    public static void RequireCode(List<Refusal> refusals, string code, string field)
    {
        if (!CodePattern().IsMatch(code))
            refusals.Add(Refusal.Invalid(field, "CODE_MALFORMED", $"{field} needs 2 to {CodeLengthMax} capital letters, digits, '.', '-' or '_'.").With("length_max", CodeLengthMax));
    }

    static void CheckAmounts(List<Refusal> refusals, Product product)
    {
        refusals.RequirePositive(product.Prescription.Bq, "product.prescription_bq");
        refusals.RequirePositive(product.Minimum.Bq, "product.minimum_bq");
        refusals.RequirePositive(product.Maximum.Bq, "product.maximum_bq");
        if (product.Minimum > product.Prescription || product.Prescription > product.Maximum)
        {
            refusals.Add(Refusal.Invalid("product.prescription_bq", "PRESCRIPTION_OUTSIDE_LIMITS", "prescription_bq must lie between minimum_bq and maximum_bq.")
                .With("minimum_bq", product.Minimum.Bq).With("maximum_bq", product.Maximum.Bq).With("prescription_bq", product.Prescription.Bq));
        }

        if (!(product.ToleranceFraction > 0 && product.ToleranceFraction < 1))
            refusals.Add(Refusal.Invalid("product.tolerance_fraction", "TOLERANCE_OUT_OF_RANGE", "tolerance_fraction must be above 0 and below 1.").With("tolerance_fraction", product.ToleranceFraction));
    }

    static void CheckDurations(List<Refusal> refusals, Product product)
    {
        Check(product.ShelfLife, "product.shelf_life", zeroAllowed: false);
        Check(product.ReleaseDuration, "product.release_duration", zeroAllowed: true);
        Check(product.PackDuration, "product.pack_duration", zeroAllowed: true);
        Check(product.ReceivingLead, "product.receiving_lead", zeroAllowed: true);
        Check(product.CancellationNotice, "product.cancellation_notice", zeroAllowed: true);

        void Check(TimeSpan duration, string field, bool zeroAllowed)
        {
            if (duration < TimeSpan.Zero || duration > DurationMax || (duration == TimeSpan.Zero && !zeroAllowed))
            {
                refusals.Add(Refusal.Invalid(field, "DURATION_OUT_OF_RANGE", $"{field} must be {(zeroAllowed ? "at least" : "more than")} 0 and at most {DurationMax.TotalDays} days.")
                    .With("seconds", duration.TotalSeconds).With("seconds_max", DurationMax.TotalSeconds));
            }
        }
    }

    static void CheckSites(List<Refusal> refusals, IReadOnlyList<string> sites)
    {
        if (sites.Count is 0 or > SitesMax)
            refusals.Add(Refusal.Invalid("product.site_ids", "SITES_REQUIRED", $"A product is made at 1 to {SitesMax} sites.").With("sites_max", SitesMax));
        if (sites.Any(string.IsNullOrWhiteSpace) || sites.Distinct(StringComparer.Ordinal).Count() != sites.Count)
            refusals.Add(Refusal.Invalid("product.site_ids", "SITES_MALFORMED", "Every site is named once."));
    }

    [GeneratedRegex("^[A-Z0-9][A-Z0-9._-]{1,39}\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CodePattern();
}
