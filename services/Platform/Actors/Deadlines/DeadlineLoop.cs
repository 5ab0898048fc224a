using System.Diagnostics.CodeAnalysis;
using Doseline.Platform.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Actors.Deadlines;

/// <summary>Runs the sweeps for as long as the host runs. Each sleeps until there is something to do: it looks at no clock in between but its own timer.</summary>
/// <remarks>It waits on the wall clock, so that a simulated clock cannot spin it.</remarks>
sealed class DeadlineLoop(IEnumerable<DeadlineSweep> sweeps, DeadlineBoard board, ClockWatch clock, OneByOne turns, IHostApplicationLifetime lifetime, ILogger<DeadlineLoop> log) : BackgroundService
{
    // What another replica set, and did not live to see to, is found after this long; at once where silos are joined and tell each other who is gone.
    static readonly TimeSpan SleepMax = TimeSpan.FromSeconds(30);

    static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TaskCompletionSource listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var _ = lifetime.ApplicationStarted.Register(() => listening.TrySetResult());
        // After the ports are open: whoever waits for an answer comes first.
        await listening.Task.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(sweeps.Select(sweep => RunAsync(sweep, stoppingToken)));
    }

    [SuppressMessage("Design", "CA1031", Justification = "A round that fails is logged and tried again: the work is in the database.")]
    async Task RunAsync(DeadlineSweep sweep, CancellationToken stop)
    {
        DateTimeOffset? told = null;
        var first = true;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                // While the clock is off nothing is due.
                var (wait, until) = !clock.MayRecord ? (AfterFault, DateTimeOffset.MinValue)
                    : first ? await turns.RunAsync(() => sweep.RoundAsync(told, stop), stop) : await sweep.RoundAsync(told, stop);
                first = false;
                told = await board.WaitAsync(sweep.Service, until, wait < SleepMax ? wait : SleepMax, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                log.LogError(fault, "The sweep of {Service} failed", sweep.Service);
                await board.WaitAsync(sweep.Service, DateTimeOffset.MinValue, AfterFault, stop);
                // Whom it woke is not known.
                told = DateTimeOffset.MinValue;
            }
        }
    }
}
