using Doseline.Kernel.Decay;

namespace Doseline.Labeling.Domain;

/// <summary>What the batch record says of a dose, as far as its label shows it.</summary>
public sealed record DoseOnLabel
{
    /// <summary>Dose identifier.</summary>
    public required string DoseId { get; init; }

    /// <summary>Order.</summary>
    public required string OrderId { get; init; }

    /// <summary>Batch number.</summary>
    public required string BatchNumber { get; init; }

    /// <summary>Product code.</summary>
    public required string ProductCode { get; init; }

    /// <summary>Product name.</summary>
    public required string ProductName { get; init; }

    /// <summary>Measured activity.</summary>
    public required CalibratedActivity Measured { get; init; }

    /// <summary>Calibration instant of the order (UTC): the activity is also shown for it; null shows the measurement alone.</summary>
    public required DateTimeOffset? Calibration { get; init; }

    /// <summary>Volume in millilitres (mL).</summary>
    public required double VolumeMl { get; init; }

    /// <summary>Instant after which the dose may not be given (UTC).</summary>
    public required DateTimeOffset Expire { get; init; }

    /// <summary>Instrument it was measured with.</summary>
    public required string InstrumentId { get; init; }
}

/// <summary>The numbers of one label.</summary>
/// <param name="PrintId">Print identifier.</param>
/// <param name="CopyNumber">Copy, from 1.</param>
/// <param name="Serial">Serial.</param>
/// <param name="Gtin">GTIN-14; empty for none.</param>
public sealed record LabelNumbers(string PrintId, int CopyNumber, string Serial, string Gtin);

/// <summary>A template, as far as filling needs it.</summary>
/// <param name="Code">Code.</param>
/// <param name="Version">Version.</param>
/// <param name="Zpl">ZPL II with placeholders.</param>
/// <param name="Zone">IANA zone of local times.</param>
public sealed record LabelTemplate(string Code, long Version, string Zpl, string Zone);

/// <summary>A label ready to print.</summary>
/// <param name="Zpl">ZPL II as sent to the printer.</param>
/// <param name="Elements">Elements of its code.</param>
/// <param name="Fields">Texts by placeholder.</param>
public sealed record FilledLabel(string Zpl, IReadOnlyList<Element> Elements, IReadOnlyDictionary<string, string> Fields);
