using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Doseline.Quality.Data;
using Doseline.Quality.Domain;
using Doseline.Quality.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using RetestPlan = Doseline.Quality.V1.RetestPlan;
using CauseFinding = Doseline.Quality.Domain.CauseFinding;

namespace Doseline.Quality.Api;

/// <summary>Serves <see cref="InvestigationsService"/>.</summary>
public sealed class InvestigationsApi(QualityDb db, Recalls recalls, AnalysisDocuments analyses, Signer signer, PageTokens pages) : InvestigationsService.InvestigationsServiceBase
{
    /// <inheritdoc/>
    public override async Task<OpenInvestigationResponse> OpenInvestigation(OpenInvestigationRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var found = await db.LoadAsync<ResultRow>(cancel, request.ResultId)
            ?? throw new RefusedException(Refusal.Missing($"results/{request.ResultId}", "RESULT_UNKNOWN", $"There is no result {request.ResultId}.").With("result_id", request.ResultId));
        return await db.LockedAsync($"batch:{found.BatchId}", async () =>
        {
            var batch = await db.BatchAsync(found.BatchId, cancel);
            var known = await db.LoadAsync(db.InvestigationsOf(batch.Id), cancel);
            List<Refusal> refusals = [];
            if (found.Finding is Finding.Pass)
                refusals.Add(Refusal.State($"results/{found.Id}", "RESULT_PASSED", "The result is within its specification.").With("result_id", found.Id));
            if (found.InvestigationId.Length > 0 || known.Exists(i => i.ResultId == found.Id))
                refusals.Add(Refusal.State($"results/{found.Id}", "INVESTIGATION_EXISTS", "The result is investigated.").With("result_id", found.Id));
            refusals.ThrowIfAny();
            var row = db.Put(InvestigationRow.Of(found, db.Ids.New(), batch.SiteId, db.Now));
            return await db.AnswerAsync(new OpenInvestigationResponse { Investigation = row.ToWire([], 1) }, cancel);
        }, cancel);
    }

    /// <inheritdoc/>
    public override Task<RecordLaboratoryPhaseResponse> RecordLaboratoryPhase(RecordLaboratoryPhaseRequest request, ServerCallContext context) =>
        ChangeAsync(request.InvestigationId, request.Version, (row, investigation, refusals) =>
        {
            refusals.RequireText(request.Text, "text", 4000);
            refusals.AddRange(InvestigationRules.Laboratory(investigation, (CauseFinding)(int)request.Finding, db.Request.Caller.Subject));
            return () => row.Laboratory = Words.Json(Phase(request.Finding, request.Text));
        }, sent => new RecordLaboratoryPhaseResponse { Investigation = sent }, context);

    /// <inheritdoc/>
    public override Task<RecordFullPhaseResponse> RecordFullPhase(RecordFullPhaseRequest request, ServerCallContext context) =>
        ChangeAsync(request.InvestigationId, request.Version, (row, investigation, refusals) =>
        {
            refusals.RequireText(request.Text, "text", 4000);
            refusals.AddRange(InvestigationRules.Full(investigation, (CauseFinding)(int)request.Finding));
            return () => row.FullPhase = Words.Json(Phase(request.Finding, request.Text));
        }, sent => new RecordFullPhaseResponse { Investigation = sent }, context);

    /// <inheritdoc/>
    public override async Task<PlanRetestResponse> PlanRetest(PlanRetestRequest request, ServerCallContext context)
    {
        var sample = request.SampleId is "" ? null : await db.LoadAsync<SampleRow>(context.CancellationToken, request.SampleId);
        return await ChangeAsync(request.InvestigationId, request.Version, (row, investigation, refusals) =>
        {
            refusals.RequireText(request.Rationale, "rationale", 4000);
            refusals.RequireText(request.AnalystId, "analyst_id");
            refusals.RequireText(request.AnalystName, "analyst_name");
            CheckSample(request.SampleId, sample, row, refusals);
            refusals.AddRange(InvestigationRules.Plan(investigation, new Domain.RetestPlan(request.RetestCount, request.SampleId, request.AnalystId, db.Request.Caller.Subject, null)));
            return () => row.Plan = Words.Json(new RetestPlan
            {
                RetestCount = request.RetestCount, SampleId = request.SampleId, AnalystId = request.AnalystId, AnalystName = request.AnalystName, Rationale = request.Rationale,
                ProposerId = db.Request.Caller.Subject, ProposedBy = db.Request.Caller.Name, ProposeTime = Timestamp.FromDateTimeOffset(db.Now),
            });
        }, sent => new PlanRetestResponse { Investigation = sent }, context);
    }

    /// <inheritdoc/>
    public override Task<ApproveRetestResponse> ApproveRetest(ApproveRetestRequest request, ServerCallContext context) =>
        ChangeAsync(request.InvestigationId, request.Version, (row, investigation, refusals) =>
        {
            refusals.AddRange(InvestigationRules.Approve(investigation, db.Request.Caller.Subject));
            return () =>
            {
                var plan = RetestPlan.Parser.ParseJson(row.Plan);
                (plan.Approval, plan.ApproveTime) = (signer.Manifest(), Timestamp.FromDateTimeOffset(db.Now));
                row.Plan = Words.Json(plan);
            };
        }, sent => new ApproveRetestResponse { Investigation = sent }, context);

