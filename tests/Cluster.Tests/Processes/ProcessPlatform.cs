using System.Collections.Concurrent;
using System.Globalization;
using Doseline.Cluster.Tests.Operation;
using Doseline.Local;
using Doseline.Local.Simulation;
using Doseline.Platform.Auth;
using Doseline.Platform.Hosting;
using Doseline.Sidecar;
using Doseline.SimulatedTime;
using Doseline.Testing;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Doseline.Cluster.Tests.Processes;

/// <summary>The platform as a cluster runs it: a process and a PostgreSQL database for every service, a sidecar beside each, one clock for all.</summary>
sealed class ProcessPlatform : ISimulation, IAsyncDisposable
{
    static readonly TimeSpan TokenLifetime = TimeSpan.FromDays(3650);

    readonly TestDatabase databases;
    readonly WebApplication looking;
    readonly SharedClock shared;
    readonly Dictionary<string, ServiceProcess> processes = new(StringComparer.Ordinal);
    readonly HttpClient http = new();
    // What something was given to since it was pumped; and when each service's next deadline is, as it said last.
    readonly ConcurrentDictionary<string, bool> touched = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, long> nexts = new(StringComparer.Ordinal);

    ProcessPlatform(TestDatabase databases, WebApplication looking, SharedClock shared, SimulatedClock clock, Mesh mesh) =>
        (this.databases, this.looking, this.shared, Clock, Mesh) = (databases, looking, shared, clock, mesh);

    /// <inheritdoc/>
    public SimulatedClock Clock { get; }

    /// <inheritdoc/>
    public IServiceProvider Services => looking.Services;

    /// <summary>Sidecars and broker.</summary>
    public Mesh Mesh { get; }

    /// <summary>The processes by service.</summary>
    public IReadOnlyDictionary<string, ServiceProcess> Processes => processes;

    /// <summary>Brings up databases with their schemas, sidecars and services.</summary>
    /// <param name="start">First instant of the clock.</param>
    /// <param name="mesh">Sidecars and broker.</param>
    /// <param name="live">True for the machine's own clock, and work that nobody pumps.</param>
    /// <param name="gatewayKilledAt">See <see cref="GatewayKilledAt"/>.</param>
    /// <param name="rollingRestartAt">See <see cref="RollingRestartAt"/>.</param>
    public static async Task<ProcessPlatform> StartAsync(DateTimeOffset start, Mesh mesh, bool live = false, int gatewayKilledAt = 0, int rollingRestartAt = 0)
    {
        var fresh = await TestDatabase.CreateAsync(postgres: true);
        var clockFile = Path.Combine(fresh.Folder, "clock");
        SharedClock.Create(clockFile, start);
        SharedClock ticks = new(clockFile);
        SimulatedClock clock = new(start) { Moved = ticks.MoveTo };
        // Never started: it holds the keys and reads the databases that the processes write.
        var reader = PlatformHost.Build([.. fresh.Settings.Select(s => $"--{s.Key}={s.Value}")], Modules.All(), builder =>
            builder.Services.Replace(ServiceDescriptor.Singleton(live ? TimeProvider.System : clock)));
        // The key is there before the first process asks for it.
        reader.Services.GetRequiredService<DevelopmentTokens>().Issue(Caller.Service("orders"), TimeSpan.FromMinutes(1));

        // Sidecars let in whom the modules say they call; the chart renders the same, which another test says.
        var described = Described.ToDictionary(s => s.Name, StringComparer.Ordinal);
        mesh.MayCall = (caller, callee, path) => described[caller].Calls.GetValueOrDefault(callee, []).Any(service => path.StartsWith($"/{service}/", StringComparison.Ordinal))
            || path == ReadFacts && described[caller].Listens.Contains(callee);
        ProcessPlatform platform = new(fresh, reader, ticks, clock, mesh) { GatewayKilledAt = gatewayKilledAt, RollingRestartAt = rollingRestartAt };
        mesh.Reached += app => platform.touched[app] = true;
        await Task.WhenAll(ServiceNames.Select(async name =>
        {
            var sidecar = await mesh.AddAsync(name);
            var environment = platform.EnvironmentOf(name, sidecar, live ? null : clockFile);
            var process = await ServiceProcess.StartAsync(name, sidecar, environment);
            lock (platform.processes) platform.processes.Add(name, process);
        }));
        return platform;
    }

    /// <summary>How often everything was let happen.</summary>
    public int Settlings { get; private set; }

    /// <summary>The settling at which the gateway is killed; 0 for never.</summary>
    public int GatewayKilledAt { get; init; }

    /// <summary>The settling at which all services are restarted, one after the other; 0 for never.</summary>
    public int RollingRestartAt { get; init; }

    /// <summary>How often all services were restarted, one after the other, as an upgrade does.</summary>
    public int RollingRestarts { get; private set; }

    const string ReadFacts = "/doseline.facts.v1.FactsService/ReadFacts";

    static IReadOnlyList<ServiceDescription> Described { get; } = [.. Modules.All().Select(ServiceDescription.Of)];

    // Services that keep something, and so have something to pump.
    static IReadOnlyList<string> Keepers { get; } = [.. Described.Where(s => s.Database).Select(s => s.Name)];

