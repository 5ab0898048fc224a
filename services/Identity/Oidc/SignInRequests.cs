using Doseline.Identity.Domain;
using Microsoft.AspNetCore;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Doseline.Identity.Oidc;

/// <summary>What an application may ask of the pages, and where an error goes: back to the application once it is known, and otherwise onto a page that sends nobody anywhere.</summary>
sealed class SignInRequests(ClientProof clients) :
    IOpenIddictServerHandler<ValidateAuthorizationRequestContext>, IOpenIddictServerHandler<ApplyAuthorizationResponseContext>,
    IOpenIddictServerHandler<ValidateEndSessionRequestContext>, IOpenIddictServerHandler<ApplyEndSessionResponseContext>
{
    const string Known = "doseline:known_redirect_uri";

    public async ValueTask HandleAsync(ValidateAuthorizationRequestContext context)
    {
        var request = context.Request;
        var client = await clients.FindAsync(request.ClientId, context.CancellationToken);
        if (Authorize.Stranger(client, request.RedirectUri, request.GetParameters().Select(p => (p.Key, (string?)p.Value))) is { } stranger)
        {
            context.Reject(Errors.InvalidRequest, stranger);
            return;
        }

        context.Transaction.SetProperty(Known, request.RedirectUri);
        if (Authorize.Fault(client!, request.GetScopes(), request.CodeChallenge, (string?)request.GetParameter(Parameters.MaxAge)) is var (error, description)) context.Reject(error, description);
    }

    public async ValueTask HandleAsync(ApplyAuthorizationResponseContext context)
    {
        if (context.Transaction.GetProperty<string>(Known) is { } known) (context.RedirectUri, context.ResponseMode) = (known, ResponseModes.Query);
        else await StayAsync(context, context.Response);
    }

    // Whose address it is, the endpoint looks up; what is not the application's is passed over and not an error.
    public ValueTask HandleAsync(ValidateEndSessionRequestContext context) => ValueTask.CompletedTask;

    public ValueTask HandleAsync(ApplyEndSessionResponseContext context) => StayAsync(context, context.Response);

    static async ValueTask StayAsync(BaseRequestContext context, OpenIddictResponse response)
    {
        var http = context.Transaction.GetHttpRequest()!.HttpContext;
        await Pages.Message(http, "This link cannot be followed", response.ErrorDescription ?? "", StatusCodes.Status400BadRequest).ExecuteAsync(http);
        context.HandleRequest();
    }
}
