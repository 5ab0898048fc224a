using System.Text.Json;
using Doseline.Local.Day.Files;
using Doseline.Local.Day.Report;
using Doseline.Local.Simulation;
using Doseline.Platform.Hosting;
using Spectre.Console;

namespace Doseline.Local.Day;

/// <summary>Plays a day, prints its report, and says by its exit code whether everything held.</summary>
static class DayCommand
{
    /// <summary>How the report is written for machines.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true, Converters = { new TwelveDigits() } };

    /// <summary>Runs the command.</summary>
    /// <returns>0 when everything held, 1 otherwise.</returns>
    public static async Task<int> RunAsync(DayOptions options, CancellationToken cancel)
    {
        var input = DayFiles.Read(options.Folder);
        // Opened before hours are played: a file that cannot be written is said now.
        await using var json = options.Json is { } file ? File.Create(file) : null;
        using var folder = DayFolder.Open(options.Data);
        Dictionary<string, string> settings = new(options.Settings)
        {
            ["Data:Directory"] = folder.Path,
            ["Keys:Directory"] = System.IO.Path.Combine(folder.Path, "keys"),
            // A killed process loses nothing that SQLite has written; only a power cut could, and a played day is not for that.
            ["Data:SqliteSynchronous"] = "OFF",
            // Slow hashing protects passwords that people think of; these are random. A host that serves the folder later hashes them again, slowly.
            ["Identity:HashIterations"] = "10000",
            // The door counts tries by the machine's clock, and here weeks of shifts begin within a minute of it.
            ["Identity:SignIn:TriesAtOnce"] = "100000",
            // A month of sign-ins comes within seconds by the machine's clock, and all from here.
            ["Gateway:Limits:anonymous:PerSecond"] = "100000",
            ["Gateway:Limits:anonymous:Burst"] = "100000",
            // Who goes on where a killed process stopped is the same replica: by a clock that waits for it, that one's claims would never run out.
            ["POD_NAME"] = "day",
        };
        await using var platform = await SimulatedPlatform.StartAsync(folder.Resume(input.Start), settings, builder => builder.Logging.SetMinimumLevel(LogLevel.Error));
        platform.Clock.Moved = folder.Remember;

        DayJournal journal = new(System.IO.Path.Combine(folder.Path, "day.journal.json"));
        var console = AnsiConsole.Console;
        DayPasswords passwords = new(System.IO.Path.Combine(folder.Path, "day.people.json"));
        DayPlay? play = null;
        if (console.Profile.Capabilities.Interactive)
        {
            await console.Progress().StartAsync(async progress =>
            {
                play = new DayPlay(input, platform, new DayProgress(console, progress.AddTask("day")), journal, passwords);
                await play.RunAsync(cancel);
            });
        }
        else
        {
            console.Profile.Width = 160;
            play = new DayPlay(input, platform, new DayProgress(console, null), journal, passwords);
            await play.RunAsync(cancel);
        }

        using var played = play;
        var report = await new DayChecks(input, platform, play!).ReportAsync(cancel);
        DayPrinter.Print(console, report, input.Zone);
        if (json is not null) await JsonSerializer.SerializeAsync(json, report, Json, cancel);
        return report.Passed ? 0 : Fault.NotHeld;
    }
}
