using System.Collections.Concurrent;

namespace Doseline.Platform.Data.Writing;

/// <summary>The write lanes of this process, one for each service's database.</summary>
public sealed class WriteLanes : IAsyncDisposable
{
    readonly ConcurrentDictionary<string, Lazy<WriteLane>> lanes = new(StringComparer.Ordinal);
    readonly Func<string, WriteLane> make;

    /// <summary>Makes none yet: a lane is made at its first use.</summary>
    public WriteLanes(DatabaseOptions options, WriteGates gates, WriteMeter meter) =>
        (Meter, make) = (meter, service => new WriteLane(service, options.WriterOf(service, gates), meter));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var lane in lanes.Values) await lane.Value.DisposeAsync();
    }

    internal WriteMeter Meter { get; }

    internal WriteLane Of(string service) => lanes.GetOrAdd(service, s => new Lazy<WriteLane>(() => make(s))).Value;
}
