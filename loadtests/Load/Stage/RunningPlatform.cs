using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Doseline.Load.Drive;

namespace Doseline.Load.Stage;

/// <summary>A platform in a process of its own, on loopback.</summary>
sealed class RunningPlatform : IAsyncDisposable
{
    static readonly TimeSpan StartMost = TimeSpan.FromMinutes(2), StopMost = TimeSpan.FromSeconds(30), Look = TimeSpan.FromMilliseconds(50);

    readonly Process process;
    readonly Build build;
    readonly string keys;
    readonly ConcurrentDictionary<string, Lazy<string>> tokens = new(StringComparer.Ordinal);

    RunningPlatform(Process process, Build build, string keys, int app, int probe)
    {
        (this.process, this.build, this.keys) = (process, build, keys);
        (Address, Probe) = (new Uri($"http://127.0.0.1:{app}"), new Uri($"http://127.0.0.1:{probe}"));
    }

    /// <summary>Its process.</summary>
    public int Pid => process.Id;

    /// <summary>Where it answers gRPC.</summary>
    public Uri Address { get; }

    /// <summary>Where it answers probes.</summary>
    public Uri Probe { get; }

    /// <summary>Starts it and waits until it can be called.</summary>
    /// <param name="build">Which.</param>
    /// <param name="folder">Its keys, its log, and its databases where they are files.</param>
    /// <param name="settings">Further settings.</param>
    /// <param name="profiled">Whether what is called often is compiled by its profile, as in a service's own process; Local leaves that out.</param>
    /// <param name="cancel">Cancels.</param>
    public static async Task<RunningPlatform> StartAsync(Build build, string folder, IEnumerable<string> settings, bool profiled, CancellationToken cancel)
    {
        var own = Path.Combine(folder, "keys");
        var (app, probe, web) = (FreePort(), FreePort(), FreePort());
        ProcessStartInfo start = new("sh")
        {
            // The shell becomes the platform, so that its process is the platform's.
            ArgumentList = { "-c", "exec dotnet \"$@\" >>\"$0\" 2>&1 </dev/null", Path.Combine(folder, "log"), build.Program, $"--Ports:App={app}", $"--Ports:Probe={probe}", $"--Ports:Web={web}", "--Ports:Grpc=0", $"--Keys:Directory={own}", "--Development:Tokens=true", $"--Data:Directory={folder}" },
        };
        foreach (var setting in settings) start.ArgumentList.Add(setting);
        if (profiled) start.Environment["DOTNET_TieredPGO"] = "1";
        RunningPlatform platform = new(Process.Start(start)!, build, own, app, probe);
        for (var began = Stopwatch.GetTimestamp(); !await ServerCounters.IsReadyAsync(platform.Probe, cancel);)
        {
            if (platform.process.HasExited || Stopwatch.GetElapsedTime(began) > StartMost)
            {
                var log = await File.ReadAllTextAsync(Path.Combine(folder, "log"), cancel);
                await platform.DisposeAsync();
                throw new LoadException($"{build.Name} does not start: {log}");
            }

            await Task.Delay(Look, cancel);
        }

        return platform;
    }

    /// <summary>A token for one role, issued by this build itself.</summary>
    public string TokenOf(string role) => tokens.GetOrAdd(role, r => new Lazy<string>(() => Issue(r))).Value;

    /// <summary>Stops its processor, so that another can be measured as if this one were not there.</summary>
    public void Hold() => Signal("STOP");

    /// <summary>Lets it go on.</summary>
    public void GoOn() => Signal("CONT");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            GoOn();
            Signal("TERM");
            using CancellationTokenSource patience = new(StopMost);
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
            }
        }

        process.Dispose();
    }

    string Issue(string role)
    {
        using var issuer = Process.Start(new ProcessStartInfo("dotnet") { ArgumentList = { build.Program, "token", "--role", role, "--name", $"load {role}", $"--Keys:Directory={keys}" }, RedirectStandardOutput = true, UseShellExecute = false })!;
        var token = issuer.StandardOutput.ReadToEnd().Trim();
        issuer.WaitForExit();
        return issuer.ExitCode == 0 ? token : throw new LoadException($"{build.Name} issues no token for the role {role}.");
    }

    void Signal(string name)
    {
        using var kill = Process.Start("sh", ["-c", $"kill -{name} {Pid}"]);
        kill.WaitForExit();
    }

    static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
