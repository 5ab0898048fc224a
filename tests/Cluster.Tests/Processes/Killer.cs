using System.Collections.Concurrent;
using Doseline.Sidecar;

namespace Doseline.Cluster.Tests.Processes;

/// <summary>Kills services at points of a message's way: the same seed chooses the same messages.</summary>
/// <param name="seed">Seed; printed with a failure.</param>
/// <param name="targets">Which service at which point.</param>
/// <param name="within">A kill falls on one of so many messages at its point, the first few excepted.</param>
sealed class Killer(int seed, IReadOnlyList<(string App, Point Point)> targets, int within) : ITrouble
{
    readonly ConcurrentDictionary<(string App, Point Point), int> passed = new();
    readonly Dictionary<(string App, Point Point), int> plan = Draw(seed, targets, within);

    /// <summary>Kills a service; set once the processes run.</summary>
    public Func<string, Task>? Kill { get; set; }

    /// <summary>What was killed, at which point, at which message there.</summary>
    public ConcurrentQueue<(string App, Point Point, int Message)> Killed { get; } = new();

    /// <inheritdoc/>
    public async ValueTask<bool> AtAsync(string app, Point point)
    {
        if (Kill is null || !plan.TryGetValue((app, point), out var number)) return false;
        if (passed.AddOrUpdate((app, point), 1, (_, n) => n + 1) != number) return false;
        Killed.Enqueue((app, point, number));
        await Kill(app);
        return true;
    }

    static Dictionary<(string App, Point Point), int> Draw(int seed, IReadOnlyList<(string App, Point Point)> targets, int within)
    {
        Random random = new(seed);
        return targets.ToDictionary(t => t, _ => 3 + random.Next(within));
    }
}
