using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Microsoft.AspNetCore.Authentication;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Doseline.Identity.Oidc;

/// <summary>
/// OpenIddict, set up to be this provider. It runs without stores of its own (its "degraded mode"): accounts, sessions and families are rows of ours, and codes
/// and refresh tokens are sealed and need no row. What it asks of us it asks the handlers named here.
/// </summary>
static class Provider
{
    /// <summary>Scheme under which it answers.</summary>
    public const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    /// <summary>Value of <c>aud</c> in access tokens: the API.</summary>
    public const string Audience = "doseline";

    /// <summary>Header <c>typ</c> of access tokens (RFC 9068), which id tokens do not have, so that neither passes for the other.</summary>
    public const string AccessTokenType = "at+jwt";

    const string KeyName = "identity-keys";
    static readonly TimeSpan CodeLifetime = TimeSpan.FromMinutes(1);

    public static void Add(IServiceCollection services)
    {
        services.AddOpenIddict().AddServer(server =>
        {
            server.EnableDegradedMode().DisableAccessTokenEncryption().DisableScopeValidation().RequireProofKeyForCodeExchange()
                .AllowAuthorizationCodeFlow().AllowRefreshTokenFlow().AllowClientCredentialsFlow()
                .SetConfigurationEndpointUris(Under(OidcPaths.Discovery), Under(OidcPaths.OAuthDiscovery)).SetJsonWebKeySetEndpointUris(Under(OidcPaths.Keys))
                .SetAuthorizationEndpointUris(Under(OidcPaths.Authorize)).SetTokenEndpointUris(Under(OidcPaths.Token)).SetRevocationEndpointUris(Under(OidcPaths.Revoke))
                .SetUserInfoEndpointUris(Under(OidcPaths.UserInfo)).SetEndSessionEndpointUris(Under(OidcPaths.EndSession))
                .RegisterScopes(Scopes.Profile, ApiScopes.All).RegisterClaims(Claims.AuthenticationTime, Claims.Nonce, "sid", Claims.Name, Claims.PreferredUsername);
            server.UseAspNetCore().DisableTransportSecurityRequirement().SuppressJsonResponseIndentation()
                .EnableAuthorizationEndpointPassthrough().EnableTokenEndpointPassthrough().EnableUserInfoEndpointPassthrough().EnableEndSessionEndpointPassthrough();

            On<ProcessRequestContext, Requests>(InferEndpointType.Descriptor.Order + 900);
            On<ProcessErrorContext, Requests>(int.MinValue);
            On<ValidateAuthorizationRequestContext, SignInRequests>(int.MinValue);
            On<ApplyAuthorizationResponseContext, SignInRequests>(Authentication.InferResponseMode.Descriptor.Order + 500);
            On<ApplyEndSessionResponseContext, SignInRequests>(Session.AttachPostLogoutRedirectUri.Descriptor.Order + 500);
            On<ValidateEndSessionRequestContext, SignInRequests>(int.MaxValue);
            On<ValidateTokenContext, ClientProof>(Protection.ResolveTokenValidationParameters.Descriptor.Order + 400);
            On<ProcessAuthenticationContext, ClientProof>(ValidateClientId.Descriptor.Order + 500);
            On<HandleRevocationRequestContext, Sessions>(int.MaxValue);
            On<ValidateTokenContext, TokenKeys>(Protection.ResolveTokenValidationParameters.Descriptor.Order + 500);
            On<GenerateTokenContext, TokenKeys>(Protection.AttachSecurityCredentials.Descriptor.Order + 500);
            On<HandleJsonWebKeySetRequestContext, TokenKeys>(int.MinValue);
            server.RemoveEventHandler(Discovery.AttachSigningKeys.Descriptor);
            // ClientProof says what is missing, and to whom.
            server.RemoveEventHandler(Exchange.ValidateClientCredentialsParameters.Descriptor);

            // Of the issuer, which may have a path itself.
            static string Under(string path) => path.TrimStart('/');

            void On<TContext, THandler>(int order) where TContext : BaseContext where THandler : class, IOpenIddictServerHandler<TContext> =>
                server.AddEventHandler<TContext>(handler => handler.UseScopedHandler<THandler>().SetOrder(order));
        });
        services.AddOptions<OpenIddictServerOptions>().Configure<IdentityOptions, IssuerAddress, TimeProvider, KeyStore>(Configure);
        services.AddSchemes();
    }

    /// <summary>An error, in the form that its endpoint asks for.</summary>
    public static IResult Error(string error, string description) => Results.Forbid(new AuthenticationProperties(new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
        [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
    }), [Scheme]);

    /// <summary>Tokens, or a code for them.</summary>
    public static IResult Give(ClaimsPrincipal principal) => Results.SignIn(principal, null, Scheme);

    // Looked at when the first request comes: only then the address is known.
    static void Configure(OpenIddictServerOptions server, IdentityOptions options, IssuerAddress issuer, TimeProvider clock, KeyStore keys)
    {
        // As it stands: Uri would put a slash behind it, and others compare it letter by letter.
        server.Issuer = new Uri(issuer.Value, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        server.TimeProvider = clock;
        (server.AuthorizationCodeLifetime, server.AccessTokenLifetime, server.IdentityTokenLifetime) = (CodeLifetime, options.TokenLifetime, options.TokenLifetime);
        // "plain" would protect nothing.
        server.CodeChallengeMethods.Remove(CodeChallengeMethods.Plain);
        server.ResponseModes.RemoveWhere(mode => mode is not ResponseModes.Query);
        server.ClientAuthenticationMethods.Add(ClientAuthenticationMethods.None);
        // It wants one of two halves; that is not published and signs nothing: TokenKeys has those that do.
        server.SigningCredentials.Add(new SigningCredentials(new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)), SecurityAlgorithms.EcdsaSha256));
        server.SigningCredentials.Add(new SigningCredentials(Key("signing"), SecurityAlgorithms.HmacSha256));
        server.EncryptionCredentials.Add(new EncryptingCredentials(Key("encryption"), SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512));

        // Codes and refresh tokens, which nobody but us reads; they outlive the keys that sign for others.
        SymmetricSecurityKey Key(string use) => new(HKDF.DeriveKey(HashAlgorithmName.SHA256, keys.Secret(KeyName), 32, info: Encoding.UTF8.GetBytes("tokens " + use))) { KeyId = use };
    }
}
