using System.Runtime.InteropServices;

namespace Doseline.Shipping.Domain.Class7;

/// <summary>
/// Dose rates of a package in whole nanosieverts per hour: the instrument's resolution is coarser, and whole numbers keep
/// 0.0100 mSv/h × 100 at exactly TI 1.0 where binary fractions would make it 1.1.
/// </summary>
/// <param name="SurfaceNsvPerHour">Highest on the outer surface.</param>
/// <param name="OneMeterNsvPerHour">Highest at 1 m from the outer surface.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DoseRates(long SurfaceNsvPerHour, long OneMeterNsvPerHour)
{
    // TI is 100 times the dose rate at 1 m in mSv/h; a tenth of it is therefore 0.001 mSv/h.
    const long NsvPerHourPerTenth = 1_000;

    /// <summary>Transport index in tenths, rounded up to the next tenth; 0 when the measured index is at most 0.05.</summary>
    /// <remarks>49 CFR 172.403 note 2 and 173.403, ADR 5.1.5.3.1: 1.13 becomes 1.2.</remarks>
    public int TransportIndexTenths(Class7Data data) =>
        OneMeterNsvPerHour <= data.Whole("ti_zero_dose_rate_max")
            ? 0
            : checked((int)((OneMeterNsvPerHour / NsvPerHourPerTenth) + (OneMeterNsvPerHour % NsvPerHourPerTenth > 0 ? 1 : 0)));

    /// <summary>Category of label: the higher result of transport index and surface dose rate (49 CFR 172.403(b), (c)).</summary>
    /// <returns>Null when the surface exceeds what any package may have.</returns>
    /// <param name="data">Tables.</param>
    /// <param name="isHrcq">True for a highway route controlled quantity, which is always YELLOW-III.</param>
    public Category? CategoryOf(Class7Data data, bool isHrcq = false)
    {
        if (SurfaceNsvPerHour > data.Whole("exclusive_surface_max")) return null;
        var byIndex = ByIndex(TransportIndexTenths(data), data);
        var bySurface = BySurface(data);
        var higher = byIndex > bySurface ? byIndex : bySurface;
        return isHrcq && higher < Category.YellowIII ? Category.YellowIII : higher;
    }

    Category BySurface(Class7Data data) =>
        SurfaceNsvPerHour <= data.Whole("white_surface_max") ? Category.WhiteI
        : SurfaceNsvPerHour <= data.Whole("yellow2_surface_max") ? Category.YellowII
        : SurfaceNsvPerHour <= data.Whole("yellow3_surface_max") ? Category.YellowIII
        : Category.YellowIIIExclusiveUse;

    static Category ByIndex(int tenths, Class7Data data) =>
        tenths == 0 ? Category.WhiteI
        : tenths <= data.Whole("yellow2_ti_max") ? Category.YellowII
        : tenths <= data.Whole("yellow3_ti_max") ? Category.YellowIII
        : Category.YellowIIIExclusiveUse;
}

/// <summary>Categories of label, in rising order.</summary>
public enum Category
{
    /// <summary>No Class 7 label.</summary>
    None,

    /// <summary>WHITE-I.</summary>
    WhiteI,

    /// <summary>YELLOW-II.</summary>
    YellowII,

    /// <summary>YELLOW-III.</summary>
    YellowIII,

    /// <summary>YELLOW-III under exclusive use.</summary>
    YellowIIIExclusiveUse,
}
