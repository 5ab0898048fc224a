using Doseline.Kernel.Rules;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Doseline.Quality.Data;
using Doseline.Quality.Domain;
using Doseline.Quality.V1;
using Grpc.Core;

namespace Doseline.Quality.Api;

/// <summary>Serves <see cref="DispositionService"/>: decisions. What is only read stands in the other part.</summary>
public sealed partial class DispositionApi(
    QualityDb db, Dispositions dispositions, Recalls recalls, Signer signer, Certifier certifier, AnalysisDocuments analyses, PageTokens pages, WatchSignals signals)
    : DispositionService.DispositionServiceBase
{
    static readonly QualityStatus[] Rejectable = [QualityStatus.Pending, QualityStatus.Quarantine];

    /// <inheritdoc/>
    public override Task<ReleaseDosesResponse> ReleaseDoses(ReleaseDosesRequest request, ServerCallContext context) =>
        LockedAsync(request.BatchId, async cancel =>
        {
            var batch = await db.BatchAsync(request.BatchId, cancel);
            List<Refusal> refusals = [];
            CheckRecord(request.RecordVersion, request.RecordHash, batch, refusals);
            var doses = await db.ChosenAsync(batch, request.DoseIds, [QualityStatus.Pending, QualityStatus.ConditionallyReleased], refusals, cancel);
            var judge = await db.JudgeOfAsync(batch, cancel);
            refusals.AddRange(ReleaseRules.Refusals(await db.CaseAsync(batch, judge, doses, cancel)));
            refusals.ThrowIfAny();

            ReleaseDosesResponse response = new();
            foreach (var dose in doses)
            {
                var (certificate, manifest) = certifier.Issue(batch, dose);
                await dispositions.MoveAsync(dose, StatusCause.Release, "", manifest, certificate.CertificateId, cancel);
                await analyses.IssueAsync(batch, dose, judge!, certificate, cancel);
                response.Certificates.Add(certificate);
            }

            return await AnswerAsync(response, response.Dispositions, doses, batch.BatchNumber, cancel);
        }, context);

    /// <inheritdoc/>
    public override Task<ReleaseDosesConditionallyResponse> ReleaseDosesConditionally(ReleaseDosesConditionallyRequest request, ServerCallContext context) =>
        LockedAsync(request.BatchId, async cancel =>
        {
            var batch = await db.BatchAsync(request.BatchId, cancel);
            List<Refusal> refusals = [];
            CheckRecord(request.RecordVersion, request.RecordHash, batch, refusals);
            var doses = await db.ChosenAsync(batch, request.DoseIds, [QualityStatus.Pending], refusals, cancel);
            var judge = await db.JudgeOfAsync(batch, cancel);
            var release = await db.CaseAsync(batch, judge, doses, cancel) with { Pending = request.PendingTestCodes };
            refusals.AddRange(ReleaseRules.Refusals(release));
            refusals.ThrowIfAny();

            ReleaseDosesConditionallyResponse response = new();
            var pending = ReleaseRules.PendingOf(release);
            foreach (var dose in doses)
            {
                List<string> own = [.. pending.Where(p => p.DoseId is "" || p.DoseId == dose.Id).Select(p => p.Test.Code)];
                var (certificate, manifest) = certifier.Issue(batch, dose, own);
                await dispositions.MoveAsync(dose, StatusCause.ReleaseConditionally, "", manifest, certificate.CertificateId, cancel);
                await analyses.IssueAsync(batch, dose, judge!, certificate, cancel);
                response.Certificates.Add(certificate);
            }

            response.PendingTests.AddRange((await recalls.StartClocksAsync(batch, pending, cancel)).Select(p => p.ToWire()));
            return await AnswerAsync(response, response.Dispositions, doses, batch.BatchNumber, cancel);
        }, context);

    /// <inheritdoc/>
    public override Task<RejectDosesResponse> RejectDoses(RejectDosesRequest request, ServerCallContext context) =>
        LockedAsync(request.BatchId, async cancel =>
        {
            var batch = await db.BatchAsync(request.BatchId, cancel);
            List<Refusal> refusals = [];
            RequireReference(request.ReferenceId, request.Reason, refusals);
            var doses = await db.ChosenAsync(batch, request.DoseIds, Rejectable, refusals, cancel);
            CheckTransitions(doses, StatusCause.Reject, refusals);
            refusals.ThrowIfAny();

            var signature = signer.Manifest();
            foreach (var dose in doses) await dispositions.MoveAsync(dose, StatusCause.Reject, request.ReferenceId, signature, "", cancel);
            RejectDosesResponse response = new();
            return await AnswerAsync(response, response.Dispositions, doses, batch.BatchNumber, cancel);
        }, context);

    /// <inheritdoc/>
    public override Task<HoldDosesResponse> HoldDoses(HoldDosesRequest request, ServerCallContext context) =>
        LockedAsync(request.BatchId, async cancel =>
        {
            var batch = await db.BatchAsync(request.BatchId, cancel);
            List<Refusal> refusals = [];
            RequireReference(request.ReferenceId, request.Reason, refusals);
            var named = request.DoseIds.Count > 0 ? await db.ChosenAsync(batch, request.DoseIds, [], refusals, cancel) : [];
            foreach (var dose in named.Where(d => d.State is QualityStatus.Rejected))
                refusals.AddRange(StatusModel.Next(StatusHolder.Dose, dose.Id, dose.State, StatusCause.Hold).Refusals);
            refusals.ThrowIfAny();

            var signature = signer.Manifest();
            HoldDosesResponse response = new();
            List<DoseRow> doses = [];
            foreach (var dose in request.DoseIds.Count > 0 ? named.Select(d => d.Id) : [""])
            {
                var (hold, held) = await dispositions.HoldAsync(batch.Id, dose, HoldOrigin.Qa, request.ReferenceId, request.Reason, signature, cancel);
                response.Holds.Add(hold.ToWire());
                doses.AddRange(held);
            }

            return await AnswerAsync(response, response.Dispositions, doses, batch.BatchNumber, cancel);
        }, context);

    /// <inheritdoc/>
    public override async Task<LiftHoldResponse> LiftHold(LiftHoldRequest request, ServerCallContext context)
    {
        var hold = await db.LoadAsync<HoldRow>(context.CancellationToken, request.HoldId)
            ?? throw new RefusedException(Refusal.Missing($"holds/{request.HoldId}", "HOLD_UNKNOWN", $"There is no hold {request.HoldId}.").With("hold_id", request.HoldId));
        return await LockedAsync(hold.BatchId, async cancel =>
        {
            var batch = await db.BatchAsync(hold.BatchId, cancel);
            List<Refusal> refusals = [];
            refusals.RequireText(request.Reason, "reason", 1000);
            if (hold.LiftedTime is { } lifted)
                refusals.Add(Refusal.State($"holds/{hold.Id}", "HOLD_LIFTED", "The hold was lifted before.").With("lift_time", lifted).With("lifted_by", hold.LiftedBy));
            if (hold.Origin is HoldOrigin.Deviation)
                refusals.Add(Refusal.State($"holds/{hold.Id}", "HOLD_OF_DEVIATION", $"The hold ends with deviation {hold.ReferenceId}.").With("deviation_id", hold.ReferenceId));
            refusals.ThrowIfAny();

            var moved = await dispositions.LiftAsync(hold, request.Reason, signer.Manifest(), cancel);
            LiftHoldResponse response = new() { Hold = hold.ToWire() };
            return await AnswerAsync(response, response.Dispositions, moved, batch.BatchNumber, cancel);
        }, context);
    }

    // The record the signer read must be the one there is, or the signature would stand under something else.
    static void CheckRecord(long version, string hash, BatchRow batch, List<Refusal> refusals)
    {
        if (version != batch.RecordVersion)
        {
            refusals.Add(Refusal.Stale($"batches/{batch.Id}/record", version, batch.RecordVersion));
        }
        else if (hash != batch.RecordHash)
        {
            refusals.Add(Refusal.State($"batches/{batch.Id}/record", "RECORD_HASH_MISMATCH", "The record that was reviewed is not the one execution closed.")
                .With("record_hash", hash).With("record_hash_expected", batch.RecordHash));
        }
    }

    static void RequireReference(string referenceId, string reason, List<Refusal> refusals)
    {
        if (string.IsNullOrWhiteSpace(referenceId))
            refusals.Add(Refusal.Invalid("reference_id", "REFERENCE_REQUIRED", "A change of status names the quality record that controls it."));
        refusals.RequireText(reason, "reason", 1000);
    }

    static void CheckTransitions(IReadOnlyList<DoseRow> doses, StatusCause cause, List<Refusal> refusals)
    {
        foreach (var dose in doses) StatusModel.Next(StatusHolder.Dose, dose.Id, dose.State, cause).OrAdd(refusals);
    }

    // Results, deviations and decisions about one batch come one after the other, whichever replica takes them.
    Task<T> LockedAsync<T>(string batchId, Func<CancellationToken, Task<T>> work, ServerCallContext context) =>
        db.LockedAsync($"batch:{batchId}", () => work(context.CancellationToken), context.CancellationToken);

    // The new versions are known only once the rows are saved, and the answer is saved with them: the first save is in the same transaction.
    async Task<T> AnswerAsync<T>(T response, Google.Protobuf.Collections.RepeatedField<DoseDisposition> into, IReadOnlyList<DoseRow> doses, string batchNumber, CancellationToken cancel)
        where T : Google.Protobuf.IMessage
    {
        await db.SaveChangesAsync(cancel);
        into.AddRange(doses.Select(d => d.ToWire(batchNumber)));
        return await db.AnswerAsync(response, cancel);
    }
}
