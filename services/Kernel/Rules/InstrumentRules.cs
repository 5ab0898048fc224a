namespace Doseline.Kernel.Rules;

/// <summary>What a piece of equipment is to whoever measures.</summary>
public enum InstrumentKind
{
    /// <summary>It measures nothing.</summary>
    None,

    /// <summary>A meter, a counter, a chromatograph: any instrument that is none of the others.</summary>
    Instrument,

    /// <summary>A dose calibrator.</summary>
    DoseCalibrator,

    /// <summary>A balance.</summary>
    Balance,
}

/// <summary>An instrument as it was at an instant.</summary>
/// <param name="Id">Identifier of the equipment.</param>
/// <param name="Code">Code on its plate.</param>
/// <param name="Kind">What it is.</param>
/// <param name="SiteId">Site it belongs to.</param>
/// <param name="InService">False while it is maintained or not to be used.</param>
/// <param name="QualificationDue">Instant from which it is no longer qualified.</param>
/// <param name="CalibrationDue">Instant from which it is no longer calibrated; null when nobody calibrates it.</param>
public sealed record InstrumentState(string Id, string Code, InstrumentKind Kind, string SiteId, bool InService, DateTimeOffset QualificationDue, DateTimeOffset? CalibrationDue)
{
    /// <summary>Procedure that whoever reads it is trained on; empty for none.</summary>
    public string Procedure { get; init; } = "";
}

/// <summary>What was measured, by its place and instant, and what it takes to measure it.</summary>
/// <param name="SiteId">Site where it was measured.</param>
/// <param name="Time">When it was measured.</param>
/// <param name="Kinds">Kinds of instruments that measure it.</param>
/// <param name="Calibrated">True when the instrument must be calibrated; false where something is looked at and no number is read.</param>
public sealed record Measurement(string SiteId, DateTimeOffset Time, IReadOnlyList<InstrumentKind> Kinds, bool Calibrated)
{
    /// <summary>A reading of a survey meter.</summary>
    public static Measurement Survey(string siteId, DateTimeOffset time) => new(siteId, time, [InstrumentKind.Instrument], Calibrated: true);

    /// <summary>A result of quality control.</summary>
    /// <param name="siteId">Site where it was measured.</param>
    /// <param name="time">When.</param>
    /// <param name="number">True when a number was read.</param>
    public static Measurement Control(string siteId, DateTimeOffset time, bool number) =>
        new(siteId, time, [InstrumentKind.Instrument, InstrumentKind.DoseCalibrator, InstrumentKind.Balance], number);
}

/// <summary>When an instrument's reading counts (A020): it is known, measures such things, belongs to the site, is in service, qualified and calibrated.</summary>
public static class InstrumentRules
{
    /// <summary>Every reason why a reading does not count.</summary>
    /// <param name="field">Field of the request that names the instrument.</param>
    /// <param name="id">Equipment that the request names.</param>
    /// <param name="instrument">The instrument as it was when it was read; null when nothing was known of it then.</param>
    /// <param name="measurement">What was measured.</param>
    public static IEnumerable<Refusal> Against(string field, string id, InstrumentState? instrument, Measurement measurement)
    {
        if (string.IsNullOrWhiteSpace(id))
        {
            yield return Refusal.Invalid(field, "FIELD_REQUIRED", $"{field} is required.");
            yield break;
        }

        var resource = $"equipment/{id}";
        if (instrument is null)
        {
            yield return Refusal.Missing(resource, "EQUIPMENT_UNKNOWN", "Nothing is known of this equipment for when it measured.").With("field", field).With("measure_time", measurement.Time);
            yield break;
        }

        if (!measurement.Kinds.Contains(instrument.Kind))
            yield return Refusal.Invalid(field, "NOT_AN_INSTRUMENT", $"{instrument.Code} does not measure this.").With("kind", instrument.Kind).With("kinds_allowed", string.Join(',', measurement.Kinds));
        if (instrument.SiteId != measurement.SiteId)
            yield return Refusal.Invalid(field, "EQUIPMENT_AT_OTHER_SITE", $"{instrument.Code} is at site {instrument.SiteId}.").With("site_id", instrument.SiteId).With("site_id_measured", measurement.SiteId);
        if (!instrument.InService)
            yield return Refusal.State(resource, "EQUIPMENT_NOT_USABLE", $"{instrument.Code} is in maintenance or out of service.").With("measure_time", measurement.Time);
        if (measurement.Time >= instrument.QualificationDue)
        {
            yield return Refusal.State(resource, "EQUIPMENT_NOT_QUALIFIED", $"The qualification of {instrument.Code} is overdue.")
                .With("qualification_due_time", instrument.QualificationDue).With("measure_time", measurement.Time);
        }

        // A meter whose calibration nobody keeps shows nothing.
        if (measurement.Calibrated && instrument.CalibrationDue is null)
            yield return Refusal.State(resource, "EQUIPMENT_NOT_CALIBRATED", $"{instrument.Code} has no calibration.");
        if (instrument.CalibrationDue is { } due && measurement.Time >= due)
        {
            yield return Refusal.State(resource, "EQUIPMENT_NOT_CALIBRATED", $"The calibration of {instrument.Code} is overdue.")
                .With("calibration_due_time", due).With("measure_time", measurement.Time);
        }
    }
}
