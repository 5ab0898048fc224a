using Doseline.Platform.Rpc;
using Doseline.Quality.V1;
using Doseline.Testing;

namespace Doseline.Quality.Tests;

/// <summary>A result out of specification is investigated in two phases; it is never tested away.</summary>
public sealed class InvestigationTests : IAsyncLifetime
{
    const string Second = "second analyst";

    TestPlatform platform = null!;
    QualityScene scene = null!;
    Result bad = null!;

    public async Task InitializeAsync()
    {
        platform = await TestPlatform.StartAsync();
        scene = new(platform);
        await scene.ReadyAsync();
        // As the test on the batch shows it before: the purity passed once; a second look at the same sample does not.
        bad = await scene.RecordAsync("RCP", "91.2", repeat: "Peak looked odd.");
        await platform.SettleAsync();
    }

    public async Task DisposeAsync() => await platform.DisposeAsync();

    InvestigationsService.InvestigationsServiceClient Investigations(string role = "qa") => new(platform.As(role));

    InvestigationsService.InvestigationsServiceClient Named(string name) => new(platform.AsNamed(name, "qa"));

    async Task<Investigation> NowAsync() => (await Investigations("auditor").GetInvestigationAsync(new GetInvestigationRequest { InvestigationId = bad.InvestigationId })).Investigation;

    [Fact]
    [Requirement("A086", "A087")]
    public async Task A_result_out_of_specification_opens_its_investigation_which_stands_against_release_and_against_closing_the_deviation()
    {
        var open = (await Investigations("auditor").ListInvestigationsAsync(new ListInvestigationsRequest { BatchId = QualityScene.Batch, OpenOnly = true })).Investigations.ShouldHaveSingleItem();
        (open.ResultId, open.DeviationId, open.TestCode, open.Version, open.InvestigationId).ShouldBe((bad.ResultId, bad.DeviationId, "RCP", 1L, bad.InvestigationId));
        (await TestPlatform.RefusalsAsync(() => scene.Dispositions().ReleaseDosesAsync(QualityScene.Release("dose-1")).ResponseAsync)).Select(r => r.Code)
            .ShouldBe(["ON_HOLD", "DEVIATION_OPEN", "INVESTIGATION_OPEN", "RESULT_OUT_OF_SPECIFICATION", "DISPOSITION_TRANSITION_ILLEGAL"]);
        (await scene.Dispositions().GetBatchReviewAsync(new GetBatchReviewRequest { BatchId = QualityScene.Batch })).Obstacles.Select(o => o.Code).ShouldContain("INVESTIGATION_OPEN");
        (await TestPlatform.RefusalsAsync(() => CloseDeviationAsync(1))).ShouldHaveSingleItem().Code.ShouldBe("INVESTIGATION_OPEN");
    }

    [Fact]
    [Requirement("A086")]
    public async Task Nothing_is_tested_again_before_a_plan_is_approved_nor_beside_it()
    {
        async Task<IEnumerable<string>> RepeatAsync(ResultsService.ResultsServiceClient who, string value = "98.1", string sample = "sample-1", DateTimeOffset? measured = null)
        {
            var again = scene.Result("RCP", value, repeat: "Again.");
            (again.SampleId, again.MeasureTime) = (sample, (measured ?? platform.Now).ToWire());
            return (await TestPlatform.RefusalsAsync(() => who.RecordResultAsync(again).ResponseAsync)).Select(r => r.Code);
        }

        ResultsService.ResultsServiceClient second = new(platform.AsNamed(Second, "qc_analyst"));
        (await RepeatAsync(second)).ShouldBe(["RETEST_NOT_APPROVED"]);
        (await TestPlatform.RefusalsAsync(() => PlanAsync(1, 1))).Select(r => r.Code).ShouldBe(["LABORATORY_PHASE_MISSING"]);
        await LaboratoryAsync(CauseFinding.Assignable, 1);
        await PlanAsync(2, 2);
        (await RepeatAsync(second)).ShouldBe(["RETEST_NOT_APPROVED"], "a plan that nobody approved allows nothing");
        // Who wrote the plan, and who is to measure, do not approve it.
        (await TestPlatform.RefusalsAsync(() => ApproveAsync(Investigations(), 3))).Select(r => r.Code).ShouldBe(["APPROVER_IS_AUTHOR"]);
        (await TestPlatform.RefusalsAsync(() => ApproveAsync(Named(Second), 3))).Select(r => r.Code).ShouldBe(["APPROVER_IS_ANALYST"]);
        var before = platform.Now;
        await platform.AdvanceAsync(TimeSpan.FromMinutes(10));
        await ApproveAsync(Named("second qa"), 3);

        (await RepeatAsync(scene.Results())).ShouldBe(["RETEST_ANALYST_DIFFERS"]);
        (await RepeatAsync(second, measured: before)).ShouldBe(["RETEST_BEFORE_APPROVAL"]);
        await platform.GiveAsync(QualityScene.Batch, new Execution.V1.SampleTaken { SampleId = "sample-2", BatchId = QualityScene.Batch, SiteId = "site-1", RoomId = "qc" });
        (await RepeatAsync(second, sample: "sample-2")).ShouldBe(["RETEST_SAMPLE_DIFFERS"]);
        (await scene.Results().ListResultsAsync(new ListResultsRequest { BatchId = QualityScene.Batch, TestCode = "RCP" })).Results.Select(r => r.RawValue).ShouldBe(["98.7", "91.2"], "nothing of it was recorded");
        await RetestAsync("98.1");
        await RetestAsync("98.3");
        (await RepeatAsync(second)).ShouldBe(["RETESTS_USED_UP"]);
        (await TestPlatform.RefusalsAsync(() => PlanAsync(4, 1))).Select(r => r.Code).ShouldBe(["RETEST_PLANNED"], "no second plan after the first");
    }

