using Doseline.Kernel.Rules;

namespace Doseline.Inventory.Domain;

/// <summary>What stock is held against before it is recorded: a receipt against what was announced and earlier lots of the material from the supplier, an assay against what is booked.</summary>
/// <remarks>No rule gives these bounds; a site sets its own (PlausibilityService.PutBounds), with the material as product.</remarks>
public static class StockMeasures
{
    /// <summary>Activity received against what was announced, at the same instant.</summary>
    public static Measure Announced { get; } = new("received_over_announced", "The activity, against what was announced,", 0.5, 2);

    /// <summary>Activity received, in becquerels (Bq). Unless set: a fifth to five times of earlier lots of the material from the supplier, once there were three.</summary>
    public static Measure Received { get; } = new("received_bq", "The activity, against other lots of this material,", 0.2, 5);

    /// <summary>Amount received of a cold material, in its unit. Unless set: likewise.</summary>
    public static Measure Amount { get; } = new("received_amount", "The amount, against other lots of this material,", 0.2, 5);

    /// <summary>Activity of an impurity as a fraction of the principal nuclide's at the same instant, with the impurity as item. Unless set: a fifth to five times of earlier lots, once there were three.</summary>
    public static Measure Impurity { get; } = new("impurity_fraction", "The impurity, as a part of the principal nuclide,", 0.2, 5);

    /// <summary>Activity measured against what is booked for the holding at the same instant.</summary>
    public static Measure Assay { get; } = new("assay_over_booked", "The activity, against what is booked,", 0.5, 2);

    /// <summary>Every measure of stock.</summary>
    public static IReadOnlyList<Measure> All { get; } = [Announced, Received, Impurity, Amount, Assay];

    /// <summary>Of a receipt of radioactive material.</summary>
    /// <param name="material">Material.</param>
    /// <param name="contents">What was declared, the principal nuclide first.</param>
    /// <param name="announcedBq">The principal nuclide as announced, at its reference, in becquerels (Bq); null without an announcement.</param>
    /// <param name="earlier">What earlier lots were declared to hold, likewise.</param>
    public static IEnumerable<Asked?> Of(string material, IReadOnlyList<BookedLine> contents, double? announcedBq, IEnumerable<IReadOnlyList<BookedLine>> earlier)
    {
        var principal = contents[0];
        List<IReadOnlyList<BookedLine>> alike = [.. earlier.Where(e => e is [var first, ..] && first.Nuclide == principal.Nuclide)];
        return
        [
            Announced.Against(material, "", "contents[0].activity_bq", "bq", principal.Bq, announcedBq, principal.Reference),
            Received.AgainstUsual(material, "", "contents[0].activity_bq", "bq", principal.Bq, alike.Select(e => e[0].Bq)) with { Reference = principal.Reference },
            .. contents.Skip(1).Select((line, index) => Impurity.AgainstUsual(material, line.Nuclide, $"contents[{index + 1}].activity_bq", "fraction", Share(contents, line.Nuclide), alike.Select(e => Share(e, line.Nuclide)))),
        ];
    }

    static double Share(IReadOnlyList<BookedLine> of, string nuclide) => of.Where(l => l.Nuclide == nuclide).Sum(l => l.At(of[0].Reference)) / of[0].Bq;

    /// <summary>Of a receipt of cold material.</summary>
    /// <param name="material">Material.</param>
    /// <param name="quantity">Amount in the unit of the material.</param>
    /// <param name="unit">That unit.</param>
    /// <param name="earlier">Amounts of earlier lots.</param>
    public static Asked Of(string material, decimal quantity, string unit, IEnumerable<decimal> earlier) =>
        Amount.AgainstUsual(material, "", "quantity", unit, (double)quantity, earlier.Select(q => (double)q));
}
