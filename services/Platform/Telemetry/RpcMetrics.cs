using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.Core;

namespace Doseline.Platform.Telemetry;

/// <summary>How calls went: duration by method and status.</summary>
public sealed class RpcMetrics : IDisposable
{
    readonly Meter meter = new("Doseline.Rpc");
    readonly Histogram<double> duration;

    /// <summary>Makes the instruments.</summary>
    public RpcMetrics() => duration = meter.CreateHistogram("doseline_rpc_duration_seconds", "s", "Duration of gRPC calls at the server.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });

    /// <summary>Records one call.</summary>
    /// <param name="method">Full method name.</param>
    /// <param name="started">Timestamp of <see cref="Stopwatch"/> at its start.</param>
    /// <param name="status">How it ended.</param>
    public void Record(string method, long started, StatusCode status) =>
        duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new("rpc_method", method), new("rpc_status", status.ToString()));

    /// <summary>Counts one call of no length, which nobody made, so that the first call is a step that a scraper sees.</summary>
    internal void Begin() => duration.Record(0, new("rpc_method", "/grpc.health.v1.Health/Check"), new("rpc_status", nameof(StatusCode.OK)));

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
