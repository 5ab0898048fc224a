using Doseline.Kernel.Rules;
using Doseline.Labeling.Domain;
using Doseline.Labeling.V1;
using Doseline.Quality.V1;
using Doseline.Testing;

namespace Doseline.Labeling.Tests;

/// <summary>Somebody outside holds a vial and asks whether it is ours and may be used.</summary>
public sealed class AuthenticityTests : IAsyncLifetime
{
    static readonly Element[] Printed = [new("01", "00614141107346"), new("7003", "2611250100"), new("10", "LU2611A"), new("21", "s1")];

    LabelScene scene = null!;

    public async Task InitializeAsync() => scene = await LabelScene.StartAsync();

    public async Task DisposeAsync() => await scene.DisposeAsync();

    [Theory]
    [Requirement("A218")]
    [InlineData(Fate.Applied, "RELEASED", "", LabelVerdict.Valid, "")]
    [InlineData(Fate.Open, "RELEASED", "", LabelVerdict.Invalid, "LABEL_NOT_APPLIED")]
    [InlineData(Fate.Voided, "RELEASED", "", LabelVerdict.Invalid, "LABEL_WITHDRAWN")]
    [InlineData(Fate.Destroyed, "REJECTED", "", LabelVerdict.Invalid, "LABEL_WITHDRAWN")]
    [InlineData(Fate.Applied, "", "", LabelVerdict.Invalid, "DOSE_NOT_RELEASED")]
    [InlineData(Fate.Applied, "IN_PROCESS", "", LabelVerdict.Invalid, "DOSE_NOT_RELEASED")]
    [InlineData(Fate.Applied, "PENDING", "", LabelVerdict.Invalid, "DOSE_NOT_RELEASED")]
    [InlineData(Fate.Applied, "QUARANTINE", "", LabelVerdict.Recalled, "DOSE_ON_HOLD")]
    [InlineData(Fate.Applied, "REJECTED", "", LabelVerdict.Recalled, "DOSE_REJECTED")]
    [InlineData(Fate.Applied, "RELEASED", "EXPIRED", LabelVerdict.Recalled, "DOSE_LOST")]
    public void A_label_that_says_what_was_printed_is_judged_by_what_became_of_it_and_of_its_dose(Fate fate, string disposition, string lost, LabelVerdict expected, string code)
    {
        var verdict = AuthenticityRules.Judge([.. Printed.Reverse()], new LabelStanding(Printed, fate, StatusModel.Read(disposition), lost));
        (verdict.Verdict, verdict.Code).ShouldBe((expected, code));
        (verdict.Reason.Length > 0).ShouldBe(code.Length > 0);
    }

    [Fact]
    [Requirement("A218")]
    public void An_element_that_was_altered_left_out_or_added_makes_a_label_false()
    {
        LabelStanding standing = new(Printed, Fate.Applied, QualityStatus.Released, "");
        Element[][] forged = [[.. Printed[..^1], new("21", "s2")], [Printed[0] with { Value = "00614141107353" }, .. Printed[1..]], Printed[1..], [.. Printed, new("240", "x")], [.. Printed[..3], Printed[0], Printed[3]]];
        forged.ShouldAllBe(read => AuthenticityRules.Judge(read, standing).Code == "LABEL_MISMATCH");
        AuthenticityRules.Judge(Printed, null).Code.ShouldBe("SERIAL_UNKNOWN");
    }

