namespace Doseline.Orders.Domain;

/// <summary>A hospital, clinic or pharmacy that receives doses.</summary>
public sealed record Customer
{
    /// <summary>Identifier, derived from the code.</summary>
    public required string Id { get; init; }

    /// <summary>Short code people know it by; never changes.</summary>
    public required string Code { get; init; }

    /// <summary>Name for papers.</summary>
    public required string Name { get; init; }

    /// <summary>Postal address of delivery, one line each.</summary>
    public required IReadOnlyList<string> AddressLines { get; init; }

    /// <summary>IANA zone of the place of delivery.</summary>
    public required string Zone { get; init; }

    /// <summary>Licence under which it may receive.</summary>
    public required Licence Licence { get; init; }

    /// <summary>Currency it is billed in, ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>Tax on an invoice, in 1/10000 of the net amount.</summary>
    public required int TaxBasisPoints { get; init; }

    /// <summary>Token subjects of partner systems that order for it.</summary>
    public required IReadOnlyList<string> PartnerSubjects { get; init; }

    /// <summary>True when orders are taken.</summary>
    public required bool Active { get; init; }

    /// <summary>Counts changes from 1.</summary>
    public required long Version { get; init; }
}

/// <summary>A radioactive-materials licence, as far as receiving is concerned.</summary>
/// <param name="Number">Licence number.</param>
/// <param name="IssuingAgency">Agency that issued it.</param>
/// <param name="ExpireTime">Last instant at which it is valid.</param>
/// <param name="EvidenceTime">When the copy on file was verified.</param>
/// <param name="Lines">What it allows.</param>
public sealed record Licence(
    string Number, string IssuingAgency, DateTimeOffset ExpireTime, DateTimeOffset EvidenceTime, IReadOnlyList<LicenceLine> Lines);

/// <summary>One nuclide of a licence.</summary>
/// <param name="Nuclide">Nuclide symbol.</param>
/// <param name="LimitBq">Most that one delivery may bring, at delivery, in becquerels.</param>
/// <param name="Form">Chemical or physical form; <c>any</c> covers every form.</param>
public sealed record LicenceLine(string Nuclide, double LimitBq, string Form);
