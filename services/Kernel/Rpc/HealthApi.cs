using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Doseline.Kernel.Rpc;

/// <summary>gRPC health checking: the whole host, or one served proto service by name. Ours because the official package cannot be had.</summary>
public sealed class HealthApi(HealthCheckService checks, MethodTable methods) : Health.HealthBase
{
    static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        if (!Known(request.Service)) throw new RpcException(new Status(StatusCode.NotFound, $"Service '{request.Service}' is not served here."));
        return new HealthCheckResponse { Status = await StatusAsync(context.CancellationToken) };
    }

    /// <inheritdoc/>
    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        HealthCheckResponse.Types.ServingStatus? last = null;
        using var timer = new PeriodicTimer(WatchInterval, TimeProvider.System);
        do
        {
            var status = Known(request.Service) ? await StatusAsync(context.CancellationToken) : HealthCheckResponse.Types.ServingStatus.ServiceUnknown;
            if (status == last) continue;
            last = status;
            await responseStream.WriteAsync(new HealthCheckResponse { Status = status }, context.CancellationToken);
        }
        while (await timer.WaitForNextTickAsync(context.CancellationToken));
    }

    bool Known(string service) => service is "" || methods.Services.Any(s => s.FullName == service);

    async Task<HealthCheckResponse.Types.ServingStatus> StatusAsync(CancellationToken cancel) =>
        (await checks.CheckHealthAsync(cancel)).Status is HealthStatus.Unhealthy
            ? HealthCheckResponse.Types.ServingStatus.NotServing
            : HealthCheckResponse.Types.ServingStatus.Serving;
}
