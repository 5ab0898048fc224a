using System.Globalization;
using Doseline.Gateway.Front;
using Doseline.Kernel.Rules;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Doseline.Gateway.Connect;

/// <summary>
/// The Connect protocol for browsers, <c>curl</c> and every client of its makers: <c>POST /doseline.orders.v1.OrdersService/PlaceOrder</c> with JSON or
/// protobuf, unary and server streaming, over all methods of the contracts at once. Ours because there is no .NET server for it.
/// </summary>
/// <remarks>https://connectrpc.com/docs/protocol</remarks>
public sealed class ConnectEndpoint(FrontMethods methods, Backends backends, Admission admission, ConnectFault faults, IOptions<GatewayOptions> options, ILogger<ConnectEndpoint> log)
{
    const string TimeoutHeader = "Connect-Timeout-Ms";
    const string VersionHeader = "Connect-Protocol-Version";
    const string StreamEncodingHeader = "Connect-Content-Encoding";
    // The protocol: at most ten digits.
    const int TimeoutDigitsMax = 10;
    // Bytes of a stream that go on in one piece, at most.
    const int HeldBytesMax = 64 * 1024;

    readonly Dictionary<string, Codec> codecs = new Codec[] { new JsonCodec(methods), new ProtoCodec() }.ToDictionary(codec => codec.Name, StringComparer.Ordinal);

