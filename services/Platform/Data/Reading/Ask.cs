using Doseline.Platform.Data.Reading;

namespace Doseline.Platform.Data;

/// <summary>Rows to look up with <see cref="ServiceDb.LoadAsync{T}(Ask{T}, CancellationToken)"/>, alone or together with others: what is asked for together is one message.</summary>
/// <typeparam name="T">What is found: a row, or rows.</typeparam>
public sealed class Ask<T>
{
    internal Ask(IReadOnlyList<RowsAsked> rows, Func<Queue<List<object?[]>>, T> take) => (Rows, Take) = (rows, take);

    internal IReadOnlyList<RowsAsked> Rows { get; }

    // Takes what was found of each off the head of the queue.
    internal Func<Queue<List<object?[]>>, T> Take { get; }
}
