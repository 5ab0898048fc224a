using System.Collections.Concurrent;
using System.Security.Cryptography;
using Doseline.Identity.V1;
using Doseline.Kernel.Auth;
using Doseline.Kernel.Data;
using Doseline.Kernel.Rpc;
using Doseline.Kernel.Rules;
using Grpc.Core;
using Microsoft.Extensions.Configuration;

namespace Doseline.Kernel.Signing;

/// <summary>The public keys that signatures are verified with.</summary>
public interface ISignatureKeys
{
    /// <summary>The key of that id; null when Identity never had it.</summary>
    /// <param name="keyId">RFC 7638 thumbprint.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="RefusedException">SIGNING_KEYS_UNAVAILABLE: the id is not known here and Identity cannot be asked.</exception>
    ValueTask<ECDsa?> FindAsync(string keyId, CancellationToken cancel);
}

/// <summary>
/// Identity's keys as every other service has them: pinned by configuration (<c>Signatures:Keys:0</c>, a PEM public key), else asked of Identity once
/// for each id and kept, so that verifying is offline from then on.
/// </summary>
public sealed class IdentityKeys(IConfiguration config, ServiceChannels channels, IServiceTokens tokens, DatabaseTable databases, TimeProvider clock) : ISignatureKeys
{
    // An unknown id is worth one question in this time, so that a flood of forged tokens is not a flood of calls.
    static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(10);
    static readonly TimeSpan AskFor = TimeSpan.FromSeconds(5);

    readonly ConcurrentDictionary<string, ECDsa> keys = Pinned(config);
    readonly SemaphoreSlim asking = new(1);
    DateTimeOffset asked = DateTimeOffset.MinValue;

    /// <inheritdoc/>
    public async ValueTask<ECDsa?> FindAsync(string keyId, CancellationToken cancel)
    {
        if (keys.TryGetValue(keyId, out var known)) return known;
        await asking.WaitAsync(cancel);
        try
        {
            if (keys.TryGetValue(keyId, out known)) return known;
            if (clock.GetUtcNow() - asked < AskAgain) return null;
            foreach (var key in await AskAsync(cancel)) keys.TryAdd(key.KeyId, Import(key.PublicKeyPem));
            asked = clock.GetUtcNow();
            return keys.GetValueOrDefault(keyId);
        }
        finally
        {
            asking.Release();
        }
    }

    async Task<IEnumerable<SigningKey>> AskAsync(CancellationToken cancel)
    {
        const string identity = "identity";
        Metadata headers = new() { { "authorization", "Bearer " + await tokens.ForAsync(databases.Services.First()) } };
        channels.Route(headers, identity);
        try
        {
            var client = new SigningService.SigningServiceClient(channels.To(identity));
            var answer = await client.ListSigningKeysAsync(new ListSigningKeysRequest(), headers, Hosting.WallClock.UtcNow.UtcDateTime + AskFor, cancel);
            // A key is trusted under the id that its own bytes make, not under the name it was sent with.
            return answer.Keys.Where(k => SignedDocument.KeyIdOf(Import(k.PublicKeyPem)) == k.KeyId);
        }
        catch (RpcException fault)
        {
            throw new RefusedException(Refusal.Unavailable("services/identity", "SIGNING_KEYS_UNAVAILABLE", $"The signature's key is not known here and Identity cannot be asked now ({fault.StatusCode})."));
        }
    }

    static ConcurrentDictionary<string, ECDsa> Pinned(IConfiguration config)
    {
        var pinned = config.GetSection("Signatures:Keys").GetChildren().Select(k => Import(k.Value!));
        return new(pinned.ToDictionary(SignedDocument.KeyIdOf, k => k, StringComparer.Ordinal), StringComparer.Ordinal);
    }

    static ECDsa Import(string pem)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(pem);
        return key;
    }
}

/// <summary>The signing key as Identity itself has it, in the process that hosts it.</summary>
public sealed class OwnSignatureKeys(KeyStore keys) : ISignatureKeys
{
    /// <inheritdoc/>
    public ValueTask<ECDsa?> FindAsync(string keyId, CancellationToken cancel)
    {
        var own = keys.Signing(SignatureTokens.KeyName);
        return new(SignedDocument.KeyIdOf(own) == keyId ? own : null);
    }
}
