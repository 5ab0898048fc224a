using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Doseline.Platform.Auth;
using Doseline.SimulatedTime;

namespace Doseline.Cluster.Tests.Silos;

/// <summary>One replica of a service in a process of its own; where it has actors, its silo meets the others in their PostgreSQL database.</summary>
sealed class SiloProcess : IAsyncDisposable
{
    const int LinesMax = 200;
    static readonly TimeSpan StartingTimeMax = TimeSpan.FromMinutes(2);

    readonly Process process;
    readonly Queue<string> lines = new();
    readonly TaskCompletionSource<Uri> probe = new(TaskCreationOptions.RunContinuationsAsynchronously);

    readonly NetworkPlace place;

    SiloProcess(Process process, int port, int cluster, NetworkPlace place) =>
        (this.process, App, Cluster, this.place) = (process, new Uri($"http://127.0.0.1:{port}"), new IPEndPoint(IPAddress.Parse(place.Address), cluster), place);

    /// <summary>Address of its gRPC port.</summary>
    public Uri App { get; }

    /// <summary>Where other silos reach it.</summary>
    public IPEndPoint Cluster { get; }

    /// <summary>Address of its probe port, where its actors can be asked.</summary>
    public Uri Probe => probe.Task.Result;

    /// <summary>Whether it is ready, as a kubelet asks; null while nobody answers.</summary>
    public async Task<bool?> IsReadyAsync()
    {
        if (!probe.Task.IsCompletedSuccessfully) return null;
        using HttpClient http = new() { Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            using var answer = await http.GetAsync(new Uri(Probe, "/healthz/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception away) when (away is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    /// <summary>True when the process has ended.</summary>
    public bool Gone => process.HasExited;

    /// <summary>The last lines it wrote.</summary>
    public string Output
    {
        get
        {
            lock (lines) return string.Join('\n', lines);
        }
    }

    /// <summary>Starts a replica and waits until it listens.</summary>
    /// <param name="settings">Databases and keys.</param>
    /// <param name="service">Service.</param>
    /// <param name="tls">Folder with the certificate that it shows to others of its service; null for none.</param>
    /// <param name="place">Where it stands in the network; null for this machine's own.</param>
    /// <param name="joins">False where it is not waited for, for it is not let in.</param>
    public static async Task<SiloProcess> StartAsync(IReadOnlyDictionary<string, string> settings, string service = "execution", string? tls = null, NetworkPlace? place = null, bool joins = true)
    {
        var (port, cluster) = (FreePort(), FreePort());
        place ??= NetworkPlace.Here;
        ProcessStartInfo start = new(place.Program, [.. place.Before, Repository.Program(char.ToUpperInvariant(service[0]) + service[1..])]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Path.GetTempPath() };
        Dictionary<string, string> environment = new(StringComparer.Ordinal)
        {
            [$"ConnectionStrings__{service}"] = settings[$"ConnectionStrings:{service}"],
            ["Keys__Directory"] = settings["Keys:Directory"],
            ["Cluster__Address"] = place.Address,
            ["Cluster__JoinWithin"] = "00:00:10",
            ["Ports__ProbeAddress"] = place.ProbeAddress,
            ["Cluster__Port"] = cluster.ToString(CultureInfo.InvariantCulture),
            ["Ports__App"] = port.ToString(CultureInfo.InvariantCulture),
            ["Ports__Probe"] = "0",
            ["Logging__LogLevel__Default"] = "Error",
            [DevelopmentTokens.Setting.Replace(":", "__", StringComparison.Ordinal)] = "true",
            ["DOTNET_STARTUP_HOOKS"] = typeof(ActorControl).Assembly.Location,
            ["DOTNET_gcServer"] = "0",
            ["DOTNET_TieredPGO"] = "0",
        };
        if (tls is not null)
            foreach (var (key, file) in TlsFiles) environment[$"Cluster__Tls__{key}"] = Path.Combine(tls, file);
        foreach (var (key, value) in environment) start.Environment[key] = value;
        SiloProcess silo = new(Process.Start(start)!, port, cluster, place);
        silo.process.OutputDataReceived += (_, line) => silo.Read(line.Data);
        silo.process.ErrorDataReceived += (_, line) => silo.Read(line.Data);
        silo.process.BeginOutputReadLine();
        silo.process.BeginErrorReadLine();
        if (!joins) return silo;
        try
        {
            await silo.probe.Task.WaitAsync(StartingTimeMax);
        }
        catch (TimeoutException slow)
        {
            throw new InvalidOperationException($"A replica did not start:\n{silo.Output}", slow);
        }

        return silo;
    }

    /// <summary>Ends it without a warning.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Sends it a signal.</summary>
    public async Task SignalAsync(string signal)
    {
        using var sent = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await sent.WaitForExitAsync();
    }

    /// <summary>Asks it to end, as Kubernetes does.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync()
    {
        await SignalAsync("TERM");
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return process.ExitCode;
    }

    /// <summary>Waits until it has ended by itself.</summary>
    public Task EndedAsync(TimeSpan atMost) => process.WaitForExitAsync().WaitAsync(atMost);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) await KillAsync();
        process.Dispose();
    }

    static readonly (string Key, string File)[] TlsFiles = [("Certificate", "tls.crt"), ("Key", "tls.key"), ("Authorities", "ca.crt")];

    static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    void Read(string? line)
    {
        if (line is null) return;
        if (line.StartsWith(SimulationControl.ListeningWord, StringComparison.Ordinal)) probe.TrySetResult(new UriBuilder(line.Split(' ')[2]) { Host = place.ReachedAt }.Uri);
        lock (lines)
        {
            lines.Enqueue(line);
            if (lines.Count > LinesMax) lines.Dequeue();
        }
    }
}
