namespace Doseline.Identity.Domain;

/// <summary>What an account is for.</summary>
public enum AccountKind
{
    /// <summary>A hospital's or supplier's system.</summary>
    Partner,

    /// <summary>A service of this platform.</summary>
    Service,

    /// <summary>An application that people sign in through.</summary>
    Application,
}

/// <summary>How an account proves who it is.</summary>
public enum AccountProof
{
    /// <summary>A secret made here.</summary>
    Secret,

    /// <summary>A statement signed with its own private key.</summary>
    Key,

    /// <summary>Nothing; PKCE binds the code to who asked for it.</summary>
    None,
}

/// <summary>A client of the OpenID Connect provider.</summary>
/// <param name="Id">Immutable id.</param>
/// <param name="ClientId">Name it gives.</param>
/// <param name="Name">Printed name.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Proof">How it proves who it is.</param>
/// <param name="Jwks">Public keys, JSON Web Key Set; empty for none.</param>
/// <param name="Scopes">What it may ask for.</param>
/// <param name="RedirectUris">Where people come back to, exact.</param>
/// <param name="PostLogoutUris">Where people come back to after signing out, exact.</param>
public sealed record Client(
    string Id, string ClientId, string Name, AccountKind Kind, AccountProof Proof, string Jwks,
    IReadOnlyList<string> Scopes, IReadOnlyList<string> RedirectUris, IReadOnlyList<string> PostLogoutUris);
