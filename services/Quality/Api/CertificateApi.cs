using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Platform.Rpc;
using Doseline.Platform.Signing;
using Doseline.Quality.Data;
using Doseline.Quality.V1;
using Grpc.Core;

namespace Doseline.Quality.Api;

/// <summary>Serves <see cref="CertificateService"/>.</summary>
public sealed class CertificateApi(QualityDb db, OwnDoses doses, KeyStore keys, SignatureGate signatures) : CertificateService.CertificateServiceBase
{
    /// <inheritdoc/>
    public override async Task<GetCertificateResponse> GetCertificate(GetCertificateRequest request, ServerCallContext context)
    {
        var dose = await doses.FindAsync(request.DoseId, context.CancellationToken);
        if (!StatusModel.MayLeave(dose.State)) throw new RefusedException(NotReleased(dose));
        return new GetCertificateResponse { Certificate = await OwnAsync(dose, context.CancellationToken) };
    }

    /// <inheritdoc/>
    public override async Task<CheckCertificateResponse> CheckCertificate(CheckCertificateRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var dose = await doses.FindAsync(request.DoseId, cancel);
        var now = db.Now;
        var refusals = ReleaseCertificateCheck.Refusals(request.Certificate, dose.Id, now, keys.Signing(ReleaseCertificateCheck.KeyName),
            request.Certificate is { } sent ? await signatures.ReadAsync(sent.SignerSignature, cancel) : null);
        if (!StatusModel.MayLeave(dose.State))
            refusals.Add(NotReleased(dose));
        else if (request.Certificate is not null)
            await CompareAsync(request.Certificate, dose, refusals, cancel);
        // The certificate names the expiry it was signed with; the dose may have a shorter one since.
        if (dose.ExpireTime <= now && refusals.All(r => r.Code != "CERTIFICATE_EXPIRED"))
            refusals.Add(Refusal.State($"doses/{dose.Id}", "DOSE_EXPIRED", "The dose is past its expiry.").With("expire_time", dose.ExpireTime).With("check_time", now));
        if (dose.LostCause.Length > 0)
            refusals.Add(Refusal.State($"doses/{dose.Id}", "DOSE_LOST", "Execution has given the dose up.").With("cause", dose.LostCause));
        refusals.ThrowIfAny();
        return new CheckCertificateResponse { CheckTime = now.ToWire(), DispositionVersion = dose.Version };
    }

    /// <inheritdoc/>
    public override Task<GetSigningKeyResponse> GetSigningKey(GetSigningKeyRequest request, ServerCallContext context)
    {
        var key = keys.Signing(ReleaseCertificateCheck.KeyName);
        return Task.FromResult(new GetSigningKeyResponse { KeyId = SignedDocument.KeyIdOf(key), PublicKeyPem = key.ExportSubjectPublicKeyInfoPem() });
    }

    async Task CompareAsync(ReleaseCertificate sent, DoseRow dose, List<Refusal> refusals, CancellationToken cancel)
    {
        var own = await OwnAsync(dose, cancel);
        var resource = $"certificates/{sent.CertificateId}";
        if (sent.CertificateId != own.CertificateId)
        {
            refusals.Add((await db.LoadAsync<CertificateRow>(cancel, sent.CertificateId))?.DoseId == dose.Id
                ? Refusal.State(resource, "CERTIFICATE_SUPERSEDED", "The dose was held and released again; ask for the new certificate.")
                    .With("certificate_id", sent.CertificateId).With("certificate_id_in_force", own.CertificateId)
                : Refusal.State(resource, "CERTIFICATE_UNKNOWN", "Quality never issued this certificate for this dose.").With("certificate_id", sent.CertificateId));
        }
        else if (!sent.Equals(own))
        {
            refusals.Add(Refusal.State(resource, "CERTIFICATE_ALTERED", "The certificate is not the one Quality issued.").With("certificate_id", sent.CertificateId));
        }
    }

    async Task<ReleaseCertificate> OwnAsync(DoseRow dose, CancellationToken cancel) =>
        ReleaseCertificate.Parser.ParseJson((await db.LoadAsync<CertificateRow>(cancel, dose.CertificateId))!.Document);

    static Refusal NotReleased(DoseRow dose) =>
        Refusal.State($"doses/{dose.Id}", "DOSE_NOT_RELEASED", $"The dose is {StatusModel.Name(dose.State)}, not released.")
            .With("dose_id", dose.Id).With("state", StatusModel.Name(dose.State)).With("reference_id", dose.ReferenceId is "" ? null : dose.ReferenceId);
}
