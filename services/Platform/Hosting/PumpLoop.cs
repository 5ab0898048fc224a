using System.Diagnostics.CodeAnalysis;
using Doseline.Platform.Messaging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Hosting;

/// <summary>Runs a pump for as long as the host runs. Between rounds it sleeps: until somebody wakes it, its next work is due, or its patience is at an end.</summary>
/// <remarks>It sleeps by the wall clock, never by the domain's clock, so that a simulated clock cannot spin it.</remarks>
public sealed class PumpLoop(IPump pump, PumpSignals signals, ClockWatch clock, TimeProvider time, OneByOne turns, ILogger<PumpLoop> log) : BackgroundService
{
    /// <summary>Shortest sleep of a pump whose work is due and cannot be done; also how long before it is due a deadline wakes its pump.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(500);

    static readonly TimeSpan BackoffMax = TimeSpan.FromSeconds(30);

    /// <summary>Ends the loop and hands the job over.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "What cannot be done while stopping is in the database, and done by the next replica.")]
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            if (pump is IHandsOver job) await job.HandOverAsync(cancellationToken);
        }
        catch (Exception fault)
        {
            log.LogWarning(fault, "{Pump} of {Service} left its lease to run out", pump.Name, pump.Service);
        }
    }

    /// <inheritdoc/>
    [SuppressMessage("Design", "CA1031", Justification = "A round that fails is logged and tried again: the work is in the database.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var wait = Shortest;
        var first = true;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (clock.MayRecord && await (first ? turns.RunAsync(() => pump.PumpAsync(stoppingToken), stoppingToken) : pump.PumpAsync(stoppingToken)) > 0) first = false;
                first = false;

                wait = Shortest;
                if (await signals.WaitAsync(pump.Service, pump.Name, await SleepAsync(stoppingToken), stoppingToken) && pump.Gather > TimeSpan.Zero)
                    await Task.Delay(pump.Gather, TimeProvider.System, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                log.LogError(fault, "{Pump} of {Service} failed; next try in {Wait}", pump.Name, pump.Service, wait);
                await Task.Delay(wait, TimeProvider.System, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                wait = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, BackoffMax.Ticks));
            }
        }
    }

    async Task<TimeSpan> SleepAsync(CancellationToken cancel)
    {
        var patience = pump.Patience;
        if (await pump.NextAsync(cancel) is not { } due || due - time.GetUtcNow() is var left && left >= patience) return patience;
        return left > TimeSpan.Zero ? left : Shortest < patience ? Shortest : patience;
    }
}
