using Doseline.Common.V1;
using Doseline.Execution.V1;
using Doseline.Kernel.Rules;
using Doseline.Local.Day;
using Doseline.Local.Day.Files;
using Doseline.Orders.V1;
using Doseline.Platform.Rpc;
using Doseline.Quality.V1;
using Doseline.Shipping.V1;
using Doseline.Testing;
using Grpc.Core;

namespace Doseline.EndToEnd.Tests.Stories;

/// <summary>Demonstration 3: a result out of specification stops the dose everywhere; it is investigated, tested again by plan and released again.</summary>
public sealed class ExceptionStory
{
    public static TheoryData<string> Products() => [.. Story.Products];

    [Theory]
    [Requirement("A001", "A077", "A086", "A087", "A088", "A110", "A124", "A159", "A161")]
    [MemberData(nameof(Products))]
    public async Task A_result_out_of_specification_holds_the_dose_until_QA_has_concluded_on_its_cause(string product)
    {
        await using var story = await Story.BeginAsync(product);
        await story.OrderAndReceiveAsync();
        await story.StartAsync();
        await story.SynthesiseAsync();
        await story.DispenseAsync();
        await story.LabelAsync();

        // Out of specification while the batch is still open: the platform says so, nobody types a verdict.
        var tests = story.Input.Specifications.Where(t => t.Product == product).ToList();
        var failing = tests.First(t => t.Low is not null);
        var result = await MeasureAsync(story, failing, "0");
        result.Verdict.ShouldBe(Verdict.OutOfSpecification);

        // The same deviation is seen from the batch record, from the dose and from the order.
        var record = await story.RecordAsync();
        record.Batch.OnHold.ShouldBeTrue();
        record.Exceptions.Single(e => e.State is BatchExceptionState.Open).DeviationId.ShouldBe(result.DeviationId);
        (await story.OrderNowAsync()).OpenDeviationIds.ShouldBe([result.DeviationId]);
        (await DispositionAsync(story)).State.ShouldBe(Disposition.Quarantine);
        (await DispositionAsync(story)).ReferenceId.ShouldBe(result.DeviationId);

        // It can be packed; but no papers are printed and it cannot be shipped, finished or released, and everybody but QA can do nothing about it.
        (await Story.CodesAsync(story.PackAsync)).ShouldContain("DOSE_NOT_RELEASED");
        (await Story.CodesAsync(story.ForceShipmentAsync)).ShouldBe(["DOSE_NOT_RELEASED", "PAPERS_MISSING"], ignoreOrder: true);
        (await Story.CodesAsync(story.FinishAsync)).ShouldContain("BATCH_ON_HOLD");
        (await Story.CodesAsync(story.ReleaseAsync)).ShouldBeSubsetOf(["PRODUCTION_NOT_COMPLETE", "ON_HOLD", "DEVIATION_OPEN", "RESULT_OUT_OF_SPECIFICATION", "RESULT_MISSING", "DISPOSITION_TRANSITION_ILLEGAL", "INVESTIGATION_OPEN"]);
        await NobodyButQaAsync(story, result.DeviationId);

        // Nobody tests it again until it passes: a cause is found, and so many retests are made as were approved before, by another analyst.
        (await Story.CodesAsync(() => MeasureAsync(story, failing, DayQuality.Typical(failing), repeat: "once more"))).ShouldBe(["RETEST_NOT_APPROVED"]);
        (await Story.CodesAsync(() => ConcludeAsync(story, story.People.Qa, result.DeviationId, ""))).ShouldBe(["INVESTIGATION_OPEN"]);
        await InvalidateAsync(story, result, failing);

        // QA concludes with a signature, and with the action that it leads to; the batch goes on where it stopped.
        await OpenCapaAsync(story, "CAPA-2026-014", result.DeviationId);
        var closed = await ConcludeAsync(story, story.People.Qa, result.DeviationId, "CAPA-2026-014");
        closed.Closure.SignerName.ShouldNotBeEmpty();
        closed.Closure.Meaning.ShouldBe(SignatureMeaning.CloseDeviation);
        closed.Closure.SignTime.ToDateTimeOffset().ShouldBe(story.Now);
        (await story.RecordAsync()).Exceptions.ShouldAllBe(e => e.State == BatchExceptionState.Resolved);
        await story.FinishAsync();

        // Every other test is made; all results of the failed one stay on record.
        foreach (var test in tests.Where(t => t != failing)) (await MeasureAsync(story, test, DayQuality.Typical(test))).Verdict.ShouldBe(Verdict.Pass, test.Test);
        (await new ResultsService.ResultsServiceClient(story.People.Auditor).ListResultsAsync(new ListResultsRequest { BatchId = story.BatchId, TestCode = failing.Test })).Results.Select(r => r.Verdict)
            .ShouldBe([Verdict.OutOfSpecification, Verdict.Pass]);
        await story.ReleaseAsync();
        await story.PackAsync();
        var later = await StopAfterReleaseAsync(story, failing);

        await LeaveAsync(story, result.DeviationId, later);
    }

