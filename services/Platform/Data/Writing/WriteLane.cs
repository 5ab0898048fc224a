using System.Diagnostics.CodeAnalysis;

namespace Doseline.Platform.Data.Writing;

/// <summary>
/// The way of a service's write sets to its database: it takes what waits, commits it together and tells every caller. Load makes the groups:
/// there is no timer, and whoever comes alone waits for nobody.
/// </summary>
/// <remarks>
/// A set that cannot be written is no concern of those that happened to share its transaction: that is rolled back, and each is tried alone.
/// A caller may give up until its set is taken; after that it is told what became of it.
/// </remarks>
sealed class WriteLane(string service, IRowWriter writer, WriteMeter meter) : IAsyncDisposable
{
    const int SetsMax = 128;
    // A set larger than this goes by itself.
    const int StatementsMax = 2000;

    readonly Lock guard = new();
    readonly Queue<Waiting> queue = [];
    Task? running;

    /// <summary>Writes a set; done when it is committed.</summary>
    /// <exception cref="Microsoft.EntityFrameworkCore.DbUpdateException">It was not committed; where the database was lost on the way, perhaps not.</exception>
    public async Task WriteAsync(WriteSet set, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        Waiting waiting = new(set);
        await using var _ = cancel.UnsafeRegister(static (waits, token) => ((Waiting)waits!).GiveUp(token), waiting);
        lock (guard)
        {
            queue.Enqueue(waiting);
            if (running is null)
            {
                // Nothing of the caller that happens to be first goes along.
                using var flow = ExecutionContext.SuppressFlow();
                running = Task.Run(RunAsync, CancellationToken.None);
            }
        }

        await waiting.Task;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task? last;
        lock (guard) last = running;
        if (last is not null) await last;
        await writer.DisposeAsync();
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever goes wrong is told to those who wait, and the lane goes on.")]
    async Task RunAsync()
    {
        while (Next() is { } group)
        {
            try
            {
                await CommitAsync(group);
            }
            catch (Exception fault)
            {
                foreach (var waiting in group) waiting.Fail(fault);
            }
        }
    }

    List<Waiting>? Next()
    {
        lock (guard)
        {
            List<Waiting> group = [];
            var statements = 0;
            while (group.Count < SetsMax && queue.TryPeek(out var first) && (group is [] || statements + first.Set.Count <= StatementsMax))
            {
                queue.Dequeue();
                if (!first.Take()) continue;
                group.Add(first);
                statements += first.Set.Count;
            }

            if (group is [] && queue.Count == 0)
            {
                running = null;
                return null;
            }

            return group;
        }
    }

    async Task CommitAsync(List<Waiting> group)
    {
        if (group is []) return;
        if (await TryAsync(group) is not { } fault) return;
        if (group is [var only])
        {
            only.Fail(fault.Error);
            return;
        }

        if (fault.Away)
        {
            foreach (var waiting in group) waiting.Fail(WriteFaults.Away(fault.Error.InnerException ?? fault.Error));
            return;
        }

        meter.Isolated(service, group.Count);
        foreach (var waiting in group) await CommitAsync([waiting]);
    }

    async Task<WriteFault?> TryAsync(List<Waiting> sets)
    {
        WriteGroup group = new([.. sets.Select(w => w.Set)]);
        var fault = await writer.TryAsync(group);
        if (fault is not null) return fault;
        meter.Committed(service, sets.Count, group.Rows.Count + group.Last.Count);
        foreach (var waiting in sets) waiting.Succeed();
        return null;
    }

    sealed class Waiting(WriteSet set)
    {
        // Continuations run elsewhere: the lane goes on at once.
        readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int taken;

        public WriteSet Set => set;

        public Task Task => done.Task;

        public bool Take() => Interlocked.Exchange(ref taken, 1) == 0;

        public void GiveUp(CancellationToken token)
        {
            if (Take()) done.TrySetCanceled(token);
        }

        public void Succeed() => done.TrySetResult();

        public void Fail(Exception fault) => done.TrySetException(fault);
    }
}
