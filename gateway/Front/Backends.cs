using Doseline.Kernel.Hosting;
using Doseline.Kernel.Rpc;
using System.Text;
using Grpc.Core;

namespace Doseline.Gateway.Front;

/// <summary>Calls the services behind the gateway by gRPC.</summary>
public sealed class Backends(ServiceChannels channels)
{
    /// <summary>Calls a unary method.</summary>
    /// <param name="method">Method.</param>
    /// <param name="request">Request as protobuf bytes.</param>
    /// <param name="bearer">Token of the caller; null for none.</param>
    /// <param name="context">Request from outside: its zone is passed on.</param>
    /// <param name="within">How long the call may take.</param>
    /// <param name="cancel">Cancels the call, also at the service.</param>
    /// <returns>The response as protobuf bytes.</returns>
    /// <exception cref="RpcException">The service refused or failed.</exception>
    public async Task<byte[]> CallAsync(FrontMethod method, byte[] request, string? bearer, HttpContext context, TimeSpan within, CancellationToken cancel)
    {
        using var call = Invoker(method).AsyncUnaryCall(method.Grpc, null, Options(method, bearer, context, within, cancel), request);
        return await call.ResponseAsync;
    }

    /// <summary>Calls a server-streaming method; see <see cref="CallAsync"/>.</summary>
    public AsyncServerStreamingCall<byte[]> Stream(FrontMethod method, byte[] request, string? bearer, HttpContext context, TimeSpan within, CancellationToken cancel) =>
        Invoker(method).AsyncServerStreamingCall(method.Grpc, null, Options(method, bearer, context, within, cancel), request);

    CallInvoker Invoker(FrontMethod method) => channels.To(method.Service).CreateCallInvoker();

    // Named one by one: what else the outside sends, such as on whose behalf, is not the outside's to say.
    CallOptions Options(FrontMethod method, string? bearer, HttpContext context, TimeSpan within, CancellationToken cancel)
    {
        Metadata headers = [];
        if (bearer is not null) headers.Add("authorization", "Bearer " + bearer);
        if (context.Request.Headers[RpcHeaders.Zone] is [{ Length: > 0 and <= 64 } zone] && Ascii.IsValid(zone)) headers.Add(RpcHeaders.Zone, zone);
        if (channels.ThroughDapr(method.Service)) headers.Add("dapr-app-id", method.Service);
        return new CallOptions(headers, WallClock.UtcNow.UtcDateTime + within, cancel);
    }
}
