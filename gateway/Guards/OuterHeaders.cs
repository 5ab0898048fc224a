using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Doseline.Gateway.Guards;

/// <summary>What every answer to the outside carries: its request id, and what a browser must not do with it.</summary>
public static class OuterHeaders
{
    /// <summary>Header with the id under which the request is found in logs and traces; a caller may bring its own.</summary>
    public const string RequestId = "x-request-id";

    /// <summary>Header with the platform's time (UTC, ISO 8601) when the answer was given, which a page follows instead of its workstation's clock.</summary>
    public const string Time = "x-doseline-time";

    const int RequestIdLengthMax = 64;

    // Scripts, styles and calls of our own origin only, nothing inline, no frames around us.
    const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    // Two years, as the preload lists want it: https://hstspreload.org
    const string TwoYears = "max-age=63072000; includeSubDomains";

    /// <summary>The middleware.</summary>
    public static Task UseAsync(HttpContext context, RequestDelegate next)
    {
        var id = context.Request.Headers[RequestId].ToString() is { Length: > 0 and <= RequestIdLengthMax } given && given.All(IsPlain)
            ? given : Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
        context.TraceIdentifier = id;
        context.Response.OnStarting(static state =>
        {
            Add((HttpContext)state);
            return Task.CompletedTask;
        }, context);
        return next(context);
    }

    static void Add(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers[RequestId] = context.TraceIdentifier;
        headers[Time] = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow().UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        headers.XContentTypeOptions = "nosniff";
        // A page that needs another policy, such as one that posts a form to a provider elsewhere, sets its own.
        headers.TryAdd("Content-Security-Policy", ContentPolicy);
        headers.TryAdd("Referrer-Policy", "no-referrer");
        headers.TryAdd("Cross-Origin-Opener-Policy", "same-origin");
        headers.TryAdd("Cross-Origin-Resource-Policy", "same-origin");
        headers.TryAdd("Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=(), usb=()");
        if (context.Request.IsHttps) headers.StrictTransportSecurity = new StringValues(TwoYears);
    }

    static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.';
}