    // Now it leaves, and its order still shows both deviations.
    static async Task LeaveAsync(Story story, params string[] deviations)
    {
        await story.ShipAsync();
        await story.DeliverAsync();
        await story.BillAsync();
        var order = await story.OrderNowAsync();
        order.State.ShouldBe(OrderState.Invoiced);
        order.CertificateId.ShouldBe((await CertificateAsync(story)).CertificateId);
        order.OpenDeviationIds.ShouldBeEmpty();
        order.ClosedDeviationIds.ShouldBe(deviations, ignoreOrder: true);
        order.CapaReferences.ShouldBe(["CAPA-2026-014"]);

        // One that is opened after all of it is seen from batch, dose, order and shipment alike, and changes no version of the record.
        var version = (await story.RecordAsync()).Batch.RecordVersion;
        var late = (await new DeviationsService.DeviationsServiceClient(story.People.Qa).OpenDeviationAsync(new OpenDeviationRequest
        {
            RequestId = TestPlatform.RequestId(), BatchId = story.BatchId, DoseId = order.DoseId, Code = "COMPLAINT", Summary = "the clinic complains",
        })).Deviation.DeviationId;
        await story.Platform.SettleAsync();
        string[] all = [.. deviations, late];
        var auditor = story.Platform.As(Roles.Auditor);
        var record = await new BatchRecordsService.BatchRecordsServiceClient(auditor).GetBatchRecordAsync(new GetBatchRecordRequest { BatchId = story.BatchId });
        record.Record.Batch.RecordVersion.ShouldBe(version);
        record.Deviations.Select(d => d.DeviationId).ShouldBe(all, ignoreOrder: true);
        record.Deviations.Select(d => d.CapaReference).ShouldContain("CAPA-2026-014");
        (await new DoseRecordsService.DoseRecordsServiceClient(auditor).GetDoseRecordAsync(new GetDoseRecordRequest { DoseId = order.DoseId })).Deviations.Select(d => d.DeviationId).ShouldBe(all, ignoreOrder: true);
        order = await story.OrderNowAsync();
        order.OpenDeviationIds.ShouldBe([late]);
        var package = (await new PackagesService.PackagesServiceClient(auditor).GetPackageAsync(new GetPackageRequest { PackageId = order.PackageId })).Package;
        package.Deviations.Select(d => (d.DeviationId, d.Closed)).ShouldBe(all.Select(id => (id, id != late)), ignoreOrder: true);

        // The action is named on both sides: it by its deviations, and they by it in Quality and beside the package, also where it is linked only afterwards.
        (await OfCapaAsync(story)).DeviationIds.ShouldBe([deviations[0]]);
        await new CapasService.CapasServiceClient(story.People.Qa).LinkDeviationAsync(
            new LinkDeviationRequest { RequestId = TestPlatform.RequestId(), CapaId = (await OfCapaAsync(story)).CapaId, DeviationId = deviations[1] });
        await story.Platform.SettleAsync();
        (await OfCapaAsync(story)).DeviationIds.ShouldBe(deviations, ignoreOrder: true);
        foreach (var id in deviations) (await new DeviationsService.DeviationsServiceClient(auditor).GetDeviationAsync(new GetDeviationRequest { DeviationId = id })).Deviation.CapaReference.ShouldBe("CAPA-2026-014");
        package = (await new PackagesService.PackagesServiceClient(auditor).GetPackageAsync(new GetPackageRequest { PackageId = order.PackageId })).Package;
        package.Deviations.Select(d => (d.DeviationId, d.CapaReference)).ShouldBe(all.Select(id => (id, id == late ? "" : "CAPA-2026-014")), ignoreOrder: true);
        (await StreamBook.ReadAsync(story.Platform.Host.Services)).Waiting.ShouldBeEmpty();
    }

