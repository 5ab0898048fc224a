using System.Collections.Concurrent;
using Doseline.Platform.Data.Reading;
using Doseline.Platform.Data.Writing;

namespace Doseline.Platform.Data;

/// <summary>The lanes of this process, one to write and one to look up for each service's database, and what reads lists.</summary>
public sealed class DataLanes : IAsyncDisposable
{
    readonly ConcurrentDictionary<string, Lazy<WriteLane>> lanes = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, Lazy<ReadLane>> readers = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, ListReaders> lists = new(StringComparer.Ordinal);
    readonly DatabaseOptions options;
    readonly Func<string, WriteLane> make;

    /// <summary>Makes none yet: a lane is made at its first use.</summary>
    public DataLanes(DatabaseOptions options, WriteGates gates, LaneMeter meter) =>
        (Meter, this.options, make) = (meter, options, service => new WriteLane(service, options.WriterOf(service, gates, meter), meter));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var lane in lanes.Values) await lane.Value.DisposeAsync();
        foreach (var reader in readers.Values) await reader.Value.DisposeAsync();
        foreach (var list in lists.Values) await list.DisposeAsync();
    }

    internal LaneMeter Meter { get; }

    internal ReadLane ReaderOf(string service) => readers.GetOrAdd(service, s => new Lazy<ReadLane>(() => new ReadLane(s, options.ReaderOf(s), Meter))).Value;

    internal ListReaders ListsOf(string service) => lists.GetOrAdd(service, s => new ListReaders(s, () => options.ReaderOf(s), Meter));

    internal WriteLane Of(string service) => lanes.GetOrAdd(service, s => new Lazy<WriteLane>(() => make(s))).Value;
}
