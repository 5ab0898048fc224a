using Doseline.Kernel.Rules;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Doseline.Quality.V1;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Authority.Tests.Signatures;

/// <summary>
/// A release that Quality published and QA did not sign is believed by nobody who listens to releases, whoever that is: every subscription is tried with every
/// forgery, and with the genuine one.
/// </summary>
public sealed class ReleaseFactTests : IAsyncLifetime
{
    // Every reason speaks of what was signed, or not.
    const string OfSigning = "sign";

    TestPlatform platform = null!;

    public async Task InitializeAsync() => platform = await TestPlatform.StartAsync();

    public async Task DisposeAsync() => await platform.DisposeAsync();

    [Fact]
    [Requirement("A051", "A103", "A128", "A158", "A218")]
    [Clause("21 CFR 11.70")]
    public async Task Every_listener_to_releases_parks_what_qa_did_not_sign()
    {
        var listeners = platform.Host.Services.GetRequiredService<FactTable>().Rules.Where(r => r.Message == DoseDispositionChanged.Descriptor).Select(r => r.Service).Order(StringComparer.Ordinal).ToList();
        listeners.ShouldBe(["execution", "inventory", "labeling", "orders", "shipping"]);
        foreach (var (what, forged) in Forgeries())
        {
            var fact = await platform.GiveAsync(forged.DoseId, forged);
            foreach (var service in listeners)
            {
                var (handled, reason, changes) = await StandingAsync(service, fact.Id);
                handled.ShouldBeFalse($"{service} believed {what}");
                reason.ShouldContain(OfSigning, Case.Sensitive, $"{service}, {what}");
                changes.ShouldBe(0, $"{service} wrote something for {what}");
            }
        }

        var genuine = await platform.GiveAsync("dose-good", platform.Signer.Released(Release("dose-good")));
        foreach (var service in listeners) (await StandingAsync(service, genuine.Id)).Reason.ShouldNotContain(OfSigning, Case.Sensitive, service);
        foreach (var service in new[] { "labeling", "shipping", "inventory" }) (await StandingAsync(service, genuine.Id)).Handled.ShouldBeTrue(service);
    }

    IEnumerable<(string What, DoseDispositionChanged Fact)> Forgeries()
    {
        yield return ("no signature at all", Release("dose-0"));
        yield return ("a signature under another dose", With("dose-1", (fact, other) => (fact.SignerSignature, fact.SignedContent) = (other.SignerSignature, other.SignedContent)));
        yield return ("another content than was signed", With("dose-2", (fact, other) => fact.SignedContent = other.SignedContent));
        yield return ("another person than signed", With("dose-3", (fact, _) => fact.SignerId = "person:somebody"));
        yield return ("a signature that was altered", With("dose-4", (fact, other) => fact.SignerSignature = string.Join('.', [.. fact.SignerSignature.Split('.')[..^1], other.SignerSignature.Split('.')[^1]])));
        var other = With("dose-5", (_, _) => { });
        var rejection = new RejectDosesRequest { BatchId = other.BatchId, DoseIds = { other.DoseId }, Reason = "out of specification" };
        const string reject = "/doseline.quality.v1.DispositionService/RejectDoses";
        other.SignerSignature = platform.Signer.Sign(TestPlatform.PersonIn(Roles.Qa), reject, rejection);
        other.SignedContent = Platform.Signing.SignedContent.Of(reject, rejection);
        yield return ("the signature of a rejection", other);
    }

    DoseDispositionChanged With(string dose, Action<DoseDispositionChanged, DoseDispositionChanged> change)
    {
        var fact = platform.Signer.Released(Release(dose));
        change(fact, platform.Signer.Released(Release("another-dose")));
        return fact;
    }

    static DoseDispositionChanged Release(string dose) => new()
    {
        DoseId = dose, BatchId = "batch-1", OrderId = $"order-{dose}", From = Disposition.Pending, To = Disposition.Released, CertificateId = $"certificate-{dose}", SignerName = "Quinn", SignatureMeaning = "release",
    };

    async Task<(bool Handled, string Reason, int Changes)> StandingAsync(string service, string fact)
    {
        await using var scope = platform.Host.Services.CreateAsyncScope();
        var db = platform.Host.Services.GetRequiredService<DatabaseTable>().Of(service, scope.ServiceProvider);
        var reasons = await db.Database.SqlQuery<string>($"SELECT reason AS \"Value\" FROM waiting WHERE fact_id = {fact}").ToListAsync();
        return (await db.Database.SqlQuery<string>($"SELECT fact_id AS \"Value\" FROM inbox WHERE fact_id = {fact}").AnyAsync(), reasons.FirstOrDefault() ?? "", await db.AuditTrail.CountAsync(r => r.CausationId == fact));
    }
}
