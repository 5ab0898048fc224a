using System.Collections.Concurrent;
using Doseline.Platform.Auth;
using Doseline.Platform.Data;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Dapr;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Rpc;

/// <summary>The ways to the other services: to an address, through the Dapr sidecar, or within this same process.</summary>
/// <remarks><c>Services:{name}:Address</c> wins; then this process itself for what it hosts; then <c>DAPR_GRPC_PORT</c>; then its own port.</remarks>
/// <param name="config">Addresses.</param>
/// <param name="local">Methods served in this process.</param>
/// <param name="scopes">Makes the scopes of calls within it.</param>
public sealed class ServiceChannels(IConfiguration config, LocalMethods local, IServiceScopeFactory scopes) : IDisposable
{
    readonly ConcurrentDictionary<string, GrpcChannel> channels = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, CallInvoker> invokers = new(StringComparer.Ordinal);

    /// <summary>Address of this process's own gRPC port; the host sets it once it listens.</summary>
    public Uri? OwnAddress { get; set; }

    /// <summary>Address of this process's own web port; the host sets it once it listens, and it stays null where there are no pages.</summary>
    public Uri? WebAddress { get; set; }

    /// <summary>Services of this process, which no sidecar is asked for; the host sets it.</summary>
    public IReadOnlyCollection<string> Hosted { get; set; } = [];

    /// <summary>True when calls go through the sidecar, which finds the callee by its app id.</summary>
    public bool ThroughDapr(string service) => config[$"Services:{service}:Address"] is null && config["DAPR_GRPC_PORT"] is not null && !Hosted.Contains(service);

    /// <summary>Adds what the sidecar needs to find the callee and to know this process; nothing where calls do not pass it.</summary>
    /// <param name="headers">Metadata of the call.</param>
    /// <param name="service">Service to be called.</param>
    /// <param name="streams">True for a stream: the sidecar then bounds its beginning only.</param>
    public void Route(Metadata headers, string service, bool streams = false)
    {
        foreach (var (name, value) in RoutingOf(service, streams)) headers.Add(name, value);
    }

    /// <summary>What <see cref="Route"/> adds.</summary>
    public IEnumerable<(string Name, string Value)> RoutingOf(string service, bool streams)
    {
        if (!ThroughDapr(service)) yield break;
        yield return ("dapr-app-id", service);
        if (streams) yield return ("dapr-stream", "true");
        if (config["DAPR_API_TOKEN"] is { Length: > 0 } token) yield return (DaprSidecar.TokenHeader, token);
    }

    /// <summary>The channel to a service, over the wire also to one of this process.</summary>
    public GrpcChannel To(string service) => channels.GetOrAdd(service, Open);

    /// <summary>What calls a service: within the process what it hosts, unless an address is configured; else its channel.</summary>
    public CallInvoker InvokerOf(string service) => invokers.GetOrAdd(service, name => config[$"Services:{name}:Address"] is null && Hosted.Contains(name)
        ? new LocalInvoker(local, scopes, () => To(name).CreateCallInvoker()) : To(name).CreateCallInvoker());

    /// <summary>Address at which a service is called.</summary>
    public Uri AddressOf(string service)
    {
        if (config[$"Services:{service}:Address"] is { } address) return new Uri(address);
        if (ThroughDapr(service)) return new Uri($"http://127.0.0.1:{config["DAPR_GRPC_PORT"]}");
        return OwnAddress ?? throw new InvalidOperationException("The host does not listen yet.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var channel in channels.Values) channel.Dispose();
    }

    GrpcChannel Open(string service) => GrpcChannel.ForAddress(AddressOf(service), new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true },
    });
}

/// <summary>Calls that a host makes for itself, in the name of its first service: where somebody's call is under way, it is not that person's affair.</summary>
public sealed class HostCalls(ServiceChannels channels, IServiceTokens tokens, Behalf behalf, DatabaseTable databases)
{
    /// <summary>What calls a service.</summary>
    public CallInvoker InvokerOf(string callee) => channels.InvokerOf(callee).Intercept(new ClientPipeline(databases.Services.First(), callee, tokens, behalf, new RequestContext(), channels));
}

/// <summary>What every call to another service carries: the caller's own token, for whom it is made and with which rights, correlation, a deadline; and how it fails.</summary>
/// <remarks>Nothing is tried again here or by a policy on the way, for that multiplies where calls nest: who began asks again, with the same request id.</remarks>
public sealed class ClientPipeline(string service, string callee, IServiceTokens tokens, Behalf behalf, RequestContext request, ServiceChannels channels) : Interceptor
{
    static readonly TimeSpan DeadlineMax = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation) =>
        Explained(continuation(request, With(context)));

    /// <inheritdoc/>
    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation) =>
        continuation(request, With(context));

    AsyncUnaryCall<TResponse> Explained<TResponse>(AsyncUnaryCall<TResponse> call)
    {
        return new(AnswerAsync(), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);

        async Task<TResponse> AnswerAsync()
        {
            try
            {
                return await call.ResponseAsync;
            }
            catch (RpcException fault)
            {
                throw RpcErrors.Explained(fault, callee, service);
            }
        }
    }

    ClientInterceptorContext<TRequest, TResponse> With<TRequest, TResponse>(ClientInterceptorContext<TRequest, TResponse> context)
        where TRequest : class where TResponse : class
    {
        // Copied, for a caller may use the same headers for a second call.
        Metadata headers = [];
        foreach (var header in context.Options.Headers ?? []) headers.Add(header);
        var token = tokens.ForAsync(service);
        headers.Add("authorization", "Bearer " + (token.IsCompletedSuccessfully ? token.Result : token.AsTask().GetAwaiter().GetResult()));
        if (behalf.Write(service, callee, request.Caller) is { } person) headers.Add(RpcHeaders.OnBehalfOf, person);
        if (request.CorrelationId is { Length: > 0 } correlation) headers.Add(RpcHeaders.Correlation, correlation);
        if (request.Zone is not "UTC") headers.Add(RpcHeaders.Zone, request.Zone);
        channels.Route(headers, callee, context.Method.Type is not MethodType.Unary);
        var options = context.Options.WithHeaders(headers);
        // A deadline is of the wall clock on both ends of the wire, whatever clock the domain lives by.
        if (options.Deadline is null) options = options.WithDeadline(WallClock.UtcNow.UtcDateTime + DeadlineMax);
        return new(context.Method, context.Host, options);
    }
}
