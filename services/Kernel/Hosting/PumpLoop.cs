using System.Diagnostics.CodeAnalysis;
using Doseline.Kernel.Messaging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Doseline.Kernel.Hosting;

/// <summary>Runs a pump for as long as the host runs: at once when something was committed, and at intervals for what was missed.</summary>
/// <remarks>It waits on the wall clock, never on the domain's clock, so that a simulated clock cannot spin it.</remarks>
public sealed class PumpLoop(IPump pump, OutboxSignals signals, ILogger<PumpLoop> log) : BackgroundService
{
    static readonly TimeSpan Sweep = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan BackoffMax = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    [SuppressMessage("Design", "CA1031", Justification = "A round that fails is logged and tried again: the work is in the database.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var wait = Sweep;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await pump.PumpAsync(stoppingToken) > 0) wait = Sweep;
                await signals.WaitAsync(pump.Service, wait, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                log.LogError(fault, "{Pump} of {Service} failed; next try in {Wait}", pump.GetType().Name, pump.Service, wait);
                wait = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, BackoffMax.Ticks));
                await Task.Delay(wait, TimeProvider.System, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
