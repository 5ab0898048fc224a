using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Doseline.Platform.Auth;
using Doseline.SimulatedTime;
using Doseline.Testing;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;

namespace Doseline.Cluster.Tests.Processes;

/// <summary>One replica follows another while somebody never stops asking.</summary>
public sealed class RollingTests : IDisposable
{
    static readonly TimeSpan Long = TimeSpan.FromMinutes(2);
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("doseline-rolling-");
    readonly HttpClient http = new();

    /// <inheritdoc/>
    public void Dispose()
    {
        http.Dispose();
        folder.Delete(recursive: true);
    }

    // A service is asked over gRPC, the gateway for the console's page by a browser.
    [Theory]
    [InlineData("Labeling")]
    [InlineData("Gateway")]
    [Requirement("A243")]
    public async Task A_client_that_never_stops_sees_nothing_of_a_replica_that_follows_another(string program)
    {
        await using var old = await Replica.StartAsync(folder, "old", program);
        await using var next = await Replica.StartAsync(folder, "next", program);
        Replica[] both = [old, next];
        // As a cluster does: calls go to whoever was ready when it last looked.
        var ready = both;
        ConcurrentQueue<string> failures = [];
        var (answered, lateAnswers) = (0, 0);
        var asked = DateTime.MinValue;
        using CancellationTokenSource over = new();
        var looking = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                var now = await Task.WhenAll(both.Select(async r => (Replica: r, Ready: await IsReadyAsync(r))));
                Volatile.Write(ref ready, [.. now.Where(r => r.Ready).Select(r => r.Replica)]);
                await Task.Delay(250);
            }
        });
        var client = Task.Run(async () =>
        {
            for (var i = 0; !over.IsCancellationRequested; i++)
            {
                var among = Volatile.Read(ref ready);
                var to = among.Length > 0 ? among[i % among.Length] : next;
                try
                {
                    await to.AnswerAsync();
                    Interlocked.Increment(ref answered);
                    if (to == old && asked != DateTime.MinValue) Interlocked.Increment(ref lateAnswers);
                }
                catch (Exception fault) when (fault is RpcException or HttpRequestException)
                {
                    failures.Enqueue($"{to.Name} {i}: {fault.Message}");
                }
            }
        });

        await UntilAsync(() => answered > 50 && Volatile.Read(ref ready).Length == 2);
        asked = DateTime.UtcNow;
        var ended = old.EndAsync();
        await UntilAsync(() => !Volatile.Read(ref ready).Contains(old));
        (await ended).ShouldBe(0, old.Output);
        var then = answered;
        await UntilAsync(() => answered > then + 50);
        await over.CancelAsync();
        await Task.WhenAll(looking, client);
        failures.ShouldBeEmpty();
        lateAnswers.ShouldBeGreaterThan(0, "it serves on while nobody knows yet that it ends");
    }

    [Fact]
    [Requirement("A248")]
    public async Task A_program_asks_others_whether_they_answer()
    {
        await using var replica = await Replica.StartAsync(folder, "asked", "Labeling");
        var (code, output, errors) = await Tool.RunAsync("dotnet", [Repository.Program("Labeling"), "ask", $"{replica.Probe}healthz/ready", $"{replica.Probe}healthz/live"]);
        code.ShouldBe(0, output + errors);
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldAllBe(line => line.EndsWith(": 200", StringComparison.Ordinal));
        (code, output, _) = await Tool.RunAsync("dotnet", [Repository.Program("Labeling"), "ask", $"{replica.Probe}healthz/ready", "http://127.0.0.1:1/healthz/ready"]);
        code.ShouldBe(1);
        output.ShouldContain("http://127.0.0.1:1/healthz/ready: ");
    }

    async Task<bool> IsReadyAsync(Replica replica)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(replica.Probe, "healthz/ready"));
            return answer.StatusCode is HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    static async Task UntilAsync(Func<bool> holds)
    {
        var clock = Stopwatch.StartNew();
        while (!holds())
        {
            clock.Elapsed.ShouldBeLessThan(Long);
            await Task.Delay(20);
        }
    }

    // One replica of a program that has no actors.
    sealed class Replica : IAsyncDisposable
    {
        readonly Process process;
        readonly ConcurrentQueue<string> lines = [];
        readonly TaskCompletionSource<Uri[]> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

        readonly string program;

        Replica(string name, string program, Process process) => (Name, this.program, this.process) = (name, program, process);

        public string Name { get; }

        public Uri Probe => listening.Task.Result[1];

        public string Output => string.Join('\n', lines);

        // A connection of its own each time, as a proxy that has lost one makes.
        public async Task AnswerAsync()
        {
            var listens = await listening.Task;
            if (program is "Gateway")
            {
                using HttpClient browser = new() { Timeout = TimeSpan.FromSeconds(30) };
                (await browser.GetStringAsync(listens[2])).ShouldContain("<html");
            }
            else
            {
                using var channel = GrpcChannel.ForAddress(listens[0]);
                await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest(), deadline: DateTime.UtcNow.AddSeconds(30));
            }
        }

        public static async Task<Replica> StartAsync(DirectoryInfo folder, string name, string program)
        {
            ProcessStartInfo start = new("dotnet", [Repository.Program(program)]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Path.GetTempPath() };
            Dictionary<string, string> environment = new(StringComparer.Ordinal)
            {
                ["Stopping__Wait"] = "00:00:02",
                ["Data__Directory"] = Path.Combine(folder.FullName, name),
                ["Keys__Directory"] = Path.Combine(folder.FullName, "keys"),
                ["Ports__App"] = "0",
                ["Ports__Probe"] = "0",
                ["Ports__Web"] = "0",
                ["Ports__Grpc"] = "0",
                // Many clients behind one address.
                ["Gateway__Limits__anonymous__PerSecond"] = "1000",
                ["Logging__LogLevel__Default"] = "Error",
                [DevelopmentTokens.Setting.Replace(":", "__", StringComparison.Ordinal)] = "true",
                ["DOTNET_STARTUP_HOOKS"] = typeof(SharedClock).Assembly.Location,
                ["DOTNET_gcServer"] = "0",
                ["DOTNET_TieredPGO"] = "0",
            };
            foreach (var (key, value) in environment) start.Environment[key] = value;
            Replica replica = new(name, program, Process.Start(start)!);
            replica.process.OutputDataReceived += (_, line) => replica.Read(line.Data);
            replica.process.ErrorDataReceived += (_, line) => replica.Read(line.Data);
            replica.process.BeginOutputReadLine();
            replica.process.BeginErrorReadLine();
            await replica.listening.Task.WaitAsync(Long);
            return replica;
        }

        public async Task<int> EndAsync()
        {
            using var term = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await process.WaitForExitAsync().WaitAsync(Long);
            return process.ExitCode;
        }

        public async ValueTask DisposeAsync()
        {
            if (!process.HasExited) process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        void Read(string? line)
        {
            if (line is null) return;
            lines.Enqueue(line);
            if (line.StartsWith(SimulationControl.ListeningWord, StringComparison.Ordinal)) listening.TrySetResult([.. line.Split(' ')[1..].Select(a => new Uri(a))]);
        }
    }
}
