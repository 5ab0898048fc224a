using Doseline.Execution.V1;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Units;
using Doseline.Labeling.Domain;
using Doseline.Labeling.V1;
using Doseline.Quality.V1;
using Doseline.Testing;
using Grpc.Core;

namespace Doseline.Labeling.Tests;

public sealed class LabelTests : IAsyncLifetime
{
    LabelScene scene = null!;

    public async Task InitializeAsync() => scene = await LabelScene.StartAsync();

    public async Task DisposeAsync() => await scene.DisposeAsync();

    [Fact]
    [Requirement("A026", "A061")]
    public async Task A_label_says_what_the_record_says_with_both_units_from_the_unrounded_activity()
    {
        var (label, content) = await scene.PrintAsync();
        (label.State, label.CopyNumber, label.RecordVersion, label.TemplateVersion).ShouldBe((PrintState.Queued, 1, 4L, 1L));
        var lu = NuclideData.Current.Find("Lu-177")!;
        var bq = 8.1234567e9 * lu.DecayFactor(TimeSpan.FromHours(24));
        content.Fields["calibration_mbq"].ShouldBe(Figures.Round(bq / 1e6));
        content.Fields["calibration_mci"].ShouldBe(Figures.Round(bq / 3.7e7));
        content.Fields["measured_mbq"].ShouldBe("8123");
        content.Fields["measured_mci"].ShouldBe("219.6");
        content.Fields["volume_ml"].ShouldBe("10.2");
        content.Fields["expire_time_utc"].ShouldStartWith("2026-11-25 06:00");
        content.Fields["expire_time_local"].ShouldBe("2026-11-25 01:00 EST (UTC-05:00)");
        content.ElementString.ShouldBe($"(91)LU-PSMA(92)LU2611A(93)2611250100(94){label.Serial}");
    }

    [Fact]
    public async Task A_preview_shows_what_the_next_copy_would_and_prints_nothing()
    {
        var first = await scene.Labels().PreviewDoseLabelAsync(new PreviewDoseLabelRequest { DoseId = "dose-1" });
        (first.CopyNumber, first.ReplacedPrintId, first.TemplateVersion).ShouldBe((1, "", 1L));
        first.CodeSvg.ToStringUtf8().ShouldStartWith("<svg");
        (await scene.Labels().ListLabelsAsync(new ListLabelsRequest { DoseId = "dose-1" })).Labels.ShouldBeEmpty();

        var (label, content) = await scene.PrintAsync();
        content.Zpl.ShouldBe(first.Content.Zpl);
        content.ElementString.ShouldBe(first.Content.ElementString);
        var second = await scene.Labels().PreviewDoseLabelAsync(new PreviewDoseLabelRequest { DoseId = "dose-1" });
        (second.CopyNumber, second.ReplacedPrintId).ShouldBe((2, label.PrintId));

        scene.Record.Measured = null;
        (await TestPlatform.RefusalsAsync(() => scene.Labels().PreviewDoseLabelAsync(new PreviewDoseLabelRequest { DoseId = "dose-1" }).ResponseAsync))
            .Select(r => r.Code).ShouldBe(["DOSE_NOT_DISPENSED"]);
    }

    [Fact]
    [Requirement("A026", "A028", "E20")]
    public async Task The_rendered_code_is_decoded_by_another_make_and_verified_against_the_record()
    {
        await scene.Templates().PutCodingPolicyAsync(new PutCodingPolicyRequest
        {
            RequestId = TestPlatform.RequestId(),
            Policy = new CodingPolicy { Market = "US", ProductCode = "LU-PSMA", Serialization = Serialization.Exempt, Gtin = "00614141107346", Source = "21 USC 360eee(13)" },
        });
        var request = LabelScene.PrintRequest();
        request.Market = "US";
        var printed = await scene.Labels().PrintDoseLabelAsync(request);
        printed.Content.ElementString.ShouldBe($"(01)00614141107346(7003)2611250100(10)LU2611A(21){printed.Label.Serial}");
        var picture = await scene.Labels().RenderLabelAsync(new RenderLabelRequest { PrintId = printed.Label.PrintId, Image = LabelImage.Png });
        await using DecoderProcess decoder = new();
        var read = (await decoder.ReadAsync(picture.Content.ToByteArray())).ShouldNotBeNull();
        ElementString.Text(Scan.Parse(read.Symbology + read.Text).OrThrow()).ShouldBe(printed.Content.ElementString);

        await scene.ReportAsync(printed.Label.PrintId, PrintState.Printed);
        (await scene.VerifyAsync(printed.Label.PrintId, read.Symbology + read.Text)).State.ShouldBe(PrintState.Verified);
        await scene.Platform.SettleAsync();
        var verified = scene.Platform.Facts<LabelVerified>().ShouldHaveSingleItem();
        (verified.PrintId, verified.CopyNumber, verified.Serial).ShouldBe((printed.Label.PrintId, 1, printed.Label.Serial));
        (await scene.Labels().RenderLabelAsync(new RenderLabelRequest { PrintId = printed.Label.PrintId })).MediaType.ShouldBe("image/svg+xml");
    }

