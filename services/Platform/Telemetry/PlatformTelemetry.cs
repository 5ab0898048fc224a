using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Doseline.Platform.Telemetry;

/// <summary>Traces and metrics of the host: always on the probe port as Prometheus text, and by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.</summary>
static class PlatformTelemetry
{
    /// <summary>Name of the platform's own activity source.</summary>
    const string Source = "Doseline";

    /// <summary>The platform's own meters, for example <c>Doseline.Messaging</c>.</summary>
    const string Meters = "Doseline.*";

    /// <summary>Starts collecting with the host.</summary>
    public static void Add(IServiceCollection services, IConfiguration config)
    {
        services.AddSingleton<Measures>().AddSingleton<RpcMetrics>();
        var export = config["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 };
        var telemetry = services.AddOpenTelemetry().ConfigureResource(host => host.AddService(config["OTEL_SERVICE_NAME"] ?? "doseline"));
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(Meters).AddAspNetCoreInstrumentation().AddRuntimeInstrumentation().AddNpgsqlInstrumentation();
            // The name of a meter and the process on every series would say again what the name of the metric and the scraper say.
            metrics.AddPrometheusExporter(text => (text.ScopeInfoEnabled, text.TargetInfoEnabled, text.ScrapeResponseCacheDurationMilliseconds) = (false, false, 0));
            if (export) metrics.AddOtlpExporter();
        });
        // Spans nobody collects cost time on every call, so they are made only when there is somewhere to send them.
        if (export)
            telemetry.WithTracing(traces => traces.AddSource(Source).AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddNpgsql().AddOtlpExporter());
    }

    /// <summary>Answers scrapes on <c>/metrics</c>, after everything that is looked up for them was looked up.</summary>
    public static void Map(WebApplication app) => app.MapPrometheusScrapingEndpoint("/metrics", meterProvider: null, branch => branch.Use(async (context, next) =>
    {
        await context.RequestServices.GetRequiredService<Measures>().RefreshAsync(context.RequestAborted);
        await next(context);
    }), optionsName: null);
}
