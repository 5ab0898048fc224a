using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Doseline.Platform.Hosting;

namespace Doseline.Platform.Messaging;

/// <summary>Tells the watchers of a service that something was committed, so that a stream can read what changed.</summary>
/// <remarks>
/// It signals that something changed, not what: a watcher reads the rows that are newer than what it has sent. Many commits while it
/// reads are one signal, so a slow client costs no memory.
/// </remarks>
public sealed class WatchSignals
{
    // Another replica's commits give no signal here; looking this often bounds how late they are seen.
    static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    readonly ConcurrentDictionary<string, Signal> signals = new(StringComparer.Ordinal);

    /// <summary>Says that the service committed something.</summary>
    public void Set(string service) => Of(service).Set();

    /// <summary>
    /// Yields at once, then after every commit of the service in this process, and at least every second of real time. Ends when cancelled.
    /// </summary>
    /// <param name="service">Service whose commits count.</param>
    /// <param name="cancel">Ends the sequence, without an exception.</param>
    /// <returns>How many commits this process has seen of the service.</returns>
    public async IAsyncEnumerable<long> ChangesAsync(string service, [EnumeratorCancellation] CancellationToken cancel)
    {
        var signal = Of(service);
        while (!cancel.IsCancellationRequested)
        {
            // The next change is taken hold of before the caller reads, so that a commit while it reads is not lost.
            var (count, next) = signal.Now;
            yield return count;
            await next.WaitAsync(LookAgain, WallClock.Pace, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    Signal Of(string service) => signals.GetOrAdd(service, static _ => new Signal());

    sealed class Signal
    {
        readonly Lock guard = new();
        long count;
        TaskCompletionSource next = New();

        public (long Count, Task Next) Now
        {
            get
            {
                lock (guard) return (count, next.Task);
            }
        }

        public void Set()
        {
            TaskCompletionSource set;
            lock (guard)
            {
                count++;
                (set, next) = (next, New());
            }

            set.SetResult();
        }

        // Watchers go on outside the committing call, which must not wait for them.
        static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