    /// <inheritdoc/>
    public override Task<ConcludeInvestigationResponse> ConcludeInvestigation(ConcludeInvestigationRequest request, ServerCallContext context) =>
        ChangeAsync(request.InvestigationId, request.Version, (row, investigation, refusals) =>
        {
            refusals.RequireText(request.Text, "text", 4000);
            refusals.AddRange(InvestigationRules.Conclude(investigation, (OosConclusion)(int)request.Conclusion));
            return () => (row.Conclusion, row.ConclusionText, row.Closure) = ((OosConclusion)(int)request.Conclusion, request.Text, JsonFormatter.Default.Format(signer.Manifest()));
        }, sent => new ConcludeInvestigationResponse { Investigation = sent }, context, async row =>
        {
            // Which result counts may be another one now: what waited for it, and what is printed of it, follows.
            var cancel = context.CancellationToken;
            var batch = await db.BatchAsync(row.BatchId, cancel);
            await recalls.EndClockAsync(row.BatchId, row.DoseId, row.TestCode, cancel);
            if (await db.JudgeOfAsync(batch, cancel) is { } judge) await analyses.RefreshAsync(batch, judge, row.DoseId, cancel);
        });

    /// <inheritdoc/>
    public override async Task<GetInvestigationResponse> GetInvestigation(GetInvestigationRequest request, ServerCallContext context)
    {
        var row = await FindAsync(request.InvestigationId, context.CancellationToken);
        return new GetInvestigationResponse { Investigation = row.ToWire(await db.LoadAsync(db.ResultsOf(row.BatchId), context.CancellationToken)) };
    }

    /// <inheritdoc/>
    public override async Task<ListInvestigationsResponse> ListInvestigations(ListInvestigationsRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var query = db.List<InvestigationRow>().AtSites(nameof(InvestigationRow.SiteId), request.SiteId).IsIfAny(nameof(InvestigationRow.BatchId), request.BatchId)
            .IsIfAny(nameof(InvestigationRow.DeviationId), request.DeviationId);
        if (request.OpenOnly) query.Is(nameof(InvestigationRow.Conclusion), OosConclusion.Open);
        var (rows, next) = await pages.ReadAsync(request, query.By(nameof(InvestigationRow.OpenedTime), nameof(InvestigationRow.Id)), cancel);
        var results = (await db.LoadAsync(db.All<ResultRow>(nameof(ResultRow.BatchId), rows.Select(r => r.BatchId).Distinct(StringComparer.Ordinal)), cancel)).ToLookup(r => r.BatchId, StringComparer.Ordinal);
        return new ListInvestigationsResponse { Investigations = { rows.Select(r => r.ToWire([.. results[r.BatchId]])) }, NextPageToken = next };
    }

    // In the turn of its batch, so that no result is recorded between what is read here and what is saved.
    async Task<TResponse> ChangeAsync<TResponse>(string id, long version, Func<InvestigationRow, Domain.Investigation, List<Refusal>, Action> decide, Func<V1.Investigation, TResponse> answer,
        ServerCallContext context, Func<InvestigationRow, Task>? then = null) where TResponse : IMessage
    {
        var cancel = context.CancellationToken;
        var found = await FindAsync(id, cancel);
        return await db.LockedAsync($"batch:{found.BatchId}", async () =>
        {
            var row = await FindAsync(id, cancel);
            var results = await db.LoadAsync(db.ResultsOf(row.BatchId), cancel);
            List<Refusal> refusals = [];
            if (row.Version != version) refusals.Add(Refusal.Stale($"investigations/{row.Id}", version, row.Version));
            var apply = decide(row, row.ToDomain(results), refusals);
            refusals.ThrowIfAny();
            apply();
            if (then is not null) await then(row);
            return await db.AnswerAsync(answer(row.ToWire(results, row.Version + 1)), cancel);
        }, cancel);
    }

    InvestigationPhase Phase(V1.CauseFinding finding, string text) => new()
    {
        Finding = finding, Text = text, PersonId = db.Request.Caller.Subject, PersonName = db.Request.Caller.Name, RecordTime = Timestamp.FromDateTimeOffset(db.Now),
    };

    static void CheckSample(string sampleId, SampleRow? sample, InvestigationRow row, List<Refusal> refusals)
    {
        if (sampleId is "" && row.DoseId is "")
            refusals.Add(Refusal.Invalid("sample_id", "SAMPLE_REQUIRED", "A test on the batch is made on a sample; name it."));
        if (sampleId.Length > 0 && sample?.BatchId != row.BatchId)
            refusals.Add(Refusal.Missing($"samples/{sampleId}", "SAMPLE_NOT_OF_BATCH", $"Batch {row.BatchId} has no sample {sampleId}.").With("sample_id", sampleId));
        if (sample?.DiscardedTime is { } gone)
            refusals.Add(Refusal.State($"samples/{sampleId}", "SAMPLE_DISCARDED", "The sample was discarded.").With("discard_time", gone));
    }

    async Task<InvestigationRow> FindAsync(string id, CancellationToken cancel)
    {
        var row = await db.LoadAsync<InvestigationRow>(cancel, id)
            ?? throw new RefusedException(Refusal.Missing($"investigations/{id}", "INVESTIGATION_UNKNOWN", $"There is no investigation {id}.").With("investigation_id", id));
        db.Request.Caller.RequireSite(row.SiteId);
        return row;
    }
}
