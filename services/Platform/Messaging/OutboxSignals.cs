using System.Collections.Concurrent;

namespace Doseline.Platform.Messaging;

/// <summary>Wakes a pump of a service as soon as something was committed for it, so that it need not poll quickly.</summary>
public sealed class OutboxSignals
{
    readonly ConcurrentDictionary<(string Service, string Pump), SemaphoreSlim> signals = new();

    /// <summary>Says that a pump of the service has something to do.</summary>
    /// <param name="service">Service.</param>
    /// <param name="pump">One of <see cref="PumpNames"/>; each pump waits for itself alone.</param>
    public void Set(string service, string pump)
    {
        var signal = Of(service, pump);
        // One pending wake-up is enough: a pump works until nothing is left.
        if (signal.CurrentCount == 0) signal.Release();
    }

    /// <summary>Waits for a signal, at most the given time; false when none came.</summary>
    public Task<bool> WaitAsync(string service, string pump, TimeSpan atMost, CancellationToken cancel) => Of(service, pump).WaitAsync(atMost, cancel);

    SemaphoreSlim Of(string service, string pump) => signals.GetOrAdd((service, pump), _ => new SemaphoreSlim(0));
}

/// <summary>Names of the pumps a service has; also the names of their leases.</summary>
public static class PumpNames
{
    /// <summary>Publishes the outbox.</summary>
    public const string Outbox = "outbox";

    /// <summary>Tries again what a handler could not handle.</summary>
    public const string Retries = "retries";

    /// <summary>Wakes actors whose deadlines have passed.</summary>
    public const string Deadlines = "deadlines";

    /// <summary>Seals the audit trail.</summary>
    public const string Seal = "seal";
}
