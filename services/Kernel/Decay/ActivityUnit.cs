namespace Doseline.Kernel.Decay;

/// <summary>A unit in which people state radioactivity; 1 Ci is exactly 3.7×10¹⁰ Bq.</summary>
public enum ActivityUnit
{
    /// <summary>Becquerel: one decay per second.</summary>
    Bq,

    /// <summary>10³ Bq.</summary>
    KBq,

    /// <summary>10⁶ Bq.</summary>
    MBq,

    /// <summary>10⁹ Bq.</summary>
    GBq,

    /// <summary>10¹² Bq.</summary>
    TBq,

    /// <summary>Microcurie: exactly 37 000 Bq.</summary>
    MicroCi,

    /// <summary>Millicurie: exactly 37 000 000 Bq.</summary>
    MilliCi,

    /// <summary>Curie: exactly 37 000 000 000 Bq.</summary>
    Ci,
}
