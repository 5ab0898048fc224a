namespace Doseline.Platform.Data.Writing;

/// <summary>The way of a service's write sets to its database: what waits commits together.</summary>
/// <remarks>
/// A set that cannot be written is no concern of those that happened to share its transaction: that is rolled back, and each is tried alone.
/// </remarks>
sealed class WriteLane(string service, IRowWriter writer, LaneMeter meter) : Lane<WriteSet, bool>(SetsMax, StatementsMax)
{
    const int SetsMax = 128;
    const int StatementsMax = 2000;

    /// <summary>Writes a set; done when it is committed.</summary>
    /// <exception cref="Microsoft.EntityFrameworkCore.DbUpdateException">It was not committed; where the database was lost on the way, perhaps not.</exception>
    public Task WriteAsync(WriteSet set, CancellationToken cancel) => AskAsync([set], cancel);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await writer.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override int WeightOf(WriteSet asked) => asked.Count;

    /// <inheritdoc/>
    protected override async Task DoAsync(List<Waiting> group)
    {
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
        foreach (var waiting in group) await DoAsync([waiting]);
    }

    async Task<WriteFault?> TryAsync(List<Waiting> sets)
    {
        WriteGroup group = new([.. sets.Select(w => w.Asked)]);
        if (await writer.TryAsync(group) is { } fault) return fault;
        meter.Committed(service, sets.Count, group.Rows.Count + group.Last.Count);
        foreach (var waiting in sets) waiting.Answer(true);
        return null;
    }
}
