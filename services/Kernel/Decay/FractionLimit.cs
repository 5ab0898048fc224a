namespace Doseline.Kernel.Decay;

/// <summary>How a sum of fractions is compared with one; rules differ, so each names its own.</summary>
public enum FractionLimit
{
    /// <summary>The sum may be 1 (Σ ≤ 1).</summary>
    AtMostOne,

    /// <summary>The sum must stay below 1 (Σ &lt; 1).</summary>
    BelowOne,
}
