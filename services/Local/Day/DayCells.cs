using Doseline.Execution.V1;
using Doseline.Local.Day.Files;
using Doseline.Platform.Rpc;

namespace Doseline.Local.Day;

/// <summary>Turns hot cells around: what a batch left goes out as waste, the cell is wiped, surveyed and cleaned for its next run.</summary>
sealed class DayCells(DayInput input, DayPeople people, DayKeys keys, DaySetup setup, DayBatches batches, DayWaste waste, DayJournal journal)
{
    /// <summary>Procedure by which equipment is cleaned.</summary>
    public const string CleaningProcedure = "SOP-CL-03";

    // What neither module nor bulk kept is on the surfaces: most of it comes off with the wipes.
    const double WipedFraction = 0.0015;
    const double StaysFraction = 1e-8;

    // A contamination meter with wipes of 100 cm² from all over a cell of some square metres.
    const double BackgroundCpm = 42;
    const double CountSeconds = 60;
    const double Efficiency = 0.1;
    const double WipeCm2 = 100;
    const double StandsForCm2 = 10_000;
    static readonly string[] Places = ["floor", "walls", "manipulators"];

    readonly HotCellsService.HotCellsServiceClient cells = new(people.Operator);
    readonly EquipmentService.EquipmentServiceClient equipment = new(people.Operator);

    /// <summary>Takes out what the batch left.</summary>
    public Task CleanOutAsync(DayBatch batch) => waste.StoreAsync(batch.Run.Site, batch.Leftovers, IsLongLived(batch.Run));

    /// <summary>Wipes the cell down.</summary>
    public async Task WipeAsync(DayBatch batch, DateTimeOffset now)
    {
        var lot = batches.LotActivity(batch.Run, journal.TimeOf($"wipe {batch.Run.Run}", now));
        batch.WipesId = (await cells.RecordCellWasteAsync(new RecordCellWasteRequest
        {
            RequestId = keys.Of("wipes", batch.Run.Run), HotCellId = Cell(batch), Kind = CellItemKind.Wipes, Activity = lot.WithAmount(lot.Amount * WipedFraction).ToWire(),
        })).Item.WasteId;
    }

    /// <summary>Takes the wipes out.</summary>
    public Task WipesOutAsync(DayBatch batch) => waste.StoreAsync(batch.Run.Site, [batch.WipesId], IsLongLived(batch.Run));

    /// <summary>Takes away what is left of the sample, which is booked in the cell that it was taken in.</summary>
    public Task SampleOutAsync(DayBatch batch) => waste.StoreAsync(batch.Run.Site, [Kernel.Ids.Id.From("waste", batch.SampleId)], IsLongLived(batch.Run));

    /// <summary>Takes away doses that reach nobody; each is booked where it was made.</summary>
    public Task DosesOutAsync(DayBatch batch, IEnumerable<string> doseIds) => waste.StoreAsync(batch.Run.Site, doseIds.Select(d => Kernel.Ids.Id.From("waste", d)), IsLongLived(batch.Run));

    /// <summary>Surveys the cell.</summary>
    public async Task SurveyAsync(DayBatch batch, DateTimeOffset now)
    {
        var netCpm = batches.LotActivity(batch.Run, now).Amount.Bq * StaysFraction / Places.Length * Efficiency / (StandsForCm2 / WipeCm2) * 60;
        await cells.SurveyCellAsync(new SurveyCellRequest
        {
            RequestId = keys.Of("survey-cell", batch.Run.Run), HotCellId = Cell(batch), InstrumentId = setup.Equipment[input.Equipment.First(e => e.Class is "instrument" && e.Site == batch.Run.Site).Equipment],
            BackgroundCpm = BackgroundCpm, CountSeconds = CountSeconds, Efficiency = Efficiency,
            Readings = { Places.Select(place => new CellReading { Place = place, GrossCpm = BackgroundCpm + netCpm, MeasuredCm2 = WipeCm2, StandsForCm2 = StandsForCm2 }) },
        });
    }

    /// <summary>Cleans the cell for the run that comes next in it.</summary>
    public async Task CleanAsync(DayBatch batch)
    {
        var next = input.Runs.Where(r => r.HotCell == batch.Run.HotCell && r.Start > batch.Run.Start).MinBy(r => r.Start);
        await CleanAsync(batch.Run, LevelBetween(batch.Run, next), "turn");
    }

    /// <summary>Cleans a cell once more when its cleaning lapses before the run.</summary>
    public async Task RefreshAsync(RunInput run)
    {
        var cell = (await equipment.GetHotCellAsync(new GetHotCellRequest { HotCellId = setup.Equipment[run.HotCell] })).HotCell;
        if (cell.Phase is HotCellPhase.Occupied || !(cell.Equipment.Cleaning?.ExpireTime?.ToDateTimeOffset() <= run.Start)) return;
        var before = input.Runs.Where(r => r.HotCell == run.HotCell && r.Start < run.Start).MaxBy(r => r.Start);
        await CleanAsync(run, before is null ? 1 : LevelBetween(before, run), "again");
    }

    /// <summary>Cleans equipment that work was done on, as thoroughly as there is.</summary>
    public async Task CleanAfterWorkAsync(string code, string why) => await equipment.RecordCleaningAsync(new RecordCleaningRequest
    {
        RequestId = keys.Of("clean", code, why), EquipmentId = setup.Equipment[code], Level = DaySetup.CleaningLevelMax, Procedure = CleaningProcedure, Note = why,
    });

    async Task CleanAsync(RunInput run, int level, string why) => await equipment.RecordCleaningAsync(new RecordCleaningRequest
    {
        RequestId = keys.Of("clean", run.Run, why), EquipmentId = setup.Equipment[run.HotCell], Level = level, Procedure = CleaningProcedure,
    });

    int LevelBetween(RunInput run, RunInput? next)
    {
        if (next is null) return 1;
        string Nuclide(RunInput of) => input.Products.Single(p => p.Product == of.Product).Nuclide;
        var change = Nuclide(next) != Nuclide(run) ? "other_nuclide" : next.Product != run.Product ? "other_product" : "same_product";
        return Math.Max(1, input.Cleaning.Where(c => c.Site == run.Site).SelectMany(c => c.Rules).Where(r => r.Change == change).Select(r => r.Level).DefaultIfEmpty(1).Max());
    }

    string Cell(DayBatch batch) => setup.Equipment[batch.Run.HotCell];

    bool IsLongLived(RunInput run)
    {
        var lot = input.Deliveries.Single(d => d.Lot == run.Lot);
        return lot.Route is "c.a." || lot.Impurities.Append(lot.Activity!).Any(a => DayWaste.IsLongLived(a.Nuclide));
    }
}
