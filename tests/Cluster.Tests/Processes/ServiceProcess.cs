using System.Diagnostics;
using System.Globalization;
using Doseline.Sidecar;
using Doseline.SimulatedTime;
using Grpc.Net.Client;

namespace Doseline.Cluster.Tests.Processes;

/// <summary>A service in a process of its own: its own unchanged program, told what a pod would be told, with a sidecar beside it.</summary>
sealed class ServiceProcess : IAsyncDisposable
{
    const int LinesMax = 200;
    static readonly TimeSpan StartingTimeMax = TimeSpan.FromMinutes(3);

    readonly Dictionary<string, string> environment;
    readonly AppSidecar sidecar;
    readonly Queue<string> lines = new();
    readonly SemaphoreSlim restarting = new(1, 1);
    Process process = null!;
    int launches;
    bool over;
    TaskCompletionSource<Listening> listening = Starting();

    ServiceProcess(string name, AppSidecar sidecar, Dictionary<string, string> environment) => (Name, this.sidecar, this.environment) = (name, sidecar, environment);

    /// <summary>Service, for example <c>orders</c>; also its app id.</summary>
    public string Name { get; }

    /// <summary>How often it was killed or restarted.</summary>
    public int Kills { get; private set; }

    /// <summary>The last lines it wrote.</summary>
    public string Output
    {
        get
        {
            lock (lines) return string.Join('\n', lines);
        }
    }

    /// <summary>Starts the process and waits until it listens.</summary>
    public static async Task<ServiceProcess> StartAsync(string name, AppSidecar sidecar, Dictionary<string, string> environment)
    {
        ServiceProcess service = new(name, sidecar, environment);
        service.Launch();
        await service.ReadyAsync();
        return service;
    }

    /// <summary>Where it listens now; waits while it starts.</summary>
    public async Task<Listening> ReadyAsync()
    {
        try
        {
            return await listening.Task.WaitAsync(StartingTimeMax);
        }
        catch (TimeoutException slow)
        {
            throw new InvalidOperationException($"{Name} did not start:\n{Output}", slow);
        }
    }

    /// <summary>Kills the process without a warning (SIGKILL), and starts it again; what is for it waits meanwhile.</summary>
    public async Task KillAsync()
    {
        await restarting.WaitAsync();
        try
        {
            if (over) return;
            var old = Gone();
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            if (old.IsCompletedSuccessfully) (await old).Channel.Dispose();
            Launch();
        }
        finally
        {
            restarting.Release();
        }
    }

    /// <summary>Asks the process to end, as Kubernetes does, and starts it again: a rolling restart of one replica.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> RestartAsync()
    {
        await restarting.WaitAsync();
        try
        {
            using (var term = System.Diagnostics.Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)])) await term.WaitForExitAsync();
            await process.WaitForExitAsync();
            var code = process.ExitCode;
            (await Gone()).Channel.Dispose();
            process.Dispose();
            Launch();
            return code;
        }
        finally
        {
            restarting.Release();
        }
    }

    /// <summary>Asks the process's simulation control; waits and asks again when it was killed meanwhile.</summary>
    public async Task<long?> ControlAsync(HttpClient http, HttpMethod method, string verb, CancellationToken cancel)
    {
        while (true)
        {
            var kills = Kills;
            var probe = (await ReadyAsync()).Probe;
            try
            {
                using var request = new HttpRequestMessage(method, new Uri(probe, $"/simulation/{verb}"));
                using var response = await http.SendAsync(request, cancel);
                response.IsSuccessStatusCode.ShouldBeTrue($"{Name} answered {(int)response.StatusCode} to {verb}:\n{Output}");
                var body = await response.Content.ReadAsStringAsync(cancel);
                return body.Length == 0 ? null : long.Parse(body, CultureInfo.InvariantCulture);
            }
            catch (HttpRequestException) when (Kills > kills || !listening.Task.IsCompleted)
            {
                // Killed while it was at it.
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Nobody starts it again after this, whatever is under way.
        await restarting.WaitAsync();
        over = true;
        restarting.Release();
        if (listening.Task.IsCompletedSuccessfully) (await listening.Task).Channel.Dispose();
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    static Process Start(string name, Dictionary<string, string> environment)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Path.GetTempPath() };
        start.ArgumentList.Add(Repository.Program(char.ToUpperInvariant(name[0]) + name[1..]));
        foreach (var (key, value) in environment) start.Environment[key] = value;
        return Process.Start(start)!;
    }

    static TaskCompletionSource<Listening> Starting() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // From now on everybody waits for the next start; whoever was at it sees that the count has changed.
    Task<Listening> Gone()
    {
        var old = listening.Task;
        // Whoever waits for a start that was itself cut off waits for the next one.
        if (old.IsCompleted) listening = Starting();
        Kills++;
        launches++;
        sidecar.AppGone();
        return old;
    }

    void Launch()
    {
        var starting = listening;
        var launch = ++launches;
        process = Start(Name, environment);
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is not { } text) return;
            if (text.StartsWith(SimulationControl.ListeningWord, StringComparison.Ordinal)) _ = ListensAsync(text, launch, starting);
            else Keep(text);
        };
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    // Of a process that was killed while it started nobody hears any more.
    async Task ListensAsync(string line, int launch, TaskCompletionSource<Listening> starting)
    {
        if (launch != launches) return;
        var addresses = line.Split(' ')[1..].Select(a => new Uri(a)).ToArray();
        try
        {
            await sidecar.AppStartedAsync(addresses[0]);
            if (launch == launches) starting.TrySetResult(new Listening(addresses[0], addresses[1], addresses.ElementAtOrDefault(2), GrpcChannel.ForAddress(addresses.Length > 3 ? addresses[3] : addresses[0])));
        }
        catch (Exception fault)
        {
            if (launch == launches) starting.TrySetException(fault);
        }
    }

    void Keep(string? line)
    {
        if (line is null) return;
        lock (lines)
        {
            lines.Enqueue(line);
            if (lines.Count > LinesMax) lines.Dequeue();
        }
    }

    /// <summary>Where a process listens.</summary>
    /// <param name="App">gRPC and the sidecar's callbacks.</param>
    /// <param name="Probe">Probes, metrics and the simulation's control.</param>
    /// <param name="Web">Browsers; null where there are no pages.</param>
    /// <param name="Channel">Channel to the gRPC port; to that of partners where there is one.</param>
    internal sealed record Listening(Uri App, Uri Probe, Uri? Web, GrpcChannel Channel);
}
