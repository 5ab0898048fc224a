using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Doseline.Sidecar.Brokers;

/// <summary>A server of the distribution's, run on loopback in a folder of its own.</summary>
public sealed class ServerProgram : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    readonly string program;
    readonly IReadOnlyList<string> arguments;
    readonly IReadOnlyDictionary<string, string> environment;
    readonly string folder;
    Process process;

    ServerProgram(string program, IReadOnlyList<string> arguments, Func<string, IReadOnlyDictionary<string, string>>? environment)
    {
        folder = Directory.CreateTempSubdirectory("doseline-server-").FullName;
        (this.program, this.arguments, this.environment) = (program, arguments, environment?.Invoke(folder) ?? new Dictionary<string, string>());
        process = Launch();
    }

    /// <summary>Starts a program.</summary>
    /// <param name="program">Program.</param>
    /// <param name="arguments">Arguments.</param>
    /// <param name="environment">Variables, given the folder.</param>
    public static ServerProgram Start(string program, IReadOnlyList<string> arguments, Func<string, IReadOnlyDictionary<string, string>>? environment = null) => new(program, arguments, environment);

    /// <summary>A port that nobody listens on.</summary>
    public static int FreePort()
    {
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }

    /// <summary>Connects, as soon as it can be.</summary>
    /// <param name="connect">Tries to.</param>
    public async Task<T> UntilAsync<T>(Func<Task<T>> connect)
    {
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(100))
        {
            try
            {
                return await connect();
            }
#pragma warning disable CA1031 // Whatever it says while it starts.
            catch (Exception) when (!process.HasExited && Stopwatch.GetElapsedTime(began) < Patience)
#pragma warning restore CA1031
            {
                // It starts.
            }
        }
    }

    /// <summary>Ends it without a warning and starts it again, with what it had written.</summary>
    public async Task KillAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        process = Launch();
    }

    /// <summary>Lets it stand still, or go on.</summary>
    /// <param name="stands">True to let it stand.</param>
    public async Task FreezeAsync(bool stands)
    {
        using var signal = Process.Start("kill", [stands ? "-STOP" : "-CONT", .. Family().Select(id => id.ToString(CultureInfo.InvariantCulture))]);
        await signal.WaitForExitAsync();
    }

    /// <summary>Processor time it has used, with what it has started.</summary>
    public TimeSpan Processor => Family().Aggregate(TimeSpan.Zero, (sum, id) =>
    {
        using var one = Process.GetProcessById(id);
        return sum + one.TotalProcessorTime;
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    // A script that has started the server is no server.
    List<int> Family()
    {
        var children = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => name!.All(char.IsAsciiDigit)).Select(name => (Id: int.Parse(name!, CultureInfo.InvariantCulture), Parent: ParentOf(name!)))
            .ToLookup(p => p.Parent, p => p.Id);
        List<int> family = [process.Id];
        for (var i = 0; i < family.Count; i++) family.AddRange(children[family[i]]);
        return family;
    }

    static int ParentOf(string id)
    {
        try
        {
            // The name, which may hold spaces, then the state and the parent.
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    Process Launch()
    {
        ProcessStartInfo start = new(program) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var launched = Process.Start(start)!;
        launched.OutputDataReceived += static (_, _) => { };
        launched.ErrorDataReceived += static (_, _) => { };
        launched.BeginOutputReadLine();
        launched.BeginErrorReadLine();
        return launched;
    }
}