    [Fact]
    [Requirement("A086", "A161")]
    public async Task What_is_invalidated_for_a_cause_is_replaced_by_its_retests_and_stays_on_record()
    {
        await LaboratoryAsync(CauseFinding.Assignable, 1);
        (await TestPlatform.RefusalsAsync(() => ConcludeAsync(InvestigationConclusion.Invalidated, 2))).Select(r => r.Code).ShouldBe(["RETEST_NOT_APPROVED"]);
        await PlanAsync(2, 2);
        await ApproveAsync(Named("second qa"), 3);
        await RetestAsync("98.1");
        (await TestPlatform.RefusalsAsync(() => ConcludeAsync(InvestigationConclusion.Invalidated, 4))).Select(r => r.Code).ShouldBe(["RETESTS_MISSING"]);
        var last = await RetestAsync("98.3");
        last.InvestigationId.ShouldBe(bad.InvestigationId);
        (await TestPlatform.RefusalsAsync(() => scene.Dispositions().ReleaseDosesAsync(QualityScene.Release("dose-1")).ResponseAsync)).Select(r => r.Code)
            .ShouldContain("RESULT_OUT_OF_SPECIFICATION", "a retest that passes makes nothing good by itself");
        var concluded = await ConcludeAsync(InvestigationConclusion.Invalidated, 4);
        (concluded.Conclusion, concluded.Closure.Meaning, concluded.FailedRetestCount, concluded.RetestResultIds.Count, concluded.Plan.Approval.Meaning)
            .ShouldBe((InvestigationConclusion.Invalidated, SignatureMeaning.Decide, 0, 2, SignatureMeaning.Approve));
        await CloseDeviationAsync(1);
        await scene.Dispositions().ReleaseDosesAsync(QualityScene.Release("dose-1"));
        (await scene.Results().ListResultsAsync(new ListResultsRequest { BatchId = QualityScene.Batch, TestCode = "RCP" })).Results.Select(r => (r.RawValue, r.Verdict))
            .ShouldBe([("98.7", Verdict.Pass), ("91.2", Verdict.OutOfSpecification), ("98.1", Verdict.Pass), ("98.3", Verdict.Pass)]);
        var line = (await scene.Analyses.GetCertificateOfAnalysisAsync(new GetCertificateOfAnalysisRequest { DoseId = "dose-1" })).Analysis.Lines.Single(l => l.TestCode == "RCP");
        (line.Value, line.RepeatCount).ShouldBe(("98.3", 3));
        (await TestPlatform.RefusalsAsync(() => ConcludeAsync(InvestigationConclusion.Confirmed, 5))).Select(r => r.Code).ShouldBe(["INVESTIGATION_CONCLUDED"]);
    }

    [Fact]
    [Requirement("A086")]
    public async Task A_confirmed_result_stands_against_release_for_good_and_is_tested_no_more()
    {
        await LaboratoryAsync(CauseFinding.None, 1);
        await PlanAsync(2, 1);
        await ApproveAsync(Named("second qa"), 3);
        await RetestAsync("98.2");
        (await TestPlatform.RefusalsAsync(() => ConcludeAsync(InvestigationConclusion.Invalidated, 4))).Select(r => r.Code).ShouldBe(["FULL_PHASE_MISSING", "CAUSE_NOT_ASSIGNABLE"]);
        await Investigations().RecordFullPhaseAsync(new RecordFullPhaseRequest
        {
            RequestId = TestPlatform.RequestId(), InvestigationId = bad.InvestigationId, Version = 4, Finding = CauseFinding.None, Text = "Record, sampling and other batches show nothing.",
        });
        (await TestPlatform.RefusalsAsync(() => ConcludeAsync(InvestigationConclusion.Invalidated, 5))).Select(r => r.Code)
            .ShouldBe(["CAUSE_NOT_ASSIGNABLE"], "a retest that passes is no cause");
        await ConcludeAsync(InvestigationConclusion.Confirmed, 5);
        await CloseDeviationAsync(1);
        (await TestPlatform.RefusalsAsync(() => scene.Dispositions().ReleaseDosesAsync(QualityScene.Release("dose-1")).ResponseAsync)).Select(r => (r.Code, r.Numbers.GetValueOrDefault("result_id")))
            .ShouldBe([("RESULT_OUT_OF_SPECIFICATION", bad.ResultId)]);
        (await TestPlatform.RefusalsAsync(() => RetestAsync("98.9"))).Select(r => r.Code).ShouldBe(["RESULT_CONFIRMED"]);
    }

