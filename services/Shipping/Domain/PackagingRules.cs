using Doseline.Kernel.Rules;
using Doseline.Shipping.Domain.Class7;

namespace Doseline.Shipping.Domain;

/// <summary>Whether a packaging, a vehicle and an aircraft may carry what a package turned out to be.</summary>
public static class PackagingRules
{
    /// <summary>Every reason why the packaging does not fit the contents.</summary>
    public static List<Refusal> Check(PackagingSpec packaging, PackageClassification classification, MaterialForm form, double totalBq)
    {
        List<Refusal> refusals = [];
        var resource = $"packagings/{packaging.Id}";
        var fits = classification.Kind switch
        {
            PackageKind.TypeB => packaging.Kind is PackagingClass.TypeBU or PackagingClass.TypeBM,
            PackageKind.TypeA => packaging.Kind is not PackagingClass.Excepted,
            _ => true,
        };
        if (!fits)
        {
            refusals.Add(Refusal.State(resource, "PACKAGING_TYPE_INSUFFICIENT", $"The contents need {Text(classification.Kind)}; the packaging is {packaging.Kind}.")
                .With("needed", classification.Kind).With("packaging_kind", packaging.Kind).With("a2_fraction", classification.TypeAFraction));
        }

        // 49 CFR 173.412(k), 173.466: Type A packagings for liquids pass further tests.
        if (fits && classification.Kind == PackageKind.TypeA && form.Phase == Phase.Liquid && !packaging.TestedForLiquids)
            refusals.Add(Refusal.State(resource, "PACKAGING_NOT_TESTED_FOR_LIQUIDS", "The packaging was not tested for liquids."));
        if (packaging.LimitBq is { } limit && totalBq > limit)
            refusals.Add(Refusal.State(resource, "PACKAGING_LIMIT_EXCEEDED", "The contents exceed what the packaging's evidence covers.").With("total_bq", totalBq).With("limit_bq", limit));
        return refusals;
    }

    /// <summary>Every reason why a carrier may not take the package (49 CFR 173.441, 175.700).</summary>
    public static List<Refusal> CheckCarriage(PackageClassification classification, CarrierOffer offer, Class7Data data)
    {
        List<Refusal> refusals = [];
        if (classification.Category == Category.YellowIIIExclusiveUse && !offer.ExclusiveUse)
            refusals.Add(Refusal.State($"carrierServices/{offer.Id}", "EXCLUSIVE_USE_REQUIRED", "Transport index or surface dose rate allow carriage under exclusive use only.").With("transport_index_tenths", classification.TransportIndexTenths));
        var limit = offer.Mode switch
        {
            CarriageMode.PassengerAircraft => data.Whole("passenger_aircraft_ti_max"),
            CarriageMode.CargoAircraft => data.Whole("cargo_aircraft_ti_max"),
            _ => long.MaxValue,
        };
        if (classification.TransportIndexTenths > limit)
        {
            refusals.Add(Refusal.State($"carrierServices/{offer.Id}", "TRANSPORT_INDEX_ABOVE_AIRCRAFT_LIMIT", "The transport index exceeds what this aircraft may carry.")
                .With("transport_index_tenths", classification.TransportIndexTenths).With("limit_tenths", limit));
        }

        return refusals;
    }

    static string Text(PackageKind kind) => kind switch
    {
        PackageKind.TypeA => "a Type A packaging",
        PackageKind.TypeB => "a Type B packaging",
        _ => "any good packaging",
    };
}
