using Doseline.Common.V1;
using Doseline.Kernel.Signing;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Doseline.Platform.Signing;

/// <summary>
/// What an electronic signature stands under: the canonical JSON (RFC 8785) of the method and its whole request, and so of the record's id, its version
/// as the signer read it, and every value. One definition for the service that signs and the service that verifies, or they would disagree.
/// </summary>
public static class SignedContent
{
    /// <summary>Request field of the signature.</summary>
    public const string Field = "signature";

    /// <summary>Request field of a second person's signature.</summary>
    public const string SecondField = "second_signature";

    const string RequestIdField = "request_id";

    /// <summary>Exactly what is signed.</summary>
    /// <param name="method">Full name, <c>/package.Service/Method</c>.</param>
    /// <param name="request">The request. Signatures are left out because they come later, the request id because it names a try and not the act.</param>
    public static string Of(string method, IMessage request) =>
        CanonicalJson.Of($$"""{"method":{{Quoted(method)}},"request":{{JsonFormatter.Default.Format(Without(request, IsNotSigned))}}}""");

    /// <summary>Lower-case hex SHA-256 of <see cref="Of"/>.</summary>
    public static string HashOf(string content) => Digest.Of(content);

    /// <summary>The request without what must leave no trace, to recognise a repeated call by: passwords, and signatures, which differ with every try.</summary>
    public static IMessage WithoutSecrets(IMessage request) => Without(request, IsSecret);

    /// <summary>True for a field whose value must not be stored, hashed or logged (<c>debug_redact</c>).</summary>
    public static bool IsSecret(FieldDescriptor field) => field.GetOptions()?.DebugRedact is true;

    /// <summary>True when the request fills the field that asks for the signatures.</summary>
    public static bool AsksFor(SignatureNeed need, IMessage request) =>
        need.WhenField.Length > 0 && request.Descriptor.FindFieldByName(need.WhenField)?.Accessor.GetValue(request) is string { Length: > 0 };

    static bool IsNotSigned(FieldDescriptor field) => field.Name is Field or SecondField or RequestIdField || IsSecret(field);

    static IMessage Without(IMessage request, Func<FieldDescriptor, bool> leftOut)
    {
        var fields = request.Descriptor.Fields.InDeclarationOrder().Where(leftOut).ToList();
        if (fields is []) return request;
        var copy = request.Descriptor.Parser.ParseFrom(request.ToByteArray());
        foreach (var field in fields) field.Accessor.Clear(copy);
        return copy;
    }

    // Method names are made of letters, digits, dots and slashes; anything else is escaped all the same.
    static string Quoted(string text) => System.Text.Json.JsonSerializer.Serialize(text);
}
