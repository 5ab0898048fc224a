using System.Globalization;

namespace Doseline.Kernel.Decay;

/// <summary>A value of a regulatory table: as listed for the nuclide, or the one the table gives for everything it does not list.</summary>
/// <param name="Value">The value, in the unit of the table.</param>
/// <param name="IsDefault">True when the nuclide has no row of its own.</param>
public readonly record struct ListedValue(double Value, bool IsDefault);

public sealed partial class NuclideData
{
    // Nd-144 is the lightest nuclide of nature that decays by alpha.
    const int LightestAlphaMass = 144;

    // 10 CFR 20 Appendix C, last lines (recalled): any alpha emitter not listed above, any other radionuclide not listed above.
    const double UnlistedAlphaMicroCi = 0.001;
    const double UnlistedMicroCi = 0.01;

    /// <summary>
    /// True unless the data show that neither the nuclide nor anything that follows it decays by alpha, that is, into a daughter four mass numbers lighter.
    /// What is heavy and not followed counts as an alpha emitter.
    /// </summary>
    /// <exception cref="ArgumentException">The nuclide is unknown.</exception>
    public bool MayEmitAlpha(string symbol)
    {
        var chain = ChainOf(symbol);
        return chain.NotFollowed.Any(IsHeavy) || chain.Members.Any(member => !member.IsStable
            && (member.Branches.Any(branch => MassOf(branch.Daughter) == MassOf(member.Symbol) - 4) || (member.Branches is [] && IsHeavy(member.Symbol))));
    }

    /// <summary>Quantity of 10 CFR 20 Appendix C in µCi: what is not listed has the table's own default, never none.</summary>
    /// <exception cref="ArgumentException">The nuclide is unknown.</exception>
    public ListedValue LabelQuantityMicroCi(string symbol) => Find(symbol)?.LabelQuantityMicroCi is { } listed
        ? new(listed, IsDefault: false)
        : new(MayEmitAlpha(symbol) ? UnlistedAlphaMicroCi : UnlistedMicroCi, IsDefault: true);

    static bool IsHeavy(string symbol) => MassOf(symbol) >= LightestAlphaMass;

    // Lu-177m: element, hyphen, mass number, isomer.
    static int MassOf(string symbol) => int.Parse(symbol[(symbol.IndexOf('-', StringComparison.Ordinal) + 1)..].TrimEnd('m', 'n'), CultureInfo.InvariantCulture);
}
