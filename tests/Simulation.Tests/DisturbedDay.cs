using Doseline.Local.Day;
using Doseline.Local.Day.Files;
using Doseline.Local.Day.Report;
using Doseline.Local.Simulation;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Doseline.Testing.Faults;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace Doseline.Simulation.Tests;

/// <summary>
/// A day played through the public APIs while things go wrong. People do what people do: what was refused or not answered they try again a
/// little later, with the same request; and after a crash they go through the day again, and are answered what they were answered.
/// </summary>
static class DisturbedDay
{
    // A process that died is back after this long: longer than a lease, so that its successor may take over its work.
    static readonly TimeSpan Restart = TimeSpan.FromSeconds(20);
    static readonly TimeSpan TryAgain = TimeSpan.FromMinutes(1);
    static readonly TimeSpan Rest = TimeSpan.FromMinutes(30);
    const int TriesMax = 15;

    static readonly string[] Services = ["orders", "execution", "inventory", "quality", "labeling", "shipping", "waste", "identity"];

    /// <summary>Plays it.</summary>
    /// <returns>The day's report, and both ends of every stream of facts.</returns>
    public static async Task<(DayReport Report, StreamBook Book)> PlayAsync(DayInput input, FaultPlan plan, bool calm = false, Adversary? adversary = null, CommitCrash? crash = null)
    {
        await using var databases = await TestDatabase.CreateAsync();
        SimulatedClock clock = new(input.Start);
        UnrulyLogs logs = new(plan, clock);
        while (true)
        {
            await using var platform = await SimulatedPlatform.StartAsync(clock, databases.Settings, builder =>
            {
                builder.Logging.ClearProviders();
                builder.AddFaults(logs);
            });
            crash?.Watch(platform.Services);
            try
            {
                DayJournal journal = new(Path.Combine(databases.Folder, "day.journal.json"));
                DayPlay? played = null;
                DayPlay play = new(input, platform, new DayProgress(Quiet(), null), journal)
                {
                    Perform = async (title, act) =>
                    {
                        await PersistAsync(platform, logs, title, act, calm, crash);
                        if (adversary is not null && title is not "waste") await adversary.TryAsync(played!, title);
                    },
                };
                played = play;
                await play.RunAsync(CancellationToken.None);
                await RestAsync(platform, logs);
                return (await new DayChecks(input, platform, play).ReportAsync(CancellationToken.None), await StreamBook.ReadAsync(platform.Services));
            }
            catch (Exception died) when (died is SimulatedCrashException || crash is { IsDown: true })
            {
                clock.MoveTo(clock.GetUtcNow() + Restart);
            }
        }
    }

    // The day opens calmly: master data is entered long before it. And the waste is sorted when everything has come to rest.
    static async Task PersistAsync(SimulatedPlatform platform, UnrulyLogs logs, string title, Func<Task> act, bool calm, CommitCrash? crash)
    {
        if (title is "waste") await RestAsync(platform, logs);
        // Before something is done: what stops while nothing is done is missed by nobody.
        if (logs.Plan.MayStop(Services) is { } stop) logs.Stop(stop.Service, platform.Clock.GetUtcNow() + stop.Time);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await act();
                if (title is not "waste" && !calm) logs.Plan.Active = true;
                if (crash is not null) crash.Active = true;
                return;
            }
            catch (RpcException) when (attempt < TriesMax && crash is not { IsDown: true })
            {
                await platform.AdvanceAsync(TryAgain);
            }
            catch (RpcException fault) when (crash is not { IsDown: true })
            {
                throw new InvalidOperationException($"{title}: {fault.Status} {string.Join("; ", RpcErrors.Read(fault).Select(r => $"{r.Code} {r.Message}"))}", fault);
            }
        }
    }

    static async Task RestAsync(SimulatedPlatform platform, UnrulyLogs logs)
    {
        logs.Plan.Active = false;
        foreach (var service in Services) logs.Start(service);
        do await platform.AdvanceAsync(Rest);
        while (logs.NextTime is not null);
        await platform.SettleAsync();
    }

    static IAnsiConsole Quiet() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null), Interactive = InteractionSupport.No });
}