    [Fact]
    [Requirement("A218")]
    public async Task A_partner_is_told_of_one_label_from_printing_to_recall()
    {
        var (label, content) = await scene.PrintAsync();
        (await CheckAsync(content.ElementData)).ReasonCode.ShouldBe("DOSE_NOT_RELEASED");
        await scene.ReportAsync(label.PrintId, PrintState.Printed);
        await scene.VerifyAsync(label.PrintId, content.ElementData);
        await scene.ApplyAsync(label.PrintId);
        await scene.Platform.GiveAsync("dose-1", scene.Platform.Signer.Released(new DoseDispositionChanged { DoseId = "dose-1", To = Disposition.Released }));

        var valid = await CheckAsync("]d2" + content.ElementData);
        (valid.Authenticity, valid.ReasonCode, valid.ProductCode, valid.BatchNumber, valid.Expired).ShouldBe((Authenticity.Valid, "", "LU-PSMA", "LU2611A", false));
        valid.ExpireTime.ShouldBe(scene.Record.ExpireTime);
        await scene.Platform.AdvanceAsync(TimeSpan.FromHours(49));
        (await CheckAsync(content.ElementData)).Expired.ShouldBeTrue();

        await scene.Platform.GiveAsync("dose-1", new DoseDispositionChanged { DoseId = "dose-1", To = Disposition.Quarantine });
        (await CheckAsync(content.ElementData)).Authenticity.ShouldBe(Authenticity.Recalled);
        await scene.Labels("qa").VoidLabelAsync(new VoidLabelRequest { RequestId = TestPlatform.RequestId(), PrintId = label.PrintId, WithdrawalReason = WithdrawalReason.DoseGone, Reason = "Came back." });
        (await CheckAsync(content.ElementData)).ReasonCode.ShouldBe("LABEL_WITHDRAWN");
    }

    [Fact]
    [Requirement("A218")]
    public async Task A_forgery_learns_nothing_and_what_is_no_code_of_ours_is_invalid_too()
    {
        var (label, content) = await scene.PrintAsync();
        var forged = await CheckAsync(content.ElementData.Replace("LU2611A", "LU2611B", StringComparison.Ordinal));
        forged.ShouldBe(new CheckAuthenticityResponse { Authenticity = Authenticity.Invalid, ReasonCode = "LABEL_MISMATCH", Reason = forged.Reason });
        (await CheckAsync(content.ElementData.Replace(label.Serial, "1234567890", StringComparison.Ordinal))).ReasonCode.ShouldBe("SERIAL_UNKNOWN");
        (await CheckAsync("https://example.org/vial/1")).ReasonCode.ShouldBe("SCAN_NOT_GS1");
        (await CheckAsync("]A0" + content.ElementData)).ReasonCode.ShouldBe("SYMBOLOGY_UNEXPECTED");
        foreach (var (scan, code) in new[] { ("", "FIELD_REQUIRED"), (new string('9', 201), "FIELD_TOO_LONG") })
            (await TestPlatform.RefusalsAsync(() => CheckAsync(scan))).ShouldHaveSingleItem().Code.ShouldBe(code);
    }

    [Fact]
    [Requirement("A218")]
    public async Task A_genuine_label_that_was_transmitted_badly_is_never_called_somebody_elses()
    {
        var (label, content) = await scene.PrintAsync();
        var data = content.ElementData;
        // Cut anywhere, garbled, with a wrong digit, or without the separators that many scanners swallow.
        List<string> badly = [data.Replace("\u001d", "", StringComparison.Ordinal), "]d2" + data.Replace("\u001d", "", StringComparison.Ordinal), data.Replace("LU2611A", "LU26#1A", StringComparison.Ordinal), "]d2" + data[..5], data[..^(label.Serial.Length + 1)]];
        foreach (var scan in badly)
        {
            var answer = await CheckAsync(scan);
            answer.Authenticity.ShouldBe(Authenticity.Unreadable, $"{scan}: {answer.ReasonCode}");
            answer.Reason.ShouldContain("again");
        }

        await scene.ReportAsync(label.PrintId, PrintState.Printed);
        foreach (var scan in badly.Take(3)) (await TestPlatform.RefusalsAsync(() => scene.VerifyAsync(label.PrintId, scan))).ShouldHaveSingleItem().Code.ShouldBe("SCAN_UNREADABLE", scan);
        (await scene.VerifyAsync(label.PrintId, "]Q3" + data)).State.ShouldBe(PrintState.Verified);
    }

    async Task<CheckAuthenticityResponse> CheckAsync(string scan) =>
        await new AuthenticityService.AuthenticityServiceClient(scene.Platform.As("partner")).CheckAuthenticityAsync(new CheckAuthenticityRequest { Scan = scan });
}
