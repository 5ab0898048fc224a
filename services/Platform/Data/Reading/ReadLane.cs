using Doseline.Platform.Data.Writing;

namespace Doseline.Platform.Data.Reading;

/// <summary>A row to look up.</summary>
/// <param name="Shape">Kind of row.</param>
/// <param name="Key">Its key, as stored.</param>
sealed record RowKey(RowShape Shape, object[] Key);

/// <summary>Looks rows up by their keys: those that are asked for together travel together.</summary>
sealed class ReadLane(IRowReader reader) : Lane<RowKey, object?[]?>(KeysMax, KeysMax)
{
    const int KeysMax = 128;

    /// <summary>The stored values of a row, one for each column; null when there is no such row.</summary>
    public Task<object?[]?> FindAsync(RowKey key, CancellationToken cancel) => AskAsync(key, cancel);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await reader.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override int WeightOf(RowKey asked) => 1;

    /// <inheritdoc/>
    protected override async Task DoAsync(List<Waiting> group)
    {
        var found = await reader.ReadAsync([.. group.Select(w => w.Asked)]);
        for (var i = 0; i < group.Count; i++) group[i].Answer(found[i]);
    }
}
