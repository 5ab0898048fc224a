using Doseline.Kernel.Units;

namespace Doseline.Kernel.Decay;

/// <summary>The units of the table in which people state radioactivity, by name; 1 Ci is exactly 3.7×10¹⁰ Bq.</summary>
public static class ActivityUnit
{
    /// <summary>Becquerel: one decay per second.</summary>
    public static Unit Bq { get; } = UnitTable.Find("Bq")!;

    /// <summary>10³ Bq.</summary>
    public static Unit KBq { get; } = UnitTable.Find("kBq")!;

    /// <summary>10⁶ Bq.</summary>
    public static Unit MBq { get; } = UnitTable.Find("MBq")!;

    /// <summary>10⁹ Bq.</summary>
    public static Unit GBq { get; } = UnitTable.Find("GBq")!;

    /// <summary>10¹² Bq.</summary>
    public static Unit TBq { get; } = UnitTable.Find("TBq")!;

    /// <summary>Microcurie: exactly 37 000 Bq.</summary>
    public static Unit MicroCi { get; } = UnitTable.Find("µCi")!;

    /// <summary>Millicurie: exactly 37 000 000 Bq.</summary>
    public static Unit MilliCi { get; } = UnitTable.Find("mCi")!;

    /// <summary>Curie: exactly 37 000 000 000 Bq.</summary>
    public static Unit Ci { get; } = UnitTable.Find("Ci")!;
}
