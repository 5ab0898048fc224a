using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;

namespace Doseline.Orders.Domain;

/// <summary>Whether a consignee may receive a dose. Asked at acceptance here, and again by Shipping at the moment of shipping.</summary>
public static class LicenceRules
{
    /// <summary>Form of a line that covers every form.</summary>
    public const string AnyForm = "any";

    /// <summary>Every reason why the delivery may not be made; empty when it may.</summary>
    /// <param name="customer">Consignee.</param>
    /// <param name="product">Product.</param>
    /// <param name="wanted">Activity ordered, at its reference instant.</param>
    /// <param name="administration">Instant the amount is given at, for the alternative.</param>
    /// <param name="delivery">Instant of delivery: the licence binds on what arrives, which is more than what is given.</param>
    /// <remarks>10 CFR 30.41(c) and (d): type, form and quantity, and a licence that is current. "Not to exceed" allows equality.</remarks>
    public static List<Refusal> Check(Customer customer, Product product, CalibratedActivity wanted, DateTimeOffset administration, DateTimeOffset delivery)
    {
        List<Refusal> refusals = [];
        var (licence, subject) = (customer.Licence, $"customers/{customer.Id}");
        if (licence.ExpireTime < delivery)
        {
            refusals.Add(Refusal.State(subject, "LICENCE_EXPIRED", $"Licence {licence.Number} of {customer.Code} is not valid at delivery.")
                .With("licence_number", licence.Number).With("expire_time", licence.ExpireTime).With("delivery_time", delivery));
        }

        var lines = licence.Lines.Where(line => line.Nuclide == product.Nuclide).ToList();
        if (lines is [])
        {
            refusals.Add(Refusal.State(subject, "LICENCE_NUCLIDE_MISSING", $"Licence {licence.Number} of {customer.Code} does not cover {product.Nuclide}.")
                .With("licence_number", licence.Number).With("nuclide", product.Nuclide).With("nuclides_licensed", string.Join(',', licence.Lines.Select(l => l.Nuclide).Distinct(StringComparer.Ordinal))));
            return refusals;
        }

        var fitting = lines.Where(line => Covers(line, product)).ToList();
        if (fitting is [])
        {
            refusals.Add(Refusal.State(subject, "LICENCE_FORM_NOT_COVERED", $"Licence {licence.Number} of {customer.Code} covers {product.Nuclide} in other forms only.")
                .With("licence_number", licence.Number).With("form", product.PhysicalForm).With("forms_licensed", string.Join(',', lines.Select(l => l.Form))));
            return refusals;
        }

        var limit = new Activity(fitting.Max(line => line.LimitBq));
        var arriving = wanted.At(delivery);
        if (arriving > limit)
        {
            refusals.Add(Refusal.State(subject, "LICENCE_LIMIT_EXCEEDED", $"{arriving.ToString(ActivityUnit.GBq)} would arrive at {customer.Code}; its licence allows {limit.ToString(ActivityUnit.GBq)} of {product.Nuclide} a delivery.")
                .With("licence_number", licence.Number).With("limit_bq", limit.Bq).With("at_delivery_bq", arriving.Bq).With("delivery_time", delivery)
                .With("nearest_amount_bq", limit.After(administration - delivery, wanted.Nuclide).Bq));
        }

        return refusals;
    }

    static bool Covers(LicenceLine line, Product product) =>
        string.Equals(line.Form, AnyForm, StringComparison.OrdinalIgnoreCase)
        || string.Equals(line.Form, product.PhysicalForm, StringComparison.OrdinalIgnoreCase)
        || string.Equals(line.Form, product.ChemicalForm, StringComparison.OrdinalIgnoreCase);
}
