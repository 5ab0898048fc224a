using Doseline.Kernel.Auth;

namespace Doseline.Gateway.Front;

/// <summary>Finds out who stands at the door, once for each request, before limits are counted and calls are passed on.</summary>
public sealed class Visitors(ITokenReader tokens)
{
    const string Scheme = "Bearer ";
    // A token of ours has about one kilobyte; one of another provider with many groups a few.
    const int TokenLengthMax = 16 * 1024;

    /// <summary>The middleware.</summary>
    public async Task UseAsync(HttpContext context, RequestDelegate next)
    {
        Visitor.Set(context, await FindAsync(context));
        await next(context);
    }

    async ValueTask<Visitor> FindAsync(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || header.Length > TokenLengthMax) return Visitor.Nobody;
        var bearer = header[Scheme.Length..];
        return new Visitor(await tokens.ReadAsync(bearer) ?? Caller.Nobody, bearer, SessionState.None);
    }
}
