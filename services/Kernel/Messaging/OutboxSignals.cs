using System.Collections.Concurrent;

namespace Doseline.Kernel.Messaging;

/// <summary>Wakes a service's relay as soon as something was committed, so that it need not poll quickly.</summary>
public sealed class OutboxSignals
{
    readonly ConcurrentDictionary<string, SemaphoreSlim> signals = new(StringComparer.Ordinal);

    /// <summary>Says that the service's outbox has something to send.</summary>
    public void Set(string service)
    {
        var signal = Of(service);
        // One pending wake-up is enough: the relay sends until the outbox is empty.
        if (signal.CurrentCount == 0) signal.Release();
    }

    /// <summary>Waits for a signal, at most the given time.</summary>
    public Task WaitAsync(string service, TimeSpan atMost, CancellationToken cancel) => Of(service).WaitAsync(atMost, cancel);

    SemaphoreSlim Of(string service) => signals.GetOrAdd(service, _ => new SemaphoreSlim(0));
}
