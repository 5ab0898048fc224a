using System.Text.Json;
using Doseline.Orders.Domain;
using Doseline.Platform.Data;

namespace Doseline.Orders.Data;

#pragma warning disable CS1591 // Columns mean what Domain.Customer says of them.
/// <summary>A customer.</summary>
public sealed class CustomerRow : IGxpRow
{
    public required string Id { get; init; }
    public required string Code { get; init; }
    public required string Name { get; set; }
    public required string AddressLines { get; set; }
    public required string Zone { get; set; }
    public required string LicenceNumber { get; set; }
    public required string LicenceAgency { get; set; }
    public required DateTimeOffset LicenceExpireTime { get; set; }
    public required DateTimeOffset LicenceEvidenceTime { get; set; }
    public required string LicenceLines { get; set; }
    public required string Currency { get; set; }
    public required int TaxBasisPoints { get; set; }
    public required string PartnerSubjects { get; set; }
    public required bool Active { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    /// <summary>The row of a new customer.</summary>
    public static CustomerRow From(Customer customer) => new()
    {
        Id = customer.Id,
        Code = customer.Code,
        Name = customer.Name,
        AddressLines = JsonSerializer.Serialize(customer.AddressLines),
        Zone = customer.Zone,
        LicenceNumber = customer.Licence.Number,
        LicenceAgency = customer.Licence.IssuingAgency,
        LicenceExpireTime = customer.Licence.ExpireTime,
        LicenceEvidenceTime = customer.Licence.EvidenceTime,
        LicenceLines = JsonSerializer.Serialize(customer.Licence.Lines),
        Currency = customer.Currency,
        TaxBasisPoints = customer.TaxBasisPoints,
        PartnerSubjects = JsonSerializer.Serialize(customer.PartnerSubjects),
        Active = customer.Active,
    };

    /// <summary>Takes over everything but id and code.</summary>
    public void Take(Customer customer)
    {
        Name = customer.Name;
        AddressLines = JsonSerializer.Serialize(customer.AddressLines);
        Zone = customer.Zone;
        LicenceNumber = customer.Licence.Number;
        LicenceAgency = customer.Licence.IssuingAgency;
        LicenceExpireTime = customer.Licence.ExpireTime;
        LicenceEvidenceTime = customer.Licence.EvidenceTime;
        LicenceLines = JsonSerializer.Serialize(customer.Licence.Lines);
        Currency = customer.Currency;
        TaxBasisPoints = customer.TaxBasisPoints;
        PartnerSubjects = JsonSerializer.Serialize(customer.PartnerSubjects);
        Active = customer.Active;
    }

    /// <summary>The customer of the row.</summary>
    public Customer ToDomain() => new()
    {
        Id = Id,
        Code = Code,
        Name = Name,
        AddressLines = JsonSerializer.Deserialize<string[]>(AddressLines)!,
        Zone = Zone,
        Licence = new(LicenceNumber, LicenceAgency, LicenceExpireTime, LicenceEvidenceTime, JsonSerializer.Deserialize<LicenceLine[]>(LicenceLines)!),
        Currency = Currency,
        TaxBasisPoints = TaxBasisPoints,
        PartnerSubjects = JsonSerializer.Deserialize<string[]>(PartnerSubjects)!,
        Active = Active,
        Version = Version,
    };
}
