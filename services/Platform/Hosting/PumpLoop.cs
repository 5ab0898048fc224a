using System.Diagnostics.CodeAnalysis;
using Doseline.Platform.Messaging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Hosting;

/// <summary>Runs a pump for as long as the host runs: at once when something was committed, and at intervals for what was missed.</summary>
/// <remarks>It waits on the wall clock, never on the domain's clock, so that a simulated clock cannot spin it.</remarks>
public sealed class PumpLoop(IPump pump, OutboxSignals signals, ClockWatch clock, ILogger<PumpLoop> log) : BackgroundService
{
    /// <summary>How often a pump looks for what nobody woke it for.</summary>
    public static readonly TimeSpan Sweep = TimeSpan.FromMilliseconds(500);

    // A round costs about the same for one fact as for fifty, so what is committed in quick succession travels together.
    static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan BackoffMax = TimeSpan.FromSeconds(30);

    /// <summary>Ends the loop, then does what is left, for as long as the host allows, and hands the job over.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "What cannot be done while stopping is in the database, and done by the next replica.")]
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            if (pump.Name is PumpNames.Outbox)
            {
                while (await pump.PumpAsync(cancellationToken) > 0)
                {
                }
            }

            if (pump is IHandsOver job) await job.HandOverAsync(cancellationToken);
        }
        catch (Exception fault)
        {
            log.LogWarning(fault, "{Pump} of {Service} left work for the next replica", pump.Name, pump.Service);
        }
    }

    /// <inheritdoc/>
    [SuppressMessage("Design", "CA1031", Justification = "A round that fails is logged and tried again: the work is in the database.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var wait = Sweep;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (clock.MayRecord && await pump.PumpAsync(stoppingToken) > 0)
                {
                }

                wait = Sweep;
                if (await signals.WaitAsync(pump.Service, pump.Name, wait, stoppingToken) && pump.Name is PumpNames.Outbox)
                    await Task.Delay(Gather, TimeProvider.System, stoppingToken);
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
}
