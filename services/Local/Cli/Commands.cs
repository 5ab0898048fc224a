using System.CommandLine;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;
using Doseline.Local.Cli.Audit;
using Doseline.Local.Day;
using Doseline.Local.Simulation;
using Doseline.Platform.Auth;
using Doseline.Platform.Hosting;

namespace Doseline.Local.Cli;

/// <summary>The command line: serve, play a plant, issue a development token.</summary>
static class Commands
{
    const double TokenHoursMax = 24 * 366;

    static readonly TimeSpan TokenLifetimeDefault = TimeSpan.FromHours(12);

    public static RootCommand Root()
    {
        RootCommand root = new("Doseline in one process, on SQLite unless connection strings say otherwise. Without a command it serves until it is stopped; settings follow as --Key=value, for example --Ports:App=6000.")
        {
            Play(),
            Demo(),
            Token(),
            OperationCommands.Describe(),
            OperationCommands.Check(),
            OperationCommands.Baseline(),
            AuditCommands.Audit(),
        };
        root.TreatUnmatchedTokensAsErrors = false;
        root.SetAction((parsed, cancel) => ServeAsync(parsed.Settings(), cancel));
        return root;
    }

    static async Task<int> ServeAsync(string[] settings, CancellationToken cancel)
    {
        await using var app = PlatformHost.Build(settings, Modules.All());
        await PlatformHost.ApplySchemasAsync(app.Services, cancel);
        await PlatformHost.ServeAsync(app, cancel);
        return 0;
    }

    static Command Play()
    {
        Argument<string> folder = new("folder") { Description = "Folder with the files of a day or of several, for example samples/day or samples/week." };
        Option<string?> json = new("--json") { Description = "Writes the same report for machines to this file." };
        Option<string?> data = new("--data") { Description = "Keeps databases and progress here, so that what was cut off goes on where it stood; without it everything is in a temporary folder." };
        Command command = new("play", "Plays a plant from files, a day or several, on simulated time through the public gRPC APIs, and checks what must hold.") { folder, json, data };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((parsed, cancel) =>
            DayCommand.RunAsync(new DayOptions(parsed.GetValue(folder)!, parsed.GetValue(data), parsed.GetValue(json), parsed.Settings().AsDictionary()), cancel));
        return command;
    }

    static Command Demo()
    {
        Argument<string> folder = new("folder") { Description = "Folder with the day's files, for example samples/day." };
        Option<string> at = new("--at") { Description = "Instant of the day at which to begin, read in the day's own zone, for example 2026-11-23T12:35.", Required = true };
        Option<string?> data = new("--data") { Description = "Keeps databases and keys here; without it they are removed at the end." };
        Command command = new("demo", "Plays a day up to an instant and then serves it, with a clock that runs on from there: for trying things out, never for real work.") { folder, at, data };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((parsed, cancel) =>
            DemoCommand.RunAsync(new DayOptions(parsed.GetValue(folder)!, parsed.GetValue(data), null, parsed.Settings().AsDictionary()), parsed.GetValue(at)!, cancel));
        return command;
    }

    static Command Token()
    {
        Option<string[]> role = new("--role") { Description = "Role; may be given more than once.", Required = true };
        role.AcceptOnlyFromAmong([.. Roles.All]);
        Option<string[]> site = new("--site") { Description = "Site; may be given more than once. Every site when it is not given." };
        Option<string> name = new("--name") { Description = "Printed name.", DefaultValueFactory = _ => "developer" };
        Option<double> hours = new("--hours") { Description = "How long it is valid.", DefaultValueFactory = _ => TokenLifetimeDefault.TotalHours };
        Option<string?> at = new("--at") { Description = "Instant in UTC at which it is issued, for a host whose clock shows another day, for example 2026-11-23T17:00 for the demonstration of samples/day; now when it is not given." };
        Command command = new("token", $"Issues a development token, signed with the key of this installation; only a host started with --{DevelopmentTokens.Setting}=true accepts it.") { role, site, name, hours, at };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(parsed =>
        {
            var config = parsed.Configuration();
            var lifetime = parsed.GetValue(hours);
            if (!(lifetime > 0 && lifetime <= TokenHoursMax)) throw new SettingException($"--hours is {lifetime}; a token is valid for more than 0 and at most {TokenHoursMax} hours.");
            var person = parsed.GetValue(name)!;
            var caller = new Caller
            {
                Subject = $"person:{person}",
                Name = person,
                Roles = parsed.GetValue(role)!,
                Sites = parsed.GetValue(site) is [_, ..] sites ? sites : [Caller.AllSites],
            };
            Console.WriteLine(new DevelopmentTokens(new KeyStore(config), ClockAt(parsed.GetValue(at))).Issue(caller, TimeSpan.FromHours(lifetime)));
            return 0;
        });
        return command;
    }

    static TimeProvider ClockAt(string? at)
    {
        if (at is null) return WallClock.Pace;
        var local = Zones.ParseLocal(at, "--at");
        var resolved = local.Accepted ? Zones.Resolve(local.Value, "UTC", null, "--at") : local.Refusals[0];
        return resolved.Accepted ? new RunningClock(resolved.Value.Instant, WallClock.Pace) : throw new SettingException(resolved.Refusals[0].Message);
    }
}
