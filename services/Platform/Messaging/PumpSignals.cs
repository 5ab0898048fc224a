using System.Collections.Concurrent;

namespace Doseline.Platform.Messaging;

/// <summary>Wakes a pump of a service as soon as there is something for it, so that it need not look by itself.</summary>
public sealed class PumpSignals
{
    readonly ConcurrentDictionary<(string Service, string Pump), Signal> signals = new();

    /// <summary>Says that a pump of the service has something to do.</summary>
    /// <param name="service">Service.</param>
    /// <param name="pump">Name of the pump; each waits for itself alone.</param>
    public void Set(string service, string pump)
    {
        var signal = Of(service, pump);
        Interlocked.Increment(ref signal.Count);
        // One pending wake-up is enough: a pump works until nothing is left.
        if (signal.Awake.CurrentCount == 0) signal.Awake.Release();
    }

    /// <summary>How often a pump was woken so far.</summary>
    public long CountOf(string service, string pump) => Interlocked.Read(ref Of(service, pump).Count);

    /// <summary>Waits for a signal, at most the given time; false when none came.</summary>
    public Task<bool> WaitAsync(string service, string pump, TimeSpan atMost, CancellationToken cancel) => Of(service, pump).Awake.WaitAsync(atMost, cancel);

    Signal Of(string service, string pump) => signals.GetOrAdd((service, pump), _ => new Signal());

    sealed class Signal
    {
        public long Count;

        public SemaphoreSlim Awake { get; } = new(0);
    }
}

/// <summary>Names of the pumps a service has; also the names of their leases.</summary>
public static class PumpNames
{
    /// <summary>Wakes actors whose deadlines have passed.</summary>
    public const string Deadlines = "deadlines";

    /// <summary>Seals the audit trail.</summary>
    public const string Seal = "seal";

    /// <summary>Hashes sealed rows again.</summary>
    public const string Rehash = "rehash";

    /// <summary>Removes what was kept long enough.</summary>
    public const string Purge = "purge";

    /// <summary>Rings for what was published.</summary>
    public const string Bell = "bell";

    /// <summary>Reads the facts of a publisher.</summary>
    public static string Facts(string publisher) => $"facts:{publisher}";
}
