using System.Collections.Concurrent;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Log;

namespace Doseline.Simulation.Tests.Interleavings;

/// <summary>Logs that a test writes, one for each listener and publisher, so that it says who reads what when.</summary>
sealed class ScriptedLogs : IFactSource
{
    readonly ConcurrentDictionary<(string Listener, string Publisher), List<Fact>> logs = new();

    /// <summary>Meets each fact on its way into its handler, and again behind it; what it throws is thrown there.</summary>
    public Func<Fact, bool, CancellationToken, Task>? Meet { get; set; }

    /// <summary>The log that cannot be read now; null while all can.</summary>
    public string? Away { get; set; }

    /// <summary>How often somebody came for a log that was away.</summary>
    public int CameInVain { get; private set; }

    public bool IsHere(string publisher) => true;

    /// <summary>Where the log of a publisher ends for a listener.</summary>
    public LogPlace HeadOf(string listener, string publisher) => Of(listener, publisher) is [.., var last] ? new LogPlace(last.Position, last.Id) : LogPlace.Beginning;

    /// <summary>Appends facts.</summary>
    public void Append(string listener, string publisher, IEnumerable<Fact> facts)
    {
        var log = Of(listener, publisher);
        foreach (var fact in facts) log.Add(fact with { Position = log.Count + 1 });
    }

    public Task<FactPage> ReadAsync(string listener, string publisher, LogPlace after, IReadOnlyCollection<string> types, long? until, CancellationToken cancel)
    {
        if (publisher == Away)
        {
            CameInVain++;
            throw new PublisherAwayException($"{publisher} is away.");
        }

        var (log, head) = (Of(listener, publisher), HeadOf(listener, publisher));
        var known = after.Position == 0 ? "" : after.Position <= log.Count ? log[(int)after.Position - 1].Id : "none";
        if (known != after.FactId) return Task.FromResult(new FactPage(after, [], after, head, Forked: true));
        var end = (int)Math.Min(head.Position, until ?? long.MaxValue);
        List<Fact> facts = [.. log.Take(end).Skip((int)after.Position).Where(f => types.Contains(f.Type))];
        return Task.FromResult(new FactPage(after, facts, end == 0 ? LogPlace.Beginning : new LogPlace(end, log[end - 1].Id), head));
    }

    List<Fact> Of(string listener, string publisher) => logs.GetOrAdd((listener, publisher), _ => []);
}
