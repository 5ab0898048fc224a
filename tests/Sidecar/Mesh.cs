using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using Doseline.Sidecar.Brokers;

namespace Doseline.Sidecar;

/// <summary>
/// What Dapr's control plane and the broker are to a cluster, in one object: which app is where, and topics.
/// Sidecars share it; it outlives every app, as they do.
/// </summary>
/// <remarks>Written from Dapr's documentation and source (v1.18.3) and from what real sidecars were seen to do: it is as right as that reading is.</remarks>
public sealed class Mesh : IAsyncDisposable
{
    readonly ConcurrentDictionary<string, ImmutableList<AppSidecar>> sidecars = new(StringComparer.Ordinal);
    readonly IBrokerServer server;
    readonly ConcurrentDictionary<(string Caller, string Callee), long> calls = new();
    readonly ConcurrentDictionary<string, ImmutableHashSet<(string Caller, string Callee)>> traces = new(StringComparer.Ordinal);

    /// <summary>Makes a mesh.</summary>
    /// <param name="trouble">What goes wrong, and when; null for nothing.</param>
    /// <param name="server">The broker, which ends with the mesh; null for one in memory.</param>
    /// <param name="behaves">True for a broker that does no more wrong than it does by itself.</param>
    public Mesh(ITrouble? trouble = null, IBrokerServer? server = null, bool behaves = false)
    {
        (Trouble, this.server) = (trouble ?? new NoTrouble(), server ?? new MemoryBroker());
        Broker = new Broker(this, this.server, behaves);
    }

    /// <summary>Called when something is given to an app: a call, a fact.</summary>
    public Action<string>? Reached { get; set; }

    /// <summary>Topics and subscribers.</summary>
    public Broker Broker { get; }

    /// <summary>What goes wrong.</summary>
    public ITrouble Trouble { get; }

    /// <summary>Whether one app may call a method of another, by its path: the callee's access control. Everyone may until it is set.</summary>
    public Func<string, string, string, bool> MayCall { get; set; } = (_, _, _) => true;

    /// <summary>Token by which sidecars know their app.</summary>
    public string ApiToken { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Token by which apps know their sidecar.</summary>
    public string AppToken { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Who called whom so far, and how often; reading of facts is not counted.</summary>
    public IReadOnlyDictionary<(string Caller, string Callee), long> Calls => calls;

    /// <summary>Who called whom in each trace, by its id (W3C trace context); those without one under an empty id.</summary>
    public IReadOnlyDictionary<string, ImmutableHashSet<(string Caller, string Callee)>> Traces => traces;

    /// <summary>Starts the sidecar of an app, or of one more of its replicas.</summary>
    public async Task<AppSidecar> AddAsync(string appId)
    {
        var sidecar = await AppSidecar.StartAsync(this, appId);
        sidecars.AddOrUpdate(appId, _ => [sidecar], (_, others) => others.Add(sidecar));
        return sidecar;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var sidecar in sidecars.Values.SelectMany(s => s)) await sidecar.DisposeAsync();
        await server.DisposeAsync();
    }

    // One of those that are there; where none is, the first is waited for.
    internal AppSidecar? Of(string appId)
    {
        if (!sidecars.TryGetValue(appId, out var all)) return null;
        var there = all.FindAll(s => s.IsThere);
        return there.IsEmpty ? all[0] : there[Random.Shared.Next(there.Count)];
    }

    internal void Reach(string app) => Reached?.Invoke(app);

    internal void Called(string caller, string callee, string traceParent)
    {
        calls.AddOrUpdate((caller, callee), 1, (_, n) => n + 1);
        var trace = ActivityContext.TryParse(traceParent, null, out var context) ? context.TraceId.ToHexString() : "";
        traces.AddOrUpdate(trace, _ => [(caller, callee)], (_, seen) => seen.Add((caller, callee)));
    }
}

/// <summary>Where a message is when something may go wrong with an app.</summary>
public enum Point
{
    /// <summary>A call is about to be given to its callee.</summary>
    Calling,

    /// <summary>The callee has answered; its caller does not know yet.</summary>
    Called,

    /// <summary>The broker has taken a ring; its publisher does not know yet.</summary>
    Published,

    /// <summary>A ring is about to be given to a listener.</summary>
    Delivering,

    /// <summary>The listener has answered; the broker does not count that yet.</summary>
    Delivered,
}

/// <summary>Makes trouble at points of a message's way, for example by killing the app.</summary>
public interface ITrouble
{
    /// <summary>A message of the app is at a point.</summary>
    /// <returns>True when the app was killed: what it answered, if anything, does not count.</returns>
    ValueTask<bool> AtAsync(string app, Point point);
}

sealed class NoTrouble : ITrouble
{
    public ValueTask<bool> AtAsync(string app, Point point) => new(false);
}
