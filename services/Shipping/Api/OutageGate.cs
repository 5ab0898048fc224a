using Doseline.Common.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Signing;
using Doseline.Quality.V1;
using Doseline.Shipping.Data;
using Doseline.Shipping.Domain;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Shipping.Api;

/// <summary>
/// Looks, only when Quality cannot be asked, for an authorisation of two QA persons that covers a dose, and verifies it with nobody's help: the
/// signatures with Identity's key, the release with the signature of who released. Without one the answer stays no.
/// </summary>
public sealed class OutageGate(ShippingDb db, SignatureGate signatures, TimeProvider clock)
{
    const string Method = "/doseline.quality.v1.OutageReleaseService/AuthoriseOutageRelease";
    const int CandidatesMax = 10;

    /// <summary>The dose as certified under an authorisation; refused with every reason of the authorisation that came nearest; null when there is none.</summary>
    public async Task<Decision<CertifiedDose>?> FindAsync(DoseInPackage dose, string siteId, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        // What Quality last said of the dose counts: a hold that arrived before the outage is not forgotten in it.
        var hint = await db.LoadAsync<DoseHintRow>(cancel, dose.DoseId);
        List<Refusal>? nearest = null;
        foreach (var copy in await db.Outages.AsNoTracking().Where(o => o.SiteId == siteId && !o.Reconciled).OrderByDescending(o => o.ExpireTime).Take(CandidatesMax).ToListAsync(cancel))
        {
            var authorised = OutageReleaseAuthorised.Parser.ParseJson(copy.Document);
            if (authorised.Certificates.FirstOrDefault(c => c.DoseId == dose.DoseId) is not { } certificate) continue;
            var refusals = OutageCheck.Refusals(
                copy.Id, authorised.SignedContent, SignedContent.HashOf(authorised.SignedContent), await SignerAsync(authorised.Signature, second: false, cancel),
                await SignerAsync(authorised.SecondSignature, second: true, cancel), siteId, dose.DoseId, now);
            refusals.AddRange(await CertificateAsync(certificate, dose, now, cancel));
            if (hint is { Disposition: not (QualityStatus.None or QualityStatus.Released) })
                refusals.Add(Refusal.State($"doses/{dose.DoseId}", "DOSE_NOT_RELEASED", $"The last that Quality said of the dose is {StatusModel.Name(hint.Disposition)}.").With("dose_id", dose.DoseId).With("state", StatusModel.Name(hint.Disposition)));
            if (refusals is []) return new CertifiedDose(dose.DoseId, dose.OrderId, certificate.CertificateId, now, 0) { OutageAuthorisationId = copy.Id };
            if (nearest is null || refusals.Count < nearest.Count) nearest = refusals;
        }

        return nearest is null ? null : (Decision<CertifiedDose>)nearest;
    }

    async Task<List<Refusal>> CertificateAsync(ReleaseCertificate certificate, DoseInPackage dose, DateTimeOffset now, CancellationToken cancel)
    {
        var resource = $"doses/{dose.DoseId}";
        List<Refusal> refusals = [.. CarriedRelease.Refusals(resource, await signatures.ReadAsync(certificate.SignerSignature, cancel), certificate.SignedContent, certificate.SignerId, certificate.BatchId, dose.DoseId, certificate.PendingTestCodes.Count > 0)];
        if (certificate.OrderId != dose.OrderId)
            refusals.Add(Refusal.State(resource, "CERTIFICATE_OF_OTHER_DOSE", "The certificate is bound to another order.").With("dose_id", dose.DoseId).With("certificate_id", certificate.CertificateId));
        if (certificate.ExpireTime is null || certificate.ExpireTime.ToDateTimeOffset() <= now)
            refusals.Add(Refusal.State(resource, "CERTIFICATE_EXPIRED", "The certificate has expired.").With("certificate_id", certificate.CertificateId).With("expire_time", certificate.ExpireTime?.ToDateTimeOffset()));
        return refusals;
    }

    async Task<OutageSigner?> SignerAsync(string token, bool second, CancellationToken cancel) => await signatures.ReadAsync(token, cancel) is { } claims && claims.IsSecond == second
        ? new OutageSigner(claims.SignerId, claims is { Meaning: SigningMeaning.AuthoriseOutage, Method: Method }, claims.ContentHash, claims.Rights)
        : null;
}
