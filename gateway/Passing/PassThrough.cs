using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using Doseline.Gateway.Connect;
using Doseline.Gateway.Front;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Doseline.Gateway.Passing;

/// <summary>Passes partners' gRPC calls on by YARP, as they are: the same messages, trailers and deadlines, over HTTP/2 and nothing else.</summary>
public sealed class PassThrough(FrontMethods methods, Routes routes, Admission admission, IHttpForwarder forwarder, IOptions<GatewayOptions> options, ILogger<PassThrough> log)
{
    // The service ends a call that is too long, by its deadline; this is for a service that does not.
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    readonly Transformer transformer = new(routes);

    /// <summary>True for a request that is gRPC.</summary>
    public static bool IsGrpc(HttpContext context) => context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) is true;

    /// <summary>Answers one call.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            var method = methods.Find(context.Request.Path)
                ?? throw ConnectFault.RefuseAs(StatusCode.Unimplemented, Refusal.Missing("method", "METHOD_UNKNOWN", "There is no such method; /api lists all."));
            admission.Admit(context);
            await ForwardAsync(context, method);
        }
        catch (RpcException fault) when (!context.Response.HasStarted)
        {
            GrpcFault.Write(context, fault);
        }
    }

    async Task ForwardAsync(HttpContext context, FrontMethod method)
    {
        var most = TimeSpan.FromSeconds(method.Streams ? options.Value.StreamSeconds : options.Value.UnarySeconds);
        var within = GrpcTimeout.Read(context.Request.Headers[GrpcTimeout.Header], GatewayModule.Own) is { } asked && asked < most ? asked : most;
        context.Request.Headers[GrpcTimeout.Header] = GrpcTimeout.Write(within);
        var site = routes.SiteOf(context);
        // What is passed on is not read, so a call to what every host serves says in a header which host it is for.
        var service = method.ServiceOf(null, context.Request.Headers[EveryHost.Header], methods.Hosts);
        // A watch may be silent for long; what bounds it is its deadline.
        ForwarderRequestConfig config = new() { Version = new Version(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact, ActivityTimeout = within + Grace };
        context.Items[Transformer.ServiceKey] = (service, site, method.Streams);
        var error = await forwarder.SendAsync(context, routes.Address(service, site).ToString(), routes.Invoker(site), config, transformer);
        if (error is not ForwarderError.None && !context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            log.LogWarning("{Service} cannot be asked: {Error} {Reason}", service, error, context.Features.Get<IForwarderErrorFeature>()?.Exception?.Message);
            context.Response.Clear();
            throw ConnectFault.Refuse(RpcErrors.Unavailable(service));
        }
    }

    sealed class Transformer(Routes routes) : HttpTransformer
    {
        public static readonly object ServiceKey = new();

        public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            // On whose behalf, and what caused it, is not the outside's to say; a cookie is not meant for services.
            foreach (var header in new[] { RpcHeaders.OnBehalfOf, RpcHeaders.Correlation, RpcHeaders.Origin, "cookie", "dapr-app-id", "dapr-stream", "dapr-api-token" }) proxyRequest.Headers.Remove(header);
            var (service, site, streams) = ((string, string?, bool))httpContext.Items[ServiceKey]!;
            foreach (var (name, value) in routes.RoutingOf(service, site, streams)) proxyRequest.Headers.Add(name, value);
            proxyRequest.Headers.Add(RpcHeaders.Origin, Origins.Of(httpContext));
            proxyRequest.Headers.Host = null;
            // W3C trace context decides what is taken of what came, renewed or dropped; by then it is the activity of this request.
            foreach (var header in DistributedContextPropagator.Current.Fields.Append("traceparent").Append("tracestate").Append("baggage")) proxyRequest.Headers.Remove(header);
            DistributedContextPropagator.Current.Inject(Activity.Current, proxyRequest.Headers, static (headers, name, value) => ((HttpRequestHeaders)headers!).TryAddWithoutValidation(name, value));
        }

        public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
        {
            var goesOn = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
            if (proxyResponse is not null && (!proxyResponse.IsSuccessStatusCode || IsForeign(proxyResponse.Headers)))
            {
                httpContext.Response.Headers.Clear();
                GrpcFault.Write(httpContext, Unavailable(httpContext));
                return false;
            }

            // Headers of a stream go out at once, so that a watch is known to be open before its first change. A refusal is headers alone, and ends with them.
            if (goesOn && proxyResponse is { IsSuccessStatusCode: true } && !proxyResponse.Headers.Contains("grpc-status")) await httpContext.Response.BodyWriter.FlushAsync(cancellationToken);
            return goesOn;
        }

        public override async ValueTask TransformResponseTrailersAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken)
        {
            if (!IsForeign(proxyResponse.TrailingHeaders))
            {
                if (StatusOf(proxyResponse.TrailingHeaders) is { } ended) FrontMeter.Ended(httpContext, ended);
                await base.TransformResponseTrailersAsync(httpContext, proxyResponse, cancellationToken);
                return;
            }

            var fault = Unavailable(httpContext);
            FrontMeter.Ended(httpContext, fault.StatusCode);
            foreach (var (name, value) in GrpcFault.Fields(fault)) httpContext.Response.AppendTrailer(name, value);
        }

        static RpcException Unavailable(HttpContext context) => ConnectFault.Refuse(RpcErrors.Unavailable((((string Service, string?, bool))context.Items[ServiceKey]!).Service));

        // The status of a sidecar or of whatever else lies between, in its own words.
        static bool IsForeign(HttpResponseHeaders headers) => headers.Contains("grpc-status")
            && !(StatusOf(headers) is { } status && RpcErrors.IsOurs(status, headers.Contains("grpc-status-details-bin")));

        static StatusCode? StatusOf(HttpResponseHeaders headers) =>
            headers.TryGetValues("grpc-status", out var values) && int.TryParse(values.First(), CultureInfo.InvariantCulture, out var status) ? (StatusCode)status : null;
    }
}
