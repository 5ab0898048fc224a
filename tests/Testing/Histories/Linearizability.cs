using System.Collections;

namespace Doseline.Testing.Histories;

/// <summary>
/// Says whether what many clients saw at once can be explained by one order of their calls, each at an instant between its beginning and its
/// answer: then there was one writer, whoever wrote.
/// </summary>
/// <remarks>
/// The search of Wing and Gong (Testing and Verifying Concurrent Objects, 1993), with Lowe's memory of what was tried (Testing for Linearizability, 2016).
/// </remarks>
public static class Linearizability
{
    /// <summary>Looks for an order that explains a history.</summary>
    /// <param name="history">All calls about one object.</param>
    /// <param name="initial">The object before the first call.</param>
    /// <param name="step">The object after a call, by its rules; null when they do not allow this answer. An answer of null allows whatever could have happened.</param>
    /// <typeparam name="TState">The object; compared by value.</typeparam>
    /// <typeparam name="TInput">What is asked.</typeparam>
    /// <typeparam name="TOutput">What is answered.</typeparam>
    /// <returns>Null when there is such an order; otherwise the call that fits nowhere after the longest order that was found.</returns>
    public static string? Contradiction<TState, TInput, TOutput>(
        IReadOnlyCollection<Operation<TInput, TOutput>> history, TState initial, Func<TState, TInput, TOutput?, TState?> step)
        where TState : class, IEquatable<TState> where TOutput : class
    {
        var answered = history.Count(o => o.Output is not null);
        var first = Events(history);
        var state = initial;
        BitArray done = new(history.Count);
        HashSet<Tried<TState>> tried = [];
        Stack<(Event<TInput, TOutput> Begin, TState Before)> order = new();
        var (here, completed, longest, misfit) = (first.Next, 0, -1, "");
        while (completed < answered)
        {
            if (here is { End: not null } begin)
            {
                // A call that has begun and is not in the order yet: does it fit next?
                if (step(state, begin.Operation.Input, begin.Operation.Output) is { } after)
                {
                    done[begin.Number] = true;
                    if (tried.Add(new(new BitArray(done), after)))
                    {
                        order.Push((begin, state));
                        state = after;
                        if (begin.Operation.Output is not null) completed++;
                        begin.Lift();
                        here = first.Next;
                        continue;
                    }

                    done[begin.Number] = false;
                }

                here = begin.Next;
                continue;
            }

            // An answer came before its call found a place, or there is nothing left to place: the last choice was wrong.
            if (completed > longest)
                (longest, misfit) = (completed, here is null ? "nothing" : $"{here.Operation.Input} answered {here.Operation.Output} after {completed} calls that left {state}");
            if (!order.TryPop(out var last)) return misfit;
            state = last.Before;
            done[last.Begin.Number] = false;
            if (last.Begin.Operation.Output is not null) completed--;
            last.Begin.Drop();
            here = last.Begin.Next;
        }

        return null;
    }

    // Beginnings and answers in the order of time, in a list from which a call can be lifted and dropped back in its place.
    static Event<TInput, TOutput> Events<TInput, TOutput>(IReadOnlyCollection<Operation<TInput, TOutput>> history) where TOutput : class
    {
        List<(long Time, int Rank, Event<TInput, TOutput> Event)> events = [];
        foreach (var (number, operation) in history.Index())
        {
            Event<TInput, TOutput> end = new(number, operation, null);
            events.Add((operation.Invoked, 0, new(number, operation, end)));
            events.Add((operation.Output is null ? long.MaxValue : operation.Returned, 1, end));
        }

        Event<TInput, TOutput> head = new(-1, null!, null);
        var last = head;
        // What is not known to be later counts as at once: beginnings of an instant stand before its answers.
        foreach (var (_, _, next) in events.OrderBy(e => e.Time).ThenBy(e => e.Rank).ThenBy(e => e.Event.Number))
        {
            (last.Next, next.Previous) = (next, last);
            last = next;
        }

        return head;
    }

    sealed class Event<TInput, TOutput>(int number, Operation<TInput, TOutput> operation, Event<TInput, TOutput>? end) where TOutput : class
    {
        public int Number => number;
        public Operation<TInput, TOutput> Operation => operation;
        public Event<TInput, TOutput>? End => end;
        public Event<TInput, TOutput>? Previous { get; set; }
        public Event<TInput, TOutput>? Next { get; set; }

        public void Lift()
        {
            Unlink(this);
            Unlink(end!);
        }

        public void Drop()
        {
            Link(end!);
            Link(this);
        }

        static void Unlink(Event<TInput, TOutput> one)
        {
            one.Previous!.Next = one.Next;
            if (one.Next is { } next) next.Previous = one.Previous;
        }

        static void Link(Event<TInput, TOutput> one)
        {
            one.Previous!.Next = one;
            if (one.Next is { } next) next.Previous = one;
        }
    }

    // What is in the order, and what it led to: the same again leads nowhere new.
    readonly struct Tried<TState>(BitArray done, TState state) : IEquatable<Tried<TState>> where TState : IEquatable<TState>
    {
        readonly BitArray done = done;
        readonly TState state = state;

        public bool Equals(Tried<TState> other) => state.Equals(other.state) && new BitArray(done).Xor(other.done).HasAnySet() is false;

        public override bool Equals(object? obj) => obj is Tried<TState> other && Equals(other);

        public override int GetHashCode()
        {
            HashCode hash = new();
            hash.Add(state);
            var words = new int[(done.Length + 31) / 32];
            done.CopyTo(words, 0);
            foreach (var word in words) hash.Add(word);
            return hash.ToHashCode();
        }
    }
}
