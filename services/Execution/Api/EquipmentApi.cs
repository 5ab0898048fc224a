using Doseline.Execution.Data;
using Doseline.Execution.Domain;
using Doseline.Execution.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Equipment = Doseline.Execution.V1.Equipment;
using EquipmentClass = Doseline.Execution.Domain.EquipmentClass;
using EquipmentEvent = Doseline.Execution.Domain.Upkeep.EquipmentEvent;
using EquipmentState = Doseline.Execution.Domain.EquipmentState;
using StepState = Doseline.Execution.Domain.StepState;

namespace Doseline.Execution.Api;

/// <summary>Keeps equipment and hot cells.</summary>
public sealed partial class EquipmentApi(ExecutionDb db, PageTokens pageTokens) : EquipmentService.EquipmentServiceBase
{
    /// <inheritdoc/>
    public override async Task<PutEquipmentResponse> PutEquipment(PutEquipmentRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var sent = request.Equipment ?? throw new RefusedException(Refusal.Invalid("equipment", "FIELD_REQUIRED", "equipment is required."));
        List<Refusal> refusals = [];
        var due = sent.QualificationDueTime.Read("equipment.qualification_due_time").OrAdd(refusals);
        DateTimeOffset? calibration = sent.CalibrationDueTime is null ? null : sent.CalibrationDueTime.Read("equipment.calibration_due_time").OrAdd(refusals);
        var equipment = EquipmentRules.Check(sent.ToDomain(due, calibration)).OrAdd(refusals);
        refusals.ThrowIfAny();
        db.Request.Caller.RequireSite(equipment!.SiteId);
        var row = sent.EquipmentId is "" ? Add(equipment) : await ChangeAsync(equipment, sent.Etag, cancel);
        if (await db.Equipment.AnyAsync(e => e.SiteId == row.SiteId && e.Code == equipment.Code && e.Id != row.Id, cancel))
            throw new RefusedException(Refusal.State($"sites/{row.SiteId}/equipment/{equipment.Code}", "CODE_TAKEN", $"Another piece of equipment at {row.SiteId} has the code {equipment.Code}.").With("code", equipment.Code));
        db.Tell(row);
        return await db.AnswerAsync(new PutEquipmentResponse { Equipment = await SentAsync(row, cancel) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<SetEquipmentStateResponse> SetEquipmentState(SetEquipmentStateRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var row = await FindAsync(request.EquipmentId, cancel);
        db.Request.Caller.RequireSite(row.SiteId);
        if (request.Etag != 0 && request.Etag != row.Version) throw new RefusedException(Refusal.Stale($"equipment/{row.Id}", request.Etag, row.Version));
        row.State = EquipmentRules.Move(row.ToDomain(), (EquipmentState)(int)request.State).OrThrow();
        db.Log(row, EquipmentEvent.StateSet, $"{row.State}: {request.Reason}");
        if (row.State is EquipmentState.OutOfService)
        {
            db.Tell(row);
            await HoldUsersAsync(row, cancel);
        }

        return await db.AnswerAsync(new SetEquipmentStateResponse { Equipment = await SentAsync(row, cancel) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<ListEquipmentResponse> ListEquipment(ListEquipmentRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        if (request.SiteId is not "") db.Request.Caller.RequireSite(request.SiteId);
        var query = db.List<EquipmentRow>().AtSites(nameof(EquipmentRow.SiteId), request.SiteId);
        if (request.EquipmentClass is not V1.EquipmentClass.Unspecified) query.Is(nameof(EquipmentRow.Class), (EquipmentClass)(int)request.EquipmentClass);
        if (request.State is not V1.EquipmentState.Unspecified) query.Is(nameof(EquipmentRow.State), (EquipmentState)(int)request.State);
        var (rows, next) = await pageTokens.ReadAsync(request, query.By(nameof(EquipmentRow.SiteId), nameof(EquipmentRow.Code)), cancel);
        ListEquipmentResponse response = new() { NextPageToken = next };
        foreach (var row in rows) response.Equipment.Add(row.ToWire(await db.CleaningRulesAsync(row.SiteId, cancel)));
        return response;
    }

    /// <inheritdoc/>
    public override async Task<GetHotCellResponse> GetHotCell(GetHotCellRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var file = await CellFile.OpenAsync(db, request.HotCellId, cancel);
        var row = file.Cell;
        if (row.Class is not EquipmentClass.HotCell)
            throw new RefusedException(Refusal.State($"equipment/{row.Id}", "NOT_A_HOT_CELL", $"{row.Code} is not a hot cell.").With("equipment_class", row.Class));
        var survey = row.SurveyId is { } id ? await db.LoadAsync<CellSurveyRow>(cancel, id) : null;
        return new GetHotCellResponse { HotCell = file.ToWire(survey, await db.CleaningRulesAsync(row.SiteId, cancel), db.Now) };
    }

    // Whoever works with it now stops now: the batch that has it, and every running step that was begun with it.
    async Task HoldUsersAsync(EquipmentRow row, CancellationToken cancel)
    {
        var steps = await db.Steps.AsNoTracking().Where(s => s.State == StepState.Running && s.EquipmentIds.Contains(row.Id)).Select(s => new { s.BatchId, s.StepId }).ToListAsync(cancel);
        foreach (var batch in steps.Select(s => s.BatchId).Append(row.BatchId).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (await BatchFile.FindAsync(db, batch, cancel) is { } file) file.HoldForEquipment(row, steps.FirstOrDefault(s => s.BatchId == batch)?.StepId ?? "");
        }
    }

    async Task<Equipment> SentAsync(EquipmentRow row, CancellationToken cancel) => row.ToWire(await db.CleaningRulesAsync(row.SiteId, cancel), db.VersionAfter(row));

    EquipmentRow Add(Domain.Equipment equipment)
    {
        EquipmentRow row = new()
        {
            Id = db.Ids.New(),
            Code = equipment.Code,
            Class = equipment.Class,
            SiteId = equipment.SiteId,
            RoomId = equipment.RoomId,
            State = EquipmentState.Dirty,
            QualificationDueTime = equipment.QualificationDue,
            CalibrationDueTime = equipment.CalibrationDue,
            CrossCalibrations = Stored.Write(equipment.Factors),
            ClearanceLimitBq = equipment.ClearanceLimitBq,
            Procedure = equipment.Procedure,
        };
        return db.Put(row);
    }

    async Task<EquipmentRow> ChangeAsync(Domain.Equipment equipment, long etag, CancellationToken cancel)
    {
        var row = await FindAsync(equipment.Id, cancel);
        if (row.Version != etag) throw new RefusedException(Refusal.Stale($"equipment/{row.Id}", etag, row.Version));
        if (row.Class != equipment.Class || row.SiteId != equipment.SiteId)
            throw new RefusedException(Refusal.Invalid("equipment.equipment_class", "IDENTITY_FIXED", "Class and site of equipment never change; add another piece.").With("equipment_class", row.Class).With("site_id", row.SiteId));
        if (row.RoomId != equipment.RoomId) await RequireEmptyAsync(row, cancel);
        row.Code = equipment.Code;
        row.RoomId = equipment.RoomId;
        row.QualificationDueTime = equipment.QualificationDue;
        row.CalibrationDueTime = equipment.CalibrationDue;
        row.CrossCalibrations = Stored.Write(equipment.Factors);
        row.ClearanceLimitBq = equipment.ClearanceLimitBq;
        row.Procedure = equipment.Procedure;
        if (row.Uncleared) (await CellFile.OfAsync(db, row, cancel)).Compute();
        return row;
    }

    // What is in it would change its room with it, past the gate of that room.
    async Task RequireEmptyAsync(EquipmentRow row, CancellationToken cancel)
    {
        if (row.BatchId is null && (await CellFile.OfAsync(db, row, cancel)).Items is []) return;
        throw new RefusedException(Refusal.State($"equipment/{row.Id}", "EQUIPMENT_NOT_EMPTY", $"{row.Code} holds activity; empty it before its room changes.").With("room_id", row.RoomId).With("batch_id", row.BatchId ?? ""));
    }

    async Task<EquipmentRow> FindAsync(string id, CancellationToken cancel) => await db.LoadAsync<EquipmentRow>(cancel, id)
        ?? throw new RefusedException(Refusal.Missing($"equipment/{id}", "EQUIPMENT_UNKNOWN", "There is no such equipment."));
}
