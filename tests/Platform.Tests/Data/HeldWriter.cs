using Doseline.Platform.Data;
using Doseline.Platform.Data.Writing;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Data;

/// <summary>A writer that waits before each group until it is let go, so that a test decides who shares one.</summary>
sealed class HeldWriter(IRowWriter writer) : IRowWriter
{
    readonly SemaphoreSlim go = new(0);
    readonly SemaphoreSlim came = new(0);

    /// <summary>A lane of its own into a service's database, and its writer.</summary>
    public static (WriteLane Lane, HeldWriter Writer) LaneOf(IServiceProvider services, string service)
    {
        HeldWriter writer = new(services.GetRequiredService<DatabaseOptions>().WriterOf(service, services.GetRequiredService<WriteGates>(), services.GetRequiredService<LaneMeter>()));
        return (new WriteLane(service, writer, services.GetRequiredService<LaneMeter>()), writer);
    }

    /// <summary>How many sets each group had.</summary>
    public List<int> Groups { get; } = [];

    public async Task<WriteFault?> TryAsync(WriteGroup group)
    {
        lock (Groups) Groups.Add(group.Sets.Count);
        came.Release();
        await go.WaitAsync();
        return await writer.TryAsync(group);
    }

    /// <summary>Done when the next group has come.</summary>
    public Task CameAsync() => came.WaitAsync();

    /// <summary>Lets groups go.</summary>
    public void Go(int groups = 1000) => go.Release(groups);

    public ValueTask DisposeAsync() => writer.DisposeAsync();
}
