using Doseline.Identity.Domain;
using Doseline.Kernel.Rules;
using Doseline.Platform.Hosting;

namespace Doseline.Identity;

/// <summary>Settings of the identity service, section <c>Identity</c>.</summary>
public sealed class IdentityOptions(IConfiguration config)
{
    readonly IConfigurationSection section = config.GetSection("Identity");

    /// <summary>PBKDF2-HMAC-SHA512 rounds of a password hash, <c>Identity:HashIterations</c>. Default 210,000 (OWASP Password Storage Cheat Sheet, 2023).</summary>
    public int HashIterations => section.GetValue("HashIterations", 210_000);

    /// <summary>Limits of sign-in, <c>Identity:SignIn:*</c>.</summary>
    public SignInLimits SignIn => new(
        section.GetValue("SignIn:FailuresMax", SignInLimits.Default.FailuresMax),
        section.GetValue("SignIn:LockoutSpan", SignInLimits.Default.LockoutSpan),
        section.GetValue("SignIn:OneTimeSpan", SignInLimits.Default.OneTimeSpan),
        section.GetValue("SignIn:PasswordAgeMax", SignInLimits.Default.PasswordAgeMax),
        section.GetValue("SignIn:InactiveSpan", SignInLimits.Default.InactiveSpan));

    /// <summary>Passwords that one source of sign-ins may try at once, <c>Identity:SignIn:TriesAtOnce</c>. Default 30: a shift that begins behind one address.</summary>
    public int TriesAtOnce => section.GetValue("SignIn:TriesAtOnce", 30);

    /// <summary>How long it then takes until that source may try one more, <c>Identity:SignIn:TryEvery</c>. Default 3 seconds.</summary>
    public TimeSpan TryEvery => section.GetValue("SignIn:TryEvery", TimeSpan.FromSeconds(3));

    /// <summary>How long an access or id token is valid, <c>Identity:TokenLifetime</c>. Default 5 minutes: it is how late a lock or a lost role is noticed at most.</summary>
    public TimeSpan TokenLifetime => section.GetValue("TokenLifetime", TimeSpan.FromMinutes(5));

    /// <summary>How long a refresh token waits to be used, <c>Identity:RefreshLifetime</c>. Default 12 hours: one shift.</summary>
    public TimeSpan RefreshLifetime => section.GetValue("RefreshLifetime", TimeSpan.FromHours(12));

    /// <summary>How long a browser session lives without a request, <c>Identity:SessionIdle</c>. Default 30 minutes.</summary>
    public TimeSpan SessionIdle => section.GetValue("SessionIdle", TimeSpan.FromMinutes(30));

    /// <summary>How long a browser session lives at most, <c>Identity:SessionMax</c>. Default 12 hours.</summary>
    public TimeSpan SessionMax => section.GetValue("SessionMax", TimeSpan.FromHours(12));

    /// <summary>How long after a signature the password alone is enough for the next one in the same session, <c>Identity:PasswordOnlySpan</c>. Default 10 minutes; zero asks for both every time.</summary>
    public TimeSpan PasswordOnlySpan => section.GetValue("PasswordOnlySpan", TimeSpan.FromMinutes(10));

    /// <summary>Age at which a signing key makes room for the next, <c>Identity:KeyAgeMax</c>. Default 90 days.</summary>
    public TimeSpan KeyAgeMax => section.GetValue("KeyAgeMax", TimeSpan.FromDays(90));

    /// <summary>How long a key is published before it signs, <c>Identity:KeyLead</c>. Default 10 minutes, longer than others keep the key set without asking.</summary>
    public TimeSpan KeyLead => section.GetValue("KeyLead", TimeSpan.FromMinutes(10));

    /// <summary>Address under which people and clients reach this provider, <c>Identity:Issuer</c>; null means the web port of this process.</summary>
    public string? Issuer => section["Issuer"]?.TrimEnd('/');

    /// <summary>Sign-in name of the administrator made at the first start, <c>Identity:FirstAdministrator:Login</c>.</summary>
    public string FirstAdministratorLogin => section["FirstAdministrator:Login"] ?? "admin";

    /// <summary>An order to let somebody in past everybody's rights, <c>Identity:BreakGlass:Login</c>, <c>:By</c> and <c>:Reason</c>; null for none.</summary>
    /// <exception cref="SettingException">Who orders it, or why, is not said.</exception>
    public BreakGlassOrder? BreakGlass => section["BreakGlass:Login"] is not { Length: > 0 } login ? null
        : section["BreakGlass:By"] is { Length: > 0 } by && section["BreakGlass:Reason"] is { Length: > 0 } reason ? new(login, by, reason)
        : throw new SettingException("Identity:BreakGlass names a person, but not by whom (By) or why (Reason).");

    /// <summary>Accounts of services, <c>Identity:ServiceAccounts:{service}:Jwks</c> and <c>:Scopes</c> (default <c>api</c>).</summary>
    public IReadOnlyList<Client> ServiceAccounts => [.. section.GetSection("ServiceAccounts").GetChildren().Select(s => new Client(
        "", Roles.ServicePrefix + s.Key, $"{s.Key} service", AccountKind.Service, AccountProof.Key, s["Jwks"] ?? "", (s["Scopes"] ?? ApiScopes.All).Split(' ', StringSplitOptions.RemoveEmptyEntries), [], []))];

    /// <summary>File that the one-time password goes to instead of the console, <c>Identity:FirstAdministrator:File</c>; null for the console.</summary>
    public string? FirstAdministratorFile => section["FirstAdministrator:File"];
}

/// <summary>An order to let somebody in past everybody's rights.</summary>
/// <param name="Login">Sign-in name of the person.</param>
/// <param name="By">Who orders it, in their own words.</param>
/// <param name="Reason">Why.</param>
public sealed record BreakGlassOrder(string Login, string By, string Reason);
