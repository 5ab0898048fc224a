using System.Diagnostics;
using System.Globalization;
using Doseline.Sidecar;

namespace Doseline.Bell;

/// <summary>A service's process, with its sidecar beside it in this one.</summary>
sealed class Child : IAsyncDisposable
{
    readonly Process process;

    Child(Process process) => this.process = process;

    /// <summary>Processor time it has used.</summary>
    public TimeSpan Processor
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Starts it, and waits until it listens.</summary>
    public static async Task<Child> StartAsync(string service, Mesh mesh, IReadOnlyDictionary<string, string> settings)
    {
        var sidecar = await mesh.AddAsync(service);
        ProcessStartInfo start = new("dotnet", [typeof(Child).Assembly.Location, "host", service]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        Dictionary<string, string> environment = new(settings)
        {
            ["APP_ID"] = service,
            ["DAPR_HTTP_PORT"] = sidecar.HttpPort.ToString(CultureInfo.InvariantCulture),
            ["DAPR_GRPC_PORT"] = sidecar.GrpcPort.ToString(CultureInfo.InvariantCulture),
            ["DAPR_API_TOKEN"] = mesh.ApiToken,
            ["APP_API_TOKEN"] = mesh.AppToken,
            ["Facts__Listeners"] = "shipping",
            ["Ports__App"] = "0",
            ["Ports__Probe"] = "0",
            ["Development__Tokens"] = "true",
            ["Logging__LogLevel__Default"] = "Error",
        };
        foreach (var (key, value) in environment) start.Environment[key] = value;
        Child child = new(Process.Start(start)!);
        await sidecar.AppStartedAsync(new Uri((await child.HearAsync("listens")).Split(' ')[1]));
        return child;
    }

    /// <summary>Has it tell facts, and waits until they are committed.</summary>
    public async Task TellAsync(int count, int every, int writers)
    {
        await process.StandardInput.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"tell {count} {every} {writers}"));
        await process.StandardInput.FlushAsync();
        await HearAsync("told");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20));
        await process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!process.HasExited) process.Kill();
        process.Dispose();
    }

    async Task<string> HearAsync(string word)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(word, StringComparison.Ordinal)) return line;
            await Console.Error.WriteLineAsync(line);
        }

        throw new InvalidOperationException($"A service ended before it said '{word}'.");
    }
}
