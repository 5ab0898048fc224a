using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;

namespace Doseline.Shipping.Domain.Class7;

/// <summary>Decides what a package is: exempt, excepted, Type A or Type B, and how it is named and labelled.</summary>
public static class Classifier
{
    const double BqPerTbq = 1e12;

    /// <summary>Classifies; refuses only what no package may be.</summary>
    /// <param name="facts">What is in it and what was measured.</param>
    /// <param name="data">Tables.</param>
    public static Decision<PackageClassification> Classify(PackageFacts facts, Class7Data data)
    {
        var offer = Contents.At(facts.Measured, facts.Offer, data);
        var delivery = Contents.At(facts.Measured, facts.Delivery, data);
        // Simple decay is highest at offer; where a daughter grows, the end of the journey may weigh more.
        var sum = Larger(MixtureRules.TypeASum(offer.Amounts, facts.Form.IsSpecialForm, data), MixtureRules.TypeASum(delivery.Amounts, facts.Form.IsSpecialForm, data));
        List<string> rules = [.. offer.RuleIds];
        List<string> notes = [.. Notes(offer.Amounts, data)];
        var hrcq = IsHrcq(offer.Amounts, sum.Sum, data, rules);
        if (facts.Rates.CategoryOf(data, hrcq) is not { } category)
        {
            return Refusal.State("survey.surface_dose_rate_nsv_per_hour", "SURFACE_DOSE_RATE_ABOVE_EVERY_LIMIT", "The surface dose rate exceeds what any package may have, even under exclusive use (49 CFR 173.441(b)).")
                .With("surface_dose_rate_nsv_per_hour", facts.Rates.SurfaceNsvPerHour).With("limit_nsv_per_hour", data.Whole("exclusive_surface_max"));
        }

        var kind = KindOf(facts, offer.Amounts, sum, data, rules, out var name);
        var (number, text) = name is "" ? ("", "") : data.ShippingName(name);
        var labelled = kind is PackageKind.TypeA or PackageKind.TypeB;
        if (labelled) rules.Add("172.403(b),(c)");
        if (!data.IsVerified("listing_share")) notes.Add("NOT_VERIFIED:listing_share");
        return new PackageClassification
        {
            Kind = kind,
            UnNumber = number,
            ShippingName = text,
            Category = labelled ? category : Category.None,
            TransportIndexTenths = labelled ? facts.Rates.TransportIndexTenths(data) : 0,
            IsReportableQuantity = kind != PackageKind.Exempt && IsReportable(offer.Amounts, data, rules, notes),
            IsHrcq = hrcq,
            TypeAFraction = sum.Sum,
            PrintedNuclides = MixtureRules.Printed(offer.Amounts, facts.Form.IsSpecialForm, data),
            RuleIds = [.. rules.Distinct(StringComparer.Ordinal)],
            Notes = [.. notes.Distinct(StringComparer.Ordinal)],
            NuclideDataVersion = offer.DataVersion,
            Class7DataVersion = data.Version,
            Time = facts.Offer,
        };
    }

    // The order of tests is that of the regulations; the first that fits decides.
    static PackageKind KindOf(PackageFacts facts, IReadOnlyList<NuclideAmount> amounts, SumOfFractions sum, Class7Data data, List<string> rules, out string name)
    {
        if (facts.Kind == OfferKind.EmptyPackaging && facts.IsEmptyInside && ExceptedOutside(facts, data))
            return Say("empty", "173.428", PackageKind.Excepted, rules, out name);
        if (facts.Kind != OfferKind.EmptyPackaging && !MixtureRules.IsClass7(amounts, facts.MassGrams, data))
            return Say("", "173.403,173.436", PackageKind.Exempt, rules, out name);

        var exceptions = data.ExceptionsFor(facts.Form);
        if (facts.Kind == OfferKind.Instrument && ExceptedOutside(facts, data) && sum.Sum <= exceptions.InstrumentPackage
            && facts.InstrumentEachFraction <= exceptions.InstrumentEach
            && facts.InstrumentTenCentimeterNsvPerHour <= data.Whole("instrument_surface_10cm_max"))
        {
            return Say("instrument", "173.424", PackageKind.Excepted, rules, out name);
        }

        if (facts.Kind == OfferKind.Material && sum.Sum <= exceptions.MaterialPackage && ExceptedOutside(facts, data))
            return Say("limited_quantity", "173.421,173.425", PackageKind.Excepted, rules, out name);
        if (sum.Within)
            return Say(facts.Form.IsSpecialForm ? "type_a_special" : "type_a", "173.431,173.433(d)", PackageKind.TypeA, rules, out name);
        return Say(facts.Packaging == PackagingClass.TypeBM ? "type_b_m" : "type_b_u", "173.431", PackageKind.TypeB, rules, out name);
    }

    static PackageKind Say(string shippingName, string rule, PackageKind kind, List<string> rules, out string name)
    {
        name = shippingName;
        rules.Add(rule);
        return kind;
    }

    static bool ExceptedOutside(PackageFacts facts, Class7Data data) =>
        facts.IsClean && facts.Rates.SurfaceNsvPerHour <= data.Whole("excepted_surface_max");

    static SumOfFractions Larger(SumOfFractions left, SumOfFractions right) => right.Sum > left.Sum ? right : left;

    static bool IsHrcq(IReadOnlyList<NuclideAmount> amounts, double sum, Class7Data data, List<string> rules)
    {
        var isHrcq = sum > data.Limit("hrcq_a_multiple") || amounts.Sum(amount => amount.Bq) > data.Limit("hrcq_activity_tbq") * BqPerTbq;
        if (isHrcq) rules.Add("173.403:HRCQ");
        return isHrcq;
    }

    static bool IsReportable(IReadOnlyList<NuclideAmount> amounts, Class7Data data, List<string> rules, List<string> notes)
    {
        var sum = 0.0;
        foreach (var amount in amounts)
        {
            var quantity = data.ReportableQuantity(amount.Nuclide.Symbol);
            sum += amount.Bq / quantity.Bq;
            if (quantity.IsDefault) notes.Add($"RQ_DEFAULT:{amount.Nuclide.Symbol}");
            if (!quantity.Verified) notes.Add($"RQ_NOT_VERIFIED:{amount.Nuclide.Symbol}");
        }

        if (sum >= 1) rules.Add("172.203(c)");
        return sum >= 1;
    }

    static IEnumerable<string> Notes(IReadOnlyList<NuclideAmount> amounts, Class7Data data) =>
        from amount in amounts
        where MixtureRules.ValuesOf(amount.Nuclide, data).IsDefault
        select $"DEFAULT_VALUES:{amount.Nuclide.Symbol}";
}
