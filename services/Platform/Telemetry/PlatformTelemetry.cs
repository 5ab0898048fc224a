using Doseline.Platform.Actors;
using Doseline.Platform.Audit.Sealing;
using Doseline.Platform.Auth;
using Doseline.Platform.Certificates;
using Doseline.Platform.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Orleans.Diagnostics;

namespace Doseline.Platform.Telemetry;

/// <summary>Traces and metrics of the host: always on the probe port as Prometheus text, and by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.</summary>
static class PlatformTelemetry
{
    /// <summary>Sources of spans: the platform's own, and calls of actors, without which a trace would end before each.</summary>
    public static IReadOnlyList<string> Sources { get; } = ["Doseline", ActivitySources.ApplicationGrainActivitySourceName];

    /// <summary>The platform's own meters, for example <c>Doseline.Messaging</c>.</summary>
    const string Meters = "Doseline.*";

    // Of what the runtime and the driver of the database measure, that which an alert or a board asks for. Our own meters have nothing that none asks for; a
    // test compares both ways.
    static readonly HashSet<string> OfLibraries = new(StringComparer.Ordinal)
    {
        "db.client.connection.count", "db.client.operation.duration", "dotnet.process.memory.working_set", "dotnet.gc.pause.time", "dotnet.gc.heap.total_allocated",
    };

    /// <summary>Starts collecting with the host.</summary>
    public static void Add(IServiceCollection services, IConfiguration config)
    {
        services.AddSingleton<Measures>().AddSingleton<RpcMetrics>().AddSingleton<IMeasure, ReadyMeasure>().AddSingleton<IMeasure, CertificateMeasure>();
        var export = config["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 };
        var telemetry = services.AddOpenTelemetry().ConfigureResource(host => host.AddService(config["OTEL_SERVICE_NAME"] ?? "doseline"));
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(Meters).AddRuntimeInstrumentation().AddNpgsqlInstrumentation();
            metrics.AddView(instrument => instrument.Meter.Name.StartsWith("Doseline.", StringComparison.Ordinal) || OfLibraries.Contains(instrument.Name) ? null : MetricStreamConfiguration.Drop);
            // The name of a meter and the process on every series would say again what the name of the metric and the scraper say.
            metrics.AddPrometheusExporter(text => (text.ScopeInfoEnabled, text.TargetInfoEnabled, text.ScrapeResponseCacheDurationMilliseconds) = (false, false, 0));
            if (export) metrics.AddOtlpExporter();
        });
        // Spans nobody collects cost time on every call, so they are made only when there is somewhere to send them.
        if (export)
            telemetry.WithTracing(traces => traces.AddSource([.. Sources]).AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddNpgsql().AddOtlpExporter());
    }

    /// <summary>Makes what collects, for whoever asks for it next.</summary>
    public static void Begin(IServiceProvider services) => services.GetService<MeterProvider>();

    // A series that comes with its first count has a step that no rate sees, and a panel of it says "no data" until then.
    static void Begin(IServiceProvider host, IEnumerable<string> services)
    {
        host.GetRequiredService<SecurityLog>().Begin(services);
        host.GetRequiredService<RpcMetrics>().Begin();
        host.GetService<LaneMeter>()?.Begin(services);
        host.GetService<AuditMeter>()?.Begin(services);
        host.GetService<ActorMeter>()?.Begin(host.GetServices<ActorKind>());
    }

    /// <summary>Answers scrapes on <c>/metrics</c>, after everything that is looked up for them was looked up.</summary>
    public static void Map(WebApplication app)
    {
        // Made at the first scrape, for it asks at once for what collects.
        Lazy<RequestDelegate> scrape = new(() =>
        {
            var endpoint = ((IEndpointRouteBuilder)app).CreateApplicationBuilder().UseOpenTelemetryPrometheusScrapingEndpoint(_ => true).Build();
            Begin(app.Services, app.Services.GetRequiredService<DatabaseTable>().Services);
            return endpoint;
        });
        app.MapGet("/metrics", async context =>
        {
            await context.RequestServices.GetRequiredService<Measures>().RefreshAsync(context.RequestAborted);
            await scrape.Value(context);
        });
    }
}
