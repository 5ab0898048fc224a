using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Doseline.Platform.Audit.Sealing;

/// <summary>Metrics of sealing (meter <c>Doseline.Audit</c>).</summary>
public sealed class AuditMeter : IDisposable
{
    readonly ConcurrentDictionary<string, (long Rows, DateTimeOffset? Oldest)> waiting = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, string> faults = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, string> altered = new(StringComparer.Ordinal);
    readonly Meter meter = new("Doseline.Audit");
    readonly Counter<long> sealedRows;

    /// <summary>Makes the instruments.</summary>
    /// <param name="clock">The platform's clock.</param>
    public AuditMeter(TimeProvider clock)
    {
        sealedRows = meter.CreateCounter<long>("audit_sealed_rows", "{row}", "Audit rows that were sealed.");
        meter.CreateObservableGauge("audit_unsealed_rows", () => waiting.Select(w => new Measurement<long>(w.Value.Rows, Tag(w.Key))), "{row}", "Audit rows that wait to be sealed.");
        // Counted on from when it was last looked, so that it grows although the sealer stands still.
        meter.CreateObservableGauge("audit_seal_age_seconds", () => waiting.Select(w => new Measurement<double>(Age(w.Value.Oldest, clock.GetUtcNow()), Tag(w.Key))), "s", "Age of the oldest audit row that waits to be sealed.");
        meter.CreateObservableGauge("audit_seal_broken", () => waiting.Keys.Union(faults.Keys, StringComparer.Ordinal).Union(altered.Keys, StringComparer.Ordinal).Select(s => new Measurement<long>(FaultOf(s) is null ? 0 : 1, Tag(s))), description: "1 while the stored tree or a sealed row is not what was signed.");
    }

    /// <summary>Why the sealer of a service refuses to go on, or what was found when sealed rows were hashed again; null when nothing is wrong.</summary>
    public string? FaultOf(string service) => faults.GetValueOrDefault(service) ?? altered.GetValueOrDefault(service);

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    /// <summary>Counts nothing at each service, so that the first of all is a step that a scraper sees.</summary>
    internal void Begin(IEnumerable<string> services)
    {
        foreach (var service in services) Sealed(service, 0);
    }

    internal void Waiting(string service, long rows, DateTimeOffset? oldest) => waiting[service] = (rows, oldest);

    internal void Sealed(string service, long rows) => sealedRows.Add(rows, Tag(service));

    internal void Broken(string service, string reason) => faults[service] = reason;

    internal void Rehashed(string service, string broken)
    {
        if (broken is "") altered.TryRemove(service, out _);
        else altered[service] = broken;
    }

    internal void Sound(string service) => faults.TryRemove(service, out _);

    static double Age(DateTimeOffset? oldest, DateTimeOffset now) => oldest is { } time ? Math.Max(0, (now - time).TotalSeconds) : 0;

    static KeyValuePair<string, object?> Tag(string service) => new("service", service);
}
