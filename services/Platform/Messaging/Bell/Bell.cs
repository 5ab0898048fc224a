using System.Collections.Concurrent;
using Doseline.Platform.Messaging.Log;

namespace Doseline.Platform.Messaging;

/// <summary>Says that a log has grown: to the readers of this process by a signal, and, with the page that came along, for a log elsewhere.</summary>
/// <remarks>It moves no cursor. Nothing depends on it but how soon something is read.</remarks>
public sealed class Bell(FactTable table, PumpSignals signals, MessagingMeter meter)
{
    // Pages that came and were not read yet; a reader that stands elsewhere asks the publisher instead.
    const int PagesMax = 64;

    readonly ConcurrentDictionary<(string Listener, string Publisher), ConcurrentQueue<FactPage>> pages = new();

    /// <summary>Facts were committed here.</summary>
    /// <param name="publisher">Publishing service.</param>
    /// <param name="facts">The facts.</param>
    public void Published(string publisher, IEnumerable<Fact> facts)
    {
        meter.Published(publisher, facts.Select(f => f.Type));
        Ring(publisher);
        signals.Set(publisher, PumpNames.Bell);
    }

    /// <summary>Wakes every reader of a log here.</summary>
    /// <param name="publisher">Publishing service.</param>
    /// <param name="page">Page that came with the ring; null when none did, or none that can be trusted.</param>
    public void Ring(string publisher, FactPage? page = null)
    {
        foreach (var listener in table.ListenersOf(publisher)) Ring(listener, publisher, page);
    }

    /// <summary>Wakes one reader.</summary>
    public void Ring(string listener, string publisher, FactPage? page = null)
    {
        if (page is { IsWhole: true })
        {
            var queue = pages.GetOrAdd((listener, publisher), _ => new());
            queue.Enqueue(page);
            while (queue.Count > PagesMax) queue.TryDequeue(out _);
        }

        signals.Set(listener, PumpNames.Facts(publisher));
    }

    /// <summary>Takes the page that begins exactly where a reader stands; null when none came.</summary>
    /// <param name="listener">Listening service.</param>
    /// <param name="publisher">Publishing service.</param>
    /// <param name="place">Where the reader stands.</param>
    /// <param name="until">Position that the page must not pass; null for none.</param>
    internal FactPage? Take(string listener, string publisher, LogPlace place, long? until)
    {
        if (!pages.TryGetValue((listener, publisher), out var queue)) return null;
        while (queue.TryPeek(out var page))
        {
            // What begins later may fit once what lies before was read.
            if (page.After.Position > place.Position) return null;
            queue.TryDequeue(out _);
            if (page.After == place && (until is null || page.UpTo.Position <= until)) return page;
        }

        return null;
    }

    /// <summary>True while a page waits to be taken.</summary>
    internal bool HasPages(string listener, string publisher) => pages.TryGetValue((listener, publisher), out var queue) && !queue.IsEmpty;

    /// <summary>How often a reader was rung for.</summary>
    internal long RungFor(string listener, string publisher) => signals.CountOf(listener, PumpNames.Facts(publisher));
}
