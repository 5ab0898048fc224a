using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Doseline.Identity.Data;
using Doseline.Platform.Auth;
using Doseline.Platform.Messaging;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Identity.Keys;

/// <summary>
/// The keys that sign tokens and signatures, in the database, so that every replica signs with the same one and publishes the same set. Private
/// halves are sealed with the installation's key <c>identity-keys</c>: whoever has the database alone signs nothing.
/// </summary>
public sealed class SigningKeys(IServiceScopeFactory scopes, KeyStore store, TimeProvider clock, IdentityOptions options, ILogger<SigningKeys> log) : IDisposable
{
    // What another replica changed is seen after this time at the latest; a key is published longer than that before it signs.
    static readonly TimeSpan CacheSpan = TimeSpan.FromSeconds(30);

    readonly SealedBox box = new(store, "identity-keys");
    // A key a quarter: it does not grow to speak of. Never disposed of: the token library keeps signers made of them for as long as the process lives.
    readonly ConcurrentDictionary<string, ECDsa> opened = new(StringComparer.Ordinal);
    readonly SemaphoreSlim turn = new(1);
    volatile Cached? cached;

    /// <summary>The key that signs now; makes the first one, and the next one when it is due.</summary>
    public async ValueTask<SigningKey> CurrentAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var keys = await AllAsync(cancel);
        var newest = keys.Rows.Count > 0 ? keys.Rows[^1] : null;
        if (newest is null || newest.ActiveTime + options.KeyAgeMax <= now)
        {
            await RotateAsync(atOnce: newest is null, onlyIfNewestIs: newest?.Kid ?? "", cancel);
            keys = await AllAsync(cancel);
            // The key just made signs from a moment later than the one looked at above.
            now = clock.GetUtcNow();
        }

        var current = keys.Rows.Last(k => k.SignsAt(now));
        return new SigningKey(current.Kid, await PrivateAsync(current.Kid, cancel));
    }

    /// <summary>Public halves that others may still meet: in use, about to be used, or retired so short ago that tokens of theirs are still valid.</summary>
    public async ValueTask<IReadOnlyList<PublicKey>> PublishedAsync(CancellationToken cancel)
    {
        await CurrentAsync(cancel);
        var now = clock.GetUtcNow();
        return [.. (await AllAsync(cancel)).Rows.Where(k => k.RetireTime is null || k.RetireTime > now).Select(ToPublic)];
    }

    /// <summary>Every public half there ever was, oldest first.</summary>
    public async ValueTask<IReadOnlyList<PublicKey>> HistoryAsync(CancellationToken cancel) => [.. (await AllAsync(cancel)).Rows.Select(ToPublic)];

    /// <summary>Makes the next key.</summary>
    /// <param name="atOnce">True when it signs at once and what the others signed is refused from now on, for example when a key became known; otherwise it is published first and the old one stays until its tokens expire.</param>
    /// <param name="cancel">Cancels.</param>
    public Task RotateAsync(bool atOnce, CancellationToken cancel) => RotateAsync(atOnce, null, cancel);

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    async ValueTask<ECDsa> PrivateAsync(string kid, CancellationToken cancel)
    {
        if (opened.TryGetValue(kid, out var known)) return known;
        await using var scope = scopes.CreateAsyncScope();
        var row = await scope.ServiceProvider.GetRequiredService<IdentityDb>().SigningSecrets.AsNoTracking().SingleAsync(s => s.Kid == kid, cancel);
        var plain = box.Open(Convert.FromBase64String(row.Box), kid)
            ?? throw new CryptographicException($"Signing key {kid} does not open: the installation's key 'identity-keys' is not the one that it was sealed with.");
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(plain, out _);
        CryptographicOperations.ZeroMemory(plain);
        return opened.GetOrAdd(kid, key);
    }

    async Task RotateAsync(bool atOnce, string? onlyIfNewestIs, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var request = scope.ServiceProvider.GetRequiredService<RequestContext>();
        request.Caller = Caller.Service("identity");
        request.Reason = atOnce ? "key made at once" : "key rotated";
        var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
        await db.LockedAsync("signing-keys", async () =>
        {
            var rows = await db.SigningKeys.OrderBy(k => k.Number).ToListAsync(cancel);
            if (onlyIfNewestIs is not null && (rows.Count > 0 ? rows[^1].Kid : "") != onlyIfNewestIs) return 0;
            var number = rows.Count > 0 ? rows[^1].Number + 1 : 1;
            // Where no key signs there is none that could go on until this one's turn.
            atOnce = atOnce || !rows.Any(r => r.SignsAt(db.Now));
            var active = atOnce ? db.Now : db.Now + options.KeyLead;
            foreach (var old in rows.Where(r => r.RetireTime is null || r.RetireTime > db.Now)) old.RetireTime = atOnce ? db.Now : active + 2 * options.TokenLifetime;
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var row = RowOf(key, number, active);
            db.SigningKeys.Add(row);
            db.SigningSecrets.Add(new SigningSecretRow { Kid = row.Kid, Box = Convert.ToBase64String(box.Seal(key.ExportPkcs8PrivateKey(), row.Kid)) });
            await db.SaveChangesAsync(cancel);
            log.LogInformation("Signing key {Kid} signs from {ActiveTime}", row.Kid, row.ActiveTime);
            return 0;
        }, cancel);
        cached = null;
    }

    async ValueTask<Cached> AllAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (cached is { } known && known.Until > now) return known;
        await turn.WaitAsync(cancel);
        try
        {
            if (cached is { } meanwhile && meanwhile.Until > now) return meanwhile;
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
            return cached = new Cached(await db.SigningKeys.AsNoTracking().OrderBy(k => k.Number).ToListAsync(cancel), now + CacheSpan);
        }
        finally
        {
            turn.Release();
        }
    }

    static SigningKeyRow RowOf(ECDsa key, long number, DateTimeOffset active)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var (x, y) = (Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
        // RFC 7638: the required members in order of their names, without blanks.
        var kid = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}""")));
        JsonObject jwk = new() { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = x, ["y"] = y, ["kid"] = kid, ["use"] = "sig", ["alg"] = "ES256" };
        return new SigningKeyRow { Kid = kid, Number = number, PublicJwk = jwk.ToJsonString(), ActiveTime = active };
    }

    static PublicKey ToPublic(SigningKeyRow row) => new(row.Kid, row.PublicJwk, row.ActiveTime, row.RetireTime);

    sealed record Cached(List<SigningKeyRow> Rows, DateTimeOffset Until);
}
