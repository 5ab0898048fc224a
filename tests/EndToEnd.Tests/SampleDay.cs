using System.Diagnostics;
using System.Text;

namespace Doseline.EndToEnd.Tests;

/// <summary>The sample day and the program that plays it, as its user has them.</summary>
static class SampleDay
{
    /// <summary>How long a day may take before it counts as hung.</summary>
    public static readonly TimeSpan PlayingTimeMax = TimeSpan.FromMinutes(5);

    /// <summary>Top of the checkout.</summary>
    public static string Top { get; } = Root();

    /// <summary>Folder of the sample day.</summary>
    public static string Folder { get; } = Path.Combine(Root(), "samples", "day");

    /// <summary>The first of the two commands, word by word as the README has it.</summary>
    public static string ReadmeCommand { get; } = Code(File.ReadAllText(Path.Combine(Root(), "README.md")), "## Two commands")[0];

    /// <summary>
    /// The day as it is, played once for all who ask, by the README's command from the top of the checkout: exit code, everything it printed,
    /// and its report.
    /// </summary>
    public static Lazy<Task<(int Code, string Output, string Report)>> Played { get; } = new(async () =>
    {
        var file = Path.GetTempFileName();
        ProcessStartInfo shell = new("bash", ["-c", $"{ReadmeCommand} --json {file}"]) { WorkingDirectory = Root() };
        var (code, output) = await EndAsync(shell);
        var report = await File.ReadAllTextAsync(file);
        File.Delete(file);
        return (code, output, report);
    });

    /// <summary>Starts the program.</summary>
    public static Process Start(params string[] arguments) => Start(Program(Root(), arguments));

    /// <summary>Starts the program from a folder, with its process set up further.</summary>
    public static Process Start(Action<ProcessStartInfo> set, string folder, params string[] arguments)
    {
        var start = Program(folder, arguments);
        set(start);
        return Start(start);
    }

    /// <summary>Plays a day to its end in a process of its own.</summary>
    /// <returns>Exit code and everything it printed.</returns>
    public static Task<(int Code, string Output)> PlayAsync(params string[] arguments) => RunAsync(Root(), ["play", .. arguments]);

    /// <summary>Runs the program to its end from a folder.</summary>
    /// <returns>Exit code and everything it printed.</returns>
    public static Task<(int Code, string Output)> RunAsync(string folder, params string[] arguments) => EndAsync(Program(folder, arguments));

    /// <summary>Runs the program to its end from the top of the checkout, for as long as it may take.</summary>
    /// <returns>Exit code and everything it printed.</returns>
    public static Task<(int Code, string Output)> RunWithinAsync(TimeSpan limit, params string[] arguments) => EndAsync(Program(Root(), arguments), limit);

    static ProcessStartInfo Program(string folder, string[] arguments) =>
        new("dotnet", [Path.Combine(AppContext.BaseDirectory, "Doseline.Local.dll"), .. arguments]) { WorkingDirectory = folder };

    static Process Start(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        return Process.Start(start)!;
    }

    static async Task<(int Code, string Output)> EndAsync(ProcessStartInfo start, TimeSpan? within = null)
    {
        using var process = Start(start);
        using CancellationTokenSource limit = new(within ?? PlayingTimeMax);
        StringBuilder output = new(), errors = new();
        try
        {
            // The ends of both: whoever holds one open is waited for, too, and not for ever.
            await Task.WhenAll(ReadAsync(process.StandardOutput, output, limit.Token), ReadAsync(process.StandardError, errors, limit.Token), process.WaitForExitAsync(limit.Token));
            return (process.ExitCode, $"{output}{errors}");
        }
        catch (OperationCanceledException late)
        {
            var standing = process.HasExited ? "had ended, but what it started had not" : "was not done";
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{start.FileName} {string.Join(' ', start.ArgumentList)} {standing} after {within ?? PlayingTimeMax}. It said:\n{output}{errors}", late);
        }
    }

    static async Task ReadAsync(StreamReader from, StringBuilder to, CancellationToken cancel)
    {
        while (await from.ReadLineAsync(cancel) is { } line) to.Append(line).Append('\n');
    }

    // Commands of the first block of code after a heading, without the remarks behind them.
    static List<string> Code(string page, string heading)
    {
        var block = page[page.IndexOf(heading, StringComparison.Ordinal)..].Split("```")[1];
        return [.. block.Split('\n').Skip(1).Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0)];
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
