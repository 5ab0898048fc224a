using Doseline.Authority.Tests.Support;
using Doseline.Identity.V1;
using Doseline.Kernel.Rules;
using Doseline.Labeling.V1;
using Doseline.Platform.Auth;
using Doseline.Quality.V1;
using Doseline.Testing;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Doseline.Authority.Tests.Signatures;

/// <summary>Identity signs when the person shows who they are again, at the moment of signing.</summary>
public sealed class SigningTests : IAsyncLifetime
{
    Staff staff = null!;
    Caller author = null!;
    Caller quinn = null!;

    public async Task InitializeAsync()
    {
        staff = await Staff.StartAsync();
        author = await staff.JoinAsync("mara", "Mara Stein", [Roles.MasterData]);
        quinn = await staff.JoinAsync("quinn", "Quinn Adler", [Roles.Qa]);
    }

    public async Task DisposeAsync() => await staff.Platform.DisposeAsync();

    SigningService.SigningServiceClient Signing(Caller person, string? session = "monday") => new(staff.In(person, session));

    async Task<ApproveSpecificationRequest> DraftAsync(string product = "LU-PSMA")
    {
        var draft = (await new SpecificationsService.SpecificationsServiceClient(staff.In(author, "monday")).PutSpecificationAsync(new PutSpecificationRequest
        {
            RequestId = TestPlatform.RequestId(), ProductCode = product, SpecificationVersion = 1, ProductName = product, DosageForm = "solution for injection", EffectiveTime = Timestamp.FromDateTimeOffset(TestPlatform.Start),
            Tests = { new SpecificationTest { Code = "RCP", Name = "Radiochemical purity", Method = "AM-014 v3", Unit = "%", Low = 95, Scope = TestScope.Batch, Timing = TestTiming.BeforeRelease } },
        })).Specification;
        return new ApproveSpecificationRequest { RequestId = TestPlatform.RequestId(), SpecificationId = draft.SpecificationId, Version = draft.Version };
    }

    static SignRequest Ask(IMessage request, string login = "quinn", string password = Staff.Password, string method = Draft.Approve) =>
        new() { Method = method, RequestJson = JsonFormatter.Default.Format(request), LoginName = login, Password = password, Zone = "America/New_York" };

    static async Task<IEnumerable<string>> CodesAsync(AsyncUnaryCall<SignResponse> call) => (await TestPlatform.RefusalsAsync(() => call.ResponseAsync)).Select(r => r.Code);

    [Fact]
    [Requirement("A003", "A012", "A068")]
    [Clause("21 CFR 11.50(a)", "21 CFR 11.200(a)(1)", "Annex 11 14", "Annex 11 15")]
    public async Task A_person_signs_with_id_and_password_and_the_service_takes_it()
    {
        var request = await DraftAsync();
        var signed = await Signing(quinn).SignAsync(Ask(request));
        signed.Manifestation.Text.ShouldBe("Electronically signed by Quinn Adler on 2026-11-23 01:00:00 UTC-05:00 (America/New_York): approves this version for use.");
        signed.ContentJson.ShouldBe($$$"""{"method":"{{{Draft.Approve}}}","request":{"specificationId":"{{{request.SpecificationId}}}","version":"1"}}""");
        var approved = await new SpecificationsService.SpecificationsServiceClient(staff.In(quinn, "monday")).ApproveSpecificationAsync(request.With(signed.Signature));
        approved.Specification.Approval.SignatureId.ShouldBe(signed.Manifestation.SignatureId);
        approved.Specification.Approval.Text.ShouldBe(signed.Manifestation.Text);
    }

    [Fact]
    [Requirement("A068")]
    [Clause("21 CFR 11.200(a)(1)")]
    public async Task The_password_alone_is_enough_for_a_while_in_the_same_session_and_nowhere_else()
    {
        var request = await DraftAsync();
        (await CodesAsync(Signing(quinn).SignAsync(Ask(request, login: "")))).ShouldBe(["LOGIN_NAME_NEEDED"]);
        var prepare = new PrepareRequest { Method = Draft.Approve, RequestJson = JsonFormatter.Default.Format(request) };
        (await Signing(quinn).PrepareAsync(prepare)).NeedsLoginName.ShouldBeTrue();

        var first = await Signing(quinn).SignAsync(Ask(request));
        first.PasswordOnlyUntilTime.ToDateTimeOffset().ShouldBe(TestPlatform.Start.AddMinutes(10));
        (await Signing(quinn).PrepareAsync(prepare)).NeedsLoginName.ShouldBeFalse();
        await staff.Platform.AdvanceAsync(TimeSpan.FromMinutes(9));
        (await Signing(quinn).SignAsync(Ask(request, login: ""))).Signature.ShouldNotBeEmpty();
        (await CodesAsync(Signing(quinn).SignAsync(Ask(request, login: "", password: "wrong wrong wrong")))).ShouldBe(["SIGN_IN_REFUSED"]);
        (await CodesAsync(Signing(quinn).SignAsync(Ask(request, login: "", password: "")))).ShouldBe(["SIGN_IN_REFUSED"]);
        (await CodesAsync(Signing(quinn, "another session").SignAsync(Ask(request, login: "")))).ShouldBe(["LOGIN_NAME_NEEDED"]);
        (await CodesAsync(Signing(quinn, null).SignAsync(Ask(request, login: "")))).ShouldBe(["LOGIN_NAME_NEEDED"]);
        // Somebody else's session of the same name opens nothing.
        (await CodesAsync(Signing(author).SignAsync(Ask(request, login: "")))).ShouldBe(["LOGIN_NAME_NEEDED"]);
        await staff.Platform.AdvanceAsync(TimeSpan.FromMinutes(11));
        (await CodesAsync(Signing(quinn).SignAsync(Ask(request, login: "")))).ShouldBe(["LOGIN_NAME_NEEDED"]);
    }

