using Doseline.Kernel.Rules;
using Doseline.Quality.Domain;
using Doseline.Quality.V1;
using Doseline.Shipping.V1;
using Doseline.Testing;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Quality.Tests;

/// <summary>Break-glass is denied unless everything fits, is limited, and is reconciled before it is used again.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    TestPlatform platform = null!;
    QualityScene scene = null!;

    public async Task InitializeAsync()
    {
        platform = await TestPlatform.StartAsync();
        scene = new QualityScene(platform);
        await scene.ReadyAsync();
    }

    public async Task DisposeAsync() => await platform.DisposeAsync();

    OutageReleaseService.OutageReleaseServiceClient Outages(string role = "qa") => new(platform.As(role));

    AuthoriseOutageReleaseRequest Ask(params string[] doses) => new()
    {
        RequestId = TestPlatform.RequestId(), SiteId = "site-1", DoseIds = { doses }, ProcedureReference = "SOP-QA-041 v3", Reason = "Network works tonight",
        ExpireTime = Timestamp.FromDateTimeOffset(platform.Now.AddHours(8)),
    };

    async Task<IEnumerable<string>> DeniedAsync(AuthoriseOutageReleaseRequest ask) =>
        (await TestPlatform.RefusalsAsync(() => Outages().AuthoriseOutageReleaseAsync(ask).ResponseAsync)).Select(r => r.Code);

    [Clause("Annex 11 16")]
    [Fact]
    [Requirement("A003", "A204")]
    public async Task Two_persons_of_QA_authorise_named_released_doses_until_an_instant_and_the_fact_carries_the_whole_proof()
    {
        await scene.ReleaseOneAsync();
        var authorised = (await Outages().AuthoriseOutageReleaseAsync(Ask("dose-1"))).Authorisation;
        authorised.Signatures.Select(s => s.SignerName).ShouldBe(["qa", TestSigner.Witness.Name]);
        authorised.Doses.ShouldHaveSingleItem().CertificateId.ShouldNotBeEmpty();
        await platform.SettleAsync();
        var fact = platform.Facts<OutageReleaseAuthorised>().ShouldHaveSingleItem();
        fact.SignedContent.ShouldContain("\"doseIds\":[\"dose-1\"]");
        fact.Certificates.ShouldHaveSingleItem().SignerSignature.ShouldNotBeEmpty();
    }

    [Fact]
    [Requirement("A204", "P09")]
    public async Task One_person_alone_opens_nothing()
    {
        await scene.ReleaseOneAsync();
        const string method = "/doseline.quality.v1.OutageReleaseService/AuthoriseOutageRelease";
        var (qa, ask) = (TestPlatform.PersonIn(Roles.Qa), Ask("dose-1"));
        async Task<IEnumerable<string>> Codes(string second)
        {
            var sent = ask.Clone();
            (sent.Signature, sent.SecondSignature) = (platform.Signer.Sign(qa, method, ask), second);
            return (await TestPlatform.RefusalsAsync(() => new OutageReleaseService.OutageReleaseServiceClient(platform.UnsignedAs(qa)).AuthoriseOutageReleaseAsync(sent).ResponseAsync)).Select(r => r.Code);
        }

        (await Codes("")).ShouldBe(["SIGNATURE_REQUIRED"]);
        (await Codes(platform.Signer.Sign(qa, method, ask, second: true))).ShouldBe(["SECOND_PERSON_NEEDED"]);
        (await Codes(platform.Signer.Sign(TestPlatform.PersonIn(Roles.Operator, Roles.Administrator), method, ask, second: true))).ShouldBe(["SECOND_ROLE_NOT_ALLOWED"]);
        // A second person of QA at another site opens nothing here.
        (await Codes(platform.Signer.Sign(TestPlatform.PersonIn("qa2", Roles.Qa) with { Sites = ["site-2"] }, method, ask, second: true))).ShouldBe(["SITE_NOT_ALLOWED"]);
        // Nor one who is QA there and something else here: two lists would make QA here of it.
        var elsewhere = TestPlatform.PersonIn("qa2", Roles.Qa, Roles.Operator) with { SitesByRole = Platform.Auth.Caller.ByRole([new(Roles.Qa, "site-2"), new(Roles.Operator, "*")]) };
        (await Codes(platform.Signer.Sign(elsewhere, method, ask, second: true))).ShouldBe(["SITE_NOT_ALLOWED"]);
    }

    [Fact]
    [Requirement("A204")]
    public async Task What_is_not_released_or_not_limited_is_denied_with_every_reason()
    {
        await scene.ReleaseOneAsync();
        (await DeniedAsync(Ask("dose-2"))).ShouldBe(["DOSE_NOT_RELEASED"]);
        (await DeniedAsync(Ask())).ShouldBe(["DOSE_COUNT_INVALID"]);
        var late = Ask("dose-1", "dose-2", "dose-9");
        late.ExpireTime = Timestamp.FromDateTimeOffset(platform.Now.AddHours(25));
        (await DeniedAsync(late)).ShouldBe(["EXPIRY_TOO_LATE", "DOSE_UNKNOWN", "DOSE_NOT_RELEASED"]);
        (await DeniedAsync(new AuthoriseOutageReleaseRequest(Ask("dose-1")) { ProcedureReference = "", Reason = "" })).ShouldBe(["FIELD_REQUIRED", "FIELD_REQUIRED"]);
    }

    [Clause("Annex 11 16")]
    [Fact]
    [Requirement("A204")]
    public async Task Nobody_opens_another_before_the_last_is_reconciled_and_every_dose_is_accounted_for()
    {
        await scene.ReleaseOneAsync();
        await scene.ReleaseOneAsync("dose-2");
        var opened = (await Outages().AuthoriseOutageReleaseAsync(Ask("dose-1", "dose-2"))).Authorisation;
        (await DeniedAsync(Ask("dose-1"))).ShouldBe(["OUTAGE_NOT_RECONCILED"]);
        await platform.GiveAsync("package-1", new PackageShipped
        {
            PackageId = "package-1", SiteId = "site-1", ShipTime = Timestamp.FromDateTimeOffset(platform.Now),
            Doses = { new ShippedDose { DoseId = "dose-1", OrderId = "order-dose-1", OutageAuthorisationId = opened.AuthorisationId } },
        });

        var seen = (await Outages("auditor").GetOutageAuthorisationAsync(new GetOutageAuthorisationRequest { AuthorisationId = opened.AuthorisationId })).Authorisation;
        seen.Doses.Select(d => d.PackageId).ShouldBe(["package-1", ""]);
        ReconcileOutageReleaseRequest Reconcile(params (string Dose, OutageFinding Finding)[] findings) => new()
        {
            RequestId = TestPlatform.RequestId(), AuthorisationId = opened.AuthorisationId, Version = seen.Version, Conclusion = "Records of the night compared",
            Findings = { findings.Select(f => new DoseFinding { DoseId = f.Dose, Finding = f.Finding }) },
        };
        async Task<IEnumerable<string>> Codes(ReconcileOutageReleaseRequest request) => (await TestPlatform.RefusalsAsync(() => Outages().ReconcileOutageReleaseAsync(request).ResponseAsync)).Select(r => r.Code);
        (await Codes(Reconcile(("dose-1", OutageFinding.Confirmed), ("dose-2", OutageFinding.NotUsed)))).ShouldBe(["OUTAGE_NOT_ENDED"]);
        await platform.AdvanceAsync(TimeSpan.FromHours(8));
        (await Codes(Reconcile(("dose-1", OutageFinding.NotUsed), ("dose-9", OutageFinding.NotUsed)))).ShouldBe(["DOSE_NOT_AUTHORISED", "FINDING_CONTRADICTS_SHIPMENT", "DOSE_NOT_ACCOUNTED_FOR"], ignoreOrder: true);

        var closed = await Outages().ReconcileOutageReleaseAsync(Reconcile(("dose-1", OutageFinding.NotConfirmed), ("dose-2", OutageFinding.NotUsed)));
        closed.DeviationIds.ShouldHaveSingleItem();
        closed.Authorisation.Reconciliation.SignerName.ShouldBe("qa");
        (await scene.StateAsync("dose-1")).ShouldBe(Disposition.Quarantine);
        (await Outages().AuthoriseOutageReleaseAsync(Ask("dose-2"))).Authorisation.AuthorisationId.ShouldNotBe(opened.AuthorisationId);
        (await Outages("auditor").ListOutageAuthorisationsAsync(new ListOutageAuthorisationsRequest { OpenOnly = true })).Authorisations.Count.ShouldBe(1);
    }

    [Fact]
    [Requirement("A204")]
    public void A_verdict_is_needed_for_each_dose_once()
    {
        var doses = new Dictionary<string, bool> { ["a"] = true, ["b"] = false };
        OutageRules.Reconcile("o", TestPlatform.Start, null, doses, [("a", OutageVerdict.Confirmed), ("a", OutageVerdict.Confirmed), ("b", OutageVerdict.NotUsed)], TestPlatform.Start.AddDays(1))
            .ShouldHaveSingleItem().Code.ShouldBe("DOSE_NOT_ACCOUNTED_FOR");
        OutageRules.Reconcile("o", TestPlatform.Start, TestPlatform.Start, doses, [("a", OutageVerdict.Confirmed), ("b", OutageVerdict.NotUsed)], TestPlatform.Start.AddDays(1))
            .ShouldHaveSingleItem().Code.ShouldBe("OUTAGE_RECONCILED");
    }
}
