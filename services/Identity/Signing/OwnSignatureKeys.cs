using System.Collections.Concurrent;
using System.Security.Cryptography;
using Doseline.Identity.Keys;
using Doseline.Platform.Signing;

namespace Doseline.Identity.Signing;

/// <summary>The keys as Identity itself has them, for every service in its process.</summary>
public sealed class OwnSignatureKeys(SigningKeys keys) : ISignatureKeys
{
    readonly ConcurrentDictionary<string, ECDsa> imported = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async ValueTask<SignatureKey?> FindAsync(string keyId, CancellationToken cancel)
    {
        var key = (await keys.HistoryAsync(cancel)).FirstOrDefault(k => k.Kid == keyId);
        return key is null ? null : new SignatureKey(imported.GetOrAdd(keyId, _ => SigningKeyWire.PublicOf(key)), key.RetireTime);
    }
}
