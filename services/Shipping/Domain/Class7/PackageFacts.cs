using Doseline.Kernel.Decay;

namespace Doseline.Shipping.Domain.Class7;

/// <summary>What is offered for transport.</summary>
public enum OfferKind
{
    /// <summary>Radioactive material.</summary>
    Material,

    /// <summary>Instruments or articles that hold it.</summary>
    Instrument,

    /// <summary>A packaging that held it.</summary>
    EmptyPackaging,
}

/// <summary>What a packaging was built and tested as.</summary>
public enum PackagingClass
{
    /// <summary>For exempt and excepted contents only.</summary>
    Excepted,

    /// <summary>Type A.</summary>
    TypeA,

    /// <summary>Type B(U).</summary>
    TypeBU,

    /// <summary>Type B(M).</summary>
    TypeBM,
}

/// <summary>What the type decision looks at.</summary>
public sealed record PackageFacts
{
    /// <summary>Every nuclide as measured, of every dose.</summary>
    public required IReadOnlyList<CalibratedActivity> Measured { get; init; }

    /// <summary>Form of the contents.</summary>
    public required MaterialForm Form { get; init; }

    /// <summary>Mass in grams; null when not weighed: the concentration then counts as above every exemption.</summary>
    public double? MassGrams { get; init; }

    /// <summary>Dose rates as measured; never decayed.</summary>
    public required DoseRates Rates { get; init; }

    /// <summary>True when removable contamination is within 49 CFR 173.443(a).</summary>
    public required bool IsClean { get; init; }

    /// <summary>What is offered.</summary>
    public OfferKind Kind { get; init; } = OfferKind.Material;

    /// <summary>For instruments: most activity of one, as a part of A1 or A2, and dose rate at 10 cm within its limit.</summary>
    public double InstrumentEachFraction { get; init; }

    /// <summary>For instruments: highest dose rate at 10 cm from a bare one in nSv/h.</summary>
    public long InstrumentTenCentimeterNsvPerHour { get; init; }

    /// <summary>For empty packagings: true when the inside is within 100 times the contamination limit, and it is closed with old labels covered.</summary>
    public bool IsEmptyInside { get; init; }

    /// <summary>What the packaging was built as; names the UN number of Type B.</summary>
    public required PackagingClass Packaging { get; init; }

    /// <summary>Instant of offer.</summary>
    public required DateTimeOffset Offer { get; init; }

    /// <summary>Planned delivery, not before the offer.</summary>
    public required DateTimeOffset Delivery { get; init; }
}

/// <summary>Kinds of package by what is in it.</summary>
public enum PackageKind
{
    /// <summary>Not regulated as Class 7; still licensed material.</summary>
    Exempt,

    /// <summary>Excepted package.</summary>
    Excepted,

    /// <summary>Type A.</summary>
    TypeA,

    /// <summary>Type B.</summary>
    TypeB,
}

/// <summary>What a package is by the rules, with the rules and data that said so.</summary>
public sealed record PackageClassification
{
    /// <summary>Kind.</summary>
    public required PackageKind Kind { get; init; }

    /// <summary>UN number; empty when exempt.</summary>
    public required string UnNumber { get; init; }

    /// <summary>Proper shipping name; empty when exempt.</summary>
    public required string ShippingName { get; init; }

    /// <summary>Category of label.</summary>
    public required Category Category { get; init; }

    /// <summary>Transport index in tenths.</summary>
    public required int TransportIndexTenths { get; init; }

    /// <summary>True when a reportable quantity is reached.</summary>
    public required bool IsReportableQuantity { get; init; }

    /// <summary>True for a highway route controlled quantity.</summary>
    public bool IsHrcq { get; init; }

    /// <summary>Σ A/A2 (A1 for special form), the highest between offer and delivery.</summary>
    public required double TypeAFraction { get; init; }

    /// <summary>Nuclides to print.</summary>
    public required IReadOnlyList<string> PrintedNuclides { get; init; }

    /// <summary>Rules that decided, in order.</summary>
    public required IReadOnlyList<string> RuleIds { get; init; }

    /// <summary>What a person must know.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Version of the nuclide data.</summary>
    public required string NuclideDataVersion { get; init; }

    /// <summary>Version of the Class 7 tables.</summary>
    public required string Class7DataVersion { get; init; }

    /// <summary>Instant for which the contents were computed: the offer.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>True when papers, label and marks of both read alike, whatever the instant.</summary>
    public bool ReadsLike(PackageClassification other) =>
        (Kind, UnNumber, Category, TransportIndexTenths, IsReportableQuantity, IsHrcq, Class7DataVersion, NuclideDataVersion)
            == (other.Kind, other.UnNumber, other.Category, other.TransportIndexTenths, other.IsReportableQuantity, other.IsHrcq, other.Class7DataVersion, other.NuclideDataVersion)
        && PrintedNuclides.SequenceEqual(other.PrintedNuclides, StringComparer.Ordinal);
}