    // Gives the second deviation.
    static async Task<string> StopAfterReleaseAsync(Story story, TestInput failing)
    {
        var first = await CertificateAsync(story);

        // A dose that is already released is stopped as well: the certificate in the package's papers is worth nothing from then on.
        var later = await MeasureAsync(story, failing, "0", repeat: "retained sample looked at again");
        (await DispositionAsync(story)).State.ShouldBe(Disposition.Quarantine);
        (await Story.CodesAsync(story.ShipAsync)).ShouldNotBeEmpty();
        (await Story.CodesAsync(() => CheckAsync(story, first))).ShouldNotBeEmpty();
        await InvalidateAsync(story, later, failing);
        await ConcludeAsync(story, story.People.Qa, later.DeviationId, "");
        (await Story.CodesAsync(story.ShipAsync)).ShouldContain("DOSE_NOT_RELEASED", "the end of a hold is no release");
        await story.ReleaseAsync();
        var second = await CertificateAsync(story);
        second.CertificateId.ShouldNotBe(first.CertificateId);
        (await Story.CodesAsync(() => CheckAsync(story, first))).ShouldContain("CERTIFICATE_SUPERSEDED");
        return later.DeviationId;
    }

    static async Task NobodyButQaAsync(Story story, string deviationId)
    {
        foreach (var role in Roles.All.Where(r => r != Roles.Qa))
        {
            var who = story.Platform.As(role);
            (await Story.CodesAsync(() => ConcludeAsync(story, who, deviationId, ""))).ShouldBe(["ROLE_NOT_ALLOWED"], role);
            (await Story.CodesAsync(() => story.ReleaseAsync(who))).ShouldBe(["ROLE_NOT_ALLOWED"], role);
            (await Story.CodesAsync(async () => await new DispositionService.DispositionServiceClient(who)
                .LiftHoldAsync(new LiftHoldRequest { RequestId = TestPlatform.RequestId(), HoldId = deviationId, Reason = "in a hurry" }))).ShouldBe(["ROLE_NOT_ALLOWED"], role);
        }
    }

    // A cause is found in the laboratory, the sample is measured once more by plan, and the result does not count any more.
    static async Task InvalidateAsync(Story story, Result bad, TestInput test)
    {
        const string Second = "second analyst";
        InvestigationsService.InvestigationsServiceClient qa = new(story.People.Qa), other = new(story.Platform.AsNamed("second of quality", Roles.Qa));
        var id = bad.InvestigationId;
        await qa.RecordLaboratoryPhaseAsync(new RecordLaboratoryPhaseRequest
        {
            RequestId = TestPlatform.RequestId(), InvestigationId = id, Version = 1, Finding = CauseFinding.Assignable, Text = "instrument was out of adjustment",
        });
        await qa.PlanRetestAsync(new PlanRetestRequest
        {
            RequestId = TestPlatform.RequestId(), InvestigationId = id, Version = 2, RetestCount = 1, SampleId = bad.SampleId, AnalystId = $"person:{Second}", AnalystName = Second, Rationale = "same sample, adjusted instrument",
        });
        await other.ApproveRetestAsync(new ApproveRetestRequest { RequestId = TestPlatform.RequestId(), InvestigationId = id, Version = 3 });
        (await MeasureAsync(story, test, DayQuality.Typical(test), repeat: "by the retest plan", story.Platform.AsNamed(Second, Roles.QcAnalyst))).Verdict.ShouldBe(Verdict.Pass);
        await qa.ConcludeInvestigationAsync(new ConcludeInvestigationRequest
        {
            RequestId = TestPlatform.RequestId(), InvestigationId = id, Version = 4, Conclusion = InvestigationConclusion.Invalidated, Text = "the instrument, not the dose",
        });
    }

