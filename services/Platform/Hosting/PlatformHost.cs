using System.Security.Cryptography;
using Doseline.Kernel.Ids;
using Doseline.Kernel.Time;
using Doseline.Platform.Actors;
using Doseline.Platform.Actors.Deadlines;
using Doseline.Platform.Auth;
using Doseline.Platform.Data;
using Doseline.Platform.Data.Writing;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Dapr;
using Doseline.Platform.Rpc;
using Doseline.Platform.Signing;
using Doseline.Platform.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Hosting;

/// <summary>Builds a host for one module (a container) or for all of them (a laptop, a test).</summary>
public static class PlatformHost
{
    /// <summary>Default port of gRPC and Dapr callbacks, HTTP/2 without TLS ("h2c").</summary>
    public const int AppPort = 5000;

    /// <summary>Default port of probes and metrics, HTTP/1.1.</summary>
    public const int ProbePort = 5001;

    /// <summary>Default port of people's browsers and sign-in, HTTP/1.1 and HTTP/2; open only when a module has pages (<see cref="ModuleBuilder.Web"/>).</summary>
    public const int WebPort = 8080;

    /// <summary>Default port of partners' systems, HTTP/2 (without TLS "h2c"); open only when a module answers there.</summary>
    public const int GrpcPort = 8081;

    /// <summary>Argument with which a service's program brings its databases up to date instead of serving.</summary>
    public const string SchemaCommand = "schema";

    /// <summary>Largest message a service takes, in bytes.</summary>
    public const int MessageBytesMax = 1024 * 1024;

    static readonly KeyValuePair<string, string?>[] QuietLibraries =
    [
        new("Logging:LogLevel:Microsoft", "Warning"), new("Logging:LogLevel:Microsoft.Hosting.Lifetime", "Information"),
        new("Logging:LogLevel:Grpc", "Warning"), new("Logging:LogLevel:System.Net.Http", "Warning"),
        // Every request with all its parameters.
        new("Logging:LogLevel:OpenIddict", "Warning"),
        // Two lines for every call it passes on, and an exception where a client gave up; what a service did wrong is told by the gateway.
        new("Logging:LogLevel:Yarp", "Error"),
        new("Logging:LogLevel:Orleans", "Warning"), new("Logging:LogLevel:Polly", "Warning"),
        // Takes the machine's uptime for a stall, once at a slow start.
        new("Logging:LogLevel:Orleans.Runtime.Watchdog", "Error"),
        // What these say is thrown as well, and said once by whoever decides: the pipeline, a pump, or, at a start that failed, Fault.
        new("Logging:LogLevel:Microsoft.EntityFrameworkCore.Database.Connection", "Critical"), new("Logging:LogLevel:Microsoft.EntityFrameworkCore.Database.Command", "Critical"),
        new("Logging:LogLevel:Microsoft.EntityFrameworkCore.Query", "Critical"), new("Logging:LogLevel:Microsoft.EntityFrameworkCore.Update", "Critical"),
        new("Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host", "Critical"),
    ];