    [Fact]
    [Requirement("E20")]
    public async Task The_printer_gets_the_same_data_and_size_and_no_text_can_break_out_of_its_field()
    {
        var (label, content) = await scene.PrintAsync();
        var size = (await scene.Labels().RenderLabelAsync(new RenderLabelRequest { PrintId = label.PrintId })).ModuleCount;
        var data = content.ElementData.Replace("\u001d", "_1", StringComparison.Ordinal);
        content.Zpl.ShouldContain($"^BXN,5,200,{size},{size},6,_^FD_1{data}^FS");
        content.Zpl.ShouldStartWith("^XA^CI28");
        content.Zpl.ShouldContain("^FH_^FDLutetium (_C2_B9_E2_81_B7_E2_81_B7Lu) PSMA _5E_5F_7E Lu-177^FS");
        content.Zpl.ShouldNotContain("{");
    }

    [Fact]
    [Requirement("A027", "A070")]
    public async Task A_second_copy_needs_qa_and_a_reason_has_its_own_number_and_voids_the_first()
    {
        var (first, _) = await scene.PrintAsync();
        (await scene.PrintRefusalsAsync()).ShouldHaveSingleItem().Code.ShouldBe("LABEL_EXISTS");
        foreach (var role in Roles.All.Where(r => r != Roles.Qa))
            (await Assert.ThrowsAsync<RpcException>(() => scene.Labels(role).ReprintDoseLabelAsync(LabelScene.ReprintRequest()).ResponseAsync)).StatusCode.ShouldBe(StatusCode.PermissionDenied);
        var without = LabelScene.ReprintRequest();
        (without.Reason, without.ReprintReason) = ("", ReprintReason.Unspecified);
        (await TestPlatform.RefusalsAsync(() => scene.Labels("qa").ReprintDoseLabelAsync(without).ResponseAsync)).Select(r => r.Code).ShouldBe(["REASON_REQUIRED", "FIELD_REQUIRED"]);

        var second = await scene.Labels("qa").ReprintDoseLabelAsync(LabelScene.ReprintRequest());
        (second.Label.CopyNumber, second.Label.ReplacedPrintId).ShouldBe((2, first.PrintId));
        (second.Label.Serial == first.Serial).ShouldBeFalse();
        second.Content.Fields["copy_number"].ShouldBe("2");
        (await scene.Labels().GetLabelAsync(new GetLabelRequest { PrintId = first.PrintId })).Label.Fate.ShouldBe(LabelFate.Voided);
        await scene.Platform.SettleAsync();
        scene.Platform.Facts<LabelVoided>().ShouldHaveSingleItem().PrintId.ShouldBe(first.PrintId);
    }

    [Fact]
    [Requirement("A027")]
    public async Task Printed_is_applied_plus_voided_plus_destroyed_and_what_is_open_is_named()
    {
        var (first, _) = await scene.PrintAsync();
        var second = (await scene.Labels("qa").ReprintDoseLabelAsync(LabelScene.ReprintRequest()));
        await scene.Labels().DestroyLabelAsync(new DestroyLabelRequest { RequestId = TestPlatform.RequestId(), PrintId = first.PrintId, WithdrawalReason = WithdrawalReason.Damaged, Reason = "Shredded." });
        var count = await scene.Labels().GetReconciliationAsync(new GetReconciliationRequest { BatchId = "batch-1" });
        (count.PrintedCount, count.AppliedCount, count.VoidedCount, count.DestroyedCount, count.OpenCount, count.Reconciled).ShouldBe((2, 0, 0, 1, 1, false));
        count.OpenPrintIds.ShouldBe([second.Label.PrintId]);

        await scene.ReportAsync(second.Label.PrintId, PrintState.Printed);
        (await TestPlatform.RefusalsAsync(() => scene.ApplyAsync(second.Label.PrintId))).ShouldHaveSingleItem().Code.ShouldBe("LABEL_ACT_ILLEGAL");
        await scene.VerifyAsync(second.Label.PrintId, second.Content.ElementData);
        await scene.ApplyAsync(second.Label.PrintId);
        count = await scene.Labels().GetReconciliationAsync(new GetReconciliationRequest { BatchId = "batch-1" });
        (count.PrintedCount, count.AppliedCount, count.VoidedCount, count.DestroyedCount, count.Reconciled).ShouldBe((2, 1, 0, 1, true));
    }

    [Fact]
    [Requirement("A028")]
    public async Task A_printer_outage_and_its_retry_leave_one_label_and_a_cancelled_job_never_prints()
    {
        var (label, _) = await scene.PrintAsync();
        await scene.ReportAsync(label.PrintId, PrintState.Failed);
        (await scene.ReportAsync(label.PrintId, PrintState.Queued)).AttemptCount.ShouldBe(2);
        (await scene.ReportAsync(label.PrintId, PrintState.Printed)).State.ShouldBe(PrintState.Printed);
        (await scene.Labels().ListLabelsAsync(new ListLabelsRequest { DoseId = "dose-1" })).Labels.ShouldHaveSingleItem();

        await scene.Labels("qa").VoidLabelAsync(new VoidLabelRequest { RequestId = TestPlatform.RequestId(), PrintId = label.PrintId, WithdrawalReason = WithdrawalReason.Damaged, Reason = "Smeared." });
        foreach (var state in new[] { PrintState.Queued, PrintState.Printed, PrintState.Failed })
            (await TestPlatform.RefusalsAsync(() => scene.ReportAsync(label.PrintId, state))).ShouldHaveSingleItem().Code.ShouldBe("LABEL_ACT_ILLEGAL");
    }

