using Doseline.Platform.Messaging.Log;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Messaging.Dapr;

/// <summary>Hears the rings that the sidecar delivers. Whatever comes, it is at most a reason to read.</summary>
public sealed class DaprRings(FactTable table, IFactSource source, Bell bell, PageSeal seal, MessagingMeter meter, ILogger<DaprRings> log)
{
    /// <summary>Topics this process listens to: the publishers that are not in it.</summary>
    public IReadOnlyList<string> Topics { get; } =
        [.. table.Pairs.Select(p => p.Publisher).Where(p => !source.IsHere(p)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Hears one.</summary>
    /// <param name="topic">Topic on which it came: the publisher.</param>
    /// <param name="envelope">What came.</param>
    public void Hear(string topic, ReadOnlyMemory<byte> envelope)
    {
        var page = Rings.Read(topic, envelope, seal);
        if (page is null)
        {
            meter.Untrusted(topic);
            log.LogCritical("A ring on {Topic} holds no page that its publisher signed; the log is read instead", topic);
        }

        bell.Ring(topic, page);
    }

    /// <summary>Tells that somebody rang who is not the broker: an app through its sidecar, or whoever reaches this port.</summary>
    /// <param name="topic">In whose name; null where nobody's.</param>
    /// <param name="app">The app, where a sidecar named it.</param>
    public void Refuse(string? topic, string? app)
    {
        if (topic is null || !Topics.Contains(topic)) return;
        meter.Untrusted(topic);
        log.LogCritical("Not the broker but {App} rang on {Topic}; it was refused", string.IsNullOrEmpty(app) ? "somebody unknown" : app, topic);
    }
}
