using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Doseline.Identity.Oidc;

/// <summary>
/// Holds for every request: it is one to the address that this provider goes by, whatever name its sender gave to the host; it brings no secret in its own address;
/// and who watches for attacks hears of it when it is refused.
/// </summary>
sealed class Requests(ILogger<Requests> log) : IOpenIddictServerHandler<ProcessRequestContext>, IOpenIddictServerHandler<ProcessErrorContext>
{
    static readonly string[] Secrets = ["access_token", "refresh_token", "id_token", "id_token_hint", "token", "client_secret", "client_assertion", "password", "code_verifier"];

    public ValueTask HandleAsync(ProcessRequestContext context)
    {
        context.BaseUri = new Uri(context.Options.Issuer!.AbsoluteUri + '/');
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(context.RequestUri!.Query);
        // Logs and histories keep addresses. Who signs out by a link is to bring the id token (RP-Initiated Logout 1.0, 2); it says which session it was, and opens nothing.
        if (Secrets.FirstOrDefault(s => query.ContainsKey(s) && !(s is "id_token_hint" && context.EndpointType is OpenIddictServerEndpointType.EndSession)) is { } secret) context.Reject(Errors.InvalidRequest, $"{secret} does not belong into an address.");
        return ValueTask.CompletedTask;
    }

    public ValueTask HandleAsync(ProcessErrorContext context)
    {
        if (context.Error is Errors.InvalidClient)
            log.LogWarning(SecurityEvents.ClientRefused, "Client {ClientId} refused: {Why}", context.Transaction.Request?.ClientId is { Length: > 100 } ? "(long)" : context.Transaction.Request?.ClientId, context.ErrorDescription);
        else if (context.Error is Errors.InvalidRequest)
            log.LogWarning(SecurityEvents.RequestRefused, "A request to the {Endpoint} endpoint was refused: {Why}", context.EndpointType, context.ErrorDescription);
        return ValueTask.CompletedTask;
    }
}
