using System.Collections.Concurrent;
using System.Security.Claims;
using System.Security.Cryptography;
using Doseline.Kernel.Rules;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Platform.Auth;

/// <summary>
/// For whom a service calls: a person's id and the rights that the call the person made reaches, signed by the service that the person called, for the
/// one service that it calls. The callee gives it no more than that. What a service does by itself it says too, with whoever caused it, and has no
/// person's rights.
/// </summary>
/// <remarks>It is signed with the key of the service's own tokens and is nobody's token: it is only believed beside one of the same service.</remarks>
/// <param name="keys">Keys known here.</param>
/// <param name="clock">Time by which it ends.</param>
public sealed class Behalf(KeyStore keys, TimeProvider clock)
{
    const string Grant = "grant";
    const string Own = "own";
    const int CacheMax = 10_000;

    // Calls last seconds; the clocks of two machines may differ by some, too.
    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    // What is signed with a key that was changed is signed anew after this time at the latest.
    static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    readonly ConcurrentDictionary<(string Service, string Callee), BearerTokens> readers = new();
    readonly ConcurrentDictionary<(string Service, string Callee, string Person, string Rights), Written> written = new();

    /// <summary>What a call says of whom it is for; null when it is nobody's.</summary>
    /// <param name="service">Service that calls.</param>
    /// <param name="callee">Service that is called.</param>
    /// <param name="caller">Whoever called the calling service, or that service itself with whoever caused what it does.</param>
    public string? Write(string service, string callee, Caller caller)
    {
        if ((caller.OnBehalfOf ?? caller.Subject) is not { Length: > 0 } person) return null;
        var isOwn = caller.Is(Roles.Service) && !caller.IsForPerson;
        if (isOwn && caller.OnBehalfOf is null) return null;
        List<string> rights = isOwn ? [] : [.. caller.Reach.Select(r => r.ToString())];
        var now = clock.GetUtcNow();
        (string, string, string, string) of = (service, callee, person, isOwn ? Own : string.Join(' ', rights));
        var known = written.GetValueOrDefault(of);
        if (known?.Until > now && clock.GetElapsedTime(known.Looked) < LookAgain) return known.Text;
        var key = keys.Standing(InstallationTokens.KeyOf(service));
        if (known?.Until > now && ReferenceEquals(known.Key, key)) return (written[of] = known with { Looked = clock.GetTimestamp() }).Text;
        var text = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Speaker.Name,
            Audience = callee,
            TokenType = Speaker.Type,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + Lifetime).UtcDateTime,
            Subject = new ClaimsIdentity([new Claim("sub", person), .. isOwn ? (Claim[])[new Claim(Own, "true")] : [.. rights.Select(r => new Claim(Grant, r))]]),
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(key) { KeyId = service }, SecurityAlgorithms.EcdsaSha256),
        });
        if (written.Count >= CacheMax) written.Clear();
        written[of] = new Written(text, now + Lifetime / 2, key, clock.GetTimestamp());
        return text;
    }

    /// <summary>The service's account as far as it speaks for that person; null when the service did not say so, or not to this callee, or not now.</summary>
    /// <param name="text">What the call says.</param>
    /// <param name="service">Service whose token the call carries.</param>
    /// <param name="callee">Service that was called.</param>
    public ValueTask<Caller?> ReadAsync(string text, string service, string callee) =>
        readers.GetOrAdd((service, callee), pair => new BearerTokens([new Speaker(keys, pair.Service, pair.Callee)], clock)).ReadAsync(text);

    sealed record Written(string Text, DateTimeOffset Until, ECDsa Key, long Looked);

    sealed class Speaker(KeyStore keys, string service, string callee) : ITrustedIssuer
    {
        public const string Name = "doseline-behalf";
        public const string Type = "behalf+jwt";

        public string Issuer => Name;

        public string Audience => callee;

        public string TokenType => Type;

        public IReadOnlyList<string> Algorithms { get; } = [SecurityAlgorithms.EcdsaSha256];

        public ValueTask<IReadOnlyList<SecurityKey>> KeysAsync(string kid, CancellationToken cancel) =>
            new([.. kid == service ? keys.KnownHalves(InstallationTokens.KeyOf(service)).Select(half => new ECDsaSecurityKey(half)) : []]);

        public Caller? CallerOf(JsonWebToken token)
        {
            var account = Caller.Service(service, token.Subject);
            if (token.Claims.Any(c => c.Type == Own)) return account;
            var rights = token.Claims.Where(c => c.Type == Grant).Select(c => Right.Read(c.Value)).OfType<Right>().ToList();
            return account with { SitesByRole = Caller.ByRole(rights), Sites = [.. rights.Select(r => r.SiteId).Distinct(StringComparer.Ordinal)] };
        }
    }
}
