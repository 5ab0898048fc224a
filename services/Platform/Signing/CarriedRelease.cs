using System.Globalization;
using System.Text.Json;
using Doseline.Common.V1;
using Doseline.Kernel.Rules;
using Doseline.Quality.V1;

namespace Doseline.Platform.Signing;

/// <summary>
/// A release as it is carried to those who act on it: the signer's own signature, verified and never made again, and the content it stands under,
/// which must be about this very batch, dose and record.
/// </summary>
public static class CarriedRelease
{
    const string Method = "/doseline.quality.v1.DispositionService/ReleaseDoses";
    const string ConditionalMethod = "/doseline.quality.v1.DispositionService/ReleaseDosesConditionally";

    /// <summary>Why the fact that a dose was released is not to be believed; none when it is.</summary>
    /// <param name="fact">The fact of a release.</param>
    /// <param name="signer">What the signature in it says; null when that is not genuine.</param>
    public static IEnumerable<Refusal> Refusals(DoseDispositionChanged fact, SignatureClaims? signer) =>
        Refusals($"doses/{fact.DoseId}", signer, fact.SignedContent, fact.SignerId, fact.BatchId, fact.DoseId, fact.To is Disposition.ConditionallyReleased);

    /// <summary>Why a carried signature does not stand under the release of a dose.</summary>
    /// <param name="resource">What carries it.</param>
    /// <param name="signer">What the signature says; null when it is not genuine.</param>
    /// <param name="content">Content it is said to stand under.</param>
    /// <param name="signerId">Who is said to have signed.</param>
    /// <param name="batchId">Batch.</param>
    /// <param name="doseId">Dose.</param>
    /// <param name="conditional">True where the release says that tests are pending: who signed for one kind of release did not sign for the other.</param>
    public static IEnumerable<Refusal> Refusals(string resource, SignatureClaims? signer, string content, string signerId, string batchId, string doseId, bool conditional)
    {
        if (signer is null)
        {
            yield return Refusal.State(resource, "SIGNER_SIGNATURE_FORGED", "The signer's signature is missing, or not one that Identity made.").With("dose_id", doseId);
            yield break;
        }

        if (signer.SignerId != signerId)
            yield return Refusal.State(resource, "SIGNER_OTHER_PERSON", "Another person signed than the one named.").With("signer_id", signerId).With("signed_by", signer.SignerId);
        if (signer.Meaning != (conditional ? SigningMeaning.ReleaseConditionally : SigningMeaning.Release) || signer.Method != (conditional ? ConditionalMethod : Method))
            yield return Refusal.State(resource, "SIGNATURE_OF_OTHER_MEANING", "The signature does not declare this kind of release.").With("signed_meaning", Meanings.CodeOf(signer.Meaning)).With("signed_method", signer.Method);
        if (SignedContent.HashOf(content) != signer.ContentHash)
            yield return Refusal.State(resource, "SIGNED_CONTENT_ALTERED", "The content is not what was signed.").With("signed_hash", signer.ContentHash);
        else if (!Covers(content, batchId, doseId))
            yield return Refusal.State(resource, "SIGNED_FOR_OTHER_DOSE", "The signature stands under the release of something else.").With("batch_id", batchId).With("dose_id", doseId);
    }

    /// <summary>Why what was signed is not about this record.</summary>
    public static IEnumerable<Refusal> RecordRefusals(string resource, string content, long recordVersion, string recordHash)
    {
        if (RequestOf(content) is { } request && Text(request, "recordVersion") == recordVersion.ToString(CultureInfo.InvariantCulture) && Text(request, "recordHash") == recordHash) yield break;
        yield return Refusal.State(resource, "SIGNED_FOR_OTHER_RECORD", "The signer reviewed another version of the batch record.").With("record_version", recordVersion).With("record_hash", recordHash);
    }

    // No doses named is every dose of the batch that waited.
    static bool Covers(string content, string batchId, string doseId) => RequestOf(content) is { } request && Text(request, "batchId") == batchId
        && (!request.TryGetProperty("doseIds", out var doses) || doses.EnumerateArray().Any(d => d.ValueEquals(doseId)));

    static JsonElement? RequestOf(string content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            return document.RootElement.TryGetProperty("request", out var request) && request.ValueKind is JsonValueKind.Object ? request.Clone() : null;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    static string Text(JsonElement request, string name) => request.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString()! : "";
}
