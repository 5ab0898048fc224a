using Doseline.Quality.V1;
using Doseline.Testing;

namespace Doseline.Quality.Tests;

/// <summary>Doses that leave while a test is pending: the state, its clock, and what follows when the result is bad or stays away.</summary>
public sealed class ConditionalReleaseTests : IAsyncLifetime
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
    [Requirement("E01")]
    public async Task What_waits_for_sterility_leaves_on_a_condition_and_is_never_shown_as_released()
    {
        await scene.ReadyAsync(sterile: false);
        (await TestPlatform.RefusalsAsync(() => scene.Dispositions().ReleaseDosesAsync(QualityScene.Release()).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe("RESULT_PENDING");

        var released = await scene.Dispositions().ReleaseDosesConditionallyAsync(QualityScene.Conditionally());
        await platform.SettleAsync();
        released.Dispositions.ShouldAllBe(d => d.State == Disposition.ConditionallyReleased);
        released.Certificates.ShouldAllBe(c => c.Meaning == "conditional release" && c.PendingTestCodes.Single() == "STERILITY");
        var clock = released.PendingTests.ShouldHaveSingleItem();
        (clock.TestCode, clock.State, clock.DueTime.ToDateTimeOffset()).ShouldBe(("STERILITY", PendingTestState.Pending, platform.Now + QualityScene.Incubation));
        // The certificate opens the gate, and says on what condition.
        await scene.Certificates.CheckCertificateAsync(new CheckCertificateRequest { DoseId = "dose-1", Certificate = released.Certificates[0] });
        platform.Facts<DoseDispositionChanged>().ShouldNotContain(f => f.To == Disposition.Released);
        (await scene.Dispositions("auditor").ListPendingTestsAsync(new ListPendingTestsRequest { OpenOnly = true })).PendingTests.ShouldHaveSingleItem().ShouldBe(clock);

        // The result comes after the doses are past their use: what was released on a condition is settled all the same, and by QA.
        await platform.AdvanceAsync(TimeSpan.FromDays(13));
        await scene.RecordAsync("STERILITY", "NO GROWTH");
        (await scene.StateAsync("dose-1")).ShouldBe(Disposition.ConditionallyReleased);
        (await scene.Dispositions("auditor").ListPendingTestsAsync(new ListPendingTestsRequest())).PendingTests.ShouldHaveSingleItem().State.ShouldBe(PendingTestState.Passed);
        (await scene.Dispositions().ReleaseDosesAsync(QualityScene.Release())).Dispositions.ShouldAllBe(d => d.State == Disposition.Released);
        await platform.AdvanceAsync(TimeSpan.FromDays(3));
        platform.Facts<DeviationOpened>().ShouldBeEmpty();
        platform.Facts<RecallOpened>().ShouldBeEmpty();
    }

    [Theory]
    [Requirement("E01", "A155")]
    [InlineData("", "PENDING_TEST_NOT_NAMED")]
    [InlineData("STERILITY,RCP", "TEST_MAY_NOT_PEND")]
    [InlineData("STERILITY,ENDOTOXIN", "TEST_MAY_NOT_PEND")]
    [InlineData("STERILITY,NOTHING", "TEST_MAY_NOT_PEND")]
    public async Task Only_what_the_specification_lets_pend_may_pend_and_all_of_it_is_named(string named, string code)
    {
        await scene.ReadyAsync(sterile: false);
        var request = QualityScene.Conditionally();
        request.PendingTestCodes.Clear();
        request.PendingTestCodes.Add(named.Split(',', StringSplitOptions.RemoveEmptyEntries));
        (await TestPlatform.RefusalsAsync(() => scene.Dispositions().ReleaseDosesConditionallyAsync(request).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe(code);
        (await scene.StateAsync("dose-1")).ShouldBe(Disposition.Pending);
        (await scene.Dispositions().ListPendingTestsAsync(new ListPendingTestsRequest())).PendingTests.ShouldBeEmpty();
    }

    [Fact]
    [Requirement("E01")]
    public async Task Without_anything_pending_there_is_no_condition_and_a_test_before_release_is_missed_as_ever()
    {
        await scene.ReadyAsync();
        var request = QualityScene.Conditionally();
        (await TestPlatform.RefusalsAsync(() => scene.Dispositions().ReleaseDosesConditionallyAsync(request).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe("TEST_NOT_PENDING");
        request.RequestId = TestPlatform.RequestId();
        request.PendingTestCodes.Clear();
        (await TestPlatform.RefusalsAsync(() => scene.Dispositions().ReleaseDosesConditionallyAsync(request).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe("NOTHING_PENDING");
    }

    [Fact]
    [Requirement("E01")]
    public async Task Who_signed_for_a_condition_did_not_sign_for_a_release()
    {
        await scene.ReadyAsync(sterile: false);
        var certificate = (await scene.Dispositions().ReleaseDosesConditionallyAsync(QualityScene.Conditionally("dose-1"))).Certificates.Single();
        var bare = certificate.Clone();
        bare.PendingTestCodes.Clear();
        (await scene.CheckRefusalsAsync("dose-1", bare)).Select(r => r.Code).ShouldBe(["CERTIFICATE_FORGED", "SIGNATURE_OF_OTHER_MEANING", "CERTIFICATE_ALTERED"]);
    }

    [Theory]
    [Requirement("E01", "A155")]
    [InlineData("no deadline", "DEADLINE_MISSING")]
    [InlineData("no basis", "FIELD_REQUIRED")]
    [InlineData("a year", "DEADLINE_OUT_OF_RANGE")]
    [InlineData("before release", "DEADLINE_UNEXPECTED,BASIS_UNEXPECTED")]
    public async Task A_specification_lets_a_test_pend_only_on_a_ground_and_with_a_deadline(string fault, string codes)
    {
        var draft = QualityScene.Draft();
        var test = draft.Tests.Single(t => t.Code == "STERILITY");
        if (fault is "no deadline") test.ResultWithin = null;
        if (fault is "no basis") test.PendingBasis = "";
        if (fault is "a year") test.ResultWithin = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromDays(365));
        if (fault is "before release") test.Timing = TestTiming.BeforeRelease;
        (await TestPlatform.RefusalsAsync(() => scene.Specifications("master_data_steward").PutSpecificationAsync(draft).ResponseAsync)).Select(r => r.Code).ShouldBe(codes.Split(','));
    }

    [Fact]
    [Requirement("E01")]
    public async Task A_late_positive_takes_the_batch_back_lists_every_consignee_at_once_and_stays_open_until_each_has_answered()
    {
        await scene.ReadyAsync(sterile: false);
        await scene.Dispositions().ReleaseDosesConditionallyAsync(QualityScene.Conditionally());
        await scene.ShipAsync("dose-1");
        await scene.DeliverAsync("dose-1");
        await platform.AdvanceAsync(TimeSpan.FromDays(9));
        var bad = await scene.RecordAsync("STERILITY", "GROWTH");
        // Nothing more has to happen: the list stands with the save of the result.
        var listed = (await scene.Recalls("auditor").ListRecallsAsync(new ListRecallsRequest { OpenOnly = true })).Recalls.ShouldHaveSingleItem();
        (listed.BatchId, listed.ReferenceId, listed.DoseCount, listed.UnansweredCount, listed.OpenTime.ToDateTimeOffset()).ShouldBe((QualityScene.Batch, bad.DeviationId, 2, 1, platform.Now));
        await platform.SettleAsync();
        platform.Facts<RecallOpened>().ShouldHaveSingleItem().Doses.Select(d => d.OrderId).ShouldBe(["order-dose-1", "order-dose-2"]);
        foreach (var dose in QualityScene.Doses) (await scene.StateAsync(dose)).ShouldBe(Disposition.Quarantine);
        (await scene.Dispositions().ListPendingTestsAsync(new ListPendingTestsRequest())).PendingTests.Single().State.ShouldBe(PendingTestState.Failed);

        var list = await scene.Recalls().GetRecallAsync(new GetRecallRequest { RecallId = listed.RecallId });
        list.Lines.Select(l => (l.DoseId, l.CustomerId, l.PackageId, l.State, l.Disposition)).ShouldBe(
        [
            ("dose-1", "clinic-dose-1", "package-dose-1", RecalledState.Delivered, Disposition.Quarantine), ("dose-2", "", "", RecalledState.InHouse, Disposition.Quarantine),
        ]);
        list.Lines.ShouldAllBe(l => l.AnalysisId.Length > 0);

        CloseRecallRequest close = new() { RequestId = TestPlatform.RequestId(), RecallId = listed.RecallId, Version = listed.Version, Conclusion = "Filter breach; batch destroyed." };
        (await TestPlatform.RefusalsAsync(() => scene.Recalls().CloseRecallAsync(close).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe("CONSIGNEE_NOT_ANSWERED");
        (await TestPlatform.RefusalsAsync(() => AnswerAsync(listed.RecallId, "dose-2", RecalledState.Given))).ShouldHaveSingleItem().Code.ShouldBe("DOSE_NOT_SHIPPED");
        (await TestPlatform.RefusalsAsync(() => AnswerAsync(listed.RecallId, "dose-1", RecalledState.InTransit))).ShouldHaveSingleItem().Code.ShouldBe("ANSWER_REQUIRED");
        await AnswerAsync(listed.RecallId, "dose-1", RecalledState.Given);
        (await TestPlatform.RefusalsAsync(() => AnswerAsync(listed.RecallId, "dose-1", RecalledState.Returned))).ShouldHaveSingleItem().Code.ShouldBe("REMARK_REQUIRED");
        close.RequestId = TestPlatform.RequestId();
        var closed = (await scene.Recalls().CloseRecallAsync(close)).Recall;
        (closed.UnansweredCount, closed.Closure.Meaning).ShouldBe((0, SignatureMeaning.Decide));
        await platform.SettleAsync();
        platform.Facts<RecallClosed>().ShouldHaveSingleItem().OrderIds.Count.ShouldBe(2);
        (await TestPlatform.RefusalsAsync(() => AnswerAsync(listed.RecallId, "dose-1", RecalledState.Returned, "Wrong vial."))).ShouldHaveSingleItem().Code.ShouldBe("RECALL_CLOSED");
    }

    [Fact]
    [Requirement("E01")]
    public async Task A_result_that_stays_away_does_at_its_deadline_what_a_bad_one_does()
    {
        await scene.ReadyAsync(sterile: false);
        await scene.Dispositions().ReleaseDosesConditionallyAsync(QualityScene.Conditionally());
        await scene.ShipAsync("dose-2");
        await platform.AdvanceAsync(QualityScene.Incubation - TimeSpan.FromSeconds(1));
        platform.Facts<RecallOpened>().ShouldBeEmpty();
        await platform.AdvanceAsync(TimeSpan.FromSeconds(2));
        foreach (var dose in QualityScene.Doses) (await scene.StateAsync(dose)).ShouldBe(Disposition.Quarantine);
        var deviation = (await scene.Deviations().ListDeviationsAsync(new ListDeviationsRequest { BatchId = QualityScene.Batch })).Deviations.ShouldHaveSingleItem();
        (deviation.Code, deviation.Source).ShouldBe(("PENDING_TEST_OVERDUE", DeviationSource.Clock));
        var recall = (await scene.Recalls().ListRecallsAsync(new ListRecallsRequest())).Recalls.ShouldHaveSingleItem();
        (recall.ReferenceId, recall.OpenTime.ToDateTimeOffset() - TestPlatform.Start).ShouldBe((deviation.DeviationId, QualityScene.Incubation));
        (await scene.Recalls().GetRecallAsync(new GetRecallRequest { RecallId = recall.RecallId })).Lines.Single(l => l.DoseId == "dose-2").State.ShouldBe(RecalledState.InTransit);
        // A shipment that is heard of afterwards is in the list all the same.
        await scene.ShipAsync("dose-1");
        (await scene.Recalls().GetRecallAsync(new GetRecallRequest { RecallId = recall.RecallId })).Recall.UnansweredCount.ShouldBe(2);

        // The result comes late and is good: QA concludes, and the case still waits for whoever was told.
        await scene.RecordAsync("STERILITY", "NO GROWTH");
        await scene.Deviations().CloseDeviationAsync(new CloseDeviationRequest
        {
            RequestId = TestPlatform.RequestId(), DeviationId = deviation.DeviationId, Conclusion = DeviationConclusion.MayContinue, RootCause = "Laboratory closed.", Version = deviation.Version,
        });
        (await scene.StateAsync("dose-1")).ShouldBe(Disposition.Pending);
        platform.Facts<RecallClosed>().ShouldBeEmpty();
    }

    [Fact]
    [Requirement("E01")]
    public async Task A_deadline_of_what_never_left_holds_it_and_calls_nobody()
    {
        await scene.ReadyAsync(sterile: false);
        await scene.Dispositions().ReleaseDosesConditionallyAsync(QualityScene.Conditionally());
        await platform.AdvanceAsync(QualityScene.Incubation + TimeSpan.FromSeconds(1));
        (await scene.StateAsync("dose-1")).ShouldBe(Disposition.Quarantine);
        (await scene.Recalls().ListRecallsAsync(new ListRecallsRequest())).Recalls.ShouldBeEmpty();
    }

    [Fact]
    [Requirement("E01")]
    public async Task An_exercise_makes_the_list_and_touches_nothing()
    {
        await scene.ReadyAsync(sterile: false);
        await scene.Dispositions().ReleaseDosesConditionallyAsync(QualityScene.Conditionally());
        await scene.ShipAsync("dose-1");
        OpenRecallRequest request = new() { RequestId = TestPlatform.RequestId(), BatchId = QualityScene.Batch, Reason = "Yearly exercise.", ReferenceId = "SOP-RECALL-7", Exercise = true };
        var exercise = await scene.Recalls().OpenRecallAsync(request);
        exercise.Lines.Select(l => l.State).ShouldBe([RecalledState.InTransit, RecalledState.InHouse]);
        (await scene.StateAsync("dose-1")).ShouldBe(Disposition.ConditionallyReleased);
        (request.RequestId, request.Exercise) = (TestPlatform.RequestId(), false);
        await scene.Recalls().OpenRecallAsync(request);
        await platform.SettleAsync();
        foreach (var dose in QualityScene.Doses) (await scene.StateAsync(dose)).ShouldBe(Disposition.Quarantine);
        platform.Facts<RecallOpened>().ShouldHaveSingleItem().Reason.ShouldBe("Yearly exercise.");
    }

    async Task AnswerAsync(string recall, string dose, RecalledState state, string remark = "") =>
        await scene.Recalls("supply_desk").AnswerRecallAsync(new AnswerRecallRequest { RequestId = TestPlatform.RequestId(), RecallId = recall, DoseId = dose, State = state, Remark = remark });
}
