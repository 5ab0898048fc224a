using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;
using Doseline.Platform.Auth;
using Doseline.Platform.Instruments;
using Doseline.Platform.Plausibility;
using Doseline.Platform.Rpc;
using Doseline.Quality.Data;
using Doseline.Quality.Domain;
using Doseline.Quality.V1;
using Grpc.Core;

namespace Doseline.Quality.Api;

/// <summary>Serves <see cref="ResultsService"/>.</summary>
public sealed class ResultsApi(QualityDb db, Dispositions dispositions, Recalls recalls, AnalysisDocuments analyses, PageTokens pages, TrainingGate training) : ResultsService.ResultsServiceBase
{
    // Enough to know what is usual.
    const int EarlierMax = 10;

    /// <inheritdoc/>
    public override Task<RecordResultResponse> RecordResult(RecordResultRequest request, ServerCallContext context) =>
        db.LockedAsync($"batch:{request.BatchId}", () => RecordAsync(request, context.CancellationToken), context.CancellationToken);

    /// <inheritdoc/>
    public override async Task<ListResultsResponse> ListResults(ListResultsRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var batch = await db.BatchAsync(request.BatchId, cancel);
        var query = db.List<ResultRow>().Is(nameof(ResultRow.BatchId), batch.Id).IsIfAny(nameof(ResultRow.DoseId), request.DoseId).IsIfAny(nameof(ResultRow.TestCode), request.TestCode);
        var (rows, next) = await pages.ReadAsync(request, query.By(nameof(ResultRow.RecordedTime), nameof(ResultRow.Attempt), nameof(ResultRow.Id)), cancel);
        return new ListResultsResponse { Results = { rows.Select(r => r.ToWire()) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<ListSamplesResponse> ListSamples(ListSamplesRequest request, ServerCallContext context)
    {
        var query = db.List<SampleRow>().AtSites(nameof(SampleRow.SiteId), "").IsIfAny(nameof(SampleRow.BatchId), request.BatchId);
        var (rows, next) = await pages.ReadAsync(request, query.By(nameof(SampleRow.Id)), context.CancellationToken);
        return new ListSamplesResponse { Samples = { rows.Select(s => s.ToWire()) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<DiscardSampleResponse> DiscardSample(DiscardSampleRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var sample = await db.LoadAsync<SampleRow>(cancel, request.SampleId)
            ?? throw new RefusedException(Refusal.Missing($"samples/{request.SampleId}", "SAMPLE_UNKNOWN", $"There is no sample {request.SampleId}.").With("sample_id", request.SampleId));
        db.Request.Caller.RequireSite(sample.SiteId);
        List<Refusal> refusals = [];
        refusals.RequireText(request.Reason, "reason", 1000);
        if (sample.DiscardedTime is { } before)
            refusals.Add(Refusal.State($"samples/{sample.Id}", "SAMPLE_DISCARDED", "The sample was discarded before.").With("discard_time", before));
        refusals.ThrowIfAny();

        sample.DiscardedTime = db.Now;
        db.Publish(sample.Id, new SampleDiscarded { SampleId = sample.Id, BatchId = sample.BatchId });
        return await db.AnswerAsync(new DiscardSampleResponse { Sample = sample.ToWire() }, cancel);
    }

    async Task<RecordResultResponse> RecordAsync(RecordResultRequest request, CancellationToken cancel)
    {
        var batch = await db.BatchAsync(request.BatchId, cancel);
        var judge = await db.JudgeOfAsync(batch, cancel)
            ?? throw new RefusedException(Refusal.State($"batches/{batch.Id}", "SPECIFICATION_MISSING", $"No approved specification is in force for {batch.ProductCode}.")
                .With("product_code", batch.ProductCode));
        List<Refusal> refusals = [];
        var tests = SpecificationBook.Read(judge.Tests);
        var test = tests.FirstOrDefault(t => t.Code == request.TestCode);
        if (test is null)
        {
            refusals.Add(Refusal.Invalid("test_code", "TEST_NOT_SPECIFIED", $"Specification {judge.ProductCode} version {judge.SpecVersion} has no test '{request.TestCode}'.")
                .With("test_code", request.TestCode).With("test_codes", string.Join(',', tests.Select(t => t.Code))));
        }

        var span = await CheckTargetAsync(request, batch, test, refusals, cancel);
        var late = db.Request.Late(request.LateReason, refusals);
        var measured = request.MeasureTime.Read("measure_time").OrAdd(refusals);
        if (request.MeasureTime is not null) refusals.AddRange(span.Against("measure_time", measured, late));
        var instrument = await db.InstrumentAsync(request.InstrumentId, measured, cancel);
        await training.RequireAsync(db.Request.Caller, instrument?.Procedure ?? "", cancel);
        if (request.MeasureTime is not null)
            refusals.AddRange(InstrumentRules.Against("instrument_id", request.InstrumentId, instrument, Measurement.Control(batch.SiteId, measured, number: test is { IsText: false })));
        var (attempt, retested) = await AttemptAsync(request, measured, refusals, cancel);
        var judged = test is null ? null : ResultRules.Judge(test, new MeasuredValue(request.RawValue, request.Unit, request.Method)).OrAdd(refusals);
        refusals.ThrowIfAny();
        var earlier = judged!.Number is null ? [] : await db.List<ResultRow>().Is(nameof(ResultRow.SpecificationId), judge.Id).Is(nameof(ResultRow.TestCode), test!.Code)
            .ByLast(nameof(ResultRow.RecordedTime), nameof(ResultRow.Id)).ReadAsync(EarlierMax, cancel);
        await db.LookAsync(batch.SiteId, batch.Id, ResultMeasures.Of(batch.ProductCode, test!, judged.Number, earlier.Select(r => r.Number)), cancel);

        var resultId = db.Ids.New();
        var deviationId = judged!.Finding is Finding.Pass ? "" : retested?.DeviationId ?? "";
        var opens = judged.Finding is Finding.OutOfSpecification && retested is null;
        if (opens)
        {
            var summary = $"{test!.Name}: {request.RawValue} {request.Unit} against {test.LimitText}.";
            deviationId = (await dispositions.OpenAsync(db.Ids.New(), batch.Id, request.DoseId, DeviationOrigin.Result, resultId, "RESULT_OUT_OF_SPECIFICATION", summary, cancel)).Id;
        }

        var row = db.Put(ResultWire.RowOf(resultId, request, judge, test!, judged, attempt, measured, instrument!.Code, late, db, deviationId, retested?.Id ?? (opens ? db.Ids.New() : "")));
        if (opens) db.Put(InvestigationRow.Of(row, row.InvestigationId, batch.SiteId, db.Now));
        await db.LinkAsync(TraceKind.Instrument, row.InstrumentId, batch.Id, row.DoseId, cancel);
        await db.LinkAsync(TraceKind.Person, row.AnalystId, batch.Id, row.DoseId, cancel);
        await recalls.EndClockAsync(batch.Id, row.DoseId, row.TestCode, cancel);
        // What left before the result was known is called back with the very save that records it.
        if (opens) await recalls.OpenForWhatLeftAsync(batch.Id, request.DoseId, deviationId, $"{test!.Name} is out of specification.", cancel);
        await analyses.RefreshAsync(batch, judge, request.DoseId, cancel);
        return await db.AnswerAsync(new RecordResultResponse { Result = row.ToWire() }, cancel);
    }

    /// <summary>Which attempt at the test it is, and the investigation it is a retest of; while the result that counts is out of specification, nothing is measured but what its retest plan says.</summary>
    async Task<(int Attempt, InvestigationRow? Retested)> AttemptAsync(RecordResultRequest request, DateTimeOffset measured, List<Refusal> refusals, CancellationToken cancel)
    {
        var (all, investigations) = await db.LoadAsync(db.ResultsOf(request.BatchId), db.InvestigationsOf(request.BatchId), cancel);
        var before = all.Where(r => r.DoseId == request.DoseId && r.TestCode == request.TestCode).ToList();
        var attempt = 1 + before.Count;
        if (attempt > 1 && string.IsNullOrWhiteSpace(request.RepeatReason))
            refusals.Add(Refusal.Invalid("repeat_reason", "REPEAT_REASON_REQUIRED", "The test has a result, which stays; say why it is repeated.").With("attempt", attempt));
        if (before.Counting(investigations.Conclusions()) is not { Finding: Finding.OutOfSpecification } counts) return (attempt, null);
        var retested = investigations.Find(i => i.ResultId == counts.Id);
        refusals.AddRange(InvestigationRules.Retest(counts.Id, retested?.ToDomain(all), request.SampleId, db.Request.Caller.Subject, measured));
        return (attempt, retested);
    }

    /// <summary>Checks what was measured, and says when it can have been.</summary>
    async Task<EventSpan> CheckTargetAsync(RecordResultRequest request, BatchRow batch, SpecTest? test, List<Refusal> refusals, CancellationToken cancel)
    {
        if (test is { On: TestedOn.Dose } && request.DoseId is "")
            refusals.Add(Refusal.Invalid("dose_id", "DOSE_REQUIRED", $"{test.Code} is tested on each dose; name the dose."));
        if (test is { On: TestedOn.Batch } && request.DoseId.Length > 0)
            refusals.Add(Refusal.Invalid("dose_id", "DOSE_UNEXPECTED", $"{test.Code} is tested on the batch; name no dose."));
        var (dose, sample) = await db.LoadAsync(db.One<DoseRow>(request.DoseId), db.One<SampleRow>(request.SampleId), cancel);
        if (request.DoseId.Length > 0 && dose?.BatchId != batch.Id)
            refusals.Add(Refusal.Missing($"doses/{request.DoseId}", "DOSE_NOT_IN_BATCH", $"Batch {batch.Id} has no dose {request.DoseId}.").With("dose_id", request.DoseId));
        if (request.SampleId.Length > 0 && sample?.BatchId != batch.Id)
            refusals.Add(Refusal.Missing($"samples/{request.SampleId}", "SAMPLE_NOT_OF_BATCH", $"Batch {batch.Id} has no sample {request.SampleId}.").With("sample_id", request.SampleId));
        if (request is { SampleId: "", DoseId: "" })
            refusals.Add(Refusal.Invalid("sample_id", "SAMPLE_REQUIRED", "A test on the batch is made on a sample; name it."));
        return new EventSpan(db.Now).After("sampling", sample?.TakenTime).Before("discard", sample?.DiscardedTime).After("dispensing", dose?.MeasuredTime);
    }
}
