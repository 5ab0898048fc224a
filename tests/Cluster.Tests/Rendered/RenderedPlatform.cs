using Doseline.Cluster.Tests.Charts;
using Doseline.Cluster.Tests.Processes;
using Doseline.Platform.Certificates;
using Doseline.Sidecar;
using Doseline.SimulatedTime;
using Doseline.Testing;

namespace Doseline.Cluster.Tests.Rendered;

/// <summary>
/// Services in processes of their own with exactly what the chart renders for their pods: environment and keys, sidecars with the access control that it
/// renders, and its paths of the way in.
/// </summary>
sealed class RenderedPlatform : IAsyncDisposable
{
    // Each pod has an address of its own, and so its own ports; here they share one. What a process tells of itself comes by a hook of the tests.
    static readonly (string Name, string Value)[] OfTheTest =
    [
        ("Ports__App", "0"), ("Ports__Probe", "0"), ("Ports__Web", "0"), ("Ports__Grpc", "0"),
        ("DOTNET_STARTUP_HOOKS", typeof(SharedClock).Assembly.Location), ("DOTNET_gcServer", "0"), ("DOTNET_TieredPGO", "0"),
    ];

    readonly Dictionary<string, ServiceProcess> processes = new(StringComparer.Ordinal);
    readonly TestAuthority silos = new();
    readonly Dictionary<string, AppSidecar> sidecars = new(StringComparer.Ordinal);

    RenderedPlatform(TestDatabase databases, WayIn way) => (Databases, Way) = (databases, way);

    /// <summary>Sidecars and broker.</summary>
    public Mesh Mesh { get; } = new();

    /// <summary>What the secret of keys holds.</summary>
    public MountedKeys Keys { get; } = new();

    /// <summary>A database for each service.</summary>
    public TestDatabase Databases { get; }

    /// <summary>What people type.</summary>
    public WayIn Way { get; }

    /// <summary>What was rendered.</summary>
    public IReadOnlyList<Manifest> Objects { get; private set; } = [];

    /// <summary>Processes by service.</summary>
    public IReadOnlyDictionary<string, ServiceProcess> Processes => processes;

    /// <summary>Their sidecars.</summary>
    public IReadOnlyDictionary<string, AppSidecar> Sidecars => sidecars;

    /// <summary>Deployments by service.</summary>
    public IReadOnlyDictionary<string, Manifest> Deployments => field ??= Objects.Where(o => o.Kind is "Deployment").ToDictionary(d => d.Name, StringComparer.Ordinal);

    /// <summary>File that shows the first administrator's one-time password.</summary>
    public string FirstPassword => Path.Combine(Databases.Folder, "first");

    /// <summary>Renders the chart and makes what an installation has before it; nothing runs yet.</summary>
    /// <param name="values">Values file within the chart's folder; empty for the defaults.</param>
    public static async Task<RenderedPlatform> PrepareAsync(string values)
    {
        var databases = await TestDatabase.CreateAsync(postgres: true);
        var authority = Path.Combine(databases.Folder, "authority.crt");
        RenderedPlatform platform = new(databases, await WayIn.OpenAsync(authority));
        // What an installation says: its address, whom it trusts, and that nobody watches the clock here.
        platform.Objects = (await Chart.WithAsync([.. values is "" ? Array.Empty<string>() : [await File.ReadAllTextAsync(Path.Combine(Chart.Folder, values))], $$"""
            issuers: [{ authority: "{{platform.Way.Address.GetLeftPart(UriPartial.Authority)}}", platform: true }]
            ingress: { kind: ingress, host: localhost, proxies: [127.0.0.0/8] }
            clock: { servers: [], unwatched: true }
            defaults: { env: { SSL_CERT_FILE: "{{authority}}", Logging__LogLevel__Default: Error } }
            services: { identity: { env: { Identity__FirstAdministrator__File: "{{platform.FirstPassword}}" } } }
            """])).Objects;
        return platform;
    }

    /// <summary>Starts services; the way in leads to those that run.</summary>
    public async Task StartAsync(params IReadOnlyList<string> services)
    {
        Mesh.MayCall = (caller, callee, path) => AccessControl.Allows(Objects, caller, callee, path);
        foreach (var name in services) sidecars.Add(name, await Mesh.AddAsync(name));
        await Task.WhenAll(services.Select(async name =>
        {
            var environment = new Pod(Deployments[name])
            {
                Sidecar = (sidecars[name].HttpPort, sidecars[name].GrpcPort),
                Secret = (secret, key) => (secret, key) switch
                {
                    ("doseline-dapr-api", "token") => Mesh.ApiToken,
                    ("doseline-dapr-app", "token") => Mesh.AppToken,
                    (_, "connection") => Databases.Settings[$"ConnectionStrings:{secret["doseline-db-".Length..]}"],
                    _ => throw new InvalidOperationException($"{secret} has no {key}."),
                },
                Mounts = { ["/keys"] = Keys.FolderOf(Deployments[name]), ["/silo"] = silos.Mount(SiloTls.NameOf(name)) },
            }.Environment();
            foreach (var (variable, value) in OfTheTest) environment.Add(variable, value);
            var process = await ServiceProcess.StartAsync(name, sidecars[name], environment);
            lock (processes) processes.Add(name, process);
        }));
        foreach (var path in Objects.Single(o => o.Kind is "Ingress").List("spec", "rules", "0", "http", "paths"))
            Way.Paths.Add((path.Text("path"), Here((await processes[path.Text("backend", "service", "name")].ReadyAsync()).Web!)));
    }

    /// <summary>What listens at every address of a pod is reached at one of them.</summary>
    public static Uri Here(Uri listening) => new UriBuilder(listening) { Host = "127.0.0.1" }.Uri;

    /// <summary>What the processes said last.</summary>
    public string Said() => string.Join('\n', processes.Select(p => $"--- {p.Key}\n{p.Value.Output}"));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes.Values) await process.DisposeAsync();
        await Mesh.DisposeAsync();
        await Way.DisposeAsync();
        await Databases.DisposeAsync();
        Keys.Dispose();
        silos.Dispose();
    }
}
