using System.Diagnostics.CodeAnalysis;
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
using Microsoft.Extensions.Logging.Console;

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

    /// <summary>Argument with which a service's program asks the addresses after it whether they answer, instead of serving.</summary>
    public const string AskCommand = "ask";

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
        builder.Logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>().AddConsole(console => console.FormatterName = builder.Configuration["Logging:Console:FormatterName"] ?? LineFormatter.Named);
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

        var (methods, local, routes) = (new MethodTable(), new LocalMethods(), new MethodRoutes());
        AddKernel(builder.Services.AddSingleton(local).AddSingleton(routes), builder.Configuration, methods);
        foreach (var module in modules)
            module.Compose(new ModuleBuilder(module.Name, builder.Services, builder.Configuration, methods, local, routes, pages, guards));
        KernelServices.Add(builder.Services, methods, routes);
        OpenServices.Map(routes);
        HostNeeds.Require(builder.Configuration, [.. modules.Select(m => m.Name)], builder.Services.Select(s => s.ImplementationInstance).OfType<ServiceDatabase>().Select(d => d.Service));
        configure?.Invoke(builder);
        builder.AddSilo();
        if (!builder.Configuration.GetValue("Pumps:Manual", false)) builder.Services.AddSingleton<IHostedService, DeadlineLoop>().AddSingleton<IHostedService, Pumps>();

        var app = builder.Build();
        _ = Task.Run(() => WarmAsync(app.Services));
        Schemes.KeepFromEveryRequest(app);
        app.UseMiddleware<MethodRoutes>().UseRouting();
        var listening = Guard(app, guards);
        MapProbes(app);
        if (DaprSidecar.IsConfigured(app.Configuration)) DaprEndpoints.Map(app);
        routes.Open(app);
        WebListener.Map(app, pages);
        app.Services.GetRequiredService<ServiceChannels>().Hosted = [.. app.Services.GetRequiredService<DatabaseTable>().Services];
        app.Lifetime.ApplicationStarted.Register(() => listening.Tell(app, pages.Any(page => page.Doors.HasFlag(Doors.Web))));
        return app;
    }

    /// <summary>Runs a service: serves until it is told to stop; with the argument <c>schema</c> brings its databases up to date and ends, with <c>ask</c> asks others.</summary>
    /// <param name="args">Command line.</param>
    /// <param name="modules">Services to host.</param>
    /// <returns>The exit code; what went wrong was said on the error stream.</returns>
    public static Task<int> RunAsync(string[] args, IReadOnlyList<ServiceModule> modules) => Fault.SayAsync(async () =>
    {
        if (args is [AskCommand, .. var addresses]) return await Asking.RunAsync(addresses);
        var schema = args is [SchemaCommand, ..];
        await using var app = Build(schema ? args[1..] : args, modules);
        if (schema) await ApplySchemasAsync(app.Services);
        else await ServeAsync(app);
        return 0;
    }, attended: false);

    /// <summary>Serves until it is told to stop.</summary>
    /// <param name="app">The host.</param>
    /// <param name="cancel">Tells it to stop.</param>
    public static async Task ServeAsync(WebApplication app, CancellationToken cancel = default)
    {
        try
        {
            await app.StartAsync(cancel);
        }
        catch
        {
            // Who could not start is stopped: to the host, work in the background that only its disposal cancels would have failed.
            await app.StopAsync(CancellationToken.None);
            throw;
        }

        await app.WaitForShutdownAsync(cancel);
    }

    /// <summary>Brings every database hosted here up to date; called before the host starts.</summary>
    public static async Task ApplySchemasAsync(IServiceProvider services, CancellationToken cancel = default)
    {
        var databases = services.GetRequiredService<DatabaseTable>();
        var runner = services.GetRequiredService<SchemaRunner>();
        await Parallel.ForEachAsync(databases.All, cancel, async (database, cancelled) =>
        {
            await using var scope = services.CreateAsyncScope();
            await runner.ApplyAsync(database, () => databases.Of(database.Service, scope.ServiceProvider), cancelled);
        });
    }

    // What calls need sooner or later is made beside the start, by one thread, for the others have the rest of the start to do. Whoever comes first
    // makes it, this or a call.
    [SuppressMessage("Design", "CA1031", Justification = "What is wrong with a database is said at its first use; whatever is wrong with the contracts ends the host.")]
    static Task<int> WarmAsync(IServiceProvider services) => services.GetRequiredService<OneByOne>().RunAsync(() =>
    {
        try
        {
            PlatformTelemetry.Begin(services);
            var databases = services.GetRequiredService<DatabaseTable>();
            foreach (var service in databases.Services)
            {
                using var scope = services.CreateScope();
                _ = databases.Of(service, scope.ServiceProvider).Model;
            }
        }
        catch (Exception)
        {
            return Task.FromResult(0);
        }

        try
        {
            services.GetRequiredService<MethodTable>().Read();
            _ = services.GetRequiredService<FactTable>();
        }
        catch (Exception fault) when (fault is not ObjectDisposedException)
        {
            services.GetRequiredService<ILogger<MethodTable>>().LogCritical(fault, "The host cannot serve what it is made of; it ends");
            services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        }

        return Task.FromResult(0);
    }, CancellationToken.None);

    static void AddKernel(IServiceCollection services, IConfiguration config, MethodTable methods)
    {
        // When the machine's clock is set back, ours stands still until that has caught up: no record is older than the one before it.
        services.TryAddSingleton<TimeProvider>(new MonotonicClock(TimeProvider.System));
        services.TryAddSingleton(p => new IdSource(p.GetRequiredService<TimeProvider>(), RandomNumberGenerator.Fill));
        services.AddSingleton(methods).AddSingleton<DatabaseTable>().AddSingleton<DatabaseOptions>().AddSingleton<SchemaRunner>();
        services.AddSingleton<WriteGates>().AddSingleton<LaneMeter>().AddSingleton<DataLanes>().AddSingleton<NamedTurns>();
        services.AddMessaging(config);
        services.AddScoped<RequestContext>().AddScoped<DbScope>();
        services.AddAuth(config);
        services.TryAddSingleton<ISignatureKeys, IdentityKeys>();
        services.AddSingleton<SignatureGate>().AddSingleton<Receipts>().AddSingleton<SecurityLog>();
        services.AddScoped<PageTokens>();
        services.AddSingleton<ServiceChannels>().AddSingleton<HostCalls>().AddSingleton<CallLimit>().AddSingleton<StandingOptions>().AddSingleton<ServerPipeline>();
        services.AddSingleton<MatcherPolicy, WebListener.Wall>();
        PatientLifetime.Add(services, config);
        services.AddSingleton<OneByOne>().AddSingleton<ClockWatch>().AddSingleton<IHostedService>(p => p.GetRequiredService<ClockWatch>());
        services.AddHealthChecks().AddCheck<StartedHealth>("started").AddCheck<DatabaseHealth>("databases").AddCheck<ClockWatch>("clock");
        PlatformTelemetry.Add(services, config);
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = MessageBytesMax;
            grpc.Interceptors.Add<ServerPipeline>();
        });
        ReadableMethods.Use(services);
        OpenServices.Add(services);
    }

    // What stands at the doors to the outside.
    static HostListening Guard(WebApplication app, List<Action<IApplicationBuilder>> guards)
    {
        HostListening listening = new();
        app.UseWhen(context => WebListener.DoorOf(context) is not Doors.None, outer =>
        {
            KnownProxies.Use(outer, app.Configuration);
            outer.Use(listening.WaitAsync);
            foreach (var guard in guards) guard(outer);
        });
        return listening;
    }

    // Liveness looks at the process only: a dead broker or database must not restart a batch in progress.
    static void MapProbes(WebApplication app)
    {
        app.MapGet("/healthz/live", () => Results.Text("live"));
        app.MapGet("/healthz/started", () => app.Lifetime.ApplicationStarted.IsCancellationRequested ? Results.Text("started") : Results.StatusCode(StatusCodes.Status503ServiceUnavailable));
        app.MapHealthChecks("/healthz/ready", HealthPage.Options);
        // The sidecar's own check asks whether this process takes work.
        app.MapHealthChecks("/healthz", HealthPage.Options);
        PlatformTelemetry.Map(app);
    }

    sealed class Pumps(IServiceProvider services, PumpSignals signals, ClockWatch clock, TimeProvider time, OneByOne turns, IHostApplicationLifetime lifetime, ILogger<PumpLoop> log) : IHostedService
    {
        IReadOnlyList<PumpLoop> loops = [];

        // After the ports are open: whoever waits for an answer comes before what waited in a database anyway.
        public Task StartAsync(CancellationToken cancellationToken)
        {
            lifetime.ApplicationStarted.Register(Begin);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(loops.Select(l => l.StopAsync(cancellationToken)));

        void Begin()
        {
            loops = [.. services.GetServices<IPump>().Concat(services.GetServices<IReminderPump>()).Where(p => p is not DeadlineSweep).Distinct()
                .Select(pump => new PumpLoop(pump, signals, clock, time, turns, log))];
            foreach (var loop in loops) _ = loop.StartAsync(CancellationToken.None);
        }
    }
}
