using Doseline.Local.Day.Files;
using Doseline.Platform.Rpc;
using Doseline.Operations.V1;
using Doseline.Quality.V1;

namespace Doseline.Local.Day;

/// <summary>QC and QA: results against the specification, and the decision.</summary>
sealed class DayQuality(DayInput input, DayPeople people, DayKeys keys, DaySetup setup)
{
    // Dates of the sample plant's actions; a site sets its own.
    static readonly TimeSpan DoneWithin = TimeSpan.FromDays(60);
    static readonly TimeSpan CheckedWithin = TimeSpan.FromDays(120);

    readonly ResultsService.ResultsServiceClient analyst = new(people.Analyst);
    readonly DispositionService.DispositionServiceClient disposition = new(people.Qa);
    readonly DeviationsService.DeviationsServiceClient deviations = new(people.Qa);
    readonly InvestigationsService.InvestigationsServiceClient investigations = new(people.Qa);
    readonly CapasService.CapasServiceClient capas = new(people.Qa);

    /// <summary>Enters and approves the specifications of the day's products.</summary>
    public async Task EnterAsync()
    {
        SpecificationsService.SpecificationsServiceClient authors = new(people.Steward);
        SpecificationsService.SpecificationsServiceClient approvers = new(people.Qa);
        foreach (var tests in input.Specifications.GroupBy(t => t.Product))
        {
            var draft = await authors.PutSpecificationAsync(new PutSpecificationRequest
            {
                RequestId = keys.Of("specification", tests.Key),
                ProductCode = tests.Key,
                SpecificationVersion = 1,
                ProductName = input.Products.Single(p => p.Product == tests.Key).Name,
                DosageForm = input.Products.Single(p => p.Product == tests.Key).Form,
                EffectiveTime = input.Start.ToWire(),
                Tests = { tests.Select(TestOf) },
            });
            await approvers.ApproveSpecificationAsync(new ApproveSpecificationRequest
            {
                RequestId = keys.Of("specification-approve", tests.Key),
                SpecificationId = draft.Specification.SpecificationId,
                Version = draft.Specification.Version,
            });
        }

        await SetBoundsAsync();
    }

    /// <summary>Records every result of a batch; an incident of the day may put one out of specification.</summary>
    /// <returns>Id of the deviation that was opened; empty when every result passed.</returns>
    public async Task<string> TestAsync(RunInput run, string batchId, string sampleId, DateTimeOffset now)
    {
        var deviation = "";
        foreach (var test in input.Specifications.Where(t => t.Product == run.Product && t.ResultWithin is null))
        {
            var incident = input.Incidents.FirstOrDefault(i => i.Kind is "out_of_specification" && i.Run == run.Run && i.Test == test.Test);
            var result = await RecordAsync(run, batchId, sampleId, test, incident is null ? Typical(test) : Text(incident.Value), now);
            if (result.Verdict is Verdict.OutOfSpecification) deviation = result.DeviationId;
        }

        return deviation;
    }

    /// <summary>Tests of a product that may end after release.</summary>
    public IEnumerable<TestInput> Pending(string product) => input.Specifications.Where(t => t.Product == product && t.ResultWithin is not null);

    /// <summary>Records a test that ends after release: growth where an incident of the week says so.</summary>
    public Task<Result> EndAsync(RunInput run, string batchId, string sampleId, TestInput test, bool positive, DateTimeOffset now) =>
        RecordAsync(run, batchId, sampleId, test, positive ? "growth" : Typical(test), now);

    /// <summary>Doses of a batch that are released on a condition.</summary>
    public async Task<IReadOnlyList<string>> ConditionalAsync(string batchId) =>
    [
        .. (await disposition.ListDispositionsAsync(new ListDispositionsRequest { BatchId = batchId, State = Disposition.ConditionallyReleased, PageSize = 500 })).Dispositions.Select(d => d.DoseId),
    ];

    /// <summary>Releases every dose of a batch while tests are pending, naming them.</summary>
    public async Task ReleaseConditionallyAsync(RunInput run, string batchId, IEnumerable<string> doseIds, long recordVersion, string recordHash) =>
        await disposition.ReleaseDosesConditionallyAsync(new ReleaseDosesConditionallyRequest
        {
            RequestId = keys.Of("release-conditionally", run.Run), BatchId = batchId, DoseIds = { doseIds }, RecordVersion = recordVersion, RecordHash = recordHash,
            PendingTestCodes = { Pending(run.Product).Select(t => t.Test) }, Reason = "record and results reviewed; sterility under way",
        });

    async Task<Result> RecordAsync(RunInput run, string batchId, string sampleId, TestInput test, string value, DateTimeOffset now) => (await analyst.RecordResultAsync(new RecordResultRequest
    {
        RequestId = keys.Of("result", run.Run, test.Test), BatchId = batchId, SampleId = sampleId, TestCode = test.Test, Method = test.Method, InstrumentId = setup.Equipment[$"{run.Site}-{test.Method}"],
        RawValue = value, Unit = test.Unit, MeasureTime = now.ToWire(),
    })).Result;

    /// <summary>Releases every dose of a batch, as QA.</summary>
    public async Task<ReleaseDosesResponse> ReleaseAsync(RunInput run, string batchId, IEnumerable<string> doseIds, long recordVersion, string recordHash) =>
        await disposition.ReleaseDosesAsync(new ReleaseDosesRequest
        {
            RequestId = keys.Of("release", run.Run), BatchId = batchId, DoseIds = { doseIds }, RecordVersion = recordVersion, RecordHash = recordHash, Reason = "record and results reviewed",
        });

