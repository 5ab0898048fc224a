using Doseline.Kernel.Time;
using Doseline.Local.Day.Files;
using Doseline.Local.Simulation;
using Doseline.Platform.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Spectre.Console;

namespace Doseline.Local.Day;

/// <summary>Plays a day up to an instant and serves what stands then.</summary>
static class DemoCommand
{
    /// <summary>Runs the command until the host is stopped.</summary>
    /// <param name="options">Folder and settings; settings go to the host that serves.</param>
    /// <param name="at">Local time in the day's zone.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="FormatException"><paramref name="at"/> cannot be read in the day's zone.</exception>
    public static async Task<int> RunAsync(DayOptions options, string at, CancellationToken cancel)
    {
        var input = DayFiles.Read(options.Folder);
        var instant = Read(at, input.Zone);
        using var folder = DayFolder.Open(options.Data);
        Dictionary<string, string> settings = new(options.Settings) { ["Data:Directory"] = folder.Path, ["Keys:Directory"] = Path.Combine(folder.Path, "keys") };

        var people = Path.Combine(folder.Path, "day.people.json");
        Dictionary<string, string> playing = new(settings) { ["Data:SqliteSynchronous"] = "OFF", ["Identity:HashIterations"] = "10000", ["Identity:SignIn:TriesAtOnce"] = "100000", ["Gateway:Limits:anonymous:PerSecond"] = "100000", ["Gateway:Limits:anonymous:Burst"] = "100000", ["POD_NAME"] = "day" };
        IReadOnlyList<(string Name, string Login, string Role)> staff;
        await using (var platform = await SimulatedPlatform.StartAsync(folder.Resume(input.Start), playing, builder => builder.Logging.SetMinimumLevel(LogLevel.Error)))
        {
            platform.Clock.Moved = folder.Remember;
            AnsiConsole.Console.Profile.Width = 160;
            AnsiConsole.WriteLine($"Playing up to {at} in {input.Zone}, which is {instant.UtcDateTime:yyyy-MM-dd HH:mm}Z; progress is told in UTC.");
            using DayPlay play = new(input, platform, new DayProgress(AnsiConsole.Console, null), new DayJournal(Path.Combine(folder.Path, "day.journal.json")), new DayPasswords(people));
            await play.RunUntilAsync(instant, cancel);
            staff = play.People.All;
        }

        RunningClock clock = new(instant, WallClock.Pace);
        await using var host = PlatformHost.Build([.. settings.Select(s => $"--{s.Key}={s.Value}")], Modules.All(), builder => builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock)));
        await PlatformHost.ApplySchemasAsync(host.Services, cancel);
        AnsiConsole.WriteLine($"A demonstration: the clock shows {at} in {input.Zone} and runs on from there. Nothing here is a record.");
        // In the order in which ports are opened: app, probe, web.
        host.Lifetime.ApplicationStarted.Register(() => DemoGreeting.Print(AnsiConsole.Console, new Uri(host.Urls.ElementAt(2)), staff, Console.IsOutputRedirected ? null : new DayPasswords(people).Of, people));
        await PlatformHost.ServeAsync(host, cancel);
        return 0;
    }

    static DateTimeOffset Read(string at, string zone)
    {
        var local = Zones.ParseLocal(at, "--at");
        var resolved = local.Accepted ? Zones.Resolve(local.Value, zone, null, "--at") : local.Refusals[0];
        return resolved.Accepted ? resolved.Value.Instant : throw new FormatException(resolved.Refusals[0].Message);
    }
}
