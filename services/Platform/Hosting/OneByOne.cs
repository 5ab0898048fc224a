namespace Doseline.Platform.Hosting;

/// <summary>Lets what a start leaves for later begin one after the other: together it is a second of work, and callers want the processor at that very moment.</summary>
public sealed class OneByOne : IDisposable
{
    // Whoever hangs holds up the others for so long and no longer.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    readonly SemaphoreSlim turn = new(1);

    /// <summary>Does a piece of work in its turn.</summary>
    /// <returns>What came of it.</returns>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancel)
    {
        var mine = await turn.WaitAsync(Patience, cancel);
        try
        {
            return await work();
        }
        finally
        {
            if (mine) turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();
}
