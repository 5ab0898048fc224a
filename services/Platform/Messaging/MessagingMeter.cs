using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging.Reading;

namespace Doseline.Platform.Messaging;

/// <summary>Metrics of facts (meter <c>Doseline.Messaging</c>) and the source of their spans (<c>Doseline</c>).</summary>
public sealed class MessagingMeter : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Doseline.Messaging";

    /// <summary>Spans of the platform; a fact's handling continues the trace of its publisher.</summary>
    public static ActivitySource Spans { get; } = new("Doseline");

    readonly ConcurrentDictionary<(string Service, string Publisher), long> heads = new();
    readonly ConcurrentDictionary<(string Service, string Publisher), (long Position, double Seconds)> cursors = new();
    readonly ConcurrentDictionary<(string Service, string Publisher), long> standing = new();
    readonly ConcurrentDictionary<(string Service, WaitState State), (long Count, double Seconds)> waiting = new();
    readonly ConcurrentDictionary<string, IReadOnlyList<Measurement<double>>> failing = new(StringComparer.Ordinal);
    readonly Counter<long> published, handled, duplicates, failures, conflicts, pages, unrung, refused, forks, rings, ringsFailed, pagesUntrusted;

    /// <summary>Makes the instruments.</summary>
    public MessagingMeter()
    {
        published = Meter.CreateCounter<long>("facts_published", "{fact}", "Facts that were committed to a log.");
        handled = Meter.CreateCounter<long>("facts_handled", "{fact}", "Facts a handler's changes were committed for.");
        duplicates = Meter.CreateCounter<long>("facts_duplicate", "{fact}", "Facts that were read again after they had been handled.");
        failures = Meter.CreateCounter<long>("facts_failed", "{try}", "Tries of a handler that failed.");
        conflicts = Meter.CreateCounter<long>("facts_conflicting", "{fact}", "Facts refused because their payload is not the one that was hashed or handled.");
        pages = Meter.CreateCounter<long>("fact_pages", "{page}", "Pages of logs that were used: brought by the bell, or read.");
        unrung = Meter.CreateCounter<long>("facts_found_unrung", "{fact}", "Facts that were found without a ring.");
        refused = Meter.CreateCounter<long>("fact_pages_refused", "{page}", "Pages that were not what a page must be: a gap, or positions that do not ascend.");
        forks = Meter.CreateCounter<long>("fact_forks", "{fork}", "Times that a publisher's log was not the one that had been read.");
        rings = Meter.CreateCounter<long>("fact_rings", "{ring}", "Rings given to the broker.");
        ringsFailed = Meter.CreateCounter<long>("fact_rings_failed", "{ring}", "Rings that the broker did not take.");
        pagesUntrusted = Meter.CreateCounter<long>("fact_pages_untrusted", "{page}", "Pages that came with a ring or were read, and that their publisher had not signed.");
        Meter.CreateObservableGauge("facts_unread_positions", () => cursors.Select(c => new Measurement<long>(Math.Max(0, heads.GetValueOrDefault(c.Key) - c.Value.Position), Tags(c.Key))), "{position}", "Positions of a log, as far as it is known, that were not read.");
        Meter.CreateObservableGauge("facts_read_age_seconds", () => cursors.Select(c => new Measurement<double>(c.Value.Seconds, Tags(c.Key))), "s", "How long ago a log was read.");
        Meter.CreateObservableGauge("facts_standing_still", () => standing.Select(s => new Measurement<long>(s.Value, Tags(s.Key))), "{log}", "Logs that are not read on until a person has looked.");
        Meter.CreateObservableGauge("facts_waiting_now", () => waiting.Select(w => new Measurement<long>(w.Value.Count, Tags(w.Key))), "{fact}", "Facts that were read and not handled, by where they stand.");
        Meter.CreateObservableGauge("fact_failing_seconds", () => failing.Values.SelectMany(f => f), "s", "Since when a fact cannot be handled: the oldest of each service, with the record it is about.");
        Meter.CreateObservableGauge("facts_waiting_oldest_seconds", () => waiting.Select(w => new Measurement<double>(w.Value.Seconds, Tags(w.Key))), "s", "Age of the oldest fact that was read and not handled, by where it stands.");
    }

    internal Meter Meter { get; } = new(MeterName);

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    /// <summary>Counts nothing of everything that may be counted, so that the first of each is a step that a scraper sees.</summary>
    /// <param name="service">A service hosted here.</param>
    /// <param name="types">What it publishes.</param>
    /// <param name="rules">What it hears.</param>
    internal void Begin(string service, IEnumerable<string> types, IReadOnlyCollection<FactRule> rules)
    {
        foreach (var type in types) published.Add(0, Tag(service), new("type", type));
        foreach (var rule in rules)
        {
            foreach (var counter in (Counter<long>[])[handled, duplicates, failures]) counter.Add(0, Tag(service), new("handler", rule.Handler));
        }

        foreach (var publisher in rules.Select(r => r.Publisher).Distinct(StringComparer.Ordinal))
        {
            foreach (var counter in (Counter<long>[])[unrung, refused, forks]) counter.Add(0, Tags((service, publisher)));
            foreach (var brought in (bool[])[true, false]) pages.Add(0, Tag(service), new("publisher", publisher), Way(brought));
            pagesUntrusted.Add(0, new KeyValuePair<string, object?>("publisher", publisher));
            standing.TryAdd((service, publisher), 0);
        }

        foreach (var counter in (Counter<long>[])[conflicts, rings, ringsFailed]) counter.Add(0, Tag(service));
    }

    internal void Published(string service, IEnumerable<string> types)
    {
        foreach (var type in types.CountBy(t => t, StringComparer.Ordinal)) published.Add(type.Value, Tag(service), new("type", type.Key));
    }

    internal void Handled(FactRule rule) => handled.Add(1, Tag(rule.Service), new("handler", rule.Handler));

    internal void Duplicate(FactRule rule) => duplicates.Add(1, Tag(rule.Service), new("handler", rule.Handler));

    internal void Failed(FactRule rule) => failures.Add(1, Tag(rule.Service), new("handler", rule.Handler));

    internal void Conflict(string service) => conflicts.Add(1, Tag(service));

    internal void Page(string service, string publisher, bool brought) => pages.Add(1, Tag(service), new("publisher", publisher), Way(brought));

    internal void Unrung(string service, string publisher, int facts) => unrung.Add(facts, Tags((service, publisher)));

    internal void PageRefused(string service, string publisher) => refused.Add(1, Tags((service, publisher)));

    internal void Fork(string service, string publisher, bool standsStill)
    {
        forks.Add(1, Tags((service, publisher)));
        StandsStill(service, publisher, standsStill);
    }

    internal void StandsStill(string service, string publisher, bool standsStill) => standing[(service, publisher)] = standsStill ? 1 : 0;

    internal void Head(string service, string publisher, long position) => heads[(service, publisher)] = position;

    internal void Rung(string service, bool taken) => (taken ? rings : ringsFailed).Add(1, Tag(service));

    internal void Untrusted(string publisher) => pagesUntrusted.Add(1, new KeyValuePair<string, object?>("publisher", publisher));

    internal void Cursor(string service, string publisher, long position, TimeSpan age) => cursors[(service, publisher)] = (position, Math.Max(0, age.TotalSeconds));

    internal void Waiting(string service, WaitState state, long count, TimeSpan oldest) => waiting[(service, state)] = (count, Math.Max(0, oldest.TotalSeconds));

    internal void Failing(string service, IEnumerable<(WaitingRow Row, string Subject, TimeSpan Age)> facts) => failing[service] =
    [
        .. facts.Select(f => new Measurement<double>(Math.Max(0, f.Age.TotalSeconds),
            Tag(service), new("publisher", f.Row.Publisher), new("state", f.Row.State.ToString().ToLowerInvariant()), new("type", f.Row.Type), new("subject", f.Subject), new("fact_id", f.Row.FactId))),
    ];

    static KeyValuePair<string, object?> Way(bool brought) => new("way", brought ? "bell" : "read");

    static KeyValuePair<string, object?> Tag(string service) => new("service", service);

    static KeyValuePair<string, object?>[] Tags((string Service, string Publisher) pair) => [Tag(pair.Service), new("publisher", pair.Publisher)];

    static KeyValuePair<string, object?>[] Tags((string Service, WaitState State) wait) => [Tag(wait.Service), new("state", wait.State.ToString().ToLowerInvariant())];
}
