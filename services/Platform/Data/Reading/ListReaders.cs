using System.Collections.Concurrent;

namespace Doseline.Platform.Data.Reading;

/// <summary>
/// Reads lists of one database, as many at a time as are asked for: a long one holds nobody up, least of all the look-ups of commands, which go by
/// the <see cref="ReadLane"/>.
/// </summary>
sealed class ListReaders(string service, Func<IRowReader> open, LaneMeter meter) : IAsyncDisposable
{
    // Readers that have nothing to do and are kept, for their prepared statements.
    readonly ConcurrentBag<IRowReader> idle = [];

    /// <summary>The stored values of each row found.</summary>
    public async Task<List<object?[]>> ReadAsync(RowsAsked asked)
    {
        meter.LookedUp(service, 1);
        var reader = idle.TryTake(out var kept) ? kept : open();
        try
        {
            return (await reader.ReadAsync([asked]))[0];
        }
        finally
        {
            idle.Add(reader);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        while (idle.TryTake(out var reader)) await reader.DisposeAsync();
    }
}
