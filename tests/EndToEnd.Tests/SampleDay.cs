using System.Diagnostics;

namespace Doseline.EndToEnd.Tests;

/// <summary>The sample day and the program that plays it, as its user has them.</summary>
static class SampleDay
{
    static readonly TimeSpan PlayingTimeMax = TimeSpan.FromMinutes(10);

    /// <summary>Folder of the sample day.</summary>
    public static string Folder { get; } = Path.Combine(Root(), "samples", "day");

    /// <summary>The day as it is, played once for all who ask: exit code, everything it printed, and its report.</summary>
    public static Lazy<Task<(int Code, string Output, string Report)>> Played { get; } = new(async () =>
    {
        var file = Path.GetTempFileName();
        var (code, output) = await PlayAsync(Folder, "--json", file);
        var report = await File.ReadAllTextAsync(file);
        File.Delete(file);
        return (code, output, report);
    });

    /// <summary>Starts the program.</summary>
    public static Process Start(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Root() };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Doseline.Local.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    /// <summary>Plays a day to its end in a process of its own.</summary>
    /// <returns>Exit code and everything it printed.</returns>
    public static async Task<(int Code, string Output)> PlayAsync(params string[] arguments)
    {
        using var process = Start(["day", .. arguments]);
        using CancellationTokenSource limit = new(PlayingTimeMax);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output + await errors);
    }

    static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Platform.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("Platform.sln is not above the test assembly.");
    }
}
