using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Quality.V1;
using Doseline.Shipping.V1;
using Doseline.Testing;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Shipping.Tests;

/// <summary>While Quality cannot be asked nothing leaves, but what two persons of QA authorised beforehand, for these doses and until then.</summary>
public sealed class OutageShipping : IAsyncLifetime
{
    const string Method = "/doseline.quality.v1.OutageReleaseService/AuthoriseOutageRelease";

    static readonly Caller First = TestPlatform.PersonIn(Roles.Qa);
    static readonly Caller Second = TestPlatform.PersonIn("second", Roles.Qa);

    Dock dock = null!;
    Package package = null!;

    public async Task InitializeAsync()
    {
        dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        package = await dock.ReadyAsync("dose-1");
        dock.Quality.IsDown = true;
    }

    public async Task DisposeAsync() => await dock.DisposeAsync();

    OutageReleaseAuthorised Authorised(Caller first, Caller second, double hours = 8, string site = Dock.Site, string dose = "dose-1")
    {
        AuthoriseOutageReleaseRequest request = new()
        {
            SiteId = site, DoseIds = { dose }, ProcedureReference = "SOP-QA-041 v3", Reason = "Network works", ExpireTime = Timestamp.FromDateTimeOffset(dock.Platform.Now.AddHours(hours)),
        };
        return new OutageReleaseAuthorised
        {
            AuthorisationId = "outage-1", SiteId = Dock.Site, ExpireTime = Timestamp.FromDateTimeOffset(dock.Platform.Now.AddHours(8)),
            SignedContent = Platform.Signing.SignedContent.Of(Method, request), Signature = dock.Platform.Signer.Sign(first, Method, request),
            SecondSignature = dock.Platform.Signer.Sign(second, Method, request, second: true), Certificates = { dock.Quality.Certificates["dose-1"].Clone() },
        };
    }

    Task<List<string>> CodesAsync() => dock.ShipRefusedAsync(package);

    [Fact]
    [Requirement("A204")]
    public async Task Without_an_authorisation_no_answer_is_no()
    {
        (await CodesAsync()).ShouldBe(["SERVICE_UNAVAILABLE"]);
    }

    [Clause("Annex 11 16")]
    [Fact]
    [Requirement("A128", "A204")]
    public async Task With_one_the_dose_leaves_and_every_record_says_under_what()
    {
        await dock.Platform.GiveAsync("outage-1", Authorised(First, Second));
        await dock.ShipAsync(package);
        await dock.Platform.SettleAsync();
        var shipped = dock.Platform.Facts<PackageShipped>().ShouldHaveSingleItem().Doses.ShouldHaveSingleItem();
        (shipped.OutageAuthorisationId, shipped.CertificateId).ShouldBe(("outage-1", "cert-dose-1"));
    }

    [Fact]
    [Requirement("A204")]
    public async Task While_Quality_answers_an_authorisation_opens_nothing()
    {
        await dock.Platform.GiveAsync("outage-1", Authorised(First, Second));
        dock.Quality.IsDown = false;
        dock.Quality.Refused.Add("dose-1");
        (await CodesAsync()).ShouldBe(["DOSE_IN_QUARANTINE"]);
    }

    [Fact]
    [Requirement("A128", "A204")]
    public async Task An_authorisation_that_does_not_verify_or_does_not_cover_denies_with_every_reason()
    {
        (string What, OutageReleaseAuthorised Fact, string[] Codes)[] cases =
        [
            ("one person twice", Authorised(First, First), ["OUTAGE_SIGNED_BY_ONE"]),
            ("not of QA", Authorised(First, TestPlatform.PersonIn(Roles.Administrator)), ["OUTAGE_SIGNATURE_INVALID"]),
            ("QA of another site", Authorised(First, Second with { Sites = ["elsewhere"] }), ["OUTAGE_SIGNATURE_INVALID"]),
            ("QA there and operator here", Authorised(First, Second with { SitesByRole = Caller.ByRole([new(Roles.Qa, "elsewhere"), new(Roles.Operator, "*")]) }), ["OUTAGE_SIGNATURE_INVALID"]),
            ("another dose was signed", Authorised(First, Second, dose: "dose-7"), ["OUTAGE_SCOPE_EXCEEDED"]),
            ("another site was signed", Authorised(First, Second, site: "elsewhere"), ["OUTAGE_SCOPE_EXCEEDED"]),
            ("ended, whatever the fact says", Authorised(First, Second, hours: -1), ["OUTAGE_EXPIRED"]),
            ("content altered", With(f => f.SignedContent = f.SignedContent.Replace("SOP-QA-041", "SOP-QA-042", StringComparison.Ordinal)), ["OUTAGE_SIGNATURE_INVALID", "OUTAGE_SIGNATURE_INVALID"]),
            ("signatures exchanged", With(f => (f.Signature, f.SecondSignature) = (f.SecondSignature, f.Signature)), ["OUTAGE_SIGNATURE_INVALID", "OUTAGE_SIGNATURE_INVALID"]),
            ("forged", With(f => (f.Signature, f.SecondSignature) = ("x", "y")), ["OUTAGE_SIGNATURE_INVALID", "OUTAGE_SIGNATURE_INVALID"]),
            ("release not signed", With(f => f.Certificates[0].SignerSignature = ""), ["SIGNER_SIGNATURE_FORGED"]),
        ];
        for (var i = 0; i < cases.Length; i++)
        {
            var id = $"outage-{i}";
            cases[i].Fact.AuthorisationId = id;
            await dock.Platform.GiveAsync(id, cases[i].Fact);
            (await CodesAsync()).ShouldBe(["SERVICE_UNAVAILABLE", .. cases[i].Codes], cases[i].What);
            await dock.Platform.GiveAsync(id, new OutageReleaseReconciled { AuthorisationId = id });
        }
    }

    [Fact]
    [Requirement("A204")]
    public async Task A_hold_that_arrived_before_the_outage_is_not_forgotten_in_it()
    {
        await dock.Platform.GiveAsync("outage-1", Authorised(First, Second));
        await dock.Platform.GiveAsync("dose-1", new DoseDispositionChanged { DoseId = "dose-1", To = Disposition.Quarantine });
        (await CodesAsync()).ShouldBe(["SERVICE_UNAVAILABLE", "DOSE_NOT_RELEASED"]);
    }

    [Fact]
    [Requirement("A204")]
    public async Task A_reconciled_authorisation_opens_nothing_more()
    {
        await dock.Platform.GiveAsync("outage-1", Authorised(First, Second));
        await dock.Platform.GiveAsync("outage-1", new OutageReleaseReconciled { AuthorisationId = "outage-1" });
        (await CodesAsync()).ShouldBe(["SERVICE_UNAVAILABLE"]);
    }

    OutageReleaseAuthorised With(Action<OutageReleaseAuthorised> change)
    {
        var fact = Authorised(First, Second);
        change(fact);
        return fact;
    }
}