    [Fact]
    [Requirement("A003", "A068")]
    [Clause("21 CFR 11.200(a)(2)", "21 CFR 11.300(d)")]
    public async Task Wrong_passwords_at_signing_lock_the_person_out()
    {
        var request = await DraftAsync();
        for (var i = 0; i < 5; i++) (await CodesAsync(Signing(quinn).SignAsync(Ask(request, password: "wrong wrong wrong")))).ShouldBe(["SIGN_IN_REFUSED"]);
        (await CodesAsync(Signing(quinn).SignAsync(Ask(request)))).ShouldBe(["PERSON_LOCKED_OUT"]);
        (await CodesAsync(Signing(quinn).SignAsync(Ask(request, login: "nobody")))).ShouldBe(["SIGN_IN_REFUSED"]);
    }

    [Fact]
    [Requirement("A068")]
    [Clause("21 CFR 11.10(g)")]
    public async Task Only_who_is_signed_in_signs_first_and_only_with_the_right()
    {
        var request = await DraftAsync();
        (await CodesAsync(Signing(author).SignAsync(Ask(request)))).ShouldBe(["SIGNER_NOT_CALLER"]);
        (await CodesAsync(Signing(author).SignAsync(Ask(request, login: "mara")))).ShouldBe(["SIGNER_ROLE_NOT_ALLOWED"]);
        (await CodesAsync(Signing(Caller.Service("quality")).SignAsync(Ask(request)))).ShouldBe(["ROLE_NOT_ALLOWED"]);
        // Rights in the token of a session do not help a person whom nobody granted them, at another person's screen.
        ReprintDoseLabelRequest reprint = new() { DoseId = "dose-1", Printer = "zebra-1", ReprintReason = ReprintReason.Damaged, Reason = "torn" };
        var ask = Ask(reprint, login: "mara", method: "/doseline.labeling.v1.LabelsService/ReprintDoseLabel");
        ask.SecondPerson = true;
        (await CodesAsync(Signing(quinn).SignAsync(ask))).ShouldBe(["SIGNER_ROLE_NOT_ALLOWED"]);
    }

    [Fact]
    [Clause("21 CFR 11.200(a)(3)")]
    public async Task A_second_person_signs_at_the_first_ones_screen_with_both_components()
    {
        await staff.JoinAsync("vic", "Vic Moreau", [Roles.Verifier]);
        ReprintDoseLabelRequest reprint = new() { DoseId = "dose-1", Printer = "zebra-1", ReprintReason = ReprintReason.Damaged, Reason = "torn" };
        const string method = "/doseline.labeling.v1.LabelsService/ReprintDoseLabel";
        await Signing(quinn).SignAsync(Ask(reprint, method: method));
        SignRequest Second(string login) => new(Ask(reprint, login, method: method)) { SecondPerson = true };
        var signed = await Signing(quinn).SignAsync(Second("vic"));
        signed.Manifestation.SignerName.ShouldBe("Vic Moreau");
        signed.PasswordOnlyUntilTime.ShouldBeNull();
    }

    [Fact]
    public async Task What_cannot_be_signed_is_refused_before_any_password_is_looked_at()
    {
        (await CodesAsync(Signing(quinn).SignAsync(new SignRequest { Method = "/doseline.quality.v1.Nothing/Here", RequestJson = "{}", Zone = "Mars/Olympus" }))).ShouldBe(["METHOD_UNKNOWN", "ZONE_UNKNOWN"]);
        (await CodesAsync(Signing(quinn).SignAsync(Ask(new GetDispositionRequest(), method: "/doseline.quality.v1.DispositionService/GetDisposition")))).ShouldBe(["METHOD_NOT_SIGNED"]);
        foreach (var json in new[] { "", "[]", "{\"version\":\"many\"}", "{\"unheard_of\":1}", string.Concat(Enumerable.Repeat("{\"a\":", 100)) })
            (await CodesAsync(Signing(quinn).SignAsync(new SignRequest(Ask(new ApproveSpecificationRequest())) { RequestJson = json }))).ShouldBe(["REQUEST_MALFORMED"]);
    }

    [Fact]
    public async Task The_request_may_be_written_in_any_way_that_says_the_same()
    {
        var request = await DraftAsync();
        var ask = Ask(request);
        ask.RequestJson = $$"""{ "version": {{request.Version}}, "specification_id": "{{request.SpecificationId}}", "request_id": "another try", "signature": "left over" }""";
        var signed = await Signing(quinn).SignAsync(ask);
        (await new SpecificationsService.SpecificationsServiceClient(staff.In(quinn, "monday")).ApproveSpecificationAsync(request.With(signed.Signature))).Specification.State.ShouldBe(SpecificationState.Approved);
    }
}
