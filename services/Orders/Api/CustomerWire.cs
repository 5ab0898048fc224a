using Doseline.Kernel.Decay;
using Doseline.Kernel.Ids;
using Doseline.Kernel.Rules;
using Doseline.Orders.Domain;
using Doseline.Platform.Rpc;

namespace Doseline.Orders.Api;

/// <summary>Customers between wire and domain, and their fact.</summary>
static class CustomerWire
{
    /// <summary>The identifier that belongs to a code.</summary>
    public static string IdOf(string code) => Id.From("customer", code);

    /// <summary>Reads a customer as sent.</summary>
    public static Decision<Customer> Read(V1.Customer? sent, long version, DateTimeOffset now)
    {
        if (sent is null) return Refusal.Invalid("customer", "FIELD_REQUIRED", "customer is required.");
        if (sent.Licence is null) return Refusal.Invalid("customer.licence", "FIELD_REQUIRED", "customer.licence is required.");
        List<Refusal> refusals = [];
        var licence = sent.Licence;
        var customer = new Customer
        {
            Id = IdOf(sent.Code),
            Code = sent.Code,
            Name = sent.Name,
            AddressLines = [.. sent.AddressLines],
            Zone = sent.Zone,
            Licence = new(
                licence.Number, licence.IssuingAgency,
                licence.ExpireTime.Read("customer.licence.expire_time").OrAdd(refusals),
                licence.EvidenceTime.Read("customer.licence.evidence_time").OrAdd(refusals),
                [.. licence.Lines.Select(l => new LicenceLine(l.Nuclide, l.LimitBq, l.Form))]),
            Currency = sent.Currency,
            TaxBasisPoints = sent.TaxBasisPoints,
            PartnerSubjects = [.. sent.PartnerSubjects],
            Active = sent.Active,
            Version = version,
        };
        CustomerRules.Check(customer, NuclideData.Current, now).OrAdd(refusals);
        return refusals is [] ? customer : refusals;
    }

    /// <summary>A customer as sent.</summary>
    public static V1.Customer Write(Customer customer) => new()
    {
        CustomerId = customer.Id,
        Code = customer.Code,
        Name = customer.Name,
        AddressLines = { customer.AddressLines },
        Zone = customer.Zone,
        Licence = new V1.Licence
        {
            Number = customer.Licence.Number,
            IssuingAgency = customer.Licence.IssuingAgency,
            ExpireTime = customer.Licence.ExpireTime.ToWire(),
            EvidenceTime = customer.Licence.EvidenceTime.ToWire(),
            Lines = { customer.Licence.Lines.Select(l => new V1.LicenceLine { Nuclide = l.Nuclide, LimitBq = l.LimitBq, Form = l.Form }) },
        },
        Currency = customer.Currency,
        TaxBasisPoints = customer.TaxBasisPoints,
        PartnerSubjects = { customer.PartnerSubjects },
        Active = customer.Active,
        Version = customer.Version,
    };

    /// <summary>The fact other services learn of a customer: what papers and licence checks need, nothing of money.</summary>
    public static V1.CustomerPublished Fact(Customer customer) => new()
    {
        CustomerId = customer.Id,
        Code = customer.Code,
        Name = customer.Name,
        AddressLines = { customer.AddressLines },
        Zone = customer.Zone,
        LicenceNumber = customer.Licence.Number,
        LicenceExpireTime = customer.Licence.ExpireTime.ToWire(),
        LicenceLines = { customer.Licence.Lines.Select(l => new V1.ConsigneeLicenceLine { Nuclide = l.Nuclide, LimitBq = l.LimitBq, Form = l.Form }) },
    };
}
