using Doseline.Kernel.Rules;
using Doseline.Kernel.Signing;
using Doseline.Platform.Audit.Sealing;
using Doseline.Platform.Auth;
using Doseline.Platform.Rpc;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Platform.Signing;

/// <summary>
/// What a service says, in writing and signed by itself, that it was asked and has answered, to a caller who wants to know whether somebody between,
/// such as a gateway, altered either (requirement A126).
/// </summary>
/// <remarks>
/// Asked for by the header <see cref="RpcHeaders.Receipt"/>, whose value is the caller's and stands in the receipt, so that none is another call's; given
/// as a trailer of that name. It is a JWS (RFC 7515, ES256) of type <c>doseline-receipt</c>, signed with the key of the service's audit heads, whose public half
/// auditors have.
/// </remarks>
public sealed class Receipts(KeyStore keys, TimeProvider clock)
{
    /// <summary>What the header <c>typ</c> says.</summary>
    public const string Type = "doseline-receipt";

    const int NonceLengthMax = 64;

    static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>Refuses what cannot stand in a receipt, before anything is done.</summary>
    public static void Check(Metadata headers, List<Refusal> refusals)
    {
        if (headers.GetValue(RpcHeaders.Receipt) is { } nonce && (nonce.Length is 0 or > NonceLengthMax || !nonce.All(IsPlain)))
            refusals.Add(Refusal.Invalid(RpcHeaders.Receipt, "RECEIPT_MALFORMED", $"{RpcHeaders.Receipt} is 1 to {NonceLengthMax} letters, digits, hyphens or underscores that you have not used before."));
    }

    /// <summary>Adds a receipt to an answer where the caller asked for one.</summary>
    /// <param name="service">Service that answers.</param>
    /// <param name="method">Full name, <c>/package.Service/Method</c>.</param>
    /// <param name="caller">Who asked, as the service knows it.</param>
    /// <param name="request">What was asked, as it came.</param>
    /// <param name="response">What is answered.</param>
    /// <param name="context">The call.</param>
    public void Give(string service, string method, Caller caller, IMessage request, IMessage response, ServerCallContext context)
    {
        if (context.RequestHeaders.GetValue(RpcHeaders.Receipt) is { } nonce) context.ResponseTrailers.Add(RpcHeaders.Receipt, Write(service, method, caller, request, response, nonce));
    }

    /// <summary>Lower-case hex SHA-256 of the canonical JSON (RFC 8785) of a message's proto JSON, without values that leave no trace, such as passwords.</summary>
    public static string HashOf(IMessage message) => Digest.Of(CanonicalJson.Of(JsonFormatter.Default.Format(SignedContent.WithoutSecrets(message))));

    string Write(string service, string method, Caller caller, IMessage request, IMessage response, string nonce)
    {
        var key = keys.Standing(TreeHeads.KeyOf(service));
        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = Type,
            Issuer = service,
            IssuedAt = clock.GetUtcNow().UtcDateTime,
            Claims = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["sub"] = caller.Subject, ["method"] = method, ["nonce"] = nonce, ["request"] = HashOf(request), ["answer"] = HashOf(response),
            },
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(key) { KeyId = SignedDocument.KeyIdOf(key) }, SecurityAlgorithms.EcdsaSha256),
        });
    }

    static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_';
}
