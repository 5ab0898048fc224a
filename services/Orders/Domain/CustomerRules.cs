using Doseline.Kernel.Decay;
using Doseline.Kernel.Money;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;

namespace Doseline.Orders.Domain;

/// <summary>What a customer record must be.</summary>
public static class CustomerRules
{
    /// <summary>Most lines of an address, of a licence, and most partner systems.</summary>
    public const int LinesMax = 100;

    /// <summary>Highest tax, in basis points: 100 %.</summary>
    public const int TaxBasisPointsMax = 10_000;

    /// <summary>Checks a customer before it is kept. An expired licence may be kept: orders under it are refused.</summary>
    public static Decision<Customer> Check(Customer customer, NuclideData data, DateTimeOffset now)
    {
        List<Refusal> refusals = [];
        ProductRules.RequireCode(refusals, customer.Code, "customer.code");
        refusals.RequireText(customer.Name, "customer.name");
        RequireLines(refusals, customer.AddressLines, "customer.address_lines", countMin: 1);
        RequireLines(refusals, customer.PartnerSubjects, "customer.partner_subjects", countMin: 0);
        if (!Zones.Exists(customer.Zone))
        {
            refusals.Add(Refusal.Invalid("customer.zone", "ZONE_UNKNOWN", $"'{customer.Zone}' is not a time zone of the IANA database {Zones.TzdbVersion}.")
                .With("zone", customer.Zone).With("tzdb_version", Zones.TzdbVersion));
        }

        Currency.Read(customer.Currency, "customer.currency").OrAdd(refusals);
        if (customer.TaxBasisPoints is < 0 or > TaxBasisPointsMax)
        {
            refusals.Add(Refusal.Invalid("customer.tax_basis_points", "TAX_OUT_OF_RANGE", $"tax_basis_points must be from 0 to {TaxBasisPointsMax}.")
                .With("tax_basis_points", customer.TaxBasisPoints).With("tax_basis_points_max", TaxBasisPointsMax));
        }

        Check(refusals, customer.Licence, data, now);
        return refusals is [] ? customer : refusals;
    }

    static void Check(List<Refusal> refusals, Licence licence, NuclideData data, DateTimeOffset now)
    {
        refusals.RequireText(licence.Number, "customer.licence.number");
        refusals.RequireText(licence.IssuingAgency, "customer.licence.issuing_agency");
        refusals.AddRange(new EventSpan(now).Against("customer.licence.evidence_time", licence.EvidenceTime));
        if (licence.Lines.Count is 0 or > LinesMax)
            refusals.Add(Refusal.Invalid("customer.licence.lines", "LICENCE_LINES_REQUIRED", $"A licence has 1 to {LinesMax} lines.").With("lines_max", LinesMax));
        for (var i = 0; i < Math.Min(licence.Lines.Count, LinesMax); i++)
        {
            var (line, field) = (licence.Lines[i], $"customer.licence.lines[{i}]");
            if (data.Find(line.Nuclide) is not { IsStable: false })
            {
                refusals.Add(Refusal.Invalid($"{field}.nuclide", "NUCLIDE_UNKNOWN", $"'{line.Nuclide}' is not a radioactive nuclide of nuclide data {data.Version}.")
                    .With("nuclide", line.Nuclide).With("data_version", data.Version));
            }

            refusals.RequirePositive(line.LimitBq, $"{field}.limit_bq");
            refusals.RequireText(line.Form, $"{field}.form");
        }
    }

    static void RequireLines(List<Refusal> refusals, IReadOnlyList<string> lines, string field, int countMin)
    {
        if (lines.Count < countMin || lines.Count > LinesMax || lines.Any(line => string.IsNullOrWhiteSpace(line) || line.Length > 200))
        {
            refusals.Add(Refusal.Invalid(field, "LINES_MALFORMED", $"{field} has {countMin} to {LinesMax} lines of 1 to 200 characters.")
                .With("count", lines.Count).With("count_min", countMin).With("count_max", LinesMax));
        }
    }
}