    /// <summary>Every service.</summary>
    public static IReadOnlyList<string> ServiceNames { get; } = [.. Modules.All().Select(m => m.Name)];

    /// <inheritdoc/>
    public CallInvoker As(string name, IReadOnlyList<string> roles, params IReadOnlyList<string> sites)
    {
        Caller caller = new() { Subject = $"person:{name}", Name = name, Roles = roles, Sites = sites is [] ? [Caller.AllSites] : sites };
        return new ServiceCalls(processes, looking.Services.GetRequiredService<DevelopmentTokens>().Issue(caller, TokenLifetime));
    }

    /// <inheritdoc/>
    public async Task SettleAsync(CancellationToken cancel = default)
    {
        if (++Settlings == RollingRestartAt) await RestartAllAsync();
        if (Settlings == GatewayKilledAt) await processes["gateway"].KillAsync();
        // Everybody looks at first, and again after whoever had something to do: a ring may have been lost, and the logs are read without one, too.
        foreach (var name in Keepers) touched[name] = true;
        while (touched.Keys.Where(Keepers.Contains).ToList() is [_, ..] names)
        {
            foreach (var name in names) touched.TryRemove(name, out _);
            var done = await Task.WhenAll(names.Select(async name =>
            {
                var did = await processes[name].ControlAsync(http, HttpMethod.Post, "pump", cancel) ?? 0;
                nexts[name] = await processes[name].ControlAsync(http, HttpMethod.Get, "next", cancel) ?? long.MaxValue;
                return did;
            }));
            await Mesh.Broker.IdleAsync().WaitAsync(cancel);
            if (done.Sum() == 0) continue;
            foreach (var name in Keepers) touched[name] = true;
        }
    }

    /// <inheritdoc/>
    public async Task AdvanceToAsync(DateTimeOffset until, CancellationToken cancel = default)
    {
        await SettleAsync(cancel);
        while (nexts.Values.Min() is var ticks && ticks <= until.UtcTicks)
        {
            Clock.MoveTo(new DateTimeOffset(ticks, TimeSpan.Zero));
            await SettleAsync(cancel);
            foreach (var name in Keepers.Where(n => nexts[n] <= ticks))
            {
                while (await processes[name].ControlAsync(http, HttpMethod.Post, "sweep", cancel) > 0) await SettleAsync(cancel);
            }
        }

        Clock.MoveTo(until);
    }

    /// <summary>What every process wrote last.</summary>
    public string Output() => string.Join("\n", processes.Values.Select(p => $"--- {p.Name}\n{p.Output}"));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes.Values) await process.DisposeAsync();
        await Mesh.DisposeAsync();
        await looking.DisposeAsync();
        http.Dispose();
        shared.Dispose();
        await databases.DisposeAsync();
    }

    // As an upgrade does: first the schema of the version to come under the running one, then each service ends when it is asked to while
    // the others go on.
    async Task RestartAllAsync()
    {
        foreach (var (_, connection) in databases.Settings.Where(s => s.Key.StartsWith("ConnectionStrings:", StringComparison.Ordinal))) await NextVersion.ApplyAsync(connection);
        foreach (var process in processes.Values)
        {
            (await process.RestartAsync()).ShouldBe(0, $"{process.Name} did not end well:\n{process.Output}");
            await process.ReadyAsync();
        }

        RollingRestarts++;
    }

    // The names are those that the chart sets; what is not the chart's stands below the line.
    Dictionary<string, string> EnvironmentOf(string name, AppSidecar sidecar, string? clockFile) => new(clockFile is null ? [] : Simulated(clockFile), StringComparer.Ordinal)
    {
        ["APP_ID"] = name,
        ["POD_NAME"] = $"{name}-0",
        [$"ConnectionStrings__{name}"] = databases.Settings.GetValueOrDefault($"ConnectionStrings:{name}", ""),
        ["DAPR_HTTP_PORT"] = sidecar.HttpPort.ToString(CultureInfo.InvariantCulture),
        ["DAPR_GRPC_PORT"] = sidecar.GrpcPort.ToString(CultureInfo.InvariantCulture),
        ["DAPR_API_TOKEN"] = Mesh.ApiToken,
        ["APP_API_TOKEN"] = Mesh.AppToken,
        ["Facts__Listeners"] = string.Join(',', Described.Where(s => s.Listens.Contains(name)).Select(s => s.Name)),
        ["Keys__Directory"] = databases.Settings["Keys:Directory"],
        ["Data__Directory"] = databases.Settings["Data:Directory"],
        ["Ports__App"] = "0",
        ["Ports__Probe"] = "0",
        ["Ports__Web"] = "0",
        ["Ports__Grpc"] = "0",
        ["Logging__LogLevel__Default"] = "Error",

        ["Development__Tokens"] = "true",
        ["DOTNET_STARTUP_HOOKS"] = typeof(SharedClock).Assembly.Location,
        ["DOTNET_gcServer"] = "0",
        ["DOTNET_TieredPGO"] = "0",
    };

    static Dictionary<string, string> Simulated(string clockFile) => new(StringComparer.Ordinal)
    {
        [StartupHook.ClockVariable] = clockFile,
        ["Pumps__Manual"] = "true",
        ["Messaging__Lanes"] = "1",
    };
}
