using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;

namespace Doseline.Execution.Domain;

/// <summary>What a dose calibrator showed, and how it stood.</summary>
/// <param name="InstrumentId">Instrument.</param>
/// <param name="InstrumentCode">Its code.</param>
/// <param name="Setting">Setting for the nuclide.</param>
/// <param name="Geometry">Geometry measured.</param>
/// <param name="Factor">Cross-calibration factor: activity used = shown × factor.</param>
/// <param name="Shown">What it showed, with the instant of measurement.</param>
/// <param name="CalibrationDue">Until when it was calibrated; null when it has no due time.</param>
public sealed record InstrumentReading(string InstrumentId, string InstrumentCode, string Setting, string Geometry, double Factor, CalibratedActivity Shown, DateTimeOffset? CalibrationDue)
{
    /// <summary>As used: shown times factor.</summary>
    public CalibratedActivity Used => Shown.WithAmount(Shown.Amount * Factor);

    static readonly InstrumentKind[] Kinds = [InstrumentKind.DoseCalibrator];

    /// <summary>Whether an instrument may give a reading: a dose calibrator of the site, in service, qualified and calibrated when it was read, with a factor for nuclide and geometry.</summary>
    /// <param name="instrument">Instrument.</param>
    /// <param name="siteId">Site of the batch.</param>
    /// <param name="shown">What it showed.</param>
    /// <param name="geometry">Geometry measured.</param>
    public static Decision<InstrumentReading> Take(Equipment instrument, string siteId, CalibratedActivity shown, string geometry)
    {
        if (instrument.Class is not EquipmentClass.DoseCalibrator)
            return Refusal.Invalid("instrument_id", "NOT_A_DOSE_CALIBRATOR", $"{instrument.Code} is a {instrument.Class}.").With("equipment_class", instrument.Class);
        List<Refusal> refusals = [];
        var factor = instrument.Factors.FirstOrDefault(f => f.Nuclide == shown.Nuclide.Symbol && f.Geometry == geometry);
        if (factor is null)
        {
            refusals.Add(Refusal.State($"equipment/{instrument.Id}", "NO_CROSS_CALIBRATION", $"{instrument.Code} has no cross-calibration for {shown.Nuclide.Symbol} in '{geometry}'.")
                .With("geometry", geometry).With("known", string.Join(';', instrument.Factors.Select(f => $"{f.Nuclide} {f.Geometry}"))));
        }

        refusals.AddRange(InstrumentRules.Against("instrument_id", instrument.Id, instrument.ToInstrument(), new Measurement(siteId, shown.Reference, Kinds, Calibrated: true)));
        return refusals is [] ? new InstrumentReading(instrument.Id, instrument.Code, factor!.Setting, factor.Geometry, factor.Factor, shown, instrument.CalibrationDue) : refusals;
    }
}
