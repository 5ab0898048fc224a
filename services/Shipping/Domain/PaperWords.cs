using System.Globalization;
using Doseline.Shipping.Domain.Class7;

namespace Doseline.Shipping.Domain;

/// <summary>Words of the shipping paper that the regulations fix.</summary>
public static class PaperWords
{
    /// <summary>Category, for example <c>RADIOACTIVE-YELLOW-II</c>; empty without a label.</summary>
    public static string Of(Category category) => category switch
    {
        Category.None => "",
        Category.WhiteI => "RADIOACTIVE-WHITE-I",
        Category.YellowII => "RADIOACTIVE-YELLOW-II",
        Category.YellowIII or Category.YellowIIIExclusiveUse => "RADIOACTIVE-YELLOW-III",
        _ => throw new ArgumentOutOfRangeException(nameof(category), category, "unknown category"),
    };

    /// <summary>Transport index, for example <c>TI 1.2</c>.</summary>
    public static string TransportIndex(int tenths) => string.Create(CultureInfo.InvariantCulture, $"TI {tenths / 10}.{tenths % 10}");

    /// <summary>Kind of package.</summary>
    public static string Of(PackageKind kind) => kind switch
    {
        PackageKind.Exempt => "package",
        PackageKind.Excepted => "Excepted package",
        PackageKind.TypeA => "Type A package",
        PackageKind.TypeB => "Type B package",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "unknown kind"),
    };

    /// <summary>Further statements of 49 CFR 172.203(d) and 172.204(c).</summary>
    /// <param name="classification">What the package is.</param>
    /// <param name="offer">How it travels.</param>
    /// <param name="airDeclaration">The site's approved wording for aircraft; empty when it has none.</param>
    public static IReadOnlyList<string> Statements(PackageClassification classification, CarrierOffer offer, string airDeclaration)
    {
        List<string> statements = [];
        if (classification.IsHrcq) statements.Add("Highway Route Controlled Quantity");
        if (classification.Category == Category.YellowIIIExclusiveUse) statements.Add("Exclusive Use Shipment");
        if (offer.Mode != CarriageMode.Road && airDeclaration is not "") statements.Add(airDeclaration);
        return statements;
    }
}
