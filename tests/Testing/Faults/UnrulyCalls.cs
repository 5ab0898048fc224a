using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Doseline.Testing.Faults;

/// <summary>Calls over a bad network: a stopped service does not answer, and an answer may be lost after the work was done.</summary>
public sealed class UnrulyCalls(UnrulyLogs logs) : Interceptor
{
    /// <inheritdoc/>
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        // "/doseline.orders.v1.OrdersService/PlaceOrder"
        var service = context.Method.Split('.')[1];
        if (logs.Meets(service)) throw new RpcException(new Status(StatusCode.Unavailable, $"{service} is stopped."));
        var response = await continuation(request, context);
        return logs.Plan.LosesAnswer() ? throw new RpcException(new Status(StatusCode.Unavailable, "The answer was lost.")) : response;
    }
}
