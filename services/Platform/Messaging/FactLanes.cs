using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Doseline.Platform.Messaging;

/// <summary>What came of a round of publishing.</summary>
/// <param name="Held">Ids of the facts the broker holds.</param>
/// <param name="Failed">Subjects that stopped at a fault, with the fault; their later facts were not tried.</param>
public sealed record PublishedRound(IReadOnlySet<string> Held, IReadOnlyDictionary<string, Exception> Failed);

/// <summary>Runs facts in lanes: one lane a subject, in order within it; a fault stops its lane and no other.</summary>
static class FactLanes
{
    [SuppressMessage("Design", "CA1031", Justification = "A fault stops its lane; the relay reports it and tries the lane again.")]
    public static async Task<PublishedRound> RunAsync(
        IReadOnlyList<Fact> facts, int lanes, Func<Fact, CancellationToken, Task> publish, CancellationToken cancel)
    {
        ConcurrentDictionary<string, bool> held = new(StringComparer.Ordinal);
        ConcurrentDictionary<string, Exception> failed = new(StringComparer.Ordinal);
        // One lane in all keeps the order of the whole round, which is what a repeatable simulation needs.
        IEnumerable<IEnumerable<Fact>> tracks = lanes <= 1 ? [facts] : facts.GroupBy(f => f.Subject, StringComparer.Ordinal);
        await Parallel.ForEachAsync(tracks, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, lanes) }, async (track, _) =>
        {
            foreach (var fact in track)
            {
                if (failed.ContainsKey(fact.Subject)) continue;
                try
                {
                    cancel.ThrowIfCancellationRequested();
                    await publish(fact, cancel);
                    held[fact.Id] = true;
                }
                catch (Exception fault)
                {
                    failed[fact.Subject] = fault;
                }
            }
        });
        return new PublishedRound(held.Keys.ToHashSet(StringComparer.Ordinal), failed);
    }
}
