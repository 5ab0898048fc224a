using Doseline.Platform.Messaging;
using Doseline.Platform.Signing;
using Doseline.Quality.V1;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Quality.Api;

/// <summary>Shows the signature that was given with the call being handled; it makes none (A128).</summary>
public sealed class Signer(RequestContext request)
{
    /// <summary>The accepted signature of the call.</summary>
    public GivenSignature Given => request.Signatures[0];

    /// <summary>The signature as records of quality carry it.</summary>
    public SignatureManifest Manifest()
    {
        var claims = Given.Claims;
        return new SignatureManifest
        {
            SignerId = claims.SignerId,
            SignerName = claims.SignerName,
            Meaning = System.Enum.Parse<SignatureMeaning>(claims.Meaning.ToString()),
            SignTime = Timestamp.FromDateTimeOffset(claims.Time),
            PayloadHash = claims.ContentHash,
            SignatureId = claims.Id,
            Zone = claims.Zone,
            Text = Meanings.Show(claims).Text,
        };
    }
}
