using System.Text.Json.Nodes;
using Doseline.Identity.Domain;
using Doseline.Identity.Keys;
using Doseline.Kernel.Rules;

namespace Doseline.Identity.Oidc;

/// <summary>What others need to know of this provider (OpenID Connect Discovery 1.0): all of it public.</summary>
sealed class DiscoveryEndpoint(IssuerAddress issuer, SigningKeys keys)
{
    public IResult Describe() => Results.Json(new JsonObject
    {
        ["issuer"] = issuer.Value,
        ["authorization_endpoint"] = issuer.Value + OidcPaths.Authorize,
        ["token_endpoint"] = issuer.Value + OidcPaths.Token,
        ["userinfo_endpoint"] = issuer.Value + OidcPaths.UserInfo,
        ["jwks_uri"] = issuer.Value + OidcPaths.Keys,
        ["revocation_endpoint"] = issuer.Value + OidcPaths.Revoke,
        ["end_session_endpoint"] = issuer.Value + OidcPaths.EndSession,
        ["scopes_supported"] = Words("openid", "profile", "offline_access", ApiScopes.All),
        ["response_types_supported"] = Words("code"),
        ["response_modes_supported"] = Words("query"),
        ["grant_types_supported"] = Words("authorization_code", "refresh_token", "client_credentials"),
        ["subject_types_supported"] = Words("public"),
        ["id_token_signing_alg_values_supported"] = Words("ES256"),
        ["token_endpoint_auth_methods_supported"] = Words("client_secret_basic", "client_secret_post", "private_key_jwt", "none"),
        ["token_endpoint_auth_signing_alg_values_supported"] = Words("ES256", "RS256", "PS256"),
        ["code_challenge_methods_supported"] = Words(Pkce.Method),
        ["claims_supported"] = Words("sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "sid", "name", "preferred_username"),
        ["authorization_response_iss_parameter_supported"] = true,
        ["request_parameter_supported"] = false,
        ["request_uri_parameter_supported"] = false,
    });

    public async Task<IResult> KeysAsync(HttpContext context)
    {
        JsonArray set = [.. (await keys.PublishedAsync(context.RequestAborted)).Select(k => JsonNode.Parse(k.Jwk))];
        // Shorter than a new key is published before it signs.
        context.Response.Headers.CacheControl = "public, max-age=300";
        return Results.Json(new JsonObject { ["keys"] = set });
    }

    static JsonArray Words(params string[] words) => [.. words.Select(w => JsonValue.Create(w))];
}
