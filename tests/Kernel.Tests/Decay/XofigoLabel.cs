namespace Doseline.Kernel.Tests.Decay;

/// <summary>
/// The decay factors on the US label of Xofigo: day d at noon US Central, the reference at noon Central European Time seven
/// hours before, and 11.43 d although the text says 11.4 d.
/// </summary>
static class XofigoLabel
{
    public static double Factor(int day) =>
        CheckData.With("Ra-223", "11.43", "d").DecayFactor(new TimeSpan(day * 24 + 7, 0, 0));
}
