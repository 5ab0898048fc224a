using Doseline.Kernel.Auth;
using Doseline.Kernel.Messaging;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Signing;
using Doseline.Quality.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Quality.Api;

/// <summary>
/// Makes signature manifests. The one place where a signature comes to be, and so the one that changes when signing asks for the password
/// again (21 CFR 11.200): everything else only carries manifests.
/// </summary>
public sealed class Signer(RequestContext request, TimeProvider clock)
{
    /// <summary>Signs a document as the calling person.</summary>
    /// <param name="meaning">What the person declares.</param>
    /// <param name="document">What is signed.</param>
    /// <exception cref="RefusedException">SIGNER_NOT_A_PERSON: service accounts may not sign.</exception>
    public SignatureManifest Sign(SignatureMeaning meaning, IMessage document)
    {
        var caller = request.Caller;
        if (caller.Is(Roles.Service) || !caller.IsKnown)
            throw new RefusedException(Refusal.Denied("signature", "SIGNER_NOT_A_PERSON", "Only a person can sign.").With("caller", caller.Subject));
        return new SignatureManifest
        {
            SignerId = caller.Subject,
            SignerName = caller.Name,
            Meaning = meaning,
            SignTime = Timestamp.FromDateTimeOffset(clock.GetUtcNow()),
            PayloadHash = SignedDocument.HashOf(document),
        };
    }
}
