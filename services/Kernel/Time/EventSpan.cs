using Doseline.Kernel.Rules;

namespace Doseline.Kernel.Time;

/// <summary>
/// When an event that somebody enters can have happened: not ahead of now, not before what it concerns was there, not after that was gone. The one rule for
/// every instant that a caller gives as the time of an event.
/// </summary>
/// <param name="Now">Instant of the entry.</param>
public sealed record EventSpan(DateTimeOffset Now)
{
    /// <summary>What it cannot lie before; null when nothing is known.</summary>
    public EventEdge? Earliest { get; private init; }

    /// <summary>What it cannot lie after; null when now is all there is.</summary>
    public EventEdge? Latest { get; private init; }

    /// <summary>It cannot lie before this; the later of two counts. An instant that is not known bounds nothing.</summary>
    /// <param name="what">What happened first, lower_snake, for example <c>receipt</c>.</param>
    /// <param name="time">When.</param>
    public EventSpan After(string what, DateTimeOffset? time) => time is { } known && !(known <= Earliest?.Time) ? this with { Earliest = new(what, known) } : this;

    /// <summary>It cannot lie after this; the earlier of two counts. An instant that is not known bounds nothing.</summary>
    /// <param name="what">What happened afterwards, lower_snake, for example <c>discard</c>.</param>
    /// <param name="time">When.</param>
    public EventSpan Before(string what, DateTimeOffset? time) => time is { } known && !(known >= Latest?.Time) ? this with { Latest = new(what, known) } : this;

    /// <summary>The nearest instant within the span.</summary>
    public DateTimeOffset Nearest(DateTimeOffset time) =>
        Earliest is { } first && time < first.Time ? first.Time : Latest is { } last && time > last.Time ? last.Time : time;

    /// <summary>Why the event cannot have happened then; nothing when it can. A documented late entry answers for the edges, and nothing answers for the future.</summary>
    /// <param name="field">Proto field path of the instant.</param>
    /// <param name="time">The instant as entered.</param>
    /// <param name="late">The late entry under which it is entered; null for none.</param>
    public IEnumerable<Refusal> Against(string field, DateTimeOffset time, LateEntry? late = null)
    {
        if (time > Now)
            yield return Refusal.Invalid(field, "EVENT_IN_FUTURE", $"{field} lies in the future; what happened is entered afterwards.").With("time", time).With("now_time", Now);
        if (late is not null) yield break;
        if (time < Earliest?.Time)
        {
            yield return Refusal.Invalid(field, "EVENT_TOO_EARLY", $"{field} lies before {Earliest.What.Replace('_', ' ')}; only a late entry, with its reason and a second person, can say so.")
                .With("time", time).With("earliest_time", Earliest.Time).With("earliest", Earliest.What);
        }

        if (time > Latest?.Time)
        {
            yield return Refusal.Invalid(field, "EVENT_TOO_LATE", $"{field} lies after {Latest.What.Replace('_', ' ')}; only a late entry, with its reason and a second person, can say so.")
                .With("time", time).With("latest_time", Latest.Time).With("latest", Latest.What);
        }
    }
}

/// <summary>Something that bounds an event in time.</summary>
/// <param name="What">What it is, lower_snake.</param>
/// <param name="Time">When it was.</param>
public sealed record EventEdge(string What, DateTimeOffset Time);

/// <summary>An entry that the record does not bear out by itself: it stands on a reason and on a second person.</summary>
/// <param name="Reason">Why it counts all the same.</param>
/// <param name="WitnessId">Immutable id of the second person.</param>
/// <param name="WitnessName">Printed name of the second person.</param>
public sealed record LateEntry(string Reason, string WitnessId, string WitnessName);
