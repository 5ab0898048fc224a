using System.Security.Cryptography;
using Doseline.Kernel.Rules;
using Doseline.Quality.V1;

namespace Doseline.Platform.Signing;

/// <summary>
/// What anyone who holds a release certificate and Quality's public key can check alone. It says that the certificate is genuine and not
/// expired; whether the dose is <em>still</em> released only Quality knows (<c>CertificateService.CheckCertificate</c>).
/// </summary>
public static class ReleaseCertificateCheck
{
    /// <summary>Name of the key Quality signs with, in the key store.</summary>
    public const string KeyName = "quality-release";

    /// <summary>Every reason why the certificate does not hold; empty when it does.</summary>
    /// <param name="certificate">Certificate; null when there is none.</param>
    /// <param name="doseId">Dose it must be for.</param>
    /// <param name="now">Instant of the check (UTC).</param>
    /// <param name="key">Quality's public key, or the pair.</param>
    /// <param name="signer">What the signer's own signature in it says (<see cref="SignatureGate.ReadAsync"/>); null when that is not genuine.</param>
    public static List<Refusal> Refusals(ReleaseCertificate? certificate, string doseId, DateTimeOffset now, ECDsa key, SignatureClaims? signer)
    {
        if (certificate is null)
            return [Refusal.Invalid("certificate", "CERTIFICATE_MISSING", "A release certificate is needed.").With("dose_id", doseId)];

        List<Refusal> refusals = [];
        foreach (var field in Missing(certificate))
            refusals.Add(Refusal.Invalid($"certificate.{field}", "CERTIFICATE_INCOMPLETE", $"The certificate has no {field}.").With("field", field));
        if (refusals is not []) return refusals;

        var resource = $"certificates/{certificate.CertificateId}";
        if (!SignedDocument.IsGenuine(certificate, key))
        {
            refusals.Add(Refusal.State(resource, "CERTIFICATE_FORGED", "The signature does not belong to this content, or is not of Quality's key.")
                .With("certificate_id", certificate.CertificateId).With("key_id", certificate.KeyId).With("key_id_expected", SignedDocument.KeyIdOf(key)));
        }

        refusals.AddRange(CarriedRelease.Refusals(resource, signer, certificate.SignedContent, certificate.SignerId, certificate.BatchId, certificate.DoseId, certificate.PendingTestCodes.Count > 0));
        refusals.AddRange(CarriedRelease.RecordRefusals(resource, certificate.SignedContent, certificate.RecordVersion, certificate.RecordHash));
        if (certificate.DoseId != doseId)
        {
            refusals.Add(Refusal.State(resource, "CERTIFICATE_OTHER_DOSE", $"The certificate releases dose {certificate.DoseId}, not {doseId}.")
                .With("dose_id", doseId).With("certificate_dose_id", certificate.DoseId));
        }

        if (certificate.ExpireTime.ToDateTimeOffset() is var expiry && expiry <= now)
        {
            refusals.Add(Refusal.State(resource, "CERTIFICATE_EXPIRED", "The certificate is worth nothing after the expiry of the dose.")
                .With("expire_time", expiry).With("check_time", now));
        }

        return refusals;
    }

    static IEnumerable<string> Missing(ReleaseCertificate c)
    {
        if (c.CertificateId is "") yield return "certificate_id";
        if (c.DoseId is "") yield return "dose_id";
        if (c.BatchId is "") yield return "batch_id";
        if (c.RecordVersion < 1) yield return "record_version";
        if (c.RecordHash is "") yield return "record_hash";
        if (c.ReleaseTime is null) yield return "release_time";
        if (c.ExpireTime is null) yield return "expire_time";
        if (c.SignerName is "") yield return "signer_name";
        if (c.SignerId is "") yield return "signer_id";
        if (c.Meaning is "") yield return "meaning";
        if (c.Signature is "") yield return "signature";
        if (c.KeyId is "") yield return "key_id";
        if (c.SignedContent is "") yield return "signed_content";
        if (c.SignerSignature is "") yield return "signer_signature";
    }
}
