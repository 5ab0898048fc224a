using Doseline.Execution.V1;
using Doseline.Inventory.V1;
using Doseline.Platform.Auth;
using Doseline.Platform.Rpc;
using Doseline.Platform.Signing;
using Doseline.Quality.V1;
using Doseline.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Quality.Tests;

public sealed class ControlTests : IAsyncLifetime
{
    TestPlatform platform = null!;
    QualityScene scene = null!;

    public async Task InitializeAsync()
    {
        platform = await TestPlatform.StartAsync();
        scene = new QualityScene(platform);
    }

    public async Task DisposeAsync() => await platform.DisposeAsync();

    [Fact]
    [Requirement("A019")]
    public async Task A_result_carries_who_how_with_what_and_against_which_limits()
    {
        await scene.ReadyAsync();
        var results = (await scene.Results().ListResultsAsync(new ListResultsRequest { BatchId = QualityScene.Batch, TestCode = "RCP" })).Results;
        var rcp = results.ShouldHaveSingleItem();
        (rcp.Method, rcp.InstrumentId, rcp.AnalystName, rcp.RawValue, rcp.Number, rcp.Unit).ShouldBe(("AM-014 v3", "HPLC-2", "qc_analyst", "98.7", 98.7, "%"));
        (rcp.LimitText, rcp.Verdict, rcp.SpecificationVersion, rcp.Attempt).ShouldBe((">= 95 %", Verdict.Pass, 1L, 1));
    }

    [Fact]
    [Requirement("A110", "A161")]
    public async Task A_result_out_of_specification_opens_a_deviation_and_holds_every_dose_in_the_same_save()
    {
        await scene.ReadyAsync(sterile: false);
        await scene.Dispositions().ReleaseDosesConditionallyAsync(QualityScene.Conditionally("dose-1"));
        var bad = await scene.RecordAsync("RCP", "94.2", repeat: "Suspicious peak.");
        await platform.SettleAsync();
        bad.Verdict.ShouldBe(Verdict.OutOfSpecification);
        (await scene.StateAsync("dose-1")).ShouldBe(Disposition.Quarantine);
        (await scene.StateAsync("dose-2")).ShouldBe(Disposition.Quarantine);
        platform.Facts<DeviationOpened>().ShouldHaveSingleItem().DeviationId.ShouldBe(bad.DeviationId);
        platform.Facts<DoseDispositionChanged>().Where(f => f.To == Disposition.Quarantine).ShouldAllBe(f => f.ReferenceId == bad.DeviationId);
        var review = await scene.Dispositions().GetBatchReviewAsync(new GetBatchReviewRequest { BatchId = QualityScene.Batch });
        review.DeviationIds.ShouldBe([bad.DeviationId]);
        review.Obstacles.Select(o => o.Code).Distinct(StringComparer.Ordinal).ShouldBe(["ON_HOLD", "DEVIATION_OPEN", "INVESTIGATION_OPEN", "RESULT_PENDING", "RESULT_OUT_OF_SPECIFICATION", "DISPOSITION_TRANSITION_ILLEGAL"]);
        review.PendingTestCodes.ShouldBe(["STERILITY"]);
    }

