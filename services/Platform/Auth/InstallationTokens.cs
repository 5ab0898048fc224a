using System.Collections.Concurrent;
using System.Security.Claims;
using System.Security.Cryptography;
using Doseline.Kernel.Rules;
using Microsoft.Extensions.Configuration;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Platform.Auth;

/// <summary>
/// Tokens that services call each other with: each is signed with its maker's own key, names its maker as the key's id, and is good for its maker's
/// account only. Services of their own may be given credentials at an identity provider instead, and then <c>Services:InstallationTokens=false</c>
/// turns these away.
/// </summary>
/// <remarks>The key is <c>tokens-{service}</c>: its private half is with that service alone, its public half with those whom it calls; it may change at any time.</remarks>
/// <param name="keys">Keys known here.</param>
/// <param name="clock">Time by which tokens end and keys are looked at again.</param>
/// <param name="config">Whether these are taken.</param>
public sealed class InstallationTokens(KeyStore keys, TimeProvider clock, IConfiguration config) : IServiceTokens, ITrustedIssuer
{
    const string Name = "doseline-installation";

    static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    // A token of a key that was changed is made anew after this time at the latest.
    static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    readonly ConcurrentDictionary<string, Made> own = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string? Issuer => config.GetValue("Services:InstallationTokens", true) ? Name : null;

    /// <inheritdoc/>
    public string Audience => "doseline";

    /// <inheritdoc/>
    public string? TokenType => "at+jwt";

    /// <inheritdoc/>
    public IReadOnlyList<string> Algorithms { get; } = [SecurityAlgorithms.EcdsaSha256];

    /// <summary>Name of the key of a service.</summary>
    public static string KeyOf(string service) => $"tokens-{service}";

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SecurityKey>> KeysAsync(string kid, CancellationToken cancel) =>
        new([.. IsName(kid) ? keys.KnownHalves(KeyOf(kid)).Select(half => new ECDsaSecurityKey(half)) : []]);

    /// <inheritdoc/>
    public Caller? CallerOf(JsonWebToken token) => token.Subject == Roles.ServicePrefix + token.Kid ? Caller.Service(token.Kid) : null;

    /// <inheritdoc/>
    public ValueTask<string> ForAsync(string service)
    {
        var now = clock.GetUtcNow();
        var kept = own.GetValueOrDefault(service);
        if (kept is not null && kept.Expires > now + Lifetime / 2 && clock.GetElapsedTime(kept.Looked) < LookAgain) return new(kept.Token);
        var key = keys.Standing(KeyOf(service));
        var token = kept is not null && kept.Expires > now + Lifetime / 2 && ReferenceEquals(kept.Key, key) ? kept.Token : Make(service, key, now);
        own[service] = new Made(token, token == kept?.Token ? kept.Expires : now + Lifetime, key, clock.GetTimestamp());
        return new(token);
    }

    string Make(string service, ECDsa key, DateTimeOffset now) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = Name,
        Audience = Audience,
        TokenType = TokenType,
        IssuedAt = now.UtcDateTime,
        NotBefore = now.UtcDateTime,
        Expires = (now + Lifetime).UtcDateTime,
        Subject = new ClaimsIdentity([new Claim("sub", Caller.Service(service).Subject)]),
        SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(key) { KeyId = service }, SecurityAlgorithms.EcdsaSha256),
    });

    // What a token says becomes part of a file's name.
    static bool IsName(string kid) => kid is { Length: > 0 and <= 63 } && kid.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-');

    sealed record Made(string Token, DateTimeOffset Expires, ECDsa Key, long Looked);
}