    static async Task OpenCapaAsync(Story story, string reference, string deviationId) => await new CapasService.CapasServiceClient(story.People.Qa).OpenCapaAsync(new OpenCapaRequest
    {
        RequestId = TestPlatform.RequestId(), CapaReference = reference, SiteId = story.Run.Site, Action = "adjust before each series", OwnerId = "person:laboratory lead", OwnerName = "laboratory lead",
        DueTime = story.Now.AddDays(30).ToWire(), EffectivenessCriterion = "no adjustment out of limit for a quarter", EffectivenessDueTime = story.Now.AddDays(120).ToWire(), DeviationIds = { deviationId },
    });

    static async Task<Capa> OfCapaAsync(Story story) =>
        (await new CapasService.CapasServiceClient(story.People.Auditor).ListCapasAsync(new ListCapasRequest { CapaReference = "CAPA-2026-014" })).Capas.Single();

    static async Task<Result> MeasureAsync(Story story, TestInput test, string value, string repeat = "", CallInvoker? who = null)
    {
        RecordResultRequest request = new()
        {
            RequestId = TestPlatform.RequestId(),
            BatchId = story.BatchId,
            SampleId = story.Batch.SampleId,
            TestCode = test.Test,
            Method = test.Method,
            InstrumentId = story.Instrument(test.Method),
            RawValue = value,
            Unit = test.Unit,
            MeasureTime = story.Now.ToWire(),
            RepeatReason = repeat,
        };
        ResultsService.ResultsServiceClient analyst = new(who ?? story.People.Analyst);
        Result result;
        try
        {
            result = (await analyst.RecordResultAsync(request)).Result;
        }
        catch (RpcException fault) when (RpcErrors.Read(fault) is [{ Code: Plausible.Code } questioned])
        {
            // Unlike what is usual, and right: whoever measured looks again and says so.
            (request.RequestId, request.SecondLook) = (TestPlatform.RequestId(), new SecondLook { Fields = { questioned.Subject }, Reason = "read from the print once more" });
            result = (await analyst.RecordResultAsync(request)).Result;
        }

        await story.Platform.SettleAsync();
        return result;
    }

    static async Task<Deviation> ConcludeAsync(Story story, CallInvoker who, string deviationId, string capa)
    {
        var open = (await new DeviationsService.DeviationsServiceClient(story.People.Qa).GetDeviationAsync(new GetDeviationRequest { DeviationId = deviationId })).Deviation;
        var closed = (await new DeviationsService.DeviationsServiceClient(who).CloseDeviationAsync(new CloseDeviationRequest
        {
            RequestId = TestPlatform.RequestId(), DeviationId = deviationId, Conclusion = DeviationConclusion.MayContinue, RootCause = "cartridge broke through", CapaReference = capa, Version = open.Version,
        })).Deviation;
        await story.Platform.SettleAsync();
        return closed;
    }

    static async Task<DoseDisposition> DispositionAsync(Story story) =>
        (await new DispositionService.DispositionServiceClient(story.People.Auditor).GetDispositionAsync(new GetDispositionRequest { DoseId = story.DoseId })).Disposition;

    static async Task<ReleaseCertificate> CertificateAsync(Story story) =>
        (await new CertificateService.CertificateServiceClient(story.People.Auditor).GetCertificateAsync(new GetCertificateRequest { DoseId = story.DoseId })).Certificate;

    static async Task CheckAsync(Story story, ReleaseCertificate certificate) =>
        await new CertificateService.CertificateServiceClient(story.Platform.AsService("shipping", "shipping")).CheckCertificateAsync(new CheckCertificateRequest { DoseId = story.DoseId, Certificate = certificate });
}
