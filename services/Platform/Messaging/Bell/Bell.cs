using System.Collections.Concurrent;
using Doseline.Platform.Messaging.Log;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Messaging;

/// <summary>Says that a log has grown: to the readers of this process by a signal, and, with the page that came along, for a log elsewhere.</summary>
/// <remarks>It moves no cursor. Nothing depends on it but how soon something is read.</remarks>
/// <param name="services">Has the table of facts, which is asked for when the first one is published.</param>
/// <param name="signals">Wakes readers.</param>
/// <param name="meter">Counts.</param>
public sealed class Bell(IServiceProvider services, PumpSignals signals, MessagingMeter meter)
{
    readonly ConcurrentDictionary<(string Listener, string Publisher), BellPages> pages = new();

    FactTable Table => services.GetRequiredService<FactTable>();

    /// <summary>Facts were committed here.</summary>
    /// <param name="publisher">Publishing service.</param>
    /// <param name="facts">The facts.</param>
    public void Published(string publisher, IReadOnlyCollection<Fact> facts)
    {
        meter.Published(publisher, facts.Select(f => f.Type));
        // Who does nothing about these passes them by when next it looks.
        foreach (var listener in Table.ListenersOf(publisher).Where(l => Concerns(l, publisher, facts))) Ring(listener, publisher);
        signals.Set(publisher, PumpNames.Bell);
    }

    /// <summary>Wakes the readers of a log here: every one, or with a page those whom it concerns.</summary>
    /// <param name="publisher">Publishing service.</param>
    /// <param name="page">Page that came with the ring; null when none did, or none that can be trusted.</param>
    public void Ring(string publisher, FactPage? page = null)
    {
        foreach (var listener in Table.ListenersOf(publisher))
        {
            if (page is { IsWhole: true })
            {
                var concerns = Concerns(listener, publisher, page.Facts);
                PagesOf(listener, publisher).Put(page, concerns);
                if (!concerns) continue;
            }

            Ring(listener, publisher);
        }
    }

    /// <summary>Wakes one reader.</summary>
    public void Ring(string listener, string publisher) => signals.Set(listener, PumpNames.Facts(publisher));

    /// <summary>Takes the page that begins exactly where a reader stands, what does not concern it passed by; null when none came.</summary>
    /// <param name="listener">Listening service.</param>
    /// <param name="publisher">Publishing service.</param>
    /// <param name="place">Where the reader stands.</param>
    /// <param name="until">Position that the page must not pass; null for none.</param>
    internal FactPage? Take(string listener, string publisher, LogPlace place, long? until) => PagesOf(listener, publisher).Take(place, until);

    /// <summary>True while a page waits to be taken.</summary>
    internal bool HasPages(string listener, string publisher) => PagesOf(listener, publisher).Any;

    /// <summary>How often a reader was rung for.</summary>
    internal long RungFor(string listener, string publisher) => signals.CountOf(listener, PumpNames.Facts(publisher));

    BellPages PagesOf(string listener, string publisher) => pages.GetOrAdd((listener, publisher), _ => new BellPages());

    bool Concerns(string listener, string publisher, IEnumerable<Fact> facts) => Table.Of(listener, publisher) is var rules && facts.Any(f => rules.ContainsKey(f.Type));
}
