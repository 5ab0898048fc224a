namespace Doseline.Kernel.Decay;

/// <summary>Where a group of values comes from.</summary>
/// <param name="Values">What it covers: <c>half_life</c>, <c>branches</c>, <c>transport</c>, <c>label_quantity</c> or <c>category</c>.</param>
/// <param name="Source">The publication.</param>
/// <param name="Trust">How it was checked: <c>read</c> (in the source or a faithful copy) or <c>recalled</c> (not re-read: check before use).</param>
public sealed record ValueSource(string Values, string Source, string Trust);
