using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace Doseline.Sidecar;

/// <summary>Passes unary gRPC calls on to the app that the metadata <c>dapr-app-id</c> names, trailers included.</summary>
/// <remarks>A call that was given to the callee is never repeated here, so that callers meet UNAVAILABLE when a callee dies.</remarks>
sealed class GrpcProxy(Mesh mesh, AppSidecar sidecar)
{
    const int Unavailable = 14;
    const int PermissionDenied = 7;
    // Three tries, 200 ms apart, as the chart's policy for calls says.
    static readonly TimeSpan CalleeWaitMax = TimeSpan.FromMilliseconds(600);
    const string CallerHeader = "dapr-caller-app-id";
    static readonly HashSet<string> NotPassed = new(StringComparer.OrdinalIgnoreCase) { "host", "content-length", "transfer-encoding", "connection", AppSidecar.TokenHeader, CallerHeader };

    public async Task HandleAsync(HttpContext context)
    {
        var id = context.Request.Headers["dapr-app-id"].ToString();
        if (mesh.Of(id) is not { } callee)
        {
            Refuse(context, Unavailable, $"failed to resolve app id '{id}'");
            return;
        }

        // Who reads facts does so in its own time, for nobody's act.
        var reads = context.Request.Path.Value!.EndsWith("/ReadFacts", StringComparison.Ordinal);
        if (!reads) mesh.Called(sidecar.AppId, id, context.Request.Headers.TraceParent.ToString());
        if (!mesh.MayCall(sidecar.AppId, id, context.Request.Path.Value))
        {
            Refuse(context, PermissionDenied, $"access control policy of {id} denies {sidecar.AppId}");
            return;
        }

        var body = await AppSidecar.BodyAsync(context);
        await mesh.Trouble.AtAsync(id, Point.Calling);
        using var response = await callee.CallAppAsync(app => Request(context, app, body), CalleeWaitMax, context.RequestAborted, reads);
        var killed = await mesh.Trouble.AtAsync(id, Point.Called);
        if (killed || response is null) Refuse(context, Unavailable, $"{id} is away, or went away during the call");
        else await PassAsync(response, context.Response);
    }

    /// <summary>Answers with a status alone.</summary>
    public static void Refuse(HttpContext context, int status, string message)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = status.ToString(System.Globalization.CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = Uri.EscapeDataString(message);
    }

    HttpRequestMessage Request(HttpContext context, Uri app, byte[] body)
    {
        HttpRequestMessage request = new(HttpMethod.Post, new Uri(app, context.Request.Path)) { Content = new ByteArrayContent(body) };
        foreach (var (name, values) in context.Request.Headers.Where(h => !NotPassed.Contains(h.Key)))
        {
            if (name.StartsWith("content-", StringComparison.OrdinalIgnoreCase)) request.Content.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            else request.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
        }

        request.Headers.TryAddWithoutValidation(CallerHeader, sidecar.AppId);
        return request;
    }

    static async Task PassAsync(HttpResponseMessage from, HttpResponse to)
    {
        to.StatusCode = (int)from.StatusCode;
        Copy(from.Headers, to);
        Copy(from.Content.Headers, to);
        var body = await from.Content.ReadAsByteArrayAsync();
        if (body.Length > 0) await to.Body.WriteAsync(body);
        foreach (var (name, values) in from.TrailingHeaders) to.AppendTrailer(name, values.ToArray());
    }

    static void Copy(HttpHeaders from, HttpResponse to)
    {
        foreach (var (name, values) in from.Where(h => !NotPassed.Contains(h.Key))) to.Headers[name] = values.ToArray();
    }
}