    [Fact]
    [Requirement("A028")]
    public async Task A_scan_of_another_label_or_of_a_record_corrected_since_is_refused_by_field()
    {
        var (label, content) = await scene.PrintAsync();
        (await TestPlatform.RefusalsAsync(() => scene.VerifyAsync(label.PrintId, content.ElementData))).ShouldHaveSingleItem().Code.ShouldBe("LABEL_ACT_ILLEGAL");
        await scene.ReportAsync(label.PrintId, PrintState.Printed);
        var mismatch = (await TestPlatform.RefusalsAsync(() => scene.VerifyAsync(label.PrintId, content.ElementData.Replace("LU2611A", "LU2611B", StringComparison.Ordinal)))).ShouldHaveSingleItem();
        (mismatch.Code, mismatch.Numbers["differing"], mismatch.Numbers["expected_92"], mismatch.Numbers["scanned_92"]).ShouldBe(("LABEL_MISMATCH", "92", "LU2611A", "LU2611B"));

        scene.Record.VolumeMl = 9;
        scene.Record.RecordVersion = 5;
        var outdated = (await TestPlatform.RefusalsAsync(() => scene.VerifyAsync(label.PrintId, content.ElementData))).ShouldHaveSingleItem();
        (outdated.Code, outdated.Numbers["differing"]).ShouldBe(("LABEL_OUTDATED", "concentration_mbq_per_ml,volume_ml"));
    }

    [Fact]
    [Requirement("A026", "A110")]
    public async Task No_label_is_printed_for_a_dose_held_rejected_lost_expired_or_not_dispensed()
    {
        await scene.Platform.GiveAsync("dose-1", new DoseDispositionChanged { DoseId = "dose-1", To = Disposition.Quarantine });
        await scene.Platform.GiveAsync("dose-1", new DoseLost { DoseId = "dose-1", Cause = DoseLossCause.Cancelled });
        scene.Record.Measured = null;
        await scene.Platform.AdvanceAsync(TimeSpan.FromHours(49));
        (await scene.PrintRefusalsAsync()).Select(r => r.Code).ShouldBe(["DOSE_NOT_DISPENSED", "DOSE_ON_HOLD", "DOSE_LOST", "DOSE_EXPIRED"]);
        await scene.Platform.GiveAsync("dose-1", new DoseDispositionChanged { DoseId = "dose-1", To = Disposition.Rejected });
        (await scene.PrintRefusalsAsync()).ShouldContain(r => r.Code == "DOSE_REJECTED");
    }

    [Fact]
    [Requirement("A026", "A061")]
    public async Task Shipping_cannot_print_a_dose_label()
    {
        (await Assert.ThrowsAsync<RpcException>(() => scene.Labels("shipping").PrintDoseLabelAsync(LabelScene.PrintRequest()).ResponseAsync)).StatusCode.ShouldBe(StatusCode.PermissionDenied);
        var service = new LabelsService.LabelsServiceClient(scene.Platform.AsService("shipping"));
        (await Assert.ThrowsAsync<RpcException>(() => service.PrintDoseLabelAsync(LabelScene.PrintRequest()).ResponseAsync)).StatusCode.ShouldBe(StatusCode.PermissionDenied);
    }

    [Fact]
    public async Task A_printer_that_listens_gets_the_waiting_job_and_then_its_changes()
    {
        var (label, content) = await scene.PrintAsync();
        using var watch = scene.Labels().WatchPrints(new WatchPrintsRequest { Printer = "zebra-1" });
        (await watch.ResponseStream.MoveNext(CancellationToken.None)).ShouldBeTrue();
        watch.ResponseStream.Current.Zpl.ShouldBe(content.Zpl);
        await scene.ReportAsync(label.PrintId, PrintState.Printed);
        (await watch.ResponseStream.MoveNext(CancellationToken.None)).ShouldBeTrue();
        (watch.ResponseStream.Current.Label.State, watch.ResponseStream.Current.Zpl).ShouldBe((PrintState.Printed, ""));
    }

    [Fact]
    public async Task A_template_is_approved_by_another_person_and_never_changed_after()
    {
        var draft = (await scene.Templates().PutTemplateAsync(LabelScene.Draft(2))).Template;
        (await TestPlatform.RefusalsAsync(() => scene.ApproveAsync(draft))).ShouldHaveSingleItem().Code.ShouldBe("APPROVER_IS_AUTHOR");
        var again = LabelScene.Draft();
        again.Version = 2;
        (await TestPlatform.RefusalsAsync(() => scene.Templates().PutTemplateAsync(again).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe("TEMPLATE_APPROVED");
    }
}
