using Doseline.Platform.Messaging;

namespace Doseline.Testing.Faults;

/// <summary>
/// A broker that does all that a broker may: it keeps the order within a stream (publisher, subject, subscriber) and nothing else, delivers
/// late, delivers again, and holds what a stopped service cannot take. It outlives the processes that use it, as brokers do.
/// </summary>
/// <param name="plan">What goes wrong.</param>
/// <param name="clock">The clock of the platform.</param>
public sealed class UnrulyBroker(FaultPlan plan, TimeProvider clock)
{
    readonly List<Stream> streams = [];
    readonly Dictionary<string, DateTimeOffset> stopped = new(StringComparer.Ordinal);

    /// <summary>What goes wrong.</summary>
    public FaultPlan Plan => plan;

    /// <summary>Deliveries made, repetitions included.</summary>
    public int Delivered { get; private set; }

    /// <summary>Deliveries that are still to be made.</summary>
    public int Waiting => streams.Sum(s => s.Deliveries.Count);

    /// <summary>When something that waits now can next be delivered; null when nothing waits.</summary>
    public DateTimeOffset? NextTime => streams.Where(s => s.Deliveries.Count > 0).Select(s => (DateTimeOffset?)ReadyTime(s)).Min();

    /// <summary>Stops a service: it takes no facts and no calls, and publishes nothing, until then.</summary>
    public void Stop(string service, DateTimeOffset until) => stopped[service] = until;

    /// <summary>Starts a service that was stopped.</summary>
    public void Start(string service) => stopped.Remove(service);

    /// <summary>True while a service is stopped.</summary>
    public bool IsStopped(string service) => stopped.TryGetValue(service, out var until) && clock.GetUtcNow() < until;

    /// <summary>Takes a fact for a subscriber.</summary>
    internal void Take(Fact fact, string subscriber)
    {
        var stream = streams.Find(s => s.Subscriber == subscriber && s.Topic == fact.Source && s.Subject == fact.Subject);
        if (stream is null) streams.Add(stream = new Stream(subscriber, fact.Source, fact.Subject));
        stream.Deliveries.AddLast((fact, clock.GetUtcNow() + plan.OnTheWay()));
    }

    /// <summary>A delivery that can be made now, any of those there are; null when there is none.</summary>
    internal (string Subscriber, Fact Fact, Action Done)? Next()
    {
        var now = clock.GetUtcNow();
        var ready = streams.Where(s => s.Deliveries.Count > 0 && ReadyTime(s) <= now).ToList();
        if (ready is []) return null;
        var stream = ready[plan.Choose(ready.Count)];
        var (fact, _) = stream.Deliveries.First!.Value;
        return (stream.Subscriber, fact, () =>
        {
            Delivered++;
            stream.Deliveries.RemoveFirst();
            // It may come again much later than what followed it.
            if (plan.Repeats()) stream.Deliveries.AddLast((fact, clock.GetUtcNow() + plan.OnTheWay()));
        });
    }

    DateTimeOffset ReadyTime(Stream stream)
    {
        var arrival = stream.Deliveries.First!.Value.Arrival;
        return stopped.TryGetValue(stream.Subscriber, out var until) && until > arrival ? until : arrival;
    }

    sealed record Stream(string Subscriber, string Topic, string Subject)
    {
        public LinkedList<(Fact Fact, DateTimeOffset Arrival)> Deliveries { get; } = [];
    }
}
