namespace Doseline.Platform.Data.Reading;

/// <summary>Looks rows up by their keys, or by a column: those that are asked for together travel together.</summary>
sealed class ReadLane(string service, IRowReader reader, LaneMeter meter) : Lane<RowsAsked, List<object?[]>>(AskedMax, AskedMax)
{
    const int AskedMax = 128;

    /// <summary>The stored values of what was found, for each that is asked; one value for each column.</summary>
    public Task<List<object?[]>[]> FindAsync(IReadOnlyList<RowsAsked> asked, CancellationToken cancel) => AskAsync(asked, cancel);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await reader.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override int WeightOf(RowsAsked asked) => 1;

    /// <inheritdoc/>
    protected override async Task DoAsync(List<Waiting> group)
    {
        meter.LookedUp(service, group.Count);
        var found = await reader.ReadAsync([.. group.Select(w => w.Asked)]);
        for (var i = 0; i < group.Count; i++) group[i].Answer(found[i]);
    }
}
