using Doseline.Common.V1;
using Doseline.Execution.Data;
using Doseline.Execution.Domain;
using Doseline.Execution.V1;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;
using Grpc.Core;
using DoseState = Doseline.Execution.Domain.DoseState;
using EquipmentState = Doseline.Execution.Domain.EquipmentState;
using InputType = Doseline.Execution.Domain.InputType;
using MovementKind = Doseline.Execution.Domain.MovementKind;
using RecipeStep = Doseline.Execution.Domain.RecipeStep;

namespace Doseline.Execution.Api;

public sealed partial class BatchesApi
{
    /// <inheritdoc/>
    public override async Task<StartStepResponse> StartStep(StartStepRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var file = await BatchFile.OpenToProduceAsync(db, request.BatchId, request.RecordVersion, cancel);
        var caller = db.Request.Caller;
        var equipment = await EquipmentAsync(request.EquipmentIds.Append(file.Batch.HotCellId), cancel);
        await RequireTrainedAsync(file, request.StepId, equipment, cancel);
        List<Refusal> refusals = [];
        var step = StepRules.Start(file.Recipe, file.States, request.StepId, caller.RolesAt(file.Batch.SiteId), [.. equipment.Select(e => e.ToDomain())], file.Batch.Id, file.Batch.SiteId, db.Now).OrAdd(refusals)!;
        var rules = await db.CleaningRulesAsync(file.Batch.SiteId, cancel);
        refusals.AddRange(equipment.SelectMany(e => rules.Against(e.ToDomain(), file.Batch.ProductCode, file.Batch.Nuclide, db.Now)));
        refusals.ThrowIfAny();

        var row = file.Step(step.Id);
        row.State = StepState.Running;
        row.StartedTime = db.Now;
        row.StartedBy = caller.Subject;
        row.StartedByName = caller.Name;
        row.EquipmentIds = Stored.Write<string>([.. equipment.Select(e => e.Id)]);
        foreach (var item in equipment.Where(e => !IsShared(e))) Take(item, file.Batch);

        file.Entry();
        return await db.AnswerAsync(new StartStepResponse { Step = row.ToWire(step), Batch = file.Batch.ToWire() }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<CompleteStepResponse> CompleteStep(CompleteStepRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var file = await BatchFile.OpenToProduceAsync(db, request.BatchId, request.RecordVersion, cancel);
        var row = file.Step(request.StepId);
        var step = file.Recipe.Step(request.StepId)!;
        var used = await EquipmentAsync(Stored.Read<string>(row.EquipmentIds), cancel);
        await RequireTrainedAsync(file, step.Id, used, cancel);
        var caller = db.Request.Caller;
        var refusals = StepRules.Complete(step, row.State, caller.RolesAt(file.Batch.SiteId), ProgressOf(file, row), file.Batch.Id);
        var span = new EventSpan(db.Now).After("start_of_step", row.StartedTime);
        foreach (var (value, index) in request.Values.Select((value, index) => (value, index)).Where(sent => sent.value.InstantTime is not null))
            refusals.AddRange(span.Against($"values[{index}].instant_time", value.InstantTime.ToDateTimeOffset()));
        List<EnteredValue> entered = [.. request.Values.Select(Entered)];
        var values = StepRules.Values(step, entered).OrAdd(refusals);
        if (request.Comment is not "") refusals.RequireText(request.Comment, "comment", 2000);
        refusals.ThrowIfAny();
        // Who is to look again has not signed in vain.
        await LookAsync(file, cancel, BatchMeasures.OfStep(file.Batch.ProductCode, step, entered));
        if (step.Signs(RecipeStep.Performed)) db.Request.RequireSignature(SigningMeaning.Perform, refusals);
        refusals.ThrowIfAny();

        row.State = step.NeedsVerification ? StepState.Performed : StepState.Complete;
        row.CompletedTime = db.Now;
        row.CompletedBy = caller.Subject;
        row.CompletedByName = caller.Name;
        row.Inputs = Stored.Write<InputValue>(values!);
        row.Comment = request.Comment;
        row.PerformedSignature = Stored.WriteSignature(db.Request.Manifestation);
        var raised = OutOfLimit(file, step, values!);
        raised.AddRange(Lapsed(file, row, used));
        file.Entry();
        return await db.AnswerAsync(new CompleteStepResponse
        {
            Step = row.ToWire(step),
            Batch = file.Batch.ToWire(),
            Exceptions = { raised.Select(e => e.ToWire()) },
        }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<VerifyStepResponse> VerifyStep(VerifyStepRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var file = await BatchFile.OpenToProduceAsync(db, request.BatchId, request.RecordVersion, cancel);
        var row = file.Step(request.StepId);
        await RequireTrainedAsync(file, row.StepId, [], cancel);
        var caller = db.Request.Caller;
        var refusals = StepRules.Verify(row.State, row.CompletedBy, caller.Subject, row.StepId, file.Batch.Id).Refusals.ToList();
        if (file.Recipe.Step(row.StepId)!.Signs(RecipeStep.Verified)) db.Request.RequireSignature(SigningMeaning.Verify, refusals);
        refusals.ThrowIfAny();
        row.State = StepState.Complete;
        row.VerifiedTime = db.Now;
        row.VerifiedBy = caller.Subject;
        row.VerifiedByName = caller.Name;
        row.VerifiedSignature = Stored.WriteSignature(db.Request.Manifestation);
        file.Entry();
        return await db.AnswerAsync(new VerifyStepResponse { Step = row.ToWire(file.Recipe.Step(row.StepId)!), Batch = file.Batch.ToWire() }, cancel);
    }

    static StepProgress ProgressOf(BatchFile file, StepRow row) => new(
        file.Movements.Any(m => m.Kind is MovementKind.Issued && m.StepId == row.StepId),
        file.Batch.EndOfSynthesisTime is not null,
        file.Doses.Count(d => d.State is DoseState.InProduction or DoseState.Planned),
        file.Movements.Any(m => m.Kind is MovementKind.Sample && m.StepId == row.StepId));

    static List<ExceptionRow> OutOfLimit(BatchFile file, RecipeStep step, IReadOnlyList<InputValue> values) =>
    [
        .. values.Where(v => !v.InLimit).Select(v =>
        {
            var input = step.Inputs.First(i => i.Code == v.Code);
            Dictionary<string, string> numbers = new(StringComparer.Ordinal) { ["code"] = v.Code, ["value"] = v.Value, ["unit"] = input.Unit };
            if (input.Minimum is { } low) numbers["minimum"] = low.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
            if (input.Maximum is { } high) numbers["maximum"] = high.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
            return file.Raise(HoldCause.StepValueOutOfLimit, $"{v.Code} in step '{step.Id}' is out of its limits.", numbers, step.Id);
        }),
    ];

    // Equipment that was fit when the step began and is overdue when it ends is an exception, not a refusal: the step has happened (A020).
    List<ExceptionRow> Lapsed(BatchFile file, StepRow row, List<EquipmentRow> used)
    {
        List<ExceptionRow> raised = [];
        foreach (var item in used)
        {
            raised.AddRange(EquipmentRules.Due(item.ToDomain(), db.Now).Select(due =>
                file.Raise(due.Code is EquipmentRules.NotCalibrated ? HoldCause.EquipmentNotCalibratedDuringStep : HoldCause.EquipmentNotQualifiedDuringStep, $"{due.Message} It fell due during step '{row.StepId}'.", due.Numbers, row.StepId)));
            if (item.State is EquipmentState.OutOfService && file.HoldForEquipment(item, row.StepId) is { } hold) raised.Add(hold);
        }

        return raised;
    }

    static EnteredValue Entered(StepValue sent) => sent.ValueCase switch
    {
        StepValue.ValueOneofCase.Number => new(sent.Code, InputType.Number, "", sent.Number),
        StepValue.ValueOneofCase.Boolean => new(sent.Code, InputType.Boolean, sent.Boolean ? "true" : "false", null),
        StepValue.ValueOneofCase.Choice => new(sent.Code, InputType.Code, sent.Choice, null),
        StepValue.ValueOneofCase.InstantTime => new(sent.Code, InputType.Instant, sent.InstantTime.ToString().Trim('"'), null),
        StepValue.ValueOneofCase.Duration => new(sent.Code, InputType.Duration, "", sent.Duration.ToTimeSpan().TotalSeconds),
        StepValue.ValueOneofCase.EquipmentId => new(sent.Code, InputType.Equipment, sent.EquipmentId, null),
        _ => new(sent.Code, InputType.Unspecified, "", null),
    };
}