    /// <summary>Answers one call.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            if (methods.Find(context.Request.Path) is not { } method)
                await faults.WriteAsync(context, Unknown(context.Request.Path), StatusCodes.Status404NotFound);
            else if (HttpMethods.IsGet(context.Request.Method))
                await GetAsync(context, method);
            else if (!HttpMethods.IsPost(context.Request.Method))
                NotAllowed(context, method);
            else if (CodecOf(context, method) is { } codec)
                await (method.Streams ? StreamAsync(context, method, codec) : UnaryAsync(context, method, codec));
            else
                await WriteUnsupportedAsync(context, method);
        }
        catch (RpcException fault) when (!context.Response.HasStarted)
        {
            await faults.WriteAsync(context, fault);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            log.LogDebug("{Path} was given up by its client", context.Request.Path);
        }
    }

    async Task UnaryAsync(HttpContext context, FrontMethod method, Codec codec)
    {
        // Who may not come in costs no reading.
        var token = admission.Admit(context);
        var within = Within(context.Request.Headers[TimeoutHeader], options.Value.UnarySeconds);
        RequireVersion(context.Request.Headers[VersionHeader]);
        var body = await Bodies.ReadAsync(context.Request.Body, context.Request.Headers.ContentEncoding, options.Value.RequestBytesMax, context.RequestAborted);
        await AnswerAsync(context, method, codec, body, token, within);
    }

    // For what changes nothing; the answer may still be different the next moment, so nobody keeps it.
    async Task GetAsync(HttpContext context, FrontMethod method)
    {
        var query = context.Request.Query;
        if (!MayGet(method))
        {
            NotAllowed(context, method);
            return;
        }

        if (!codecs.TryGetValue(query["encoding"].ToString(), out var codec))
        {
            await WriteUnsupportedAsync(context, method);
            return;
        }

        var token = admission.Admit(context);
        var within = Within(context.Request.Headers[TimeoutHeader], options.Value.UnarySeconds);
        RequireVersion(query["connect"].ToString() is { Length: > 1 } version ? version[1..] : "");
        var message = query["message"].ToString();
        using MemoryStream body = new(query["base64"] == "1" ? FromBase64Url(message) : System.Text.Encoding.UTF8.GetBytes(message));
        await AnswerAsync(context, method, codec, await Bodies.ReadAsync(body, query["compression"], options.Value.RequestBytesMax, context.RequestAborted), token, within);
    }

    static bool MayGet(FrontMethod method) => !method.Streams && !method.Policy.Mutates;

    static void NotAllowed(HttpContext context, FrontMethod method)
    {
        context.Response.Headers.Allow = MayGet(method) ? $"{HttpMethods.Get}, {HttpMethods.Post}" : HttpMethods.Post;
        context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
    }

    async Task AnswerAsync(HttpContext context, FrontMethod method, Codec codec, ReadOnlyMemory<byte> body, string token, TimeSpan within)
    {
        var response = await backends.CallAsync(method, codec.ReadRequest(method, body), token, context, within, context.RequestAborted);
        context.Response.ContentType = $"application/{codec.Name}";
        var answer = codec.WriteResponse(method, response);
        context.Response.ContentLength = answer.Length;
        await context.Response.Body.WriteAsync(answer, context.RequestAborted);
    }

    async Task StreamAsync(HttpContext context, FrontMethod method, Codec codec)
    {
        context.Response.ContentType = $"application/connect+{codec.Name}";
        System.Text.Json.Nodes.JsonObject end = [];
        try
        {
            var token = admission.Admit(context);
            var within = Within(context.Request.Headers[TimeoutHeader], options.Value.StreamSeconds);
            RequireVersion(context.Request.Headers[VersionHeader]);
            var body = await Bodies.ReadFrameAsync(context.Request.Body, context.Request.Headers[StreamEncodingHeader], options.Value.RequestBytesMax, context.RequestAborted);
            var request = codec.ReadRequest(method, body);
            using var call = backends.Stream(method, request, token, context, within, context.RequestAborted);
            // Who waits for the first change knows at once that the stream is open.
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
            await PassAsync(call.ResponseStream, method, codec, context);
        }
        catch (RpcException fault)
        {
            var explained = ConnectFault.Explained(fault, method.Service);
            FrontMeter.Ended(context, explained.StatusCode);
            end["error"] = faults.Json(explained);
        }

        Bodies.WriteFrame(context.Response.BodyWriter, System.Text.Encoding.UTF8.GetBytes(end.ToJsonString()), end: true);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    // Whoever watches waits for each message, so none stays here while the next one is on its way; those that came together go on together,
    // and a slow reader holds the service back, not our memory.
    static async Task PassAsync(IAsyncStreamReader<byte[]> messages, FrontMethod method, Codec codec, HttpContext context)
    {
        var (output, held) = (context.Response.BodyWriter, 0);
        while (true)
        {
            var next = messages.MoveNext(context.RequestAborted);
            if (held > 0 && (!next.IsCompleted || held > HeldBytesMax))
            {
                await output.FlushAsync(context.RequestAborted);
                held = 0;
            }

            if (!await next) return;
            var message = codec.WriteResponse(method, messages.Current);
            Bodies.WriteFrame(output, message, end: false);
            held += Bodies.PrefixBytes + message.Length;
        }
    }

    // Unary methods take application/{codec}, streams application/connect+{codec}; null is neither.
    Codec? CodecOf(HttpContext context, FrontMethod method)
    {
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) || !type.Type.Equals("application", StringComparison.OrdinalIgnoreCase)) return null;
        if (type.Charset.HasValue && !HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)) return null;
        const string streaming = "connect+";
        var name = type.SubType.ToString().ToLowerInvariant();
        if (name.StartsWith(streaming, StringComparison.Ordinal) != method.Streams) return null;
        return codecs.GetValueOrDefault(method.Streams ? name[streaming.Length..] : name);
    }

    Task WriteUnsupportedAsync(HttpContext context, FrontMethod method)
    {
        var prefix = method.Streams ? "application/connect+" : "application/";
        var accepted = string.Join(", ", codecs.Keys.Select(name => prefix + name));
        context.Response.Headers["Accept-Post"] = accepted;
        var refusal = Refusal.Invalid("content-type", "CONTENT_TYPE_UNSUPPORTED", $"{method.Path} takes {accepted}.").With("accepted", accepted);
        return faults.WriteAsync(context, ConnectFault.Refuse(refusal), StatusCodes.Status415UnsupportedMediaType);
    }

    static RpcException Unknown(string path) =>
        ConnectFault.RefuseAs(StatusCode.Unimplemented, Refusal.Missing(path.Length > 120 ? path[..120] : path, "METHOD_UNKNOWN", "There is no such method; /api lists all."));

    static void RequireVersion(string? version)
    {
        // Left out by people with curl; clients send it.
        if (version is { Length: > 0 } and not "1")
            throw ConnectFault.Refuse(Refusal.Invalid(VersionHeader, "PROTOCOL_VERSION_UNKNOWN", "Version 1 of the Connect protocol is spoken here.").With("known_version", 1));
    }

    static TimeSpan Within(string? milliseconds, double secondsMax)
    {
        var most = TimeSpan.FromSeconds(secondsMax);
        if (string.IsNullOrEmpty(milliseconds)) return most;
        if (milliseconds.Length > TimeoutDigitsMax || !long.TryParse(milliseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var asked))
            throw ConnectFault.Refuse(Refusal.Invalid(TimeoutHeader, "TIMEOUT_MALFORMED", $"{TimeoutHeader} is a whole number of milliseconds with at most {TimeoutDigitsMax} digits."));
        return TimeSpan.FromMilliseconds(asked) is var wanted && wanted < most ? wanted : most;
    }

    static byte[] FromBase64Url(string text)
    {
        try
        {
            return Microsoft.AspNetCore.WebUtilities.WebEncoders.Base64UrlDecode(text.TrimEnd('='));
        }
        catch (FormatException)
        {
            throw ConnectFault.Refuse(Refusal.Invalid("message", "BODY_MALFORMED", "The query's message is not URL-safe base 64."));
        }
    }
}
