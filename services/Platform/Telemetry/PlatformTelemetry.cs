using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Doseline.Platform.Telemetry;

/// <summary>Traces and metrics of the host: always on the probe port as Prometheus text, and by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.</summary>
public sealed class PlatformTelemetry : IHostedService, IDisposable
{
    /// <summary>Name of the platform's own activity source.</summary>
    public const string Source = "Doseline";

    /// <summary>The platform's own meters, for example <c>Doseline.Messaging</c>.</summary>
    public const string Meters = "Doseline.*";

    readonly MeterProvider metrics;
    readonly TracerProvider? traces;

    /// <summary>Starts collecting.</summary>
    public PlatformTelemetry(IConfiguration config)
    {
        var resource = ResourceBuilder.CreateDefault().AddService(config["OTEL_SERVICE_NAME"] ?? "doseline");
        var export = config["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 };
        Prometheus = new PrometheusText();
        var meters = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource)
            .AddMeter(Meters, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "Npgsql")
            .AddReader(Prometheus);
        metrics = (export ? meters.AddOtlpExporter() : meters).Build();
        // Spans nobody collects cost time on every call, so they are made only when there is somewhere to send them.
        if (export)
            traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Source, "Microsoft.AspNetCore", "System.Net.Http", "Npgsql").AddOtlpExporter().Build();
    }

    /// <summary>The text for a scrape.</summary>
    public PrometheusText Prometheus { get; }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        traces?.Dispose();
        metrics.Dispose();
    }
}
