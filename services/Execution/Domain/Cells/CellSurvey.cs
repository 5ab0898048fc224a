using Doseline.Kernel.Rules;

namespace Doseline.Execution.Domain.Cells;

/// <summary>A contamination survey of a hot cell: what a meter showed at places that stand for all of its surfaces.</summary>
/// <param name="BackgroundCpm">Background in counts per minute.</param>
/// <param name="CountSeconds">Counting time of background and of each reading, in seconds.</param>
/// <param name="Efficiency">Counts per decay, with the share that a wipe takes up.</param>
/// <param name="Readings">Readings.</param>
public sealed record CellSurvey(double BackgroundCpm, double CountSeconds, double Efficiency, IReadOnlyList<CellReading> Readings)
{
    /// <summary>
    /// Contamination of the whole cell in becquerels. A reading that cannot be told from background counts as the least that could be: 3 + 4.65·√B
    /// counts, with B counts of background in the same time (NUREG-1507).
    /// </summary>
    public double MeasuredBq => Readings.Sum(r => Math.Max((r.GrossCpm - BackgroundCpm) / 60, DetectableCps) / Efficiency * r.Share);

    /// <summary>The least contamination of the whole cell that this survey could have seen, in becquerels.</summary>
    public double DetectableBq => Readings.Sum(r => DetectableCps / Efficiency * r.Share);

    double DetectableCps => (3 + 4.65 * Math.Sqrt(BackgroundCpm / 60 * CountSeconds)) / CountSeconds;

    /// <summary>Every reason why this survey of that cell cannot count.</summary>
    /// <param name="cell">Hot cell.</param>
    /// <param name="contents">What lies in it.</param>
    /// <param name="instrument">Meter.</param>
    /// <param name="now">Now.</param>
    public List<Refusal> Against(Equipment cell, CellContents contents, Equipment instrument, DateTimeOffset now)
    {
        List<Refusal> refusals = [];
        refusals.RequirePositive(BackgroundCpm, "background_cpm");
        refusals.RequirePositive(CountSeconds, "count_seconds");
        refusals.RequirePositive(Efficiency, "efficiency");
        if (Efficiency > 1) refusals.Add(Refusal.Invalid("efficiency", "EFFICIENCY_ABOVE_ONE", "No meter counts more than what decays.").With("efficiency", Efficiency));
        if (Readings is []) refusals.Add(Refusal.Invalid("readings", "FIELD_REQUIRED", "A survey has at least one reading."));
        foreach (var (reading, at) in Readings.Select((r, i) => (r, i))) refusals.AddRange(reading.Against($"readings[{at}]"));
        refusals.AddRange(CellRules.Between(cell));
        refusals.AddRange(CellRules.CleanedOut(cell, contents));
        refusals.AddRange(InstrumentRules.Against("instrument_id", instrument.Id, instrument.ToInstrument(), Measurement.Survey(cell.SiteId, now)));
        if (refusals is [] && DetectableBq > cell.ClearanceLimitBq)
        {
            refusals.Add(Refusal.Invalid("count_seconds", "SURVEY_NOT_SENSITIVE", "With this background, counting time and efficiency the survey could not have seen the limit; count longer.")
                .With("detectable_bq", DetectableBq).With("limit_bq", cell.ClearanceLimitBq));
        }

        return refusals;
    }
}

/// <summary>A reading of a survey.</summary>
/// <param name="Place">Place in the cell.</param>
/// <param name="GrossCpm">Gross reading in counts per minute.</param>
/// <param name="MeasuredCm2">Area wiped or seen, in square centimetres.</param>
/// <param name="StandsForCm2">Area that it stands for, in square centimetres.</param>
public sealed record CellReading(string Place, double GrossCpm, double MeasuredCm2, double StandsForCm2)
{
    /// <summary>How many times its own area the reading stands for.</summary>
    public double Share => StandsForCm2 / MeasuredCm2;

    /// <summary>What is wrong with it.</summary>
    public List<Refusal> Against(string field)
    {
        List<Refusal> refusals = [];
        refusals.RequireText(Place, $"{field}.place", 64);
        refusals.RequirePositive(GrossCpm, $"{field}.gross_cpm");
        refusals.RequirePositive(MeasuredCm2, $"{field}.measured_cm2");
        refusals.RequirePositive(StandsForCm2, $"{field}.stands_for_cm2");
        if (StandsForCm2 < MeasuredCm2)
            refusals.Add(Refusal.Invalid($"{field}.stands_for_cm2", "AREA_TOO_SMALL", "A reading stands for at least what was measured.").With("measured_cm2", MeasuredCm2).With("stands_for_cm2", StandsForCm2));
        return refusals;
    }
}

/// <summary>What is asked of a hot cell between two batches.</summary>
public static class CellRules
{
    /// <summary>Whether a cell stands between batches: nothing is surveyed, cleaned or taken out beside a batch.</summary>
    public static IEnumerable<Refusal> Between(Equipment cell)
    {
        if (cell.Class is not EquipmentClass.HotCell)
            yield return Refusal.Invalid("hot_cell_id", "NOT_A_HOT_CELL", $"{cell.Code} is not a hot cell.").With("equipment_class", cell.Class);
        if (cell.BatchId is { } batch)
            yield return Refusal.State($"equipment/{cell.Id}", "EQUIPMENT_OCCUPIED", $"{cell.Code} is in use by a batch.").With("batch_id", batch);
        if (cell.LastNuclide is null && cell.BatchId is null)
            yield return Refusal.State($"equipment/{cell.Id}", "HOT_CELL_NOT_USED", $"Nothing was made in {cell.Code} yet.");
    }

    /// <summary>Whether everything that can be taken out was taken out: columns shine on the meter, and nobody wipes around them.</summary>
    public static IEnumerable<Refusal> CleanedOut(Equipment cell, CellContents contents)
    {
        if (contents.Portable is [_, ..] inside)
        {
            yield return Refusal.State($"equipment/{cell.Id}", "HOT_CELL_NOT_CLEANED_OUT", $"In {cell.Code} lies what the last batch left; it leaves as waste first.")
                .With("waste_ids", string.Join(',', inside.Select(i => i.WasteId))).With("item_count", inside.Count);
        }
    }
}