    [Theory]
    [Requirement("P10")]
    [InlineData("a year ago", "EVENT_TOO_EARLY")]
    [InlineData("before sampling", "EVENT_TOO_EARLY")]
    [InlineData("after discard", "EVENT_TOO_LATE")]
    [InlineData("ahead of now", "EVENT_IN_FUTURE")]
    public async Task A_measurement_lies_between_sampling_and_discard_and_not_ahead_of_now(string when, string code)
    {
        await scene.ReadyAsync(sterile: false);
        var sampled = platform.Now;
        await platform.AdvanceAsync(TimeSpan.FromHours(1));
        await scene.Results().DiscardSampleAsync(new DiscardSampleRequest { RequestId = TestPlatform.RequestId(), SampleId = "sample-1", Reason = "used up" });
        await platform.AdvanceAsync(TimeSpan.FromHours(1));
        var result = scene.Result("STERILITY", "NO GROWTH");
        result.MeasureTime = (when switch
        {
            "a year ago" => sampled.AddYears(-1),
            "before sampling" => sampled.AddSeconds(-1),
            "after discard" => platform.Now,
            _ => platform.Now.AddSeconds(1),
        }).ToWire();
        (await TestPlatform.RefusalsAsync(() => scene.Results().RecordResultAsync(result).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe(code);

        // Measured on the dose itself, nothing is earlier than its own measurement.
        var onDose = scene.Result("APPEARANCE", "CLEAR", "dose-1", "again");
        onDose.MeasureTime = TestPlatform.Start.AddSeconds(-1).ToWire();
        (await TestPlatform.RefusalsAsync(() => scene.Results().RecordResultAsync(onDose).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe("EVENT_TOO_EARLY");
    }

    [Fact]
    [Requirement("P10")]
    public async Task A_late_entry_stands_on_its_reason_and_on_two_persons_and_says_so()
    {
        await scene.ReadyAsync(sterile: false);
        await platform.AdvanceAsync(TimeSpan.FromHours(1));
        var late = scene.Result("STERILITY", "NO GROWTH");
        late.MeasureTime = TestPlatform.Start.AddMinutes(-5).ToWire();
        late.LateReason = "The sampling was entered after the fact.";
        ResultsService.ResultsServiceClient unsigned = new(platform.UnsignedAs(TestPlatform.PersonIn("qc_analyst")));
        (await TestPlatform.RefusalsAsync(() => unsigned.RecordResultAsync(late).ResponseAsync)).Select(r => (r.Code, r.Subject))
            .ShouldBe([("SIGNATURE_REQUIRED", "signature"), ("SIGNATURE_REQUIRED", "second_signature")]);

        late.RequestId = TestPlatform.RequestId();
        var recorded = (await scene.Results().RecordResultAsync(late)).Result;
        (recorded.LateReason, recorded.LateWitnessName, recorded.AnalystName).ShouldBe((late.LateReason, TestSigner.Witness.Name, "qc_analyst"));
    }

    [Fact]
    [Requirement("A161")]
    public async Task A_repeat_needs_a_reason_erases_nothing_and_helps_only_once_the_deviation_is_closed()
    {
        await scene.ReadyAsync();
        var bad = await scene.RecordAsync("APPEARANCE", "TURBID", "dose-1", "Particle seen.");
        (await TestPlatform.RefusalsAsync(() => scene.Results().RecordResultAsync(scene.Result("APPEARANCE", "CLEAR", "dose-2")).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe("REPEAT_REASON_REQUIRED");
        await scene.InvalidateAsync(bad, "CLEAR");
        (await TestPlatform.RefusalsAsync(() => scene.Dispositions().ReleaseDosesAsync(QualityScene.Release("dose-1")).ResponseAsync)).Select(r => r.Code)
            .ShouldBe(["DISPOSITION_TRANSITION_ILLEGAL", "ON_HOLD", "DEVIATION_OPEN"]);
        await scene.Dispositions().ReleaseDosesAsync(QualityScene.Release("dose-2"));

        var deviation = (await scene.Deviations().GetDeviationAsync(new GetDeviationRequest { DeviationId = bad.DeviationId })).Deviation;
        var closed = (await scene.Deviations().CloseDeviationAsync(new CloseDeviationRequest
        {
            RequestId = TestPlatform.RequestId(), DeviationId = deviation.DeviationId, Conclusion = DeviationConclusion.MayContinue, RootCause = "Dust on the outside.", Version = deviation.Version,
        })).Deviation;
        closed.Closure.Meaning.ShouldBe(SignatureMeaning.CloseDeviation);
        (await scene.StateAsync("dose-1")).ShouldBe(Disposition.Pending);
        await scene.ReleaseOneAsync();
        platform.Facts<DeviationClosed>().ShouldHaveSingleItem().MayContinue.ShouldBeTrue();

        var line = (await scene.Analyses.GetCertificateOfAnalysisAsync(new GetCertificateOfAnalysisRequest { DoseId = "dose-1" })).Analysis.Lines.Single(l => l.TestCode == "APPEARANCE");
        (line.Value, line.RepeatCount).ShouldBe(("CLEAR", 2));
        (await scene.Results().ListResultsAsync(new ListResultsRequest { BatchId = QualityScene.Batch, DoseId = "dose-1" })).Results.Select(r => r.RawValue).ShouldBe(["CLEAR", "TURBID", "CLEAR"]);
    }

    [Fact]
    [Requirement("A110")]
    public async Task A_hold_of_execution_is_a_deviation_also_for_doses_still_to_come_and_ends_with_its_conclusion()
    {
        await scene.SpecifyAsync();
        await scene.StartAsync();
        await scene.DispenseAsync("dose-1");
        await platform.GiveAsync(QualityScene.Batch, new ExecutionHoldRaised { ExceptionId = "ex-1", BatchId = QualityScene.Batch, Cause = HoldCause.StepValueOutOfLimit });
        await scene.DispenseAsync("dose-2");
        (await scene.StateAsync("dose-1")).ShouldBe(Disposition.Quarantine);
        (await scene.StateAsync("dose-2")).ShouldBe(Disposition.Quarantine);
        var deviation = (await scene.Deviations().ListDeviationsAsync(new ListDeviationsRequest { DoseId = "dose-2", OpenOnly = true })).Deviations.ShouldHaveSingleItem();
        (deviation.Source, deviation.SourceId, deviation.Code).ShouldBe((DeviationSource.Execution, "ex-1", "STEP_VALUE_OUT_OF_LIMIT"));
        var hold = (await scene.Dispositions().GetDispositionAsync(new GetDispositionRequest { DoseId = "dose-2" })).Holds.ShouldHaveSingleItem();
        (await TestPlatform.RefusalsAsync(() => scene.Dispositions().LiftHoldAsync(new LiftHoldRequest { RequestId = TestPlatform.RequestId(), HoldId = hold.HoldId, Reason = "x" }).ResponseAsync))
            .ShouldHaveSingleItem().Code.ShouldBe("HOLD_OF_DEVIATION");

        CloseDeviationRequest close = new() { RequestId = TestPlatform.RequestId(), DeviationId = deviation.DeviationId, Conclusion = DeviationConclusion.MayContinue, RootCause = "Probe.", Version = deviation.Version };
        await scene.Deviations().CloseDeviationAsync(close);
        (await scene.StateAsync("dose-1")).ShouldBe(Disposition.InProcess);
        await scene.CompleteAsync();
        (await scene.StateAsync("dose-2")).ShouldBe(Disposition.Pending);
    }

    [Fact]
    [Requirement("A050")]
    public async Task A_hold_that_was_published_in_words_and_one_whose_cause_this_version_does_not_know_hold_all_the_same()
    {
        await scene.StartAsync();
        await scene.DispenseAsync("dose-1");
        await platform.GiveAsync(QualityScene.Batch, new ExecutionHoldRaised { ExceptionId = "ex-1", BatchId = QualityScene.Batch, Code = "PRESSURE_LOW", Summary = "As it was said then." });
        await platform.GiveAsync(QualityScene.Batch, new ExecutionHoldRaised { ExceptionId = "ex-2", BatchId = QualityScene.Batch, Cause = (HoldCause)999 });
        await platform.GiveAsync(QualityScene.Batch, new ExecutionHoldRaised { ExceptionId = "ex-3", BatchId = QualityScene.Batch, Cause = HoldCause.LotRejected });
        // A later version says the cause by its name.
        var later = platform.Make("execution", QualityScene.Batch, new ExecutionHoldRaised());
        later = later with { Data = $$"""{"exceptionId":"ex-4","batchId":"{{QualityScene.Batch}}","cause":"HOLD_CAUSE_OF_A_LATER_VERSION"}""" };
        await platform.GiveAsync(later with { DataHash = Doseline.Platform.Messaging.Fact.HashOf(later.Data) });
        (await scene.StateAsync("dose-1")).ShouldBe(Disposition.Quarantine);
        (await scene.Deviations().ListDeviationsAsync(new ListDeviationsRequest { BatchId = QualityScene.Batch, OpenOnly = true })).Deviations.Select(d => (d.SourceId, d.Code, d.Summary)).ShouldBe(
        [
            ("ex-1", "PRESSURE_LOW", "As it was said then."), ("ex-4", "EXECUTION_HOLD", "Execution holds the batch; the batch record says why."), ("ex-2", "EXECUTION_HOLD", "Execution holds the batch; the batch record says why."),
            ("ex-3", "LOT_REJECTED", "A lot of which the batch took is rejected."),
        ], ignoreOrder: true);
    }

    [Fact]
    [Requirement("A149")]
    public async Task A_deviation_that_ends_in_rejection_leaves_only_rejection_and_a_change_without_a_record_is_refused()
    {
        await scene.ReadyAsync();
        var deviation = (await scene.Deviations("operator").OpenDeviationAsync(new OpenDeviationRequest
        {
            RequestId = TestPlatform.RequestId(), BatchId = QualityScene.Batch, DoseId = "dose-1", Code = "VIAL_DROPPED", Summary = "Dropped in the hot cell.",
        })).Deviation;
        await scene.Deviations().CloseDeviationAsync(new CloseDeviationRequest
        {
            RequestId = TestPlatform.RequestId(), DeviationId = deviation.DeviationId, Conclusion = DeviationConclusion.Reject, RootCause = "Gripper.", Version = deviation.Version,
        });
        (await TestPlatform.RefusalsAsync(() => scene.Dispositions().ReleaseDosesAsync(QualityScene.Release("dose-1")).ResponseAsync)).Select(r => r.Code).ShouldBe(["DISPOSITION_TRANSITION_ILLEGAL", "ON_HOLD"]);
        RejectDosesRequest reject = new() { RequestId = TestPlatform.RequestId(), BatchId = QualityScene.Batch, DoseIds = { "dose-1" } };
        (await TestPlatform.RefusalsAsync(() => scene.Dispositions().RejectDosesAsync(reject).ResponseAsync)).Select(r => r.Code).ShouldBe(["REFERENCE_REQUIRED", "FIELD_REQUIRED"]);
        (await TestPlatform.RefusalsAsync(() => scene.Dispositions().HoldDosesAsync(new HoldDosesRequest { RequestId = TestPlatform.RequestId(), BatchId = QualityScene.Batch }).ResponseAsync))
            .Select(r => r.Code).ShouldBe(["REFERENCE_REQUIRED", "FIELD_REQUIRED"]);
        (reject.RequestId, reject.ReferenceId, reject.Reason) = (TestPlatform.RequestId(), deviation.DeviationId, "Broken.");
        (await scene.Dispositions().RejectDosesAsync(reject)).Dispositions.ShouldHaveSingleItem().State.ShouldBe(Disposition.Rejected);
        (await scene.StateAsync("dose-2")).ShouldBe(Disposition.Pending);
    }

    [Fact]
    public async Task A_record_that_changes_after_release_takes_the_dose_back()
    {
        await scene.ReadyAsync();
        var certificate = await scene.ReleaseOneAsync();
        await scene.CompleteAsync(8, "cc33");
        (await scene.StateAsync("dose-1")).ShouldBe(Disposition.Quarantine);
        (await scene.CheckRefusalsAsync("dose-1", certificate)).ShouldContain(r => r.Code == "DOSE_NOT_RELEASED");
        (await scene.Deviations().ListDeviationsAsync(new ListDeviationsRequest { BatchId = QualityScene.Batch })).Deviations.ShouldHaveSingleItem().Code.ShouldBe("RECORD_CHANGED_AFTER_RELEASE");
    }

    [Fact]
    [Requirement("A022", "A143")]
    public async Task A_certificate_of_analysis_comes_from_results_with_release_and_a_late_result_makes_its_next_version()
    {
        await scene.ReadyAsync(sterile: false);
        foreach (var lot in new[] { "lot-2", "lot-1" }) await platform.GiveAsync(lot, new MaterialIssued { LotId = lot, BatchId = QualityScene.Batch, MaterialCode = "LU-CHLORIDE" });
        (await TestPlatform.RefusalsAsync(() => scene.Analyses.GetCertificateOfAnalysisAsync(new GetCertificateOfAnalysisRequest { DoseId = "dose-1" }).ResponseAsync))
            .ShouldHaveSingleItem().Code.ShouldBe("DOSE_NOT_RELEASED");
        var certificate = (await scene.Dispositions().ReleaseDosesConditionallyAsync(QualityScene.Conditionally("dose-1"))).Certificates.ShouldHaveSingleItem();
        var first = (await scene.Analyses.GetCertificateOfAnalysisAsync(new GetCertificateOfAnalysisRequest { DoseId = "dose-1" })).Analysis;
        (first.AnalysisVersion, first.CertificateId, first.SpecificationVersion, first.BatchNumber, first.ConcentrationBqPerMl).ShouldBe((1, certificate.CertificateId, 1L, "LU2611A", 7.4e8));
        first.Lines.Select(l => (l.TestCode, l.Value, l.Status)).ShouldBe(
        [
            ("RCP", "98.7", AnalysisStatus.Pass), ("ENDOTOXIN", "<0.25", AnalysisStatus.Pass), ("APPEARANCE", "CLEAR", AnalysisStatus.Pass), ("STERILITY", "", AnalysisStatus.Pending),
        ]);
        var specification = (await scene.Specifications().ListSpecificationsAsync(new ListSpecificationsRequest { ProductCode = "LU-PSMA" })).Specifications.Single();
        first.SpecificationId.ShouldBe(specification.SpecificationId);
        first.Lines.Select(l => (l.SpecificationId, l.SpecificationVersion, l.Lot)).Distinct().ShouldBe([(specification.SpecificationId, specification.SpecificationVersion, "LU2611A")]);
        first.MaterialLotIds.ShouldBe(["lot-1", "lot-2"]);
        SignedDocument.IsGenuine(first, platform.Host.Services.GetRequiredService<KeyStore>().Signing(ReleaseCertificateCheck.KeyName)).ShouldBeTrue();

        await scene.RecordAsync("STERILITY", "NO GROWTH");
        var second = (await scene.Analyses.GetCertificateOfAnalysisAsync(new GetCertificateOfAnalysisRequest { DoseId = "dose-1" })).Analysis;
        (second.AnalysisVersion, second.Lines[^1].Status).ShouldBe((2, AnalysisStatus.Pass));
        (await scene.Analyses.GetCertificateOfAnalysisAsync(new GetCertificateOfAnalysisRequest { DoseId = "dose-1", AnalysisVersion = 1 })).Analysis.ShouldBe(first);
    }

    [Fact]
    public async Task A_batch_is_judged_by_the_version_that_was_in_force_when_it_started()
    {
        await scene.SpecifyAsync();
        await scene.StartAsync();
        await scene.SpecifyAsync(2);
        (await scene.RecordAsync("RCP", "99")).SpecificationVersion.ShouldBe(1);
    }

    [Fact]
    [Requirement("A143")]
    public async Task A_specification_is_approved_by_another_person_and_never_changed_after()
    {
        var draft = (await scene.Specifications().PutSpecificationAsync(QualityScene.Draft())).Specification;
        ApproveSpecificationRequest approve = new() { RequestId = TestPlatform.RequestId(), SpecificationId = draft.SpecificationId, Version = draft.Version };
        (await TestPlatform.RefusalsAsync(() => scene.Specifications().ApproveSpecificationAsync(approve).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe("APPROVER_IS_AUTHOR");
        (await TestPlatform.RefusalsAsync(() => scene.Specifications().PutSpecificationAsync(QualityScene.Draft()).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe("VERSION_STALE");
    }

    [Fact]
    public async Task A_sample_is_discarded_once_and_everyone_hears_of_it()
    {
        await scene.StartAsync();
        DiscardSampleRequest discard = new() { RequestId = TestPlatform.RequestId(), SampleId = "sample-1", Reason = "Used up." };
        await scene.Results().DiscardSampleAsync(discard);
        await platform.SettleAsync();
        platform.Facts<SampleDiscarded>().ShouldHaveSingleItem().BatchId.ShouldBe(QualityScene.Batch);
        discard.RequestId = TestPlatform.RequestId();
        (await TestPlatform.RefusalsAsync(() => scene.Results().DiscardSampleAsync(discard).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe("SAMPLE_DISCARDED");
    }

    [Fact]
    public async Task Lists_are_paged_and_a_board_sees_every_change()
    {
        await scene.ReadyAsync();
        ListDispositionsRequest list = new() { PageSize = 1, SiteId = "site-1" };
        var first = await scene.Dispositions().ListDispositionsAsync(list);
        list.PageToken = first.NextPageToken;
        var second = await scene.Dispositions().ListDispositionsAsync(list);
        first.Dispositions.Concat(second.Dispositions).Select(d => d.DoseId).ShouldBe(QualityScene.Doses);
        second.NextPageToken.ShouldBeEmpty();

        using var board = scene.Dispositions().WatchDispositions(new WatchDispositionsRequest { SiteId = "site-1" });
        for (var i = 0; i < 2; i++) (await board.ResponseStream.MoveNext(CancellationToken.None)).ShouldBeTrue();
        await scene.ReleaseOneAsync("dose-2");
        (await board.ResponseStream.MoveNext(CancellationToken.None)).ShouldBeTrue();
        (board.ResponseStream.Current.Disposition.DoseId, board.ResponseStream.Current.Disposition.State).ShouldBe(("dose-2", Disposition.Released));
    }
}
