using System.Security.Cryptography;
using Doseline.Identity.Keys;
using Google.Protobuf.WellKnownTypes;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Identity.Signing;

/// <summary>A public key as sent.</summary>
static class SigningKeyWire
{
    public static V1.SigningKey Of(PublicKey key) => new()
    {
        KeyId = key.Kid,
        PublicKeyPem = PublicOf(key).ExportSubjectPublicKeyInfoPem(),
        ActiveTime = Timestamp.FromDateTimeOffset(key.ActiveTime),
        RetireTime = key.RetireTime is { } retired ? Timestamp.FromDateTimeOffset(retired) : null,
    };

    public static ECDsa PublicOf(PublicKey key)
    {
        var jwk = new JsonWebKey(key.Jwk);
        return ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = Base64UrlEncoder.DecodeBytes(jwk.X), Y = Base64UrlEncoder.DecodeBytes(jwk.Y) } });
    }
}
