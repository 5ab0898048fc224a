using System.Collections.Concurrent;
using Doseline.Platform.Hosting;

namespace Doseline.Platform.Actors.Deadlines;

/// <summary>Where a commit says which deadline it set, so that a sweep that sleeps longer than that wakes up. Losing a word costs lateness, never the deadline: the row is the truth.</summary>
public sealed class DeadlineBoard
{
    readonly ConcurrentDictionary<string, Place> places = new(StringComparer.Ordinal);

    /// <summary>Says that the service committed a deadline.</summary>
    public void Set(string service, DateTimeOffset due) => Of(service).Set(due);

    /// <summary>Says that deadlines may have been left behind: by a replica that is gone.</summary>
    internal void LookAgain()
    {
        foreach (var place in places.Values) place.Set(DateTimeOffset.MinValue);
    }

    /// <summary>Waits until a deadline before the given instant is set, at most the given time.</summary>
    /// <returns>The earliest such deadline; null when there was none.</returns>
    internal Task<DateTimeOffset?> WaitAsync(string service, DateTimeOffset before, TimeSpan atMost, CancellationToken cancel) => Of(service).WaitAsync(before, atMost, cancel);

    Place Of(string service) => places.GetOrAdd(service, static _ => new Place());

    sealed class Place
    {
        readonly Lock guard = new();
        DateTimeOffset? earliest;
        (DateTimeOffset Before, TaskCompletionSource Woken)? sleeper;

        public void Set(DateTimeOffset due)
        {
            lock (guard)
            {
                if (earliest is null || due < earliest) earliest = due;
                if (due < sleeper?.Before) sleeper.Value.Woken.TrySetResult();
            }
        }

        public async Task<DateTimeOffset?> WaitAsync(DateTimeOffset before, TimeSpan atMost, CancellationToken cancel)
        {
            TaskCompletionSource woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (guard)
            {
                sleeper = (before, woken);
                if (earliest < before) woken.SetResult();
            }

            await woken.Task.WaitAsync(atMost, WallClock.Pace, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancel.ThrowIfCancellationRequested();
            lock (guard)
            {
                var told = earliest;
                (sleeper, earliest) = (null, null);
                return told < before ? told : null;
            }
        }
    }
}
