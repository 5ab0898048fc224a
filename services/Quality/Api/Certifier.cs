using Doseline.Platform.Auth;
using Doseline.Platform.Signing;
using Doseline.Quality.Data;
using Doseline.Quality.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Quality.Api;

/// <summary>Issues release certificates.</summary>
public sealed class Certifier(QualityDb db, KeyStore keys, Signer signer)
{
    /// <summary>Issues the certificate of a dose, bound to the batch record that was reviewed, and the signature manifest that goes with it.</summary>
    /// <param name="batch">Batch.</param>
    /// <param name="dose">Dose.</param>
    /// <param name="pendingTestCodes">Tests that are let pend; none for a release without condition.</param>
    public (ReleaseCertificate Certificate, SignatureManifest Manifest) Issue(BatchRow batch, DoseRow dose, params IEnumerable<string> pendingTestCodes)
    {
        var manifest = signer.Manifest();
        var certificate = new ReleaseCertificate
        {
            CertificateId = db.Ids.New(),
            DoseId = dose.Id,
            BatchId = batch.Id,
            OrderId = dose.OrderId,
            RecordVersion = batch.RecordVersion,
            RecordHash = batch.RecordHash,
            ReleaseTime = Timestamp.FromDateTimeOffset(db.Now),
            ExpireTime = Timestamp.FromDateTimeOffset(dose.ExpireTime),
            SignerName = signer.Given.Claims.SignerName,
            SignerId = signer.Given.Claims.SignerId,
            Meaning = Words.Of(manifest.Meaning),
            SignedContent = signer.Given.Content,
            SignerSignature = signer.Given.Token,
            PendingTestCodes = { pendingTestCodes },
        };
        SignedDocument.Sign(certificate, keys.Signing(ReleaseCertificateCheck.KeyName));
        db.Put(new CertificateRow { Id = certificate.CertificateId, DoseId = dose.Id, Document = JsonFormatter.Default.Format(certificate) });
        return (certificate, manifest);
    }
}
