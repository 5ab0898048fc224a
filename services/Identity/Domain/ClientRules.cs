using Doseline.Kernel.Rules;

namespace Doseline.Identity.Domain;

/// <summary>Rules of accounts.</summary>
public static class ClientRules
{
    const int UrisMax = 10;
    static readonly string[] SignInScopes = ["openid", "profile", "offline_access"];

    /// <summary>Accepts an account or says everything that is wrong with it.</summary>
    /// <param name="client">The account as it shall be.</param>
    /// <param name="keys">Public keys found in its key set; null when it is no key set.</param>
    /// <param name="deployed">True for an account that the deployment names, false for one that somebody asks for.</param>
    public static Decision<Client> Check(Client client, IReadOnlyList<(string Kty, bool IsPrivate)>? keys, bool deployed = false)
    {
        List<Refusal> refusals = [];
        refusals.RequireText(client.Name, "account.name");
        var service = client.Kind is AccountKind.Service;
        if (service && !deployed)
            refusals.Add(Refusal.Denied("account.kind", "SERVICE_FROM_DEPLOYMENT", "Accounts of services come from the deployment, not from anybody who is signed in."));
        var bare = service && client.ClientId.StartsWith("service:", StringComparison.Ordinal) ? client.ClientId["service:".Length..] : client.ClientId;
        if (bare is not { Length: > 0 and <= 64 } || !bare.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.' or '_') || service == (bare == client.ClientId))
        {
            refusals.Add(Refusal.Invalid("account.client_id", "CLIENT_ID_INVALID",
                "client_id has 1 to 64 of the characters a-z, 0-9, '-', '.' and '_'; that of a service, and no other, begins with service:."));
        }

        if (client.Proof is AccountProof.None && client.Kind is not AccountKind.Application)
            refusals.Add(Refusal.Invalid("account.proof", "PROOF_NEEDED", "An account that acts for itself has to prove who it is."));
        if (client.Proof is AccountProof.Key && keys is not [_, ..])
            refusals.Add(Refusal.Invalid("account.jwks_json", "KEYS_NEEDED", "An account that proves itself by key needs a JSON Web Key Set with its public keys."));
        if (client.Proof is not AccountProof.Key && client.Jwks.Length > 0)
            refusals.Add(Refusal.Invalid("account.jwks_json", "KEYS_NOT_USED", "Only an account that proves itself by key has keys."));
        foreach (var (kty, isPrivate) in keys ?? [])
        {
            if (kty is not ("EC" or "RSA")) refusals.Add(Refusal.Invalid("account.jwks_json", "KEY_NOT_PUBLIC", $"A key of type {kty} is no public key.").With("kty", kty));
            if (isPrivate) refusals.Add(Refusal.Invalid("account.jwks_json", "KEY_PRIVATE", "A private key does not leave its owner; make a new pair and send its public half."));
        }

        foreach (var scope in client.Scopes.Where(s => !ApiScopes.IsValid(s) && !(client.Kind is AccountKind.Application && SignInScopes.Contains(s, StringComparer.Ordinal))))
            refusals.Add(Refusal.Invalid("account.scopes", "SCOPE_UNKNOWN", $"There is no scope {scope} for this kind of account.").With("scope", scope));
        // Everything is more than any partner needs.
        if (client.Kind is AccountKind.Partner && client.Scopes.Contains(ApiScopes.All, StringComparer.Ordinal))
            refusals.Add(Refusal.Invalid("account.scopes", "SCOPE_TOO_WIDE", "A partner's scopes name services.").With("scope", ApiScopes.All));
        if (client.Kind is not AccountKind.Application && client.RedirectUris.Count + client.PostLogoutUris.Count > 0)
            refusals.Add(Refusal.Invalid("account.redirect_uris", "REDIRECT_NOT_USED", "Only applications that people sign in through have addresses to come back to."));
        if (client.Kind is AccountKind.Application && client.RedirectUris.Count is 0 or > UrisMax)
            refusals.Add(Refusal.Invalid("account.redirect_uris", "REDIRECT_NEEDED", $"An application has 1 to {UrisMax} addresses to come back to.").With("count_max", UrisMax));
        foreach (var uri in client.RedirectUris.Concat(client.PostLogoutUris).Where(u => !IsSound(u)))
            refusals.Add(Refusal.Invalid("account.redirect_uris", "REDIRECT_INVALID", $"{uri} is not an https address, one of this machine, or a path, without a fragment.").With("uri", uri));
        return refusals is [] ? client : refusals;
    }

    static bool IsSound(string uri) => uri.StartsWith('/')
        ? !uri.StartsWith("//", StringComparison.Ordinal) && !uri.Contains('\\', StringComparison.Ordinal)
        : Uri.TryCreate(uri, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
            && address.Fragment.Length == 0 && address.UserInfo.Length == 0;
}
