namespace Doseline.Platform.Data.Writing;

/// <summary>
/// Lets one caller of this process at a time work under a name, and remembers how often the name was taken: what was read after that is not older.
/// Another process may have taken it since; that is found out when the work is written.
/// </summary>
public sealed class NamedTurns
{
    // A name that nobody uses is forgotten beyond this many; then it is looked up again.
    const int KeptMax = 1000;

    readonly Dictionary<string, Gate> gates = new(StringComparer.Ordinal);
    readonly Lock guard = new();

    internal async Task<Turn> EnterAsync(string name, CancellationToken cancel)
    {
        Gate gate;
        lock (guard)
        {
            if (!gates.TryGetValue(name, out gate!)) gates[name] = gate = new Gate();
            gate.Users++;
        }

        try
        {
            await gate.Semaphore.WaitAsync(cancel);
        }
        catch
        {
            Leave(name, gate);
            throw;
        }

        return new Turn(this, name, gate);
    }

    void Leave(string name, Gate gate)
    {
        lock (guard)
        {
            if (--gate.Users > 0 || gates.Count <= KeptMax) return;
            gates.Remove(name);
            gate.Semaphore.Dispose();
        }
    }

    internal sealed class Gate
    {
        public SemaphoreSlim Semaphore { get; } = new(1, 1);
        public int Users { get; set; }
        public long? Taken { get; set; }
    }

    internal sealed class Turn(NamedTurns turns, string name, Gate gate) : IDisposable
    {
        /// <summary>How often the name had been taken when it was last looked up here; null when that is not known.</summary>
        public long? Taken
        {
            get => gate.Taken;
            set => gate.Taken = value;
        }

        public void Dispose()
        {
            gate.Semaphore.Release();
            turns.Leave(name, gate);
        }
    }
}
