using Doseline.Common.V1;
using Doseline.Platform.Audit;
using Doseline.Signing.V1;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Platform.Signing;

/// <summary>Whether a signature still stands under a record (21 CFR 11.70): token and content genuine, trail whole, record as it was when signed.</summary>
static class SignatureStanding
{
    /// <summary>A signature as it is shown under a record.</summary>
    /// <param name="row">Signature as kept.</param>
    /// <param name="claims">What its token says; null when the token is not genuine.</param>
    /// <param name="signed">The audit row of the version that was signed; null when it changed no record.</param>
    /// <param name="record">The record's trail up to now; null when there is no record.</param>
    public static RecordSignature Of(SignatureRow row, SignatureClaims? claims, AuditRow? signed, RecordTrail? record)
    {
        var broken = Broken(row, claims) ?? record?.Fault;
        var changed = broken is null && signed is not null && record!.Version > signed.Version;
        return new RecordSignature
        {
            Manifestation = claims is null ? Shown(row) : Meanings.Show(claims),
            State = broken is not null ? SignatureState.Broken : changed ? SignatureState.RecordChanged : SignatureState.Valid,
            StateReason = broken ?? (changed ? $"Version {signed!.Version} was signed; the record is now at version {record!.Version}." : ""),
            SignedVersion = signed?.Version ?? 0,
            SignedHash = signed?.Hash ?? "",
            CurrentVersion = record?.Version ?? 0,
            Entity = signed?.Entity ?? "",
            EntityId = signed?.EntityId ?? "",
            FirstSignatureId = row.FirstId ?? "",
            BothComponents = claims?.BothComponents ?? false,
            AcceptTime = Timestamp.FromDateTimeOffset(row.AcceptTime),
        };
    }

    // Everything kept beside the token must be what the token says: a row whose name, meaning or content was altered shows it.
    static string? Broken(SignatureRow row, SignatureClaims? claims)
    {
        if (claims is null) return "The token is not genuine.";
        if (SignedContent.HashOf(row.Content) != claims.ContentHash || row.ContentHash != claims.ContentHash) return "The content is not what was signed.";
        return row.Id == claims.Id && row.SignerId == claims.SignerId && row.SignerName == claims.SignerName && row.Meaning == Meanings.CodeOf(claims.Meaning)
            && row.Method == claims.Method && row.Time == claims.Time && row.Zone == claims.Zone
            ? null
            : "Signer, meaning, method or instant are not what the token says.";
    }

    // Shown as kept, and marked broken: hiding it would hide that something was altered.
    static SignatureManifestation Shown(SignatureRow row) => new()
    {
        SignatureId = row.Id,
        SignerId = row.SignerId,
        SignerName = row.SignerName,
        Meaning = Meanings.OfCode(row.Meaning),
        SignTime = Timestamp.FromDateTimeOffset(row.Time),
        Zone = row.Zone,
        ContentHash = row.ContentHash,
        Method = row.Method,
        Text = $"NOT GENUINE: a signature kept as {row.SignerName}'s.",
    };
}

/// <summary>A record's audit trail, read to its end.</summary>
/// <param name="Version">Version of the record now.</param>
/// <param name="Fault">What is wrong with trail or record; null when nothing is.</param>
/// <param name="SiteId">Site the record belongs to; null when it is of no site.</param>
/// <param name="Signed">Rows of the trail that a signature covers.</param>
sealed record RecordTrail(long Version, string? Fault, string? SiteId, IReadOnlyList<AuditRow> Signed);
