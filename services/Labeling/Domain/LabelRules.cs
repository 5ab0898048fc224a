using System.Globalization;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;
using Doseline.Kernel.Units;

namespace Doseline.Labeling.Domain;

/// <summary>Fills a label from the record. Nothing on it comes from anywhere else.</summary>
public static class LabelRules
{
    /// <summary>Placeholder of the code.</summary>
    public const string DataMatrix = "data_matrix";

    /// <summary>Placeholders a template may use, beside <see cref="DataMatrix"/>.</summary>
    public static IReadOnlyList<string> Placeholders { get; } =
    [
        "product_name", "product_code", "batch_number", "dose_id", "order_id", "print_id", "copy_number", "serial", "nuclide", "instrument_id",
        "measured_mbq", "measured_mci", "measured_time_utc", "measured_time_local",
        "calibration_mbq", "calibration_mci", "calibration_time_utc", "calibration_time_local",
        "volume_ml", "concentration_mbq_per_ml", "expire_time_utc", "expire_time_local", "template",
    ];

    /// <summary>
    /// Placeholders without which a label of a radioactive dose says too little (Directive 2001/83/EC article 66; 21 CFR 211.130): name, nuclide,
    /// batch, activity with its instant, volume and expiry with its zone.
    /// </summary>
    public static IReadOnlyList<string> Needed { get; } =
        ["product_name", "nuclide", "batch_number", "calibration_mbq", "calibration_time_local", "volume_ml", "expire_time_local", DataMatrix];

    const int ShortTextMax = 20; // longest value of AI 10 and 21

    /// <summary>Fills a template, or says what in the record cannot stand in a code.</summary>
    public static Decision<FilledLabel> Fill(DoseOnLabel dose, LabelTemplate template, LabelNumbers numbers)
    {
        List<Refusal> refusals = [];
        if (dose.BatchNumber.Length is 0 or > ShortTextMax || !ElementString.IsSet82(dose.BatchNumber))
        {
            refusals.Add(Refusal.State($"doses/{dose.DoseId}", "BATCH_NUMBER_NOT_CODABLE", $"Batch number '{dose.BatchNumber}' does not fit the code: 1 to {ShortTextMax} of GS1's 82 characters.")
                .With("batch_number", dose.BatchNumber).With("length_max", ShortTextMax));
        }

        if (!ElementString.IsSet82(dose.ProductCode))
            refusals.Add(Refusal.State($"doses/{dose.DoseId}", "PRODUCT_CODE_NOT_CODABLE", $"Product code '{dose.ProductCode}' has a character outside GS1's 82.").With("product_code", dose.ProductCode));
        if (refusals is not []) return refusals;

        var elements = Elements(dose, template.Zone, numbers);
        var fields = Fields(dose, template, numbers);
        return new FilledLabel(Zpl.Fill(template.Zpl, fields, ElementString.Data(elements)), elements, fields);
    }

    /// <summary>
    /// Elements of the code. With a GTIN: (01), expiry (7003), batch (10), serial (21). Without one those identifiers would break GS1's
    /// association rules, so the company-internal ones stand in: product (91), batch (92), expiry (93), serial (94).
    /// </summary>
    public static IReadOnlyList<Element> Elements(DoseOnLabel dose, string zone, LabelNumbers numbers)
    {
        // AI 7003 is local time without a zone (GS1 General Specifications 3.7.4); the zone is the template's and is printed beside it.
        // Seconds are cut: an expiry is rounded down, never up.
        var expiry = Zones.Show(dose.Expire, zone).Local.ToString("yyMMddHHmm", CultureInfo.InvariantCulture);
        return numbers.Gtin.Length > 0
            ? [new("01", numbers.Gtin), new("7003", expiry), new("10", dose.BatchNumber), new("21", numbers.Serial)]
            : [new("91", dose.ProductCode), new("92", dose.BatchNumber), new("93", expiry), new("94", numbers.Serial)];
    }

    static Dictionary<string, string> Fields(DoseOnLabel dose, LabelTemplate template, LabelNumbers numbers)
    {
        var calibration = dose.Calibration ?? dose.Measured.Reference;
        var calibrated = dose.Measured.At(calibration);
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["product_name"] = dose.ProductName,
            ["product_code"] = dose.ProductCode,
            ["batch_number"] = dose.BatchNumber,
            ["dose_id"] = dose.DoseId,
            ["order_id"] = dose.OrderId,
            ["print_id"] = numbers.PrintId,
            ["copy_number"] = numbers.CopyNumber.ToString(CultureInfo.InvariantCulture),
            ["serial"] = numbers.Serial,
            ["nuclide"] = dose.Measured.Nuclide.Symbol,
            ["instrument_id"] = dose.InstrumentId,
            // Both units from the same unrounded value, never one from the other's rounded figure.
            ["measured_mbq"] = Figures.Round(dose.Measured.Amount.In(ActivityUnit.MBq)),
            ["measured_mci"] = Figures.Round(dose.Measured.Amount.In(ActivityUnit.MilliCi)),
            ["measured_time_utc"] = Text(dose.Measured.Reference, "UTC"),
            ["measured_time_local"] = Text(dose.Measured.Reference, template.Zone),
            ["calibration_mbq"] = Figures.Round(calibrated.In(ActivityUnit.MBq)),
            ["calibration_mci"] = Figures.Round(calibrated.In(ActivityUnit.MilliCi)),
            ["calibration_time_utc"] = Text(calibration, "UTC"),
            ["calibration_time_local"] = Text(calibration, template.Zone),
            ["volume_ml"] = Figures.Round(dose.VolumeMl, 3),
            ["concentration_mbq_per_ml"] = dose.VolumeMl > 0 ? Figures.Round(calibrated.In(ActivityUnit.MBq) / dose.VolumeMl) : "",
            ["expire_time_utc"] = Text(dose.Expire, "UTC"),
            ["expire_time_local"] = Text(dose.Expire, template.Zone),
            ["template"] = string.Create(CultureInfo.InvariantCulture, $"{template.Code} v{template.Version}"),
        };
    }

    static string Text(DateTimeOffset instant, string zone) => Zones.Show(instant, zone).ToString();
}
