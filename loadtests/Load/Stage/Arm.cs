using System.Data.Common;
using System.Globalization;
using Doseline.Load.Drive;
using Doseline.Load.Play;
using Doseline.Platform.Rpc;
using Grpc.Core;

namespace Doseline.Load.Stage;

/// <summary>One platform that is measured: a build on databases of its own, held still while another has its turn.</summary>
/// <param name="build">The build.</param>
/// <param name="store">What it keeps its rows in.</param>
/// <param name="key">Names its databases and its folder.</param>
/// <param name="folder">Where folders are made.</param>
sealed class Arm(Build build, Store store, string key, string folder) : IAsyncDisposable
{
    // Real orders after which the many are made.
    const int FirstOrders = 200;
    readonly string home = Path.Combine(folder, $"{store.Name}-{key}");
    RunningPlatform? platform;
    People? people;
    Desk? desk;
    Flows? flows;
    Effects? effects;

    /// <summary>What reports call it.</summary>
    public string Name { get; init; } = build.Name;

    /// <summary>The store.</summary>
    public Store Store => store;

    /// <summary>The platform as it runs.</summary>
    public RunningPlatform Platform => platform ?? throw NotThere();

    /// <summary>Who places orders and reads.</summary>
    public Desk Desk => desk ?? throw NotThere();

    /// <summary>Batches from order to door.</summary>
    public Flows Flows => flows ?? throw NotThere();

    /// <summary>What has happened, in the databases.</summary>
    public Effects Effects => effects ?? throw NotThere();

    /// <summary>The reads, of the site where batches are made.</summary>
    public IReadOnlyDictionary<string, Func<int, Task<string>>> Reads => Desk.Reads(FlowDay.Site, Flows.Scans);

    /// <summary>Makes its databases.</summary>
    public async Task MakeAsync(CancellationToken cancel)
    {
        Directory.CreateDirectory(home);
        await store.MakeAsync(key, cancel);
    }

    /// <summary>Starts it.</summary>
    /// <param name="profiled">See <see cref="RunningPlatform.StartAsync"/>.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task StartAsync(bool profiled, CancellationToken cancel) => platform = await RunningPlatform.StartAsync(build, home, store.SettingsOf(key), profiled, cancel);

    /// <summary>Ends it and leaves its databases.</summary>
    public async Task StopAsync()
    {
        people?.Dispose();
        flows?.Dispose();
        if (effects is not null) await effects.DisposeAsync();
        if (platform is not null) await platform.DisposeAsync();
        (platform, people, desk, flows, effects) = (null, null, null, null, null);
    }

    /// <summary>Enters what orders need, and what so many batches need.</summary>
    public async Task EnterAsync(int batches, CancellationToken cancel)
    {
        var now = TimeProvider.System.GetUtcNow();
        people = new People(Platform.Address, Platform.TokenOf);
        // A tag in time order: another day on the same databases meets nothing of the first.
        Market market = new(people, now.ToUnixTimeSeconds().ToString("X", CultureInfo.InvariantCulture), now);
        desk = new Desk(people, market);
        effects = await Effects.OfAsync(store, OpenAsync);
        try
        {
            await market.EnterAsync(cancel);
            if (batches == 0) return;
            flows = new Flows(people, FlowDay.Sample, batches, TimeProvider.System.GetUtcNow());
            await flows.EnterAsync();
        }
        catch (RpcException fault)
        {
            throw new LoadException($"{Name}: master data cannot be entered: {fault.Status} {string.Join("; ", RpcErrors.Read(fault).Select(r => $"{r.Code} {r.Subject}: {r.Message}"))}");
        }
    }

    /// <summary>Fills its databases with years of orders, after real ones; it is not running before and after.</summary>
    public async Task GrowAsync(Growth growth, CancellationToken cancel)
    {
        await StartAsync(profiled: false, cancel);
        await EnterAsync(batches: 0, cancel);
        await ClosedLoop.RunAsync(4, TimeSpan.MaxValue, FirstOrders, _ => Desk.PlaceAsync());
        await Effects.OfOrdersAsync(Desk.Taken(), cancel);
        await StopAsync();
        await new Filling(growth, OpenAsync).FillAsync(cancel);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    Task<DbConnection> OpenAsync(string service) => store.OpenAsync(key, home, service);

    InvalidOperationException NotThere() => new($"{Name} is not running.");
}
