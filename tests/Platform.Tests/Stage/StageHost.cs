using Doseline.Kernel.Ids;
using Doseline.Local.Simulation;
using Doseline.Orders.V1;
using Doseline.Platform.Actors;
using Doseline.Platform.Data;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Reading;
using Doseline.Testing;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Doseline.Platform.Tests.Stage;

/// <summary>A publisher and a subscriber in one process on the real kernel; several may stand on one database.</summary>
sealed class StageHost : IAsyncDisposable
{
    readonly TestDatabase database;
    readonly bool owns;
    readonly SimulatedClock? simulated;

    StageHost(WebApplication app, TestDatabase database, SimulatedClock? clock, bool owns) =>
        (App, this.database, simulated, this.owns) = (app, database, clock, owns);

    public WebApplication App { get; }

    public SimulatedClock Clock => simulated ?? throw new InvalidOperationException("It runs on the machine's clock.");

    public IServiceProvider Services => App.Services;

    public Troubles Troubles => Services.GetRequiredService<Troubles>();

    public ParkedFacts Parked => Services.GetRequiredService<ParkedFacts>();

    public static async Task<StageHost> StartAsync(params string[] settings)
    {
        var test = await TestDatabase.CreateAsync();
        return await StartAsync(test, new SimulatedClock(TestPlatform.Start), owns: true, Both, settings);
    }

    /// <summary>One of the two services alone, as in a process of its own, on databases that are somebody else's to remove; without a clock on the machine's.</summary>
    public static Task<StageHost> AloneAsync(TestDatabase test, SimulatedClock? clock, ServiceModule module, params string[] settings) =>
        StartAsync(test, clock, owns: false, [module], settings);

    /// <summary>On databases that are somebody else's to remove.</summary>
    public static Task<StageHost> OnAsync(TestDatabase test, bool schemas = true) => StartAsync(test, new SimulatedClock(TestPlatform.Start), owns: false, Both, [], schemas: schemas);

    /// <summary>Another replica on the same databases.</summary>
    public Task<StageHost> TwinAsync(params string[] settings) => StartAsync(database, Clock, owns: false, Both, settings);

    /// <summary>A replica whose table of facts is another: of the next build, or with other types.</summary>
    public Task<StageHost> TwinAsync(Func<FactRule, FactRule?> change, params string[] settings) => StartAsync(database, Clock, owns: false, Both, settings, change);

    /// <summary>On the machine's clock, with nobody to pump anything.</summary>
    public static async Task<StageHost> LiveAsync(params string[] settings) =>
        await StartAsync(await TestDatabase.CreateAsync(), null, owns: true, Both, ["--Pumps:Manual=false", .. settings]);

    /// <summary>Asks a counter, on behalf of a request where one is given.</summary>
    public async Task<long> AskAsync(string id, long by, Action<RequestContext>? asker = null, CancellationToken cancel = default)
    {
        await using var scope = Services.CreateAsyncScope();
        asker?.Invoke(scope.ServiceProvider.GetRequiredService<RequestContext>());
        return (await scope.ServiceProvider.GetRequiredService<ActorDirectory>().Of<ICounter>(id).AddAsync(new Int64Value { Value = by }, cancel)).Value;
    }

    /// <summary>A counter, to be asked by nobody in particular.</summary>
    public ICounter Counter(string id) => Services.GetRequiredService<IGrainFactory>().GetGrain<ICounter>(id);

    public async Task InAsync<TDb>(Func<TDb, Task> work) where TDb : ServiceDb
    {
        await using var scope = Services.CreateAsyncScope();
        await work(scope.ServiceProvider.GetRequiredService<TDb>());
    }

    public async Task<T> InAsync<TDb, T>(Func<TDb, Task<T>> work) where TDb : ServiceDb
    {
        await using var scope = Services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<TDb>());
    }

    /// <summary>Commits facts about a subject, one save each.</summary>
    public async Task PublishAsync(string subject, params string[] codes)
    {
        foreach (var code in codes) await PublishAsync(subject, new CustomerPublished { CustomerId = subject, Code = code });
    }

    /// <summary>Commits a fact.</summary>
    public Task PublishAsync(string subject, IMessage fact) => InAsync<OrdersDb>(async db =>
    {
        db.Publish(subject, fact);
        await db.SaveChangesAsync();
    });

    /// <summary>What waits at the listener, oldest first.</summary>
    public Task<List<WaitingRow>> WaitingAsync() => InAsync<ExecutionDb, List<WaitingRow>>(db => db.Waiting.AsNoTracking().OrderBy(w => w.Position).ToListAsync());

    /// <summary>The reader of the publisher's log.</summary>
    public FactReader Reader => Services.GetServices<IPump>().OfType<FactReader>().Single();

    public Fact Fact(string subject, string code)
    {
        var message = new CustomerPublished { CustomerId = subject, Code = code };
        var data = FactJson.Write(message);
        var id = Services.GetRequiredService<IdSource>().New();
        return new Fact
        {
            Id = id, Source = "orders", Type = message.CalculateType(), Subject = subject, Time = Clock.GetUtcNow(), Data = data,
            DataHash = Platform.Messaging.Fact.HashOf(data), CorrelationId = id, CausationId = id, Actor = "service:orders",
        };
    }

    /// <summary>Puts a fact into the log, or sets the listener back to before it.</summary>
    public Task GiveAsync(Fact fact) => Services.PutAsync(fact);

    /// <summary>Rings, for who shares the databases may have published, and lets everything happen.</summary>
    public async Task SettleAsync()
    {
        Services.GetRequiredService<Bell>().Ring("orders");
        var pumps = Services.GetServices<IPump>().ToList();
        int moved;
        do
        {
            moved = 0;
            foreach (var pump in pumps) moved += await pump.PumpAsync(CancellationToken.None);
        }
        while (moved > 0);
    }

    public IPump Pump(string service, string name) => Services.GetServices<IPump>().Concat(Services.GetServices<IReminderPump>()).First(p => p.Service == service && p.Name == name);

    /// <summary>Codes the listener saw, in order; of one subject when it is named.</summary>
    public Task<List<string>> SeenAsync(string? subject = null) =>
        InAsync<ExecutionDb, List<string>>(db => db.Seen.Where(r => subject == null || r.Subject == subject).OrderBy(r => r.Seq).Select(r => r.Text).ToListAsync());

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        if (owns) await database.DisposeAsync();
    }

    static ServiceModule[] Both => [new OrdersStage(), new ExecutionStage()];

    static async Task<StageHost> StartAsync(TestDatabase test, SimulatedClock? clock, bool owns, ServiceModule[] modules, string[] settings, Func<FactRule, FactRule?>? change = null, bool schemas = true)
    {
        string[] args = ["--Pumps:Manual=true", "--Ports:App=0", "--Ports:Probe=0", .. test.Settings.Select(s => $"--{s.Key}={s.Value}"), .. settings];
        var app = PlatformHost.Build(args, modules, builder =>
        {
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton<Troubles>();
            if (clock is not null) builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock));
            if (change is not null) builder.Services.Replace(ServiceDescriptor.Singleton(p => new FactTable(p.GetServices<FactRule>().Select(change).OfType<FactRule>())));
        });
        if (schemas) await PlatformHost.ApplySchemasAsync(app.Services);
        await app.StartAsync();
        return new StageHost(app, test, clock, owns);
    }
}

static class StageFacts
{
    public static string CalculateType(this CustomerPublished _) => CustomerPublished.Descriptor.FullName;
}
