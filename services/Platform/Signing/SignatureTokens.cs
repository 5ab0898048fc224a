using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using Doseline.Kernel.Rules;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Platform.Signing;

/// <summary>Signature tokens on the wire: JWS (RFC 7515) with ES256 and a type of their own, so that no access token passes for one.</summary>
public static class SignatureTokens
{
    /// <summary>Header <c>typ</c>.</summary>
    public const string Type = "doseline-signature+jwt";

    /// <summary>How long a method accepts a signature: time to send the request, not to change one's mind.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    const string Issuer = "doseline-signatures";
    const int TokenLengthMax = 8192;

    static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false, SetDefaultTimesOnTokenCreation = false };

    /// <summary>Makes the token.</summary>
    /// <param name="claims">What it says.</param>
    /// <param name="key">The private key.</param>
    public static string Write(SignatureClaims claims, ECDsa key) => Handler.CreateToken(new SecurityTokenDescriptor
    {
        Issuer = Issuer,
        TokenType = Type,
        Subject = new ClaimsIdentity(
        [
            new Claim("jti", claims.Id),
            new Claim("sub", claims.SignerId),
            new Claim("name", claims.SignerName),
            new Claim("meaning", Meanings.CodeOf(claims.Meaning)),
            new Claim("method", claims.Method),
            new Claim("content_sha256", claims.ContentHash),
            new Claim("time_ms", Number(claims.Time.ToUnixTimeMilliseconds()), ClaimValueTypes.Integer64),
            new Claim("expire_ms", Number(claims.ExpireTime.ToUnixTimeMilliseconds()), ClaimValueTypes.Integer64),
            new Claim("zone", claims.Zone),
            new Claim("offset_minutes", Number(claims.OffsetMinutes), ClaimValueTypes.Integer64),
            new Claim("components", claims.BothComponents ? "id+password" : "password"),
            new Claim("person", claims.IsSecond ? "second" : "first"),
            .. claims.Rights.Select(right => new Claim("grant", right.ToString())),
        ]),
        SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(key) { KeyId = SignedDocument.KeyIdOf(key) }, SecurityAlgorithms.EcdsaSha256),
    });

    /// <summary>Id of the key a token names; null when it is no signature token at all.</summary>
    public static string? KeyIdOf(string token)
    {
        if (token.Length is 0 or > TokenLengthMax || !Handler.CanReadToken(token)) return null;
        try
        {
            var jwt = Handler.ReadJsonWebToken(token);
            return jwt is { Alg: SecurityAlgorithms.EcdsaSha256, Typ: Type, Kid.Length: > 0 } ? jwt.Kid : null;
        }
        catch (Exception fault) when (fault is ArgumentException or SecurityTokenException)
        {
            return null;
        }
    }

    /// <summary>What a token says; null unless the key signed it. Says nothing about time.</summary>
    public static async ValueTask<SignatureClaims?> ReadAsync(string token, ECDsa key)
    {
        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = Issuer,
            ValidateAudience = false,
            ValidTypes = [Type],
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            IssuerSigningKey = new ECDsaSecurityKey(key) { KeyId = SignedDocument.KeyIdOf(key) },
            // A signature is verified years later too; whether a method still accepts it is the method's question.
            RequireExpirationTime = false,
            ValidateLifetime = false,
        });
        return result is { IsValid: true, SecurityToken: JsonWebToken jwt } ? Claims(jwt) : null;
    }

    static SignatureClaims? Claims(JsonWebToken jwt)
    {
        if (Text(jwt, "jti") is not { } id || Text(jwt, "sub") is not { } signer || Text(jwt, "name") is not { } name || Text(jwt, "method") is not { } method
            || Text(jwt, "content_sha256") is not { } hash || Text(jwt, "zone") is not { } zone || Text(jwt, "meaning") is not { } code
            || Value(jwt, "time_ms") is not { } time || Value(jwt, "expire_ms") is not { } expire
            || Value(jwt, "offset_minutes") is not { } offset)
        {
            return null;
        }

        var meaning = Meanings.OfCode(code);
        if (meaning is Common.V1.SigningMeaning.Unspecified) return null;

        return new SignatureClaims
        {
            Id = id,
            SignerId = signer,
            SignerName = name,
            Meaning = meaning,
            Method = method,
            ContentHash = hash,
            Time = DateTimeOffset.FromUnixTimeMilliseconds(time),
            ExpireTime = DateTimeOffset.FromUnixTimeMilliseconds(expire),
            Zone = zone,
            OffsetMinutes = (int)offset,
            // Signatures of before say roles and sites in two lists, which are no rights; they are verified as ever.
            Rights = [.. jwt.Claims.Where(c => c.Type is "grant").Select(c => Right.Read(c.Value)).OfType<Right>()],
            BothComponents = Text(jwt, "components") is "id+password",
            IsSecond = Text(jwt, "person") is "second",
        };
    }

    static string? Text(JsonWebToken jwt, string type) => jwt.Claims.FirstOrDefault(c => c.Type == type)?.Value is { Length: > 0 } text ? text : null;

    static long? Value(JsonWebToken jwt, string type) =>
        long.TryParse(Text(jwt, type), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;

    static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
