namespace Doseline.Gateway.Front;

/// <summary>The token a call goes on with: its own bearer token.</summary>
public sealed class CallerTokens
{
    const string Scheme = "Bearer ";

    /// <summary>The token of a request; null when it brings none.</summary>
    public ValueTask<string?> BearerOfAsync(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        return new(header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..] : null);
    }
}
