using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Platform.Auth;

/// <summary>The public keys of a provider elsewhere: fetched when first needed, kept, fetched again with age and when an unknown key appears.</summary>
/// <remarks>
/// Our own in place of the library's ConfigurationManager, which answers with the old set while it fetches the new one behind its back:
/// the first token of a new key would be refused.
/// </remarks>
/// <param name="issuer">Whose keys.</param>
/// <param name="http">Asks the provider, with the patience and up to the size that it is set to.</param>
/// <param name="pace">The machine's clock, by which an answer ages.</param>
/// <param name="log">Where a provider that does not answer is told of.</param>
public sealed class KeySet(IssuerOptions issuer, HttpClient http, TimeProvider pace, ILogger log) : IDisposable
{
    static readonly TimeSpan Age = TimeSpan.FromHours(1);

    // Tokens with invented key ids must not make us hammer the provider.
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    readonly SemaphoreSlim turn = new(1);
    volatile Fetched fetched = new([], DateTimeOffset.MinValue, DateTimeOffset.MinValue);

    /// <summary>The key of that id; null when the provider has none such. A token without an id is given the only key there is.</summary>
    public async ValueTask<SecurityKey?> FindAsync(string kid, CancellationToken cancel)
    {
        if (Pick(kid) is { } key && fetched.Time + Age > pace.GetUtcNow()) return key;
        await turn.WaitAsync(cancel);
        try
        {
            // Another caller may have fetched them while this one waited.
            var now = pace.GetUtcNow();
            if (fetched.Tried + Pause <= now && (Pick(kid) is null || fetched.Time + Age <= now)) await FetchAsync(now, cancel);
        }
        finally
        {
            turn.Release();
        }

        return Pick(kid);
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    SecurityKey? Pick(string kid) => kid.Length > 0 ? fetched.Keys.FirstOrDefault(k => k.KeyId == kid) : fetched.Keys is [var only] ? only : null;

    async Task FetchAsync(DateTimeOffset now, CancellationToken cancel)
    {
        try
        {
            var address = issuer.JwksUri ?? await DiscoverAsync(cancel);
            var set = new JsonWebKeySet(await GetAsync(address, cancel));
            // Public keys for signatures; a symmetric key in a public set would let anybody sign.
            var keys = set.Keys.Where(k => k.Kty is JsonWebAlgorithmsKeyTypes.EllipticCurve or JsonWebAlgorithmsKeyTypes.RSA && k.Use is null or "" or "sig").ToList<SecurityKey>();
            fetched = new Fetched(keys, now, now);
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException or ArgumentException or InvalidOperationException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            // Known keys go on being good: a provider that is away for a while takes nobody's rights.
            log.LogWarning("The keys of {Issuer} could not be fetched: {Reason}", issuer.Name, fault.Message);
            fetched = fetched with { Tried = now };
        }
    }

    async Task<string> DiscoverAsync(CancellationToken cancel)
    {
        using var document = JsonDocument.Parse(await GetAsync(issuer.Authority + "/.well-known/openid-configuration", cancel));
        var root = document.RootElement;
        if (!root.TryGetProperty("issuer", out var name) || name.GetString() != issuer.Name) throw new InvalidOperationException("the discovery document names another issuer.");
        return root.TryGetProperty("jwks_uri", out var uri) && uri.GetString() is { } found ? found : throw new InvalidOperationException("the discovery document names no keys.");
    }

    async Task<string> GetAsync(string address, CancellationToken cancel)
    {
        Uri uri = new(address);
        if (uri.Scheme != Uri.UriSchemeHttps && !uri.IsLoopback) throw new InvalidOperationException("keys are fetched over https only.");
        return await http.GetStringAsync(uri, cancel);
    }

    sealed record Fetched(IReadOnlyList<SecurityKey> Keys, DateTimeOffset Time, DateTimeOffset Tried);
}
