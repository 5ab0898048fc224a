using Doseline.Kernel.Rules;
using Doseline.Shipping.Domain.Class7;

namespace Doseline.Shipping.Domain;

/// <summary>Licence of a customer, as Orders published it.</summary>
/// <param name="CustomerId">Customer.</param>
/// <param name="Number">Licence number; empty when none is on file.</param>
/// <param name="Expire">Last instant of validity; null when none is on file.</param>
/// <param name="Lines">What it allows.</param>
public sealed record ConsigneeLicence(string CustomerId, string Number, DateTimeOffset? Expire, IReadOnlyList<LicenceLine> Lines);

/// <summary>One nuclide of a licence.</summary>
/// <param name="Nuclide">Symbol.</param>
/// <param name="LimitBq">Most that one delivery may bring, in Bq at delivery.</param>
/// <param name="Form">Chemical or physical form; <c>any</c> for every form.</param>
public sealed record LicenceLine(string Nuclide, double LimitBq, string Form);

/// <summary>
/// Verification before transfer: the licence must allow type, form and quantity (10 CFR 30.41(c), (d)); looked at again at the moment of shipping.
/// </summary>
public static class LicenceRules
{
    /// <summary>Words for a form on a licence line.</summary>
    public static string FormText(MaterialForm form) => form switch
    {
        { IsSpecialForm: true } => "sealed source",
        { Phase: Phase.Solid } => "unsealed solid",
        { Phase: Phase.Liquid } => "unsealed liquid",
        { Phase: Phase.Gas } => "unsealed gas",
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "unknown form"),
    };

    /// <summary>Every reason why the licence does not cover a delivery.</summary>
    /// <param name="licence">Licence; null when the customer is unknown.</param>
    /// <param name="customerId">Customer.</param>
    /// <param name="atDelivery">Activity of each nuclide that counts, at delivery: product nuclides and those the paper prints.</param>
    /// <param name="form">Form of the contents.</param>
    /// <param name="chemicalForm">Chemical form of the contents.</param>
    /// <param name="now">Moment of shipping.</param>
    /// <param name="delivery">Planned delivery.</param>
    public static List<Refusal> Check(
        ConsigneeLicence? licence, string customerId, IReadOnlyList<NuclideAmount> atDelivery, MaterialForm form, string chemicalForm, DateTimeOffset now, DateTimeOffset delivery)
    {
        var resource = $"customers/{customerId}";
        if (licence is null || licence.Number is "" || licence.Expire is not { } expire)
            return [Refusal.State(resource, "CONSIGNEE_LICENCE_MISSING", "No licence of the customer is on file.")];
        List<Refusal> refusals = [];
        if (expire < delivery || expire < now)
        {
            refusals.Add(Refusal.State(resource, "CONSIGNEE_LICENCE_EXPIRED", "The customer's licence expires before delivery.")
                .With("licence_number", licence.Number).With("licence_expire_time", expire).With("delivery_time", delivery));
        }

        foreach (var amount in atDelivery)
        {
            var ofNuclide = licence.Lines.Where(line => line.Nuclide == amount.Nuclide.Symbol).ToList();
            if (ofNuclide is [])
            {
                refusals.Add(Refusal.State(resource, "CONSIGNEE_NUCLIDE_NOT_LICENSED", $"The customer's licence does not name {amount.Nuclide.Symbol}.")
                    .With("nuclide", amount.Nuclide.Symbol).With("licence_number", licence.Number));
                continue;
            }

            var ofForm = ofNuclide.Where(line => Fits(line.Form, form, chemicalForm)).ToList();
            if (ofForm is [])
            {
                refusals.Add(Refusal.State(resource, "CONSIGNEE_FORM_NOT_LICENSED", $"The customer's licence does not allow {amount.Nuclide.Symbol} in this form.")
                    .With("nuclide", amount.Nuclide.Symbol).With("form", FormText(form)).With("forms_licensed", string.Join(", ", ofNuclide.Select(line => line.Form))));
                continue;
            }

            var limit = ofForm.Max(line => line.LimitBq);
            if (amount.Bq > limit)
            {
                refusals.Add(Refusal.State(resource, "CONSIGNEE_LIMIT_EXCEEDED", $"{amount.Nuclide.Symbol} at delivery exceeds what the customer may receive.")
                    .With("nuclide", amount.Nuclide.Symbol).With("at_delivery_bq", amount.Bq).With("limit_bq", limit).With("delivery_time", delivery));
            }
        }

        return refusals;
    }

    static bool Fits(string licensed, MaterialForm form, string chemicalForm) =>
        licensed.Equals("any", StringComparison.OrdinalIgnoreCase)
        || licensed.Equals(FormText(form), StringComparison.OrdinalIgnoreCase)
        || licensed.Equals(chemicalForm, StringComparison.OrdinalIgnoreCase);
}