    /// <summary>Builds the host; call <c>Run</c> on the result.</summary>
    /// <param name="args">Command line, read as configuration: <c>--Ports:App=6000</c>, <c>--ConnectionStrings:orders=Host=…</c>.</param>
    /// <param name="modules">Services to host.</param>
    /// <param name="configure">Last word on registrations; tests and simulations put their clock here.</param>
    public static WebApplication Build(string[] args, IReadOnlyList<ServiceModule> modules, Action<WebApplicationBuilder>? configure = null)
    {
        // Files of ours lie beside the program; where its user stands may be anywhere.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        // Every other source may say otherwise; unasked, the libraries would write several lines for every call.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = QuietLibraries });
        List<(Doors Doors, Action<IEndpointRouteBuilder> Map)> pages = [];
        List<Action<IApplicationBuilder>> guards = [];
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 2 * MessageBytesMax;
            var address = builder.Configuration.Address("Ports:Address", "127.0.0.1");
            kestrel.Listen(address, builder.Configuration.Port("Ports:App", AppPort), endpoint => endpoint.Protocols = HttpProtocols.Http2);
            // In a pod the app port is the sidecar's alone, on loopback, while probes and browsers come from outside.
            var probes = builder.Configuration.Address("Ports:ProbeAddress", address.ToString());
            kestrel.Listen(probes, builder.Configuration.Port("Ports:Probe", ProbePort), endpoint => endpoint.Protocols = HttpProtocols.Http1);
            var outer = builder.Configuration.Address("Ports:WebAddress", address.ToString());
            WebListener.Open(kestrel, outer, builder.Configuration, pages.Aggregate(Doors.None, (all, page) => all | page.Doors));
        });

        var (methods, local) = (new MethodTable(), new LocalMethods());
        List<Action<IEndpointRouteBuilder>> endpoints = [];
        AddKernel(builder.Services.AddSingleton(local), builder.Configuration, methods);
        foreach (var module in modules)
            module.Compose(new ModuleBuilder(module.Name, builder.Services, builder.Configuration, methods, local, endpoints, pages, guards));
        KernelServices.Add(builder.Services, methods, endpoints);
        configure?.Invoke(builder);
        builder.AddSilo();
        if (!builder.Configuration.GetValue("Pumps:Manual", false)) builder.Services.AddSingleton<IHostedService, DeadlineLoop>().AddSingleton<IHostedService, Pumps>();

        var app = builder.Build();
        WarmModels(app.Services);
        Schemes.KeepFromEveryRequest(app);
        app.UseMiddleware<MethodRoutes>();
        app.UseRouting();
        app.UseWhen(context => WebListener.DoorOf(context) is not Doors.None, outer =>
        {
            foreach (var guard in guards) guard(outer);
        });
        MapProbes(app);
        OpenServices.Map(app);
        if (DaprSidecar.IsConfigured(app.Configuration)) DaprEndpoints.Map(app);
        foreach (var endpoint in endpoints) endpoint(app);
        WebListener.Map(app, pages);
        app.Lifetime.ApplicationStarted.Register(() => Listening(app, pages.Any(page => page.Doors.HasFlag(Doors.Web))));
        return app;
    }

    /// <summary>Runs a service: serves until it is told to stop, or, with the one argument <c>schema</c>, brings its databases up to date and ends.</summary>
    /// <param name="args">Command line.</param>
    /// <param name="modules">Services to host.</param>
    /// <returns>The exit code; what went wrong was said on the error stream.</returns>
    public static Task<int> RunAsync(string[] args, IReadOnlyList<ServiceModule> modules) => Fault.SayAsync(async () =>
    {
        var schema = args is [SchemaCommand, ..];
        await using var app = Build(schema ? args[1..] : args, modules);
        if (schema) await ApplySchemasAsync(app.Services);
        else await app.RunAsync();
        return 0;
    }, attended: false);

    /// <summary>Brings every database hosted here up to date; called before the host starts.</summary>
    public static async Task ApplySchemasAsync(IServiceProvider services, CancellationToken cancel = default)
    {
        var databases = services.GetRequiredService<DatabaseTable>();
        var runner = services.GetRequiredService<SchemaRunner>();
        await Parallel.ForEachAsync(databases.Services, cancel, async (service, cancelled) =>
        {
            await using var scope = services.CreateAsyncScope();
            await runner.ApplyAsync(databases.Of(service, scope.ServiceProvider), cancelled);
        });
    }

    // The first use of a database builds its model, which is work of the processor: done beside the rest of the start. What is wrong with a
    // model is said at its first use.
    static void WarmModels(IServiceProvider services)
    {
        var databases = services.GetRequiredService<DatabaseTable>();
        _ = Task.Run(() => Parallel.ForEach(databases.Services, service =>
        {
            using var scope = services.CreateScope();
            _ = databases.Of(service, scope.ServiceProvider).Model;
        }));
    }

    static void AddKernel(IServiceCollection services, IConfiguration config, MethodTable methods)
    {
        // When the machine's clock is set back, ours stands still until that has caught up: no record is older than the one before it.
        services.TryAddSingleton<TimeProvider>(new MonotonicClock(TimeProvider.System));
        services.TryAddSingleton(p => new IdSource(p.GetRequiredService<TimeProvider>(), RandomNumberGenerator.Fill));
        services.AddSingleton(methods).AddSingleton<DatabaseTable>().AddSingleton<DatabaseOptions>().AddSingleton<SchemaRunner>();
        services.AddSingleton<WriteGates>().AddSingleton<WriteMeter>().AddSingleton<DataLanes>().AddSingleton<NamedTurns>();
        services.AddMessaging(config);
        services.AddScoped<RequestContext>().AddScoped<DbScope>();
        services.AddAuth(config);
        services.TryAddSingleton<ISignatureKeys, IdentityKeys>();
        services.AddSingleton<SignatureGate>().AddSingleton<SecurityLog>();
        services.AddScoped<PageTokens>();
        services.AddSingleton<ServiceChannels>().AddSingleton<CallLimit>().AddSingleton<ServerPipeline>();
        services.AddSingleton<MatcherPolicy, WebListener.Wall>().AddSingleton<MethodRoutes>();
        services.AddSingleton<ClockWatch>().AddSingleton<IHostedService>(p => p.GetRequiredService<ClockWatch>());
        services.AddHealthChecks().AddCheck<StartedHealth>("started").AddCheck<DatabaseHealth>("databases").AddCheck<ClockWatch>("clock");
        PlatformTelemetry.Add(services, config);
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = MessageBytesMax;
            grpc.Interceptors.Add<ServerPipeline>();
        });
        OpenServices.Add(services);
    }

    // Liveness looks at the process only: a dead broker or database must not restart a batch in progress.
    static void MapProbes(WebApplication app)
    {
        app.MapGet("/healthz/live", () => Results.Text("live"));
        app.MapGet("/healthz/started", () => app.Lifetime.ApplicationStarted.IsCancellationRequested ? Results.Text("started") : Results.StatusCode(StatusCodes.Status503ServiceUnavailable));
        app.MapHealthChecks("/healthz/ready");
        // The sidecar's own check asks whether this process takes work.
        app.MapHealthChecks("/healthz");
        PlatformTelemetry.Map(app);
    }

    // Modules of one process call each other within it, unless configuration says where else they live.
    static void Listening(WebApplication app, bool hasWeb)
    {
        // In the order in which they were opened: app, probe, web.
        Uri?[] addresses = [.. app.Urls.Select(url => Uri.TryCreate(url, UriKind.Absolute, out var address) ? address : null)];
        var channels = app.Services.GetRequiredService<ServiceChannels>();
        channels.OwnAddress = addresses.ElementAtOrDefault(0);
        channels.Hosted = [.. app.Services.GetRequiredService<DatabaseTable>().Services];
        if (hasWeb) channels.WebAddress = addresses.ElementAtOrDefault(2);
    }

    sealed class Pumps(IEnumerable<IPump> pumps, IEnumerable<IReminderPump> deadlines, PumpSignals signals, ClockWatch clock, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<PumpLoop> log) : IHostedService
    {
        readonly PumpLoop[] loops = [.. pumps.Concat(deadlines).Where(p => p is not DeadlineSweep).Distinct().Select(pump => new PumpLoop(pump, signals, clock, time, log))];

        // After the ports are open: whoever waits for an answer comes before what waited in a database anyway.
        public Task StartAsync(CancellationToken cancellationToken)
        {
            lifetime.ApplicationStarted.Register(() => _ = Task.WhenAll(loops.Select(l => l.StartAsync(CancellationToken.None))));
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(loops.Select(l => l.StopAsync(cancellationToken)));
    }
}
