using Doseline.Gateway.Sessions;
using Doseline.Platform.Auth;

namespace Doseline.Gateway.Front;

/// <summary>Finds out who stands at the door, once for each request, before limits are counted and calls are passed on.</summary>
public sealed class Visitors(ITokenReader tokens)
{
    const string Scheme = "Bearer ";
    // A token of ours has about one kilobyte; one of another provider with many groups a few.
    const int TokenLengthMax = 16 * 1024;
    const int SessionIdLengthMax = 100;

    /// <summary>The middleware.</summary>
    public async Task UseAsync(HttpContext context, RequestDelegate next)
    {
        Visitor.Set(context, await FindAsync(context));
        await next(context);
    }

    async ValueTask<Visitor> FindAsync(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (header.Length == 0) return await OfSessionAsync(context);
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || header.Length > TokenLengthMax) return Visitor.Nobody;
        var bearer = header[Scheme.Length..];
        return new Visitor(await tokens.ReadAsync(bearer) ?? Caller.Nobody, bearer, SessionState.None);
    }

    // A request of the console: the cookie says which session, and a header that its own page sent it.
    static async ValueTask<Visitor> OfSessionAsync(HttpContext context)
    {
        if (SessionCookies.SessionOf(context) is not { Length: > 0 and <= SessionIdLengthMax } id) return Visitor.Nobody;
        var proven = SessionCookies.IsProven(context);
        var looking = context.Request.Path.StartsWithSegments("/session", StringComparison.Ordinal);
        var active = proven && !looking && context.Request.Headers[SessionCookies.ProofHeader] != SessionCookies.Background;
        var (visitor, _) = await context.RequestServices.GetRequiredService<ConsoleSessions>().FindAsync(id, active, context.RequestAborted);
        return proven || looking || visitor.Session is not SessionState.Open ? visitor : Visitor.Nobody with { Session = SessionState.Unproven };
    }
}
