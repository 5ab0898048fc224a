using System.Diagnostics;

namespace Doseline.Load.Drive;

/// <summary>So many callers who each call again as soon as they are answered: what a platform makes when it is never waited for.</summary>
static class ClosedLoop
{
    // Who was turned away comes back after a moment, as a client does.
    static readonly TimeSpan AfterFault = TimeSpan.FromMilliseconds(20);

    /// <summary>Calls until the time is up or all were made; calls under way are waited for.</summary>
    /// <param name="inFlight">Callers.</param>
    /// <param name="length">How long new calls begin.</param>
    /// <param name="most">Most calls.</param>
    /// <param name="call">Makes the call with the given number and says how it ended; does not throw.</param>
    public static async Task<(Tally Tally, TimeSpan Took)> RunAsync(int inFlight, TimeSpan length, int most, Func<int, Task<string>> call)
    {
        Tally tally = new();
        var started = Stopwatch.GetTimestamp();
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(CallerAsync)));
        return (tally, Stopwatch.GetElapsedTime(started));

        async Task CallerAsync()
        {
            while (Stopwatch.GetElapsedTime(started) < length && Interlocked.Increment(ref next) is var number && number < most)
            {
                var began = Stopwatch.GetTimestamp();
                var outcome = await call(number);
                tally.Answered(Stopwatch.GetElapsedTime(began), outcome);
                if (outcome is not Tally.Ok) await Task.Delay(AfterFault);
            }
        }
    }
}
