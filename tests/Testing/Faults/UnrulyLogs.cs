namespace Doseline.Testing.Faults;

/// <summary>
/// What goes wrong between services, kept across the processes that meet it: services that are stopped, logs that cannot be read for a while.
/// </summary>
/// <param name="plan">What goes wrong.</param>
/// <param name="clock">The clock of the platform.</param>
public sealed class UnrulyLogs(FaultPlan plan, TimeProvider clock)
{
    readonly Dictionary<string, DateTimeOffset> stopped = new(StringComparer.Ordinal);
    readonly Dictionary<(string Listener, string Publisher), DateTimeOffset> cut = [];

    /// <summary>What goes wrong.</summary>
    public FaultPlan Plan => plan;

    /// <summary>When something that is away now comes back; null when nothing is away.</summary>
    public DateTimeOffset? NextTime => stopped.Values.Concat(cut.Values).Where(until => until > clock.GetUtcNow()).Min(until => (DateTimeOffset?)until);

    /// <summary>Stops a service: it reads nothing, nobody reads its log, and it answers no calls, until then.</summary>
    public void Stop(string service, DateTimeOffset until) => stopped[service] = until;

    /// <summary>Starts a service that was stopped.</summary>
    public void Start(string service) => stopped.Remove(service);

    /// <summary>True while a service is stopped.</summary>
    public bool IsStopped(string service) => IsAway(stopped.GetValueOrDefault(service));

    /// <summary>True while a service is stopped, for whoever has to do with it.</summary>
    internal bool Meets(string service)
    {
        if (!IsStopped(service)) return false;
        plan.Met();
        return true;
    }

    /// <summary>True while a listener cannot read a log; the plan says when that begins.</summary>
    internal bool IsCut(string listener, string publisher)
    {
        if (Meets(listener) || Meets(publisher) || IsAway(cut.GetValueOrDefault((listener, publisher)))) return true;
        if (plan.OnTheWay() is not { Ticks: > 0 } late) return false;
        cut[(listener, publisher)] = clock.GetUtcNow() + late;
        return true;
    }

    bool IsAway(DateTimeOffset until) => clock.GetUtcNow() < until;
}
