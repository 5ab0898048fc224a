using System.Security.Cryptography;
using Doseline.Identity.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Grpc.Core;
using Microsoft.Extensions.Configuration;

namespace Doseline.Platform.Signing;

/// <summary>The public keys that signatures are verified with.</summary>
public interface ISignatureKeys
{
    /// <summary>The key of that id; null when Identity never had it.</summary>
    /// <param name="keyId">RFC 7638 thumbprint.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="RefusedException">SIGNING_KEYS_UNAVAILABLE: the id is not known here and Identity cannot be asked.</exception>
    ValueTask<SignatureKey?> FindAsync(string keyId, CancellationToken cancel);
}

/// <summary>A key of Identity's.</summary>
/// <param name="Public">The P-256 key.</param>
/// <param name="RetireTime">No new signature of it is accepted from then on (UTC); null while it is in use.</param>
public sealed record SignatureKey(ECDsa Public, DateTimeOffset? RetireTime);

/// <summary>
/// Identity's keys as every other service has them: pinned by configuration (<c>Signatures:Keys:0</c>, a PEM public key), else asked of Identity and
/// kept, so that verifying is offline: also while Identity is away.
/// </summary>
public sealed class IdentityKeys(IConfiguration config, HostCalls host, TimeProvider clock) : ISignatureKeys, IDisposable
{
    // An unknown id is worth one question in this time, so that a flood of forged tokens is not a flood of calls.
    static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(10);
    // That a key was retired is seen after this time at the latest, while Identity answers.
    static readonly TimeSpan Refresh = TimeSpan.FromMinutes(5);
    static readonly TimeSpan AskFor = TimeSpan.FromSeconds(5);

    readonly SemaphoreSlim asking = new(1);
    volatile Dictionary<string, SignatureKey> keys = Pinned(config);
    long asked; // UTC ticks; 0 for never. Read without the turn, so in one piece.

    /// <inheritdoc/>
    public async ValueTask<SignatureKey?> FindAsync(string keyId, CancellationToken cancel)
    {
        if (Fresh(keyId) is { } known) return known;
        await asking.WaitAsync(cancel);
        try
        {
            if (Fresh(keyId) is { } meanwhile) return meanwhile;
            if (Age >= AskAgain) await AskAsync(keys.ContainsKey(keyId), cancel);
            return keys.GetValueOrDefault(keyId);
        }
        finally
        {
            asking.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => asking.Dispose();

    TimeSpan Age => TimeSpan.FromTicks(clock.GetUtcNow().UtcTicks - Volatile.Read(ref asked));

    SignatureKey? Fresh(string keyId) => Age < Refresh ? keys.GetValueOrDefault(keyId) : null;

    async Task AskAsync(bool known, CancellationToken cancel)
    {
        const string identity = "identity";
        Volatile.Write(ref asked, clock.GetUtcNow().UtcTicks);
        try
        {
            var client = new SigningService.SigningServiceClient(host.InvokerOf(identity));
            var answer = await client.GetSigningKeySetAsync(new GetSigningKeySetRequest(), null, Hosting.WallClock.UtcNow.UtcDateTime + AskFor, cancel);
            Dictionary<string, SignatureKey> all = new(keys, StringComparer.Ordinal);
            foreach (var key in answer.Keys)
            {
                // A key is trusted under the id that its own bytes make, not under the name it was sent with.
                var imported = Import(key.PublicKeyPem);
                all[SignedDocument.KeyIdOf(imported)] = new SignatureKey(imported, key.RetireTime?.ToDateTimeOffset());
            }

            keys = all;
        }
        catch (RpcException fault)
        {
            Volatile.Write(ref asked, 0);
            // A key that was known stays known: an outage of Identity must not stop the verification of what was signed before it.
            if (!known)
                throw new RefusedException(Refusal.Unavailable("services/identity", "SIGNING_KEYS_UNAVAILABLE", $"The signature's key is not known here and Identity cannot be asked now ({fault.StatusCode})."));
        }
    }

    static Dictionary<string, SignatureKey> Pinned(IConfiguration config) => config.GetSection("Signatures:Keys").GetChildren().Select(k => Import(k.Value!))
        .ToDictionary(SignedDocument.KeyIdOf, k => new SignatureKey(k, null), StringComparer.Ordinal);

    static ECDsa Import(string pem)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(pem);
        return key;
    }
}