    /// <summary>Closes a deviation with the conclusion that the batch is to be rejected, and rejects it; a result out of specification is investigated first and confirmed.</summary>
    public async Task RejectAsync(RunInput run, string batchId, IEnumerable<string> doseIds, string deviationId, string rootCause = "labelling incomplete")
    {
        var open = (await deviations.GetDeviationAsync(new GetDeviationRequest { DeviationId = deviationId })).Deviation;
        await ConfirmAsync(run, deviationId, rootCause);
        var capa = $"CAPA-{run.Run}";
        var owner = await people.WhoVerifiesAsync();
        await capas.OpenCapaAsync(new OpenCapaRequest
        {
            RequestId = keys.Of("capa", run.Run), CapaReference = capa, SiteId = run.Site, Action = $"so that it does not happen again: {rootCause}", OwnerId = owner.Id, OwnerName = owner.Name,
            DueTime = (run.Start + DoneWithin).ToWire(), EffectivenessCriterion = "the next batches of the product pass the test", EffectivenessDueTime = (run.Start + CheckedWithin).ToWire(),
        });
        await deviations.CloseDeviationAsync(new CloseDeviationRequest
        {
            RequestId = keys.Of("deviation", run.Run), DeviationId = deviationId, Conclusion = DeviationConclusion.Reject, RootCause = rootCause, CapaReference = capa, Version = open.Conclusion is DeviationConclusion.Unspecified ? open.Version : open.Version - 1,
        });
        await disposition.RejectDosesAsync(new RejectDosesRequest { RequestId = keys.Of("reject", run.Run), BatchId = batchId, DoseIds = { doseIds }, ReferenceId = deviationId, Reason = "out of specification" });
    }

    // Both phases find no fault of the laboratory, so that the result counts. A call that is repeated gets its first answer, by its key and the same version.
    async Task ConfirmAsync(RunInput run, string deviationId, string cause)
    {
        foreach (var each in (await investigations.ListInvestigationsAsync(new ListInvestigationsRequest { DeviationId = deviationId })).Investigations)
        {
            await investigations.RecordLaboratoryPhaseAsync(new RecordLaboratoryPhaseRequest
            {
                RequestId = keys.Of("laboratory-phase", run.Run), InvestigationId = each.InvestigationId, Version = 1, Finding = CauseFinding.None, Text = "sample, preparation, instrument and calculation are as they should be",
            });
            await investigations.RecordFullPhaseAsync(new RecordFullPhaseRequest
            {
                RequestId = keys.Of("full-phase", run.Run), InvestigationId = each.InvestigationId, Version = 2, Finding = CauseFinding.Assignable, Text = cause,
            });
            await investigations.ConcludeInvestigationAsync(new ConcludeInvestigationRequest
            {
                RequestId = keys.Of("conclude-investigation", run.Run), InvestigationId = each.InvestigationId, Version = 3, Conclusion = InvestigationConclusion.Confirmed, Text = cause,
            });
        }
    }

    /// <summary>Holds one dose.</summary>
    public async Task HoldAsync(DayOrder order, string batchId, string reason)
    {
        var deviation = (await deviations.OpenDeviationAsync(new OpenDeviationRequest
        {
            RequestId = keys.Of("hold-deviation", order.Input.Order), BatchId = batchId, DoseId = order.DoseId, Code = "COMPLAINT_BEFORE_SHIPMENT", Summary = reason,
        })).Deviation;
        await disposition.HoldDosesAsync(new HoldDosesRequest { RequestId = keys.Of("hold", order.Input.Order), BatchId = batchId, DoseIds = { order.DoseId }, ReferenceId = deviation.DeviationId, Reason = reason });
    }

    /// <summary>Throws the rest of a sample away.</summary>
    public async Task DiscardAsync(RunInput run, string sampleId) =>
        await analyst.DiscardSampleAsync(new DiscardSampleRequest { RequestId = keys.Of("discard", run.Run), SampleId = sampleId, Reason = "tests are complete" });

    /// <summary>A value in the middle of its limits, so that a change of the specification moves it too.</summary>
    public static string Typical(TestInput test) => test switch
    {
        { Text.Length: > 0 } => test.Text,
        { Low: { } low, High: { } high } => Text((low + high) / 2),
        { Low: { } low, Unit: "%" } => Text((low + 100) / 2),
        { Low: { } low } => Text(low * 1.2),
        { High: { } high } => Text(high * 0.1),
        _ => "conforms",
    };

    static string Text(double value) => value.ToString("0.####", System.Globalization.CultureInfo.InvariantCulture);

    static SpecificationTest TestOf(TestInput test)
    {
        SpecificationTest made = new()
        {
            Code = test.Test, Name = test.Description, Method = test.Method, Unit = test.Unit, ExpectedText = test.Text, Scope = TestScope.Batch,
            Timing = test.ResultWithin is null ? TestTiming.BeforeRelease : TestTiming.AfterRelease,
            ResultWithin = test.ResultWithin is { } within ? Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(within) : null,
            PendingBasis = test.PendingBasis,
        };
        if (test.Low is { } low) made.Low = low;
        if (test.High is { } high) made.High = high;
        return made;
    }

    // Outside of these, values are questioned.
    async Task SetBoundsAsync()
    {
        PlausibilityService.PlausibilityServiceClient bounds = new(people.Qa);
        foreach (var set in input.Plausible)
        {
            await bounds.PutBoundsAsync(new PutBoundsRequest
            {
                RequestId = keys.Of("plausible", set.Service, set.Measure, set.Product, set.Item), Service = set.Service, Reason = "what the site has seen",
                Bounds = new PlausibleBounds { Measure = set.Measure, ProductCode = set.Product, Item = set.Item, Minimum = set.Minimum, Maximum = set.Maximum },
            });
        }
    }
}
