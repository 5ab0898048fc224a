using System.Diagnostics.CodeAnalysis;

namespace Doseline.Platform.Data;

/// <summary>
/// Takes what waits and does it together. Load makes the groups: there is no timer, and whoever comes alone waits for nobody.
/// </summary>
/// <param name="countMax">How many are taken together.</param>
/// <param name="weightMax">How heavy they are together at most; one that is heavier goes by itself.</param>
abstract class Lane<TAsked, TAnswer>(int countMax, int weightMax) : IAsyncDisposable
{
    readonly Lock guard = new();
    readonly Queue<Waiting> queue = [];
    Task? running;

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        Task? last;
        lock (guard) last = running;
        if (last is not null) await last;
    }

    /// <summary>Waits for a turn; a caller may give up until it is taken, and is then told what became of it.</summary>
    protected async Task<TAnswer[]> AskAsync(IReadOnlyList<TAsked> asked, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        Waiting[] waiting = [.. asked.Select(one => new Waiting(one))];
        await using var _ = cancel.UnsafeRegister(static (waits, token) => Array.ForEach((Waiting[])waits!, one => one.GiveUp(token)), waiting);
        lock (guard)
        {
            foreach (var one in waiting) queue.Enqueue(one);
            if (running is null)
            {
                // Nothing of the caller that happens to be first goes along.
                using var flow = ExecutionContext.SuppressFlow();
                running = Task.Run(RunAsync, CancellationToken.None);
            }
        }

        return await Task.WhenAll(waiting.Select(one => one.Task));
    }

    /// <summary>Does what was asked and answers everyone.</summary>
    protected abstract Task DoAsync(List<Waiting> group);

    /// <summary>How heavy it is.</summary>
    protected abstract int WeightOf(TAsked asked);

    [SuppressMessage("Design", "CA1031", Justification = "Whatever goes wrong is told to those who wait, and the lane goes on.")]
    async Task RunAsync()
    {
        while (Next() is { } group)
        {
            try
            {
                if (group is not []) await DoAsync(group);
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
            var weight = 0;
            while (group.Count < countMax && queue.TryPeek(out var first) && (group is [] || weight + WeightOf(first.Asked) <= weightMax))
            {
                queue.Dequeue();
                if (!first.Take()) continue;
                group.Add(first);
                weight += WeightOf(first.Asked);
            }

            if (group is not [] || queue.Count > 0) return group;
            running = null;
            return null;
        }
    }

    /// <summary>One who waits.</summary>
    protected sealed class Waiting(TAsked asked)
    {
        // Continuations run elsewhere: the lane goes on at once.
        readonly TaskCompletionSource<TAnswer> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int taken;

        /// <summary>What was asked.</summary>
        public TAsked Asked => asked;

        internal Task<TAnswer> Task => done.Task;

        /// <summary>Answers.</summary>
        public void Answer(TAnswer answer) => done.TrySetResult(answer);

        /// <summary>Tells what went wrong.</summary>
        public void Fail(Exception fault) => done.TrySetException(fault);

        internal bool Take() => Interlocked.Exchange(ref taken, 1) == 0;

        internal void GiveUp(CancellationToken token)
        {
            if (Take()) done.TrySetCanceled(token);
        }
    }
}