    [Fact]
    [Requirement("A086")]
    public async Task A_retest_that_fails_belongs_to_the_same_investigation_and_the_first_result_cannot_be_invalidated()
    {
        await LaboratoryAsync(CauseFinding.Assignable, 1);
        await PlanAsync(2, 1);
        await ApproveAsync(Named("second qa"), 3);
        var failed = await RetestAsync("90.0");
        (failed.DeviationId, failed.InvestigationId).ShouldBe((bad.DeviationId, bad.InvestigationId));
        (await scene.Deviations().ListDeviationsAsync(new ListDeviationsRequest { BatchId = QualityScene.Batch })).Deviations.ShouldHaveSingleItem();
        (await NowAsync()).FailedRetestCount.ShouldBe(1);
        (await TestPlatform.RefusalsAsync(() => ConcludeAsync(InvestigationConclusion.Invalidated, 4))).Select(r => r.Code).ShouldBe(["RETEST_OUT_OF_SPECIFICATION"]);
        await ConcludeAsync(InvestigationConclusion.Confirmed, 4);
    }

    [Fact]
    [Requirement("A086")]
    public async Task What_a_phase_or_plan_needs_is_said_and_nothing_is_changed()
    {
        (await TestPlatform.RefusalsAsync(() => new InvestigationsService.InvestigationsServiceClient(platform.As("qc_analyst")).RecordLaboratoryPhaseAsync(
            new RecordLaboratoryPhaseRequest { RequestId = TestPlatform.RequestId(), InvestigationId = bad.InvestigationId, Version = 1 }).ResponseAsync)).Select(r => r.Code)
            .ShouldBe(["FIELD_REQUIRED", "FINDING_REQUIRED", "INVESTIGATOR_IS_ANALYST"]);
        await LaboratoryAsync(CauseFinding.None, 1);
        PlanRetestRequest plan = new() { RequestId = TestPlatform.RequestId(), InvestigationId = bad.InvestigationId, Version = 7, RetestCount = 0, AnalystId = bad.AnalystId, AnalystName = bad.AnalystName };
        (await TestPlatform.RefusalsAsync(() => Investigations().PlanRetestAsync(plan).ResponseAsync)).Select(r => r.Code)
            .ShouldBe(["VERSION_STALE", "FIELD_REQUIRED", "SAMPLE_REQUIRED", "RETEST_COUNT_OUT_OF_RANGE", "RETEST_ANALYST_IS_FIRST"], ignoreOrder: true);
        (await TestPlatform.RefusalsAsync(() => Investigations().OpenInvestigationAsync(new OpenInvestigationRequest { RequestId = TestPlatform.RequestId(), ResultId = bad.ResultId }).ResponseAsync))
            .Select(r => r.Code).ShouldBe(["INVESTIGATION_EXISTS"]);
        (await NowAsync()).Plan.ShouldBeNull();
    }

    async Task LaboratoryAsync(CauseFinding finding, long version) => await Investigations().RecordLaboratoryPhaseAsync(new RecordLaboratoryPhaseRequest
    {
        RequestId = TestPlatform.RequestId(), InvestigationId = bad.InvestigationId, Version = version, Finding = finding, Text = "Sample, preparation, column and calculation were looked at.",
    });

    async Task PlanAsync(long version, int retests) => await Investigations().PlanRetestAsync(new PlanRetestRequest
    {
        RequestId = TestPlatform.RequestId(), InvestigationId = bad.InvestigationId, Version = version, RetestCount = retests, SampleId = "sample-1", AnalystId = $"person:{Second}", AnalystName = Second,
        Rationale = "The same sample, prepared anew.",
    });

    static async Task ApproveOnceAsync(InvestigationsService.InvestigationsServiceClient who, string id, long version) =>
        await who.ApproveRetestAsync(new ApproveRetestRequest { RequestId = TestPlatform.RequestId(), InvestigationId = id, Version = version });

    Task ApproveAsync(InvestigationsService.InvestigationsServiceClient who, long version) => ApproveOnceAsync(who, bad.InvestigationId, version);

    async Task<Result> RetestAsync(string value) =>
        (await new ResultsService.ResultsServiceClient(platform.AsNamed(Second, "qc_analyst")).RecordResultAsync(scene.Result("RCP", value, repeat: "By the retest plan."))).Result;

    async Task<Investigation> ConcludeAsync(InvestigationConclusion conclusion, long version) => (await Investigations().ConcludeInvestigationAsync(new ConcludeInvestigationRequest
    {
        RequestId = TestPlatform.RequestId(), InvestigationId = bad.InvestigationId, Version = version, Conclusion = conclusion, Text = "As the phases show.",
    })).Investigation;

    async Task CloseDeviationAsync(long version) => await scene.Deviations().CloseDeviationAsync(new CloseDeviationRequest
    {
        RequestId = TestPlatform.RequestId(), DeviationId = bad.DeviationId, Conclusion = DeviationConclusion.MayContinue, RootCause = "As investigated.", Version = version,
    });
}
