using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Doseline.Kernel.Signing;
using Google.Protobuf;

namespace Doseline.Platform.Signing;

/// <summary>Signs a proto message over its canonical JSON: ES256 (ECDSA on P-256 with SHA-256, 64-byte signature, RFC 7518 section 3.4).</summary>
/// <remarks>The message has the fields <c>signature</c> and <c>key_id</c>, which are not covered.</remarks>
public static class SignedDocument
{
    const string SignatureField = "signature";
    const string KeyIdField = "key_id";

    /// <summary>What is signed: the canonical JSON of the message without its signature and key id.</summary>
    public static string PayloadOf(IMessage document)
    {
        var copy = document.Descriptor.Parser.ParseFrom(document.ToByteArray());
        copy.Descriptor.FindFieldByName(SignatureField)?.Accessor.Clear(copy);
        copy.Descriptor.FindFieldByName(KeyIdField)?.Accessor.Clear(copy);
        return CanonicalJson.Of(JsonFormatter.Default.Format(copy));
    }

    /// <summary>Lower-case hex SHA-256 of <see cref="PayloadOf"/>: what a signature manifest names.</summary>
    public static string HashOf(IMessage document) => Digest.Of(PayloadOf(document));

    /// <summary>Signs a message; returns it with signature and key id set.</summary>
    public static T Sign<T>(T document, ECDsa key) where T : class, IMessage<T>
    {
        var signature = key.SignData(Encoding.UTF8.GetBytes(PayloadOf(document)), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        document.Descriptor.FindFieldByName(SignatureField).Accessor.SetValue(document, Base64Url.EncodeToString(signature));
        document.Descriptor.FindFieldByName(KeyIdField).Accessor.SetValue(document, KeyIdOf(key));
        return document;
    }

    /// <summary>True when the key made the signature over exactly this content.</summary>
    /// <param name="document">The signed message.</param>
    /// <param name="key">The public key, or the pair.</param>
    public static bool IsGenuine(IMessage document, ECDsa key)
    {
        var keyId = (string)document.Descriptor.FindFieldByName(KeyIdField).Accessor.GetValue(document);
        var signature = (string)document.Descriptor.FindFieldByName(SignatureField).Accessor.GetValue(document);
        if (keyId != KeyIdOf(key)) return false;
        try
        {
            return key.VerifyData(
                Encoding.UTF8.GetBytes(PayloadOf(document)), Base64Url.DecodeFromChars(signature), HashAlgorithmName.SHA256,
                DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (FormatException)
        {
            return false; // not base64url at all
        }
    }

    /// <summary>Id of a key: its JWK thumbprint (RFC 7638), base64url.</summary>
    public static string KeyIdOf(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        // RFC 7638 section 3.2: the required members in lexicographic order, without white space.
        var jwk = $$"""{"crv":"P-256","kty":"EC","x":"{{Base64Url.EncodeToString(point.X)}}","y":"{{Base64Url.EncodeToString(point.Y)}}"}""";
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(jwk)));
    }
}
