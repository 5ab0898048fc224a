using Doseline.Common.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;

namespace Doseline.Platform.Signing;

/// <summary>Whether a genuine signature fits the call it is given with. Pure: keys, database and clock are asked elsewhere.</summary>
public static class SignatureRules
{
    /// <summary>Clocks of two machines may differ by this much.</summary>
    public static readonly TimeSpan SkewMax = TimeSpan.FromMinutes(1);

    /// <summary>Every reason why the signature does not stand under this call.</summary>
    /// <param name="field">Request field it came in.</param>
    /// <param name="signature">What its token says.</param>
    /// <param name="call">The call.</param>
    /// <param name="now">Instant of the check (UTC).</param>
    public static IEnumerable<Refusal> Refusals(string field, SignatureClaims signature, SignedCall call, DateTimeOffset now)
    {
        var second = field is SignedContent.SecondField;
        if (signature.Method != call.Method)
            yield return No(field, "SIGNATURE_OF_OTHER_METHOD", "The signature was given for another action.").With("signed_method", signature.Method).With("method", call.Method);
        if (signature.ContentHash != call.ContentHash)
            yield return No(field, "SIGNATURE_OF_OTHER_CONTENT", "The signature was given for another record, version or content than this request's.").With("signed_hash", signature.ContentHash).With("request_hash", call.ContentHash);
        if (signature.Meaning != call.Need.Meaning)
            yield return No(field, "SIGNATURE_OF_OTHER_MEANING", "The signature declares something else.").With("signed_meaning", Meanings.CodeOf(signature.Meaning)).With("meaning_needed", Meanings.CodeOf(call.Need.Meaning));
        if (signature.ExpireTime <= now)
            yield return No(field, "SIGNATURE_EXPIRED", "The signature is too old for this action; sign again.").With("sign_time", signature.Time).With("expire_time", signature.ExpireTime).With("check_time", now);
        if (signature.Time > now + SkewMax)
            yield return No(field, "SIGNATURE_IN_FUTURE", "The signature's instant has not come; the clocks differ.").With("sign_time", signature.Time).With("check_time", now);
        if (signature.IsSecond != second)
            yield return No(field, "SIGNATURE_PLACE_WRONG", second ? "The second signature must be given as the second person's." : "A second person's signature cannot be the first.");
        if (!second && signature.SignerId != call.Caller.Subject)
            yield return No(field, "SIGNATURE_OF_OTHER_PERSON", "The caller must have signed; this is another person's signature.").With("signer_id", signature.SignerId).With("caller_id", call.Caller.Subject);
        if (second)
        {
            foreach (var refusal in SecondPerson(field, signature, call)) yield return refusal;
        }
    }

    static IEnumerable<Refusal> SecondPerson(string field, SignatureClaims signature, SignedCall call)
    {
        if (signature.SignerId == call.Caller.Subject)
            yield return No(field, "SECOND_PERSON_NEEDED", "The second signature must be another person's.").With("signer_id", signature.SignerId);
        var roles = call.SecondRoles;
        if (signature.SitesOf(roles) is [])
            yield return Refusal.Denied(field, "SECOND_ROLE_NOT_ALLOWED", $"The second person needs one of the roles {string.Join(", ", roles)}.").With("roles_needed", string.Join(',', roles)).With("signer_id", signature.SignerId);
    }

    static Refusal No(string field, string code, string message) => Refusal.Denied(field, code, message);
}

/// <summary>A call that signatures are checked against.</summary>
/// <param name="Method">Full name, <c>/package.Service/Method</c>.</param>
/// <param name="ContentHash">Hash of what the request says, see <see cref="SignedContent"/>.</param>
/// <param name="Need">What its policy asks for.</param>
/// <param name="Roles">Roles its policy lets in.</param>
/// <param name="Caller">Who calls.</param>
public sealed record SignedCall(string Method, string ContentHash, SignatureNeed Need, IReadOnlyList<string> Roles, Caller Caller)
{
    /// <summary>Roles that the second person needs, any one.</summary>
    public IReadOnlyList<string> SecondRoles => Need.SecondRoles.Count > 0 ? Need.SecondRoles : Roles;
}
