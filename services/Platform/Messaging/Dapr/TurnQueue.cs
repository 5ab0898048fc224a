namespace Doseline.Platform.Messaging.Dapr;

/// <summary>Lets one delivery at a time in for each key; forgets a key as soon as nobody is in or waiting.</summary>
sealed class TurnQueue
{
    readonly Dictionary<(string Type, string Id), Gate> gates = [];
    readonly Lock guard = new();

    /// <summary>How many keys have a delivery running or waiting.</summary>
    public int Count
    {
        get
        {
            lock (guard) return gates.Count;
        }
    }

    public async Task<IDisposable> EnterAsync((string Type, string Id) actor, CancellationToken cancel)
    {
        Gate gate;
        lock (guard)
        {
            if (!gates.TryGetValue(actor, out gate!)) gates[actor] = gate = new Gate();
            gate.Users++;
        }

        try
        {
            await gate.Semaphore.WaitAsync(cancel);
        }
        catch
        {
            Leave(actor, gate);
            throw;
        }

        return new Turn(this, actor, gate);
    }

    void Leave((string Type, string Id) actor, Gate gate)
    {
        lock (guard)
        {
            if (--gate.Users > 0) return;
            gates.Remove(actor);
            gate.Semaphore.Dispose();
        }
    }

    sealed class Gate
    {
        public SemaphoreSlim Semaphore { get; } = new(1, 1);
        public int Users { get; set; }
    }

    sealed class Turn(TurnQueue queue, (string Type, string Id) actor, Gate gate) : IDisposable
    {
        public void Dispose()
        {
            gate.Semaphore.Release();
            queue.Leave(actor, gate);
        }
    }
}
