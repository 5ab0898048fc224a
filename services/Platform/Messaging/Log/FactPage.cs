using Google.Protobuf.WellKnownTypes;
using Wire = Doseline.Facts.V1;

namespace Doseline.Platform.Messaging.Log;

/// <summary>A place in a log: the fact that stands there is part of it, for a log that was restored may hold another.</summary>
/// <param name="Position">Position; 0 is before the first fact.</param>
/// <param name="FactId">Fact at that position; empty before the first.</param>
public readonly record struct LogPlace(long Position, string FactId)
{
    /// <summary>Before the first fact.</summary>
    public static LogPlace Beginning { get; } = new(0, "");
}

/// <summary>An unbroken piece of a log.</summary>
/// <param name="After">Where it begins.</param>
/// <param name="Facts">Facts of the types wanted, in the order of the log.</param>
/// <param name="UpTo">Where it ends; between, what is not in it is of other types.</param>
/// <param name="Head">Last place of the log, read before the facts.</param>
/// <param name="Forked">True when another fact, or none, stands where it was to begin.</param>
public sealed record FactPage(LogPlace After, IReadOnlyList<Fact> Facts, LogPlace UpTo, LogPlace Head, bool Forked = false)
{
    /// <summary>True when it holds every fact of its piece, of whatever type: then it may be used in place of one that was asked for.</summary>
    public bool IsWhole => !Forked && Facts.Count > 0 && Facts.Count == UpTo.Position - After.Position;

    /// <summary>What of it lies after a place that it holds; null where it does not hold that place.</summary>
    /// <param name="place">The place: where it begins, or a fact of it that is not its last.</param>
    public FactPage? Since(LogPlace place)
    {
        if (place == After) return this;
        var passed = place.Position - After.Position;
        return IsWhole && passed > 0 && passed < Facts.Count && Facts[(int)passed - 1].Id == place.FactId ? this with { After = place, Facts = [.. Facts.Skip((int)passed)] } : null;
    }

    /// <summary>As it goes over the wire.</summary>
    public Wire.ReadFactsResponse ToWire(string service) => new()
    {
        Service = service,
        After = After.Position,
        AfterId = After.FactId,
        Facts = { Facts.Select(ToWire) },
        UpTo = UpTo.Position,
        UpToId = UpTo.FactId,
        Head = Head.Position,
        HeadId = Head.FactId,
        Forked = Forked,
    };

    /// <summary>As it came over the wire.</summary>
    /// <exception cref="FactLogException">Its facts do not ascend within its piece.</exception>
    public static FactPage From(Wire.ReadFactsResponse page)
    {
        var last = page.After;
        foreach (var fact in page.Facts)
        {
            if (fact.Position <= last || fact.Position > page.UpTo) throw new FactLogException($"A page of {page.Service} from {page.After} to {page.UpTo} holds position {fact.Position} after {last}.");
            last = fact.Position;
        }

        return new(new(page.After, page.AfterId), [.. page.Facts.Select(fact => From(page.Service, fact))], new(page.UpTo, page.UpToId), new(page.Head, page.HeadId), page.Forked);
    }

    static Wire.LoggedFact ToWire(Fact fact) => new()
    {
        Position = fact.Position,
        Id = fact.Id,
        Type = fact.Type,
        Subject = fact.Subject,
        Time = fact.Time.ToTimestamp(),
        Data = fact.Data,
        DataHash = fact.DataHash,
        CorrelationId = fact.CorrelationId,
        CausationId = fact.CausationId,
        Actor = fact.Actor,
        TraceParent = fact.TraceParent ?? "",
        Sequence = fact.Sequence,
    };

    static Fact From(string service, Wire.LoggedFact fact) => new()
    {
        Position = fact.Position,
        Id = fact.Id,
        Source = service,
        Type = fact.Type,
        Subject = fact.Subject,
        Time = fact.Time.ToDateTimeOffset(),
        Data = fact.Data,
        DataHash = fact.DataHash,
        CorrelationId = fact.CorrelationId,
        CausationId = fact.CausationId,
        Actor = fact.Actor,
        TraceParent = fact.TraceParent is "" ? null : fact.TraceParent,
        Sequence = fact.Sequence,
    };
}

/// <summary>A log or a page of it is not what it must be; nothing is read from it until a person has looked.</summary>
public sealed class FactLogException(string message) : Exception(message);
