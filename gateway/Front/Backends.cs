using System.Text;
using Doseline.Gateway.Connect;
using Doseline.Platform.Hosting;
using Doseline.Platform.Rpc;
using Grpc.Core;

namespace Doseline.Gateway.Front;

/// <summary>Calls the services behind the gateway by gRPC.</summary>
public sealed class Backends(Routes routes, FrontMethods methods)
{
    /// <summary>Calls a unary method.</summary>
    /// <param name="method">Method.</param>
    /// <param name="request">Request as protobuf bytes.</param>
    /// <param name="bearer">Token of the caller.</param>
    /// <param name="context">Request from outside: its zone is passed on.</param>
    /// <param name="within">How long the call may take.</param>
    /// <param name="cancel">Cancels the call, also at the service.</param>
    /// <returns>The response as protobuf bytes.</returns>
    /// <exception cref="RpcException">The service refused or failed.</exception>
    public async Task<byte[]> CallAsync(FrontMethod method, byte[] request, string bearer, HttpContext context, TimeSpan within, CancellationToken cancel)
    {
        var (service, site) = (ServiceOf(method, request, context), SiteOf(method, request, context));
        using var call = Invoker(service, site).AsyncUnaryCall(method.Grpc, null, Options(method, service, site, bearer, context, within, cancel), request);
        try
        {
            var response = await call.ResponseAsync;
            if (call.GetTrailers().GetValue(RpcHeaders.Receipt) is { } receipt) context.Response.Headers[RpcHeaders.Receipt] = receipt;
            return response;
        }
        catch (RpcException fault)
        {
            throw ConnectFault.Explained(fault, service);
        }
    }

    /// <summary>Calls a server-streaming method; see <see cref="CallAsync"/>.</summary>
    public AsyncServerStreamingCall<byte[]> Stream(FrontMethod method, byte[] request, string bearer, HttpContext context, TimeSpan within, CancellationToken cancel)
    {
        var (service, site) = (ServiceOf(method, request, context), SiteOf(method, request, context));
        return Invoker(service, site).AsyncServerStreamingCall(method.Grpc, null, Options(method, service, site, bearer, context, within, cancel), request);
    }

    CallInvoker Invoker(string service, string? site) => routes.Channel(service, site).CreateCallInvoker();

    string ServiceOf(FrontMethod method, byte[] request, HttpContext context) => method.ServiceOf(request, context.Request.Headers[EveryHost.Header], methods.Hosts);

    // The field that the policy names as the site's.
    string? SiteOf(FrontMethod method, byte[] request, HttpContext context)
    {
        var field = method.Policy.SiteField.Length > 0 ? method.Descriptor.InputType.FindFieldByName(method.Policy.SiteField) : null;
        return routes.SiteOf(context, field is null || !routes.Several ? null : field.Accessor.GetValue(method.Descriptor.InputType.Parser.ParseFrom(request)) as string);
    }

    // Named one by one: what else the outside sends, such as on whose behalf, is not the outside's to say.
    CallOptions Options(FrontMethod method, string service, string? site, string bearer, HttpContext context, TimeSpan within, CancellationToken cancel)
    {
        Metadata headers = [];
        headers.Add("authorization", "Bearer " + bearer);
        headers.Add(RpcHeaders.Origin, Origins.Of(context));
        if (context.Request.Headers[RpcHeaders.Zone] is [{ Length: > 0 and <= 64 } zone] && Ascii.IsValid(zone)) headers.Add(RpcHeaders.Zone, zone);
        if (context.Request.Headers[RpcHeaders.Receipt] is [{ } receipt] && Ascii.IsValid(receipt)) headers.Add(RpcHeaders.Receipt, receipt);
        foreach (var (name, value) in routes.RoutingOf(service, site, method.Streams)) headers.Add(name, value);
        return new CallOptions(headers, WallClock.UtcNow.UtcDateTime + within, cancel);
    }
}
