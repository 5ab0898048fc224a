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

/// <summary>Demonstration 3: a result out of specification stops the dose everywhere; it is mended, tested again and released again.</summary>
public sealed class ExceptionStory
{
    public static TheoryData<string> Products() => [.. Story.Products];

    [Theory]
    [Requirement("A001", "A077", "A086", "A087", "A088", "A110", "A124", "A159", "A161")]
    [MemberData(nameof(Products))]
    public async Task A_result_out_of_specification_holds_the_dose_until_QA_concludes_on_the_rework(string product)
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
        (await Story.CodesAsync(story.ReleaseAsync)).ShouldBeSubsetOf(["PRODUCTION_NOT_COMPLETE", "ON_HOLD", "DEVIATION_OPEN", "RESULT_OUT_OF_SPECIFICATION", "RESULT_MISSING", "DISPOSITION_TRANSITION_ILLEGAL"]);
        await NobodyButQaAsync(story, result.DeviationId);

        // QA concludes with a signature; the batch goes on where it stopped.
        var closed = await ConcludeAsync(story, story.People.Qa, result.DeviationId, "CAPA-2026-014");
        closed.Closure.SignerName.ShouldNotBeEmpty();
        closed.Closure.Meaning.ShouldBe(SignatureMeaning.CloseDeviation);
        closed.Closure.SignTime.ToDateTimeOffset().ShouldBe(story.Now);
        (await story.RecordAsync()).Exceptions.ShouldAllBe(e => e.State == BatchExceptionState.Resolved);
        await story.FinishAsync();
        (await Story.CodesAsync(story.ReleaseAsync)).ShouldContain("RESULT_OUT_OF_SPECIFICATION", "the first result stays until a test of the rework passes");

        // After the rework every test is made, the failed one again with its reason; both results stay on record.
        foreach (var test in tests)
            (await MeasureAsync(story, test, DayQuality.Typical(test), repeat: test == failing ? "purified again over a fresh cartridge" : "")).Verdict.ShouldBe(Verdict.Pass, test.Test);
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
        await ConcludeAsync(story, story.People.Qa, later.DeviationId, "");
        (await MeasureAsync(story, failing, DayQuality.Typical(failing), repeat: "instrument was out of adjustment")).Verdict.ShouldBe(Verdict.Pass);
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

    static async Task<Result> MeasureAsync(Story story, TestInput test, string value, string repeat = "")
    {
        var result = (await new ResultsService.ResultsServiceClient(story.People.Analyst).RecordResultAsync(new RecordResultRequest
        {
            RequestId = TestPlatform.RequestId(),
            BatchId = story.BatchId,
            SampleId = story.Batch.SampleId,
            TestCode = test.Test,
            Method = test.Method,
            InstrumentId = "qc-1",
            RawValue = value,
            Unit = test.Unit,
            MeasureTime = story.Now.ToWire(),
            RepeatReason = repeat,
        })).Result;
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
