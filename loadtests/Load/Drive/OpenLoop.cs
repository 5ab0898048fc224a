using System.Diagnostics;

namespace Doseline.Load.Drive;

/// <summary>
/// Starts every call when it is due, whether or not earlier ones were answered, and measures from the instant it was due: a server that
/// stalls is charged for every caller who would have waited ("coordinated omission" is avoided).
/// </summary>
static class OpenLoop
{
    // How long answers are waited for after the last call was due.
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    // Beyond this the platform is lost anyway; what does not start counts as an error.
    const int InFlightMax = 20_000;
    static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    /// <summary>Plays a turn.</summary>
    /// <param name="arrivals">When each call is due, ascending.</param>
    /// <param name="call">Makes the call with the given number and says how it ended; does not throw.</param>
    /// <param name="cancel">Cancels.</param>
    public static async Task<(Tally Tally, TimeSpan Took)> RunAsync(TimeSpan[] arrivals, Func<int, Task<string>> call, CancellationToken cancel)
    {
        Tally tally = new();
        var started = Stopwatch.GetTimestamp();
        long inFlight = 0;
        TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
        long answered = 0;
        using PeriodicTimer timer = new(Tick);
        for (var next = 0; next < arrivals.Length;)
        {
            var now = Stopwatch.GetElapsedTime(started);
            for (; next < arrivals.Length && arrivals[next] <= now; next++)
            {
                tally.StartDelay.Record(now - arrivals[next]);
                if (Interlocked.Read(ref inFlight) >= InFlightMax)
                    Count(arrivals[next], "NOT_STARTED too many in flight");
                else
                    _ = OneAsync(next);
            }

            if (next < arrivals.Length) await timer.WaitForNextTickAsync(cancel);
        }

        await Task.WhenAny(drained.Task, Task.Delay(Grace, cancel));
        var missing = arrivals.Length - Interlocked.Read(ref answered);
        var took = Stopwatch.GetElapsedTime(started);
        for (; missing > 0; missing--) tally.Answered(took - arrivals[^1], "UNANSWERED in time");
        return (tally, took);

        async Task OneAsync(int number)
        {
            Interlocked.Increment(ref inFlight);
            var outcome = await call(number);
            Interlocked.Decrement(ref inFlight);
            Count(arrivals[number], outcome);
        }

        void Count(TimeSpan due, string outcome)
        {
            tally.Answered(Stopwatch.GetElapsedTime(started) - due, outcome);
            if (Interlocked.Increment(ref answered) == arrivals.Length) drained.TrySetResult();
        }
    }
}
