using Doseline.Execution.Data;
using Doseline.Execution.Domain;
using Doseline.Execution.V1;
using Doseline.Kernel.Ids;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Grpc.Core;
using BatchState = Doseline.Execution.Domain.BatchState;
using CellItemKind = Doseline.Execution.Domain.Cells.CellItemKind;
using DoseState = Doseline.Execution.Domain.DoseState;
using EquipmentClass = Doseline.Execution.Domain.EquipmentClass;
using EquipmentEvent = Doseline.Execution.Domain.Upkeep.EquipmentEvent;
using EquipmentState = Doseline.Execution.Domain.EquipmentState;
using MovementKind = Doseline.Execution.Domain.MovementKind;
using RunState = Doseline.Execution.Domain.RunState;

namespace Doseline.Execution.Api;

public sealed partial class BatchesApi
{
    static readonly string OutOfBalance = HoldCause.BalanceOutOfTolerance.Code();

    /// <inheritdoc/>
    public override async Task<ResolveExceptionResponse> ResolveException(ResolveExceptionRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var row = await db.LoadAsync<ExceptionRow>(cancel, request.ExceptionId) ?? throw Unknown("exceptions", request.ExceptionId);
        var file = await BatchFile.OpenAsync(db, row.BatchId, cancel);
        List<Refusal> refusals = [];
        refusals.RequireText(request.Reason, "reason", 2000);
        if (row.State is ExceptionState.Resolved)
            refusals.Add(Refusal.State($"exceptions/{row.Id}", "EXCEPTION_RESOLVED", "The exception is resolved already.").With("resolve_time", row.ResolvedTime));
        if (row.RaisedBy == db.Request.Caller.Subject)
            refusals.Add(Refusal.Denied($"exceptions/{row.Id}", "SECOND_PERSON_NEEDED", "An exception is judged by another person than the one whose entry raised it."));
        refusals.ThrowIfAny();
        file.Resolve(row, request.Reason);
        return await db.AnswerAsync(new ResolveExceptionResponse { Exception = row.ToWire(), Batch = file.Batch.ToWire() }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<FinishProductionResponse> FinishProduction(FinishProductionRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var file = await BatchFile.OpenToProduceAsync(db, request.BatchId, request.RecordVersion, cancel);
        Finishing.Production(file.Facts).ThrowIfAny();
        var balance = file.Balance!;
        if (!balance.InTolerance && !IsAccepted(file))
        {
            var raised = file.Raise(HoldCause.BalanceOutOfTolerance, "What was issued is not what was found again.", new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["unexplained_fraction"] = Text(balance.UnexplainedFraction),
                ["tolerance_fraction"] = Text(balance.Tolerance),
                ["unexplained_bq"] = Text(balance.Unexplained.Bq),
                ["movement_count"] = Text(file.Movements.Count),
            });
            file.Entry();
            return await db.AnswerAsync(new FinishProductionResponse { Batch = file.Batch.ToWire(), Balance = balance.ToWire(), Exceptions = { raised.ToWire() } }, cancel);
        }

        await FinishAsync(file, balance, cancel);
        return await db.AnswerAsync(new FinishProductionResponse { Batch = file.Batch.ToWire(), Balance = file.Balance!.ToWire() }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<CloseRecordResponse> CloseRecord(CloseRecordRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var file = await BatchFile.OpenAsync(db, request.BatchId, cancel);
        Finishing.Closing(file.Facts).ThrowIfAny();
        file.TryClose();
        return await db.AnswerAsync(new CloseRecordResponse { Batch = file.Batch.ToWire() }, cancel);
    }

    // An imbalance that was judged stays judged until something moves again.
    static bool IsAccepted(BatchFile file) => file.Exceptions.Any(e => e.Code == OutOfBalance && e is { State: ExceptionState.Resolved }
        && Stored.ReadNumbers(e.Numbers)["movement_count"] == Text(file.Movements.Count));

    async Task FinishAsync(BatchFile file, ActivityBalance balance, CancellationToken cancel)
    {
        var batch = file.Batch;
        // What the balance cannot place stays possessed, and the cell is not clear of it until it is found, looked for in vain, or decayed.
        if (balance.Unexplained.Bq > 0)
        {
            var waste = Id.From("waste", "remainder", batch.Id);
            var remainder = balance.Line(balance.Unexplained);
            file.Move(MovementKind.Remainder, waste, "", remainder, note: "unexplained by the balance");
            file.PublishWaste(waste, remainder, WasteCause.Residue);
            (await CellOfAsync(file, cancel)).Add(waste, batch.Id, CellItemKind.Unexplained, Dispensing.Contents(remainder, file.Lines), "unexplained by the balance");
        }

        batch.State = BatchState.Ready;
        batch.FinishedTime = db.Now;
        foreach (var dose in file.Doses.Where(d => d.State is DoseState.Dispensed)) dose.State = DoseState.Complete;
        await LeaveAsync(file, cancel);
        var run = await RunAsync(batch.RunId, cancel);
        run.State = RunState.Done;
        file.Entry();
        file.Freeze();
        db.Publish(batch.Id, new BatchReadyForDisposition
        {
            BatchId = batch.Id,
            BatchNumber = batch.Number,
            SiteId = batch.SiteId,
            ProductCode = batch.ProductCode,
            RecordVersion = batch.RecordVersion,
            RecordHash = batch.RecordHash,
            ExceptionCount = file.Exceptions.Count,
            EndOfSynthesisTime = batch.EndOfSynthesisTime.ToWire(),
            Doses =
            {
                file.Doses.Where(d => d.State is DoseState.Complete).Select(d => new BatchDose
                {
                    DoseId = d.Id,
                    OrderId = d.OrderId,
                    ExpireTime = d.ExpireTime.ToWire(),
                    ReleaseByTime = d.ReleaseByTime.ToWire(),
                }),
            },
            Used = { file.Used() },
        });
        file.TryClose();
    }

    // The batch leaves its equipment dirty, and its cell with what was not carried out of it.
    async Task LeaveAsync(BatchFile file, CancellationToken cancel)
    {
        foreach (var item in await db.LoadAsync(db.All<EquipmentRow>(nameof(EquipmentRow.BatchId), file.Batch.Id), cancel))
        {
            item.BatchId = null;
            if (item.State is EquipmentState.InUse) item.State = EquipmentState.Dirty;
            db.Log(item, EquipmentEvent.Left, file.Batch.Number, file.Batch.Id);
            if (item.Class is EquipmentClass.HotCell) (await CellFile.OfAsync(db, item, cancel)).Leave();
        }
    }

    async Task<CellFile> CellOfAsync(BatchFile file, CancellationToken cancel) =>
        await CellFile.OfAsync(db, await db.LoadAsync<EquipmentRow>(cancel, file.Batch.HotCellId) ?? throw Unknown("equipment", file.Batch.HotCellId), cancel);
}
