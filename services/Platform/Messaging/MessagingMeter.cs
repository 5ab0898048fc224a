using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Doseline.Platform.Messaging;

/// <summary>Metrics of facts (meter <c>Doseline.Messaging</c>) and the source of their spans (<c>Doseline</c>).</summary>
public sealed class MessagingMeter : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Doseline.Messaging";

    /// <summary>Spans of the platform; a fact's handling continues the trace of its publisher.</summary>
    public static ActivitySource Spans { get; } = new("Doseline");

    readonly ConcurrentDictionary<string, (long Unsent, double OldestSeconds)> outboxes = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, (long Parked, long Waiting)> standing = new(StringComparer.Ordinal);
    readonly Meter meter;
    readonly Counter<long> published;
    readonly Counter<long> handled;
    readonly Counter<long> duplicates;
    readonly Counter<long> failures;
    readonly Counter<long> parked;
    readonly Counter<long> conflicts;

    /// <summary>Makes the instruments.</summary>
    public MessagingMeter()
    {
        meter = new Meter(MeterName);
        published = meter.CreateCounter<long>("facts_published", "{fact}", "Facts the broker took.");
        handled = meter.CreateCounter<long>("facts_handled", "{fact}", "Facts a handler's changes were committed for.");
        duplicates = meter.CreateCounter<long>("facts_duplicate", "{fact}", "Deliveries of a fact that had been handled.");
        failures = meter.CreateCounter<long>("facts_failed", "{try}", "Tries of a handler that failed.");
        parked = meter.CreateCounter<long>("facts_parked", "{fact}", "Facts that wait for a person.");
        conflicts = meter.CreateCounter<long>("facts_conflicting", "{fact}", "Facts refused because their payload is not the one that was hashed or handled.");
        meter.CreateObservableGauge("outbox_unsent", () => outboxes.Select(o => new Measurement<long>(o.Value.Unsent, Tag(o.Key))), "{fact}", "Facts that wait to be published.");
        meter.CreateObservableGauge("outbox_oldest_seconds", () => outboxes.Select(o => new Measurement<double>(o.Value.OldestSeconds, Tag(o.Key))), "s", "Age of the oldest fact that waits to be published.");
        meter.CreateObservableGauge("facts_parked_now", () => standing.Select(s => new Measurement<long>(s.Value.Parked, Tag(s.Key))), "{fact}", "Facts that wait for a person now.");
        meter.CreateObservableGauge("facts_waiting_now", () => standing.Select(s => new Measurement<long>(s.Value.Waiting, Tag(s.Key))), "{fact}", "Facts that are being tried again, or wait behind one that is.");
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    internal void Standing(string service, long parked, long waiting) => standing[service] = (parked, waiting);

    internal void Outbox(string service, long unsent, TimeSpan oldest) => outboxes[service] = (unsent, Math.Max(0, oldest.TotalSeconds));

    internal void Published(string service, IEnumerable<string> types)
    {
        foreach (var type in types.CountBy(t => t, StringComparer.Ordinal)) published.Add(type.Value, Tag(service), new("type", type.Key));
    }

    internal void Handled(FactSubscription subscription) => handled.Add(1, Tag(subscription.Service), new("handler", subscription.Handler));

    internal void Duplicate(FactSubscription subscription) => duplicates.Add(1, Tag(subscription.Service), new("handler", subscription.Handler));

    internal void Failed(FactSubscription subscription) => failures.Add(1, Tag(subscription.Service), new("handler", subscription.Handler));

    internal void Parked(string service, string handler) => parked.Add(1, Tag(service), new("handler", handler));

    internal void Conflict(string service) => conflicts.Add(1, Tag(service));

    static KeyValuePair<string, object?> Tag(string service) => new("service", service);
}
