using Doseline.Kernel.Rules;
using Doseline.Labeling.Data;
using Doseline.Labeling.Domain;
using Doseline.Labeling.V1;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Grpc.Core;

namespace Doseline.Labeling.Api;

/// <summary>Serves <see cref="LabelsService"/>: what changes a label. What is only read stands in the other part.</summary>
public sealed partial class LabelsApi(LabelingDb db, LabelPress press, PageTokens pages, WatchSignals signals) : LabelsService.LabelsServiceBase
{
    /// <inheritdoc/>
    public override async Task<PrintDoseLabelResponse> PrintDoseLabel(PrintDoseLabelRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var record = await press.RecordAsync(request.DoseId, cancel);
        return await db.LockedAsync($"dose:{request.DoseId}", async () =>
        {
            if (await LatestAsync(request.DoseId, cancel) is { } earlier)
            {
                throw new RefusedException(Refusal.State($"doses/{request.DoseId}", "LABEL_EXISTS", "The dose has a label; another copy is a reprint, with a reason and QA's authority.")
                    .With("print_id", earlier.Id).With("copy_number", earlier.CopyNumber).With("dose_id", request.DoseId));
            }

            var (row, content) = await press.MakeAsync(record, request.Printer, request.Market, 1, ReprintReason.Unspecified, "", cancel);
            return await db.AnswerAsync(new PrintDoseLabelResponse { Label = row.ToWire(1), Content = content }, cancel);
        }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<ReprintDoseLabelResponse> ReprintDoseLabel(ReprintDoseLabelRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var record = await press.RecordAsync(request.DoseId, cancel);
        return await db.LockedAsync($"dose:{request.DoseId}", async () =>
        {
            List<Refusal> refusals = [];
            if (request.ReprintReason is ReprintReason.Unspecified || !Enum.IsDefined(request.ReprintReason))
                refusals.Add(Refusal.Invalid("reprint_reason", "REASON_REQUIRED", "A reprint has a reason from the list."));
            refusals.RequireText(request.Reason, "reason", 1000);
            var earlier = await LatestAsync(request.DoseId, cancel);
            if (earlier is null)
                refusals.Add(Refusal.State($"doses/{request.DoseId}", "LABEL_MISSING", "The dose has no label to print again.").With("dose_id", request.DoseId));
            refusals.ThrowIfAny();

            // The copy it replaces no longer counts as applied; whether it was destroyed as well is said separately.
            if (earlier!.Fate is Fate.Open or Fate.Applied) Withdraw(earlier, LabelAct.Void, WithdrawalReason.Replaced);
            var (row, content) = await press.MakeAsync(record, request.Printer, request.Market, earlier.CopyNumber + 1, request.ReprintReason, earlier.Id, cancel);
            return await db.AnswerAsync(new ReprintDoseLabelResponse { Label = row.ToWire(1), Content = content }, cancel);
        }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<ReportPrintResultResponse> ReportPrintResult(ReportPrintResultRequest request, ServerCallContext context)
    {
        var label = await FindAsync(request.PrintId, context.CancellationToken);
        Step(label, request.State switch
        {
            PrintState.Printed => LabelAct.Print,
            PrintState.Failed => LabelAct.Fail,
            PrintState.Queued => LabelAct.Retry,
            _ => throw new RefusedException(Refusal.Invalid("state", "STATE_NOT_REPORTABLE", "A printer reports PRINTED or FAILED; QUEUED tries again.")),
        });
        if (request.State is PrintState.Queued) label.Attempts++;
        label.Detail = request.Detail;
        return await db.AnswerAsync(new ReportPrintResultResponse { Label = label.ToWire(label.Version + 1) }, context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<VerifyLabelResponse> VerifyLabel(VerifyLabelRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var label = await FindAsync(request.PrintId, cancel);
        var next = LabelLife.Next(label.Id, label.State, label.Fate, LabelAct.Verify).OrThrow();
        var printed = LabelContent.Parser.ParseJson(label.Content);
        ScanRules.Compare(label.Id, ElementString.Parse(printed.ElementData).OrThrow(), request.Scan).OrThrow();
        await CheckCurrentAsync(label, printed, cancel);

        var first = label.State is not JobState.Verified;
        (label.State, label.Fate) = next;
        if (first) label.VerifiedTime = db.Now;
        db.Publish(label.DoseId, new LabelVerified { DoseId = label.DoseId, PrintId = label.Id, CopyNumber = (int)label.CopyNumber, Serial = label.Serial });
        return await db.AnswerAsync(new VerifyLabelResponse { Label = label.ToWire(db.VersionAfter(label)) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<MarkAppliedResponse> MarkApplied(MarkAppliedRequest request, ServerCallContext context)
    {
        var label = await FindAsync(request.PrintId, context.CancellationToken);
        Step(label, LabelAct.Apply);
        return await db.AnswerAsync(new MarkAppliedResponse { Label = label.ToWire(label.Version + 1) }, context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<VoidLabelResponse> VoidLabel(VoidLabelRequest request, ServerCallContext context)
    {
        var label = await FindAsync(request.PrintId, context.CancellationToken);
        RequireReason(request.WithdrawalReason, request.Reason);
        Withdraw(label, LabelAct.Void, request.WithdrawalReason);
        return await db.AnswerAsync(new VoidLabelResponse { Label = label.ToWire(label.Version + 1) }, context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<DestroyLabelResponse> DestroyLabel(DestroyLabelRequest request, ServerCallContext context)
    {
        var label = await FindAsync(request.PrintId, context.CancellationToken);
        RequireReason(request.WithdrawalReason, request.Reason);
        Withdraw(label, LabelAct.Destroy, request.WithdrawalReason);
        return await db.AnswerAsync(new DestroyLabelResponse { Label = label.ToWire(label.Version + 1) }, context.CancellationToken);
    }

    // The record may have been corrected since: then the label in hand is right by its own light and wrong by the record's.
    async Task CheckCurrentAsync(LabelRow label, LabelContent printed, CancellationToken cancel)
    {
        var record = await press.RecordAsync(label.DoseId, cancel);
        var template = await db.LoadAsync<TemplateRow>(cancel, label.TemplateId);
        var (_, current) = LabelPress.Fill(record, template!, new LabelNumbers(label.Id, (int)label.CopyNumber, label.Serial, label.Gtin)).OrThrow();
        var differing = current.Fields.Where(f => printed.Fields.GetValueOrDefault(f.Key) != f.Value).Select(f => f.Key).Order(StringComparer.Ordinal).ToList();
        if (differing is []) return;
        var refusal = Refusal.State($"labels/{label.Id}", "LABEL_OUTDATED", $"The record says something else since the label was printed: {string.Join(", ", differing)}.")
            .With("print_id", label.Id).With("differing", string.Join(',', differing))
            .With("record_version_printed", label.RecordVersion).With("record_version", record.RecordVersion);
        throw new RefusedException(differing.Aggregate(refusal, (r, f) => r.With($"printed_{f}", printed.Fields.GetValueOrDefault(f)).With($"record_{f}", current.Fields[f])));
    }

    void Withdraw(LabelRow label, LabelAct act, WithdrawalReason reason)
    {
        var wasVoided = label.Fate is Fate.Voided;
        Step(label, act);
        label.WithdrawalReason = reason;
        if (!wasVoided) db.Publish(label.DoseId, new LabelVoided { DoseId = label.DoseId, PrintId = label.Id });
    }

    static void Step(LabelRow label, LabelAct act) => (label.State, label.Fate) = LabelLife.Next(label.Id, label.State, label.Fate, act).OrThrow();

    static void RequireReason(WithdrawalReason code, string reason)
    {
        List<Refusal> refusals = [];
        if (code is WithdrawalReason.Unspecified || !Enum.IsDefined(code))
            refusals.Add(Refusal.Invalid("withdrawal_reason", "REASON_REQUIRED", "A label is withdrawn for a reason from the list."));
        refusals.RequireText(reason, "reason", 1000);
        refusals.ThrowIfAny();
    }

    async Task<LabelRow?> LatestAsync(string doseId, CancellationToken cancel) =>
        (await db.LoadAsync(db.All<LabelRow>(nameof(LabelRow.DoseId), doseId), cancel)).MaxBy(l => l.CopyNumber);

    async Task<LabelRow> FindAsync(string printId, CancellationToken cancel)
    {
        var label = await db.LoadAsync<LabelRow>(cancel, printId)
            ?? throw new RefusedException(Refusal.Missing($"labels/{printId}", "LABEL_UNKNOWN", $"There is no label {printId}.").With("print_id", printId));
        db.Request.Caller.RequireSite(label.SiteId);
        return label;
    }
}
