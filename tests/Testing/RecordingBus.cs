using System.Collections.Concurrent;
using Doseline.Platform.Messaging;

namespace Doseline.Testing;

/// <summary>The in-process bus, which also remembers every fact it carried.</summary>
public sealed class RecordingBus(LocalFactBus inner) : IFactBus
{
    readonly ConcurrentQueue<Fact> published = new();

    /// <summary>Facts in the order they were published.</summary>
    public IReadOnlyList<Fact> Published => [.. published];

    /// <inheritdoc/>
    public Task PublishAsync(Fact fact, CancellationToken cancel)
    {
        published.Enqueue(fact);
        return inner.PublishAsync(fact, cancel);
    }
}
