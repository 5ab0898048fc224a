using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Doseline.Kernel.Signing;
using Doseline.Platform.Signing;

namespace Doseline.Local.Operation;

/// <summary>Objects that were validated, under a signature (ES256 over their canonical JSON).</summary>
public static class SignedBaseline
{
    /// <summary>Name of the key in the installation's key store.</summary>
    public const string KeyName = "baseline";

    /// <summary>Signs objects.</summary>
    public static string Sign(IReadOnlyDictionary<string, JsonObject> objects, ECDsa key)
    {
        JsonObject content = new(objects.Select(o => KeyValuePair.Create<string, JsonNode?>(o.Key, o.Value.DeepClone())));
        var signature = key.SignData(Bytes(content), HashAlgorithmName.SHA256);
        return new JsonObject { ["objects"] = content, ["key_id"] = SignedDocument.KeyIdOf(key), ["signature"] = Convert.ToBase64String(signature) }
            .ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true });
    }

    /// <summary>The objects; null when the signature is not the key's over them.</summary>
    public static IReadOnlyDictionary<string, JsonObject>? Read(string text, ECDsa key)
    {
        if (JsonNode.Parse(text) is not JsonObject root || root["objects"] is not JsonObject content || root["signature"]?.GetValue<string>() is not { } signature) return null;
        if (!key.VerifyData(Bytes(content), Convert.FromBase64String(signature), HashAlgorithmName.SHA256)) return null;
        return content.ToDictionary(o => o.Key, o => (JsonObject)o.Value!.DeepClone(), StringComparer.Ordinal);
    }

    static byte[] Bytes(JsonObject content) => Encoding.UTF8.GetBytes(CanonicalJson.Of(content.ToJsonString()));
}
