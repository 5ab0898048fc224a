using Doseline.Platform.Rpc;
using Google.Protobuf;
using Grpc.Core;

namespace Doseline.Cluster.Tests.Processes;

/// <summary>Calls services through the gateway, as partners do, and asks again with the same request when something went away meanwhile, as a careful client does.</summary>
/// <param name="processes">Services by name.</param>
/// <param name="token">Bearer token.</param>
sealed class ServiceCalls(IReadOnlyDictionary<string, ServiceProcess> processes, string token) : CallInvoker
{
    const int TriesMax = 20;

    /// <inheritdoc/>
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        new(CallAsync(method, host, options, request), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });

    /// <inheritdoc/>
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

    async Task<TResponse> CallAsync<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        where TRequest : class where TResponse : class
    {
        // doseline.orders.v1.OrdersService lives in orders; what every host serves says in its request which service it is about, and in a header for who does not read it.
        var named = EveryHost.NamedBy((IMessage)request);
        var (gateway, service) = (processes["gateway"], processes[named is "" ? method.ServiceName.Split('.')[1] : named]);
        for (var attempt = 1; ; attempt++)
        {
            var kills = gateway.Kills + service.Kills;
            await service.ReadyAsync();
            var channel = (await gateway.ReadyAsync()).Channel;
            try
            {
                var headers = new Metadata { { "authorization", $"Bearer {token}" } };
                if (named is not "") headers.Add(EveryHost.Header, named);
                return await channel.CreateCallInvoker().AsyncUnaryCall(method, host, options.WithHeaders(headers), request);
            }
            catch (RpcException fault) when (attempt < TriesMax && (fault.StatusCode is StatusCode.Unavailable || gateway.Kills + service.Kills > kills))
            {
                // It, or something it needs, is being started again; whatever it did, the same request id gets the same answer.
            }
            catch (ObjectDisposedException) when (attempt < TriesMax)
            {
                // The channel of a process that is gone.
            }
        }
    }
}
