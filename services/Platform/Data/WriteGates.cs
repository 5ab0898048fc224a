using System.Collections.Concurrent;

namespace Doseline.Platform.Data;

/// <summary>
/// Lets one writer at a time into a SQLite database of this process. SQLite takes one writer anyway; queueing here, in order
/// of arrival, keeps its busy handler (which polls) out of the way and the tail of the latency short.
/// </summary>
public sealed class WriteGates
{
    readonly ConcurrentDictionary<string, SemaphoreSlim> gates = new(StringComparer.Ordinal);

    /// <summary>The gate of a database, by connection string.</summary>
    public SemaphoreSlim For(string connectionString) => gates.GetOrAdd(connectionString, _ => new SemaphoreSlim(1, 1));

    /// <summary>Waits for the turn in a database; it lasts until what is given is disposed of.</summary>
    public async Task<IDisposable> EnterAsync(string connectionString, CancellationToken cancel)
    {
        var gate = For(connectionString);
        await gate.WaitAsync(cancel);
        return new Turn(gate);
    }

    sealed class Turn(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
