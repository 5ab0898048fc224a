using Doseline.Common.V1;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Signing;
using Doseline.Platform.Signing;
using Google.Protobuf;

namespace Doseline.Identity.Signing;

/// <summary>A request that somebody wants to sign, as this service reads it itself: nobody signs a hash that another computed.</summary>
/// <param name="Method">Method, <c>/package.Service/Method</c>.</param>
/// <param name="Policy">Its policy.</param>
/// <param name="Content">Canonical JSON of exactly what is signed.</param>
/// <param name="Hash">Lower-case hex SHA-256 of it.</param>
public sealed record WhatIsSigned(string Method, Policy Policy, string Content, string Hash)
{
    const int JsonLengthMax = 512 * 1024;

    static readonly JsonParser Parser = new(new JsonParser.Settings(CanonicalJson.DepthMax));

    /// <summary>What its policy asks for.</summary>
    public SignatureNeed Need => Policy.Signature;

    /// <summary>Roles that the signer needs, any one.</summary>
    public IReadOnlyList<string> RolesNeeded(bool second) => second && Need.SecondRoles.Count > 0 ? Need.SecondRoles : Policy.Roles;

    /// <summary>Reads method and request; refused with every reason.</summary>
    public static Decision<WhatIsSigned> Read(string method, string json, bool second)
    {
        if (!ContractMethods.All.TryGetValue(method, out var descriptor))
            return Refusal.Invalid("method", "METHOD_UNKNOWN", "There is no such method; it is named /package.Service/Method.").With("method", method);
        if (ContractMethods.PolicyOf(descriptor) is not { Signature: { } need } policy)
            return Refusal.Invalid("method", "METHOD_NOT_SIGNED", "This method asks for no signature.").With("method", method);
        List<Refusal> refusals = [];
        if (second && !need.SecondPerson) refusals.Add(Refusal.Invalid("second_person", "METHOD_SIGNED_BY_ONE", "This method asks for no second signature.").With("method", method));
        if (json.Length > JsonLengthMax) refusals.Add(Refusal.Invalid("request_json", "REQUEST_TOO_LONG", $"request_json has at most {JsonLengthMax} characters.").With("length", json.Length).With("length_max", JsonLengthMax));
        if (refusals is not []) return refusals;
        try
        {
            var content = SignedContent.Of(method, Parser.Parse(json, descriptor.InputType));
            return new WhatIsSigned(method, policy, content, SignedContent.HashOf(content));
        }
        // The parser's own two exceptions are IOExceptions.
        catch (Exception fault) when (fault is IOException or InvalidOperationException or FormatException or ArgumentException or OverflowException)
        {
            return Refusal.Invalid("request_json", "REQUEST_MALFORMED", $"request_json is not the proto JSON of {descriptor.InputType.Name}: {fault.Message}");
        }
    }
}
