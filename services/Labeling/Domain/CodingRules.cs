using Doseline.Kernel.Ids;
using Doseline.Kernel.Rules;

namespace Doseline.Labeling.Domain;

/// <summary>What the law of a market says about serialization.</summary>
public enum CodingLaw
{
    /// <summary>Exempt, as radioactive drugs are under 21 USC 360eee(13) and Directive 2001/83/EC article 54(o).</summary>
    Exempt,

    /// <summary>Nothing is demanded; the code serves the chain of custody.</summary>
    Voluntary,

    /// <summary>GTIN and serial are demanded.</summary>
    Mandatory,
}

/// <summary>How a product is coded in a market.</summary>
/// <param name="Market">Market; empty for every other.</param>
/// <param name="ProductCode">Product; empty for every other.</param>
/// <param name="Law">What the law says.</param>
/// <param name="Gtin">GTIN-14; empty for none.</param>
public sealed record Coding(string Market, string ProductCode, CodingLaw Law, string Gtin);

/// <summary>Chooses and checks coding policies.</summary>
public static class CodingRules
{
    /// <summary>The policy that fits best: product before market before neither; voluntary without GTIN when none is set.</summary>
    public static Coding For(IEnumerable<Coding> policies, string market, string productCode) =>
        policies.Where(p => (p.ProductCode == productCode || p.ProductCode is "") && (p.Market == market || p.Market is ""))
            .OrderByDescending(p => p.ProductCode.Length > 0).ThenByDescending(p => p.Market.Length > 0).FirstOrDefault()
            ?? new Coding(market, productCode, CodingLaw.Voluntary, "");

    /// <summary>Adds every reason why this cannot be a policy.</summary>
    public static void Check(Coding policy, List<Refusal> refusals)
    {
        if (policy.Gtin.Length > 0 && !(policy.Gtin.Length == 14 && Gtin.IsValid(policy.Gtin)))
        {
            refusals.Add(Refusal.Invalid("policy.gtin", "GTIN_INVALID", $"'{policy.Gtin}' is no GTIN-14: 14 digits, the last one a check digit.").With("gtin", policy.Gtin)
                .With("check_digit_expected", policy.Gtin.Length == 14 && policy.Gtin.All(char.IsAsciiDigit) ? Gtin.CheckDigit(policy.Gtin[..13]) : null));
        }

        if (policy.Gtin.Length > 0 && policy.ProductCode is "")
            refusals.Add(Refusal.Invalid("policy.product_code", "GTIN_OF_NO_PRODUCT", "A GTIN belongs to one product."));
        if (policy.Law is CodingLaw.Mandatory && policy.Gtin is "")
            refusals.Add(Refusal.Invalid("policy.gtin", "GTIN_REQUIRED", "Where serialization is mandatory a dose carries a GTIN."));
    }
}
