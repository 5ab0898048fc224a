using System.Collections.Concurrent;

namespace Doseline.Sidecar;

/// <summary>Reminders of actors, which come when they are due and may come late, twice, or not at all.</summary>
public sealed class Scheduler
{
    /// <summary>Every so many reminders one is lost, for a one-shot whose retries fail is dropped by the real scheduler.</summary>
    const int LostEvery = 11;

    readonly Mesh mesh;
    readonly ConcurrentDictionary<(string Type, string Id, string Name), (DateTimeOffset Due, AppSidecar Host)> reminders = new();
    long fired;

    internal Scheduler(Mesh mesh) => this.mesh = mesh;

    /// <summary>Reminders that came so far.</summary>
    public long Fired => Interlocked.Read(ref fired);

    internal void Set(AppSidecar host, string type, string id, string name, DateTimeOffset due) => reminders[(type, id, name)] = (due, host);

    /// <summary>Wakes the actors whose reminders are due, in the order of their dues.</summary>
    public async Task FireAsync(DateTimeOffset now)
    {
        foreach (var (key, (due, host)) in reminders.Where(r => r.Value.Due <= now).OrderBy(r => r.Value.Due).ThenBy(r => r.Key.Id, StringComparer.Ordinal).ToList())
        {
            reminders.TryRemove(key, out _);
            if (Interlocked.Increment(ref fired) % LostEvery == 0) continue;
            await mesh.Trouble.AtAsync(host.AppId, Point.Turning);
            using var response = await host.CallAppAsync(at => AppSidecar.Put(at, $"/actors/{key.Type}/{Uri.EscapeDataString(key.Id)}/method/remind/{Uri.EscapeDataString(key.Name)}", "{}"u8.ToArray()), CancellationToken.None);
        }
    }
}
