using Doseline.Execution.Domain.Cells;
using Doseline.Execution.Domain.Upkeep;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Units;
using Activity = Doseline.Kernel.Decay.Activity;

namespace Doseline.Execution.Data;

/// <summary>A hot cell with what lies in it, loaded to be written to.</summary>
sealed class CellFile
{
    readonly ExecutionDb db;
    readonly List<CellItemRow> items;

    CellFile(ExecutionDb db, EquipmentRow cell, List<CellItemRow> items) => (this.db, Cell, this.items) = (db, cell, items);

    public EquipmentRow Cell { get; }

    /// <summary>What lies in it.</summary>
    public IReadOnlyList<CellItemRow> Items => [.. items.Where(i => i.LiesIn == Cell.Id).OrderBy(i => i.Time).ThenBy(i => i.Id, StringComparer.Ordinal)];

    /// <summary>What lies in it, as its rules see it.</summary>
    public CellContents Contents => new([.. Items.Select(i => i.ToDomain())]);

    /// <summary>A cell that is known to be there.</summary>
    public static async Task<CellFile> OfAsync(ExecutionDb db, EquipmentRow cell, CancellationToken cancel) =>
        new(db, cell, await db.LoadAsync(db.All<CellItemRow>(nameof(CellItemRow.LiesIn), cell.Id), cancel));

    /// <summary>Loads a cell for the caller of this request, who must have rights at its site.</summary>
    public static async Task<CellFile> OpenAsync(ExecutionDb db, string id, CancellationToken cancel)
    {
        var cell = await db.LoadAsync<EquipmentRow>(cancel, id)
            ?? throw new RefusedException(Refusal.Missing($"equipment/{id}", "EQUIPMENT_UNKNOWN", "There is no such equipment."));
        db.Request.Caller.RequireSite(cell.SiteId);
        return await OfAsync(db, cell, cancel);
    }

    /// <summary>Something was found in the cell.</summary>
    public CellItemRow Add(string wasteId, string batchId, CellItemKind kind, IReadOnlyList<CalibratedActivity> contents, string note)
    {
        CellItemRow row = new()
        {
            Id = wasteId,
            CellId = Cell.Id,
            LiesIn = Cell.Id,
            BatchId = batchId,
            Kind = kind,
            Contents = Stored.WriteActivities(contents),
            Note = note,
            Time = db.Now,
            DoneBy = db.Request.Caller.Subject,
            DoneByName = db.Request.Caller.Name,
        };
        db.Put(row);
        items.Add(row);
        db.Log(Cell, EquipmentEvent.WasteFound, $"{kind}: {string.Join(", ", contents.Select(c => $"{ActivityWords.Of(c.Amount.Bq, c.Nuclide.Symbol)} {c.Nuclide.Symbol}"))}", wasteId);
        return row;
    }

    /// <summary>An item left the cell.</summary>
    public void TakeOut(CellItemRow row, DateTimeOffset time)
    {
        (row.LiesIn, row.OutTime) = (null, time);
        db.Log(Cell, EquipmentEvent.WasteOut, $"{row.Kind} left as waste", row.Id);
        if (Cell.Uncleared) Compute();
    }

    /// <summary>The batch left the cell: from now on it is not clear until somebody, or the computation, says so.</summary>
    public void Leave()
    {
        (Cell.Uncleared, Cell.SurveyId, Cell.Clearance) = (true, null, null);
        Compute();
    }

    /// <summary>
    /// Holds what is known to be in the cell against its limit. A survey that found too much is better knowledge than any computation; after it only
    /// another survey clears the cell.
    /// </summary>
    public void Compute()
    {
        if (Cell is { Uncleared: true, SurveyId: not null }) return;
        var (contents, now) = (Contents, db.Now);
        var remaining = contents.RemainingAt(now);
        var found = remaining.Sum(l => l.Amount.Bq);
        var from = contents.ClearFrom(Cell.ClearanceLimitBq, now);
        Cell.Uncleared = !(from <= now);
        Cell.ClearTime = Cell.Uncleared ? from : null;
        Cell.Residual = Cell.Uncleared ? remaining.FirstOrDefault(l => l.Nuclide.Symbol == Cell.LastNuclide) ?? (remaining is [var first, ..] ? first : null) : null;
        Cell.SurveyId = null;
        Cell.Clearance = null;
        if (Cell.Uncleared) return;
        Clear(new Clearance(ClearanceBasis.Computation, found, Cell.ClearanceLimitBq, "", now, db.Request.Caller.Name));
    }

    /// <summary>A survey was made.</summary>
    public Clearance? Survey(CellSurveyRow survey)
    {
        Cell.SurveyId = survey.Id;
        db.Log(Cell, EquipmentEvent.Surveyed, $"{ActivityWords.Of(survey.Measured.Amount.Bq)} against {ActivityWords.Of(survey.LimitBq)} with {survey.InstrumentCode}: {(survey.Passed ? "clear" : "too much")}", survey.Id);
        if (!survey.Passed)
        {
            (Cell.Uncleared, Cell.Residual, Cell.ClearTime, Cell.Clearance) = (true, survey.Measured, null, null);
            return null;
        }

        // What was looked for and not found is not here.
        foreach (var gone in Items.Where(i => i.Kind is CellItemKind.Spill or CellItemKind.Unexplained)) (gone.LiesIn, gone.OutTime) = (null, db.Now);
        (Cell.Uncleared, Cell.Residual, Cell.ClearTime) = (false, null, null);
        Clearance clearance = new(ClearanceBasis.Survey, survey.Measured.Amount.Bq, survey.LimitBq, survey.Id, db.Now, db.Request.Caller.Name);
        Clear(clearance);
        return clearance;
    }

    /// <summary>What was found is no longer unexplained.</summary>
    public void Explain(string remainderId, IReadOnlyList<CalibratedActivity> found)
    {
        if (items.Find(i => i.Id == remainderId) is not { } row) return;
        row.Contents = Stored.WriteActivities(Stored.ReadActivities(row.Contents).Select(left =>
            left.WithAmount(new Activity(Math.Max(0, left.Amount.Bq - found.Where(f => f.Nuclide.Symbol == left.Nuclide.Symbol).Sum(f => f.At(left.Reference).Bq))))));
    }

    void Clear(Clearance clearance)
    {
        Cell.Clearance = Stored.WriteOne(clearance);
        db.Log(Cell, EquipmentEvent.Clear, $"clear by {clearance.Basis.ToString().ToLowerInvariant()}: {ActivityWords.Of(clearance.FoundBq)} against {ActivityWords.Of(clearance.LimitBq)}", clearance.SurveyId);
    }
}
