using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Security.Cryptography;
using Doseline.Orders.V1;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Doseline.Platform.Tests.Stage;
using Doseline.Sidecar;
using Doseline.Sidecar.Brokers;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Cluster.Tests.Brokers;

/// <summary>Two replicas of a publisher and two of a listener on PostgreSQL and the machine's clock, a sidecar beside each, and one real broker behind them.</summary>
sealed class BrokerStage : IAsyncDisposable
{
    const int Subjects = 5;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    readonly TestDatabase database;
    readonly Mesh mesh;
    readonly Random random = new(20261130);
    readonly ConcurrentDictionary<string, long> counted = new(StringComparer.Ordinal);
    readonly List<MeterListener> meters = [];
    readonly List<StageHost> publishers = [], listeners = [];
    int round;

    BrokerStage(TestDatabase database, Mesh mesh, UnrulyBell bell, ServerProgram server) => (this.database, this.mesh, Bell, Server) = (database, mesh, bell, server);

    /// <summary>What happens to rings.</summary>
    public UnrulyBell Bell { get; }

    /// <summary>The broker's process.</summary>
    public ServerProgram Server { get; }

    /// <summary>One of the listeners, to look into their database.</summary>
    public StageHost Listener => listeners[0];

    /// <summary>One of the publishers.</summary>
    public StageHost Publisher => publishers[0];

    /// <summary>Brings everything up; the publishers have told something before anybody listens.</summary>
    /// <param name="broker">The broker.</param>
    public static async Task<BrokerStage> StartAsync(string broker)
    {
        var (server, program) = await Component.StartAsync(broker);
        UnrulyBell bell = new(server);
        BrokerStage stage = new(await TestDatabase.CreateAsync(postgres: true, only: ["orders", "execution"]), new Mesh(server: bell, behaves: true), bell, program);
        for (var replica = 0; replica < 2; replica++) stage.publishers.Add(await stage.HostAsync(new OrdersStage(), "--Facts:Listeners=execution"));
        var early = await stage.TellAsync(5, TimeSpan.FromMilliseconds(20));
        for (var replica = 0; replica < 2; replica++) stage.listeners.Add(await stage.HostAsync(new ExecutionStage()));
        await stage.HandledAsync(early);
        return stage;
    }

    /// <summary>Counts so far, by the name of the metric and, where it has one, its way.</summary>
    public long Count(string name) => counted.GetValueOrDefault(name);

    /// <summary>Publishes facts about a few subjects, now by one replica and now by the other.</summary>
    /// <returns>Their ids, in the order in which they were told.</returns>
    public async Task<IReadOnlyList<string>> TellAsync(int facts, TimeSpan every)
    {
        var (number, codes) = (Interlocked.Increment(ref round), new List<string>());
        for (var i = 0; i < facts; i++)
        {
            codes.Add(string.Create(CultureInfo.InvariantCulture, $"{number}/{i}"));
            var subject = $"c{random.Next(Subjects)}";
            await publishers[i % 2].PublishAsync(subject, new CustomerPublished { CustomerId = subject, Code = codes[^1] });
            await Task.Delay(every);
        }

        return codes;
    }

    /// <summary>Changes a key as the page on operation says: first both public halves, then the key, then the new half alone.</summary>
    /// <param name="name">Name of the key.</param>
    public async Task RotateAsync(string name)
    {
        var (pem, halves) = (Path.Combine(database.Folder, "keys", $"{name}.pem"), Path.Combine(database.Folder, "keys", $"{name}.pub"));
        using var old = ECDsa.Create();
        old.ImportFromPem(await File.ReadAllTextAsync(pem));
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        foreach (var (file, text) in ((string, string)[])
            [(halves, $"{old.ExportSubjectPublicKeyInfoPem()}\n{next.ExportSubjectPublicKeyInfoPem()}"), (pem, next.ExportPkcs8PrivateKeyPem()), (halves, next.ExportSubjectPublicKeyInfoPem())])
        {
            // At one stroke, as a kubelet does.
            await File.WriteAllTextAsync($"{file}.new", text);
            File.Move($"{file}.new", file, overwrite: true);
            // What was signed with the old key is on its way for a while.
            await Task.Delay(TimeSpan.FromMilliseconds(700));
        }
    }

    /// <summary>Waits until the facts have had their effect, and checks that each had it once, in the order of the log, and nothing waits.</summary>
    /// <returns>How long each took, from before its commit.</returns>
    public async Task<IReadOnlyList<TimeSpan>> HandledAsync(IReadOnlyList<string> codes)
    {
        await SeenAsync(codes);
        (await Listener.SeenAsync()).ShouldNotContain("forged");
        (await Listener.WaitingAsync()).Where(w => w.ResolvedTime is null && w.State is not Platform.Messaging.Reading.WaitState.Orphaned).ShouldBeEmpty();
        return await LatenciesAsync(codes);
    }

    /// <summary>Waits until the facts have had their effect, each once.</summary>
    public async Task SeenAsync(IReadOnlyList<string> codes)
    {
        using CancellationTokenSource patience = new(Patience);
        List<string> seen;
        do
        {
            await Task.Delay(50);
            seen = [.. (await Listener.SeenAsync()).Where(codes.Contains)];
        }
        while (seen.Distinct(StringComparer.Ordinal).Count() < codes.Count && !patience.IsCancellationRequested);
        seen.ShouldBe(codes, ignoreOrder: true, "each has its effect, once");
    }

    /// <summary>Tells facts until one of them has come with the bell again: a broker that was killed takes its time to start.</summary>
    public async Task RingsAsync()
    {
        using CancellationTokenSource patience = new(3 * Patience);
        for (var before = Count("fact_pages bell"); Count("fact_pages bell") == before && !patience.IsCancellationRequested;) await SeenAsync(await TellAsync(1, TimeSpan.FromMilliseconds(200)));
        patience.IsCancellationRequested.ShouldBeFalse("the bell rings again");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var host in listeners.Concat(publishers)) await host.DisposeAsync();
        await mesh.DisposeAsync();
        foreach (var meter in meters) meter.Dispose();
        await database.DisposeAsync();
    }

    async Task<IReadOnlyList<TimeSpan>> LatenciesAsync(IReadOnlyList<string> codes)
    {
        var facts = (await Publisher.InAsync<OrdersDb, List<FactRow>>(db => db.Facts.AsNoTracking().OrderBy(f => f.Position).ToListAsync()))
            .Select(f => (f.Id, f.Subject, f.Time, Code: ((CustomerPublished)FactJson.ReadFact(f.Data, CustomerPublished.Descriptor)).Code)).Where(f => codes.Contains(f.Code)).ToList();
        var seen = await Listener.InAsync<ExecutionDb, List<SeenRow>>(db => db.Seen.OrderBy(s => s.Seq).ToListAsync());
        var handled = await Listener.InAsync<ExecutionDb, Dictionary<string, DateTimeOffset>>(db => db.Inbox.ToDictionaryAsync(i => i.FactId, i => i.Time));
        foreach (var subject in facts.GroupBy(f => f.Subject, StringComparer.Ordinal))
            seen.Where(s => s.Subject == subject.Key && codes.Contains(s.Text)).Select(s => s.Text).ShouldBe(subject.Select(f => f.Code), $"{subject.Key} in the order of the log");
        return [.. facts.Select(f => handled[f.Id] - f.Time)];
    }

    async Task<StageHost> HostAsync(Platform.Hosting.ServiceModule module, params string[] settings)
    {
        var sidecar = await mesh.AddAsync(module.Name);
        var host = await StageHost.AloneAsync(database, null, module,
        [
            "--Pumps:Manual=false", $"--DAPR_HTTP_PORT={sidecar.HttpPort}", $"--DAPR_GRPC_PORT={sidecar.GrpcPort}", $"--DAPR_API_TOKEN={mesh.ApiToken}", $"--APP_API_TOKEN={mesh.AppToken}", $"--APP_ID={module.Name}",
            .. settings,
        ]);
        meters.Add(Listen(host.Services.GetRequiredService<MessagingMeter>()));
        await sidecar.AppStartedAsync(host.Services.GetRequiredService<ServiceChannels>().OwnAddress!);
        return host;
    }

    // Other tests of this process have hosts, and so meters, of their own.
    MeterListener Listen(MessagingMeter meter)
    {
        MeterListener listener = new()
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter == meter.Meter && instrument is Counter<long>) self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Count(instrument.Name, value, tags));
        listener.Start();
        return listener;
    }

    void Count(string name, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var tag in tags)
        {
            if (tag.Key is "way") name = $"{name} {tag.Value}";
        }

        counted.AddOrUpdate(name, value, (_, sum) => sum + value);
    }
}

/// <summary>A stage for each broker, brought up by the first test that needs it.</summary>
public sealed class BrokerStages : IAsyncLifetime
{
    readonly ConcurrentDictionary<string, Lazy<Task<BrokerStage>>> stages = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        foreach (var stage in stages.Values) await (await stage.Value).DisposeAsync();
    }

    internal Task<BrokerStage> OfAsync(string broker) => stages.GetOrAdd(broker, _ => new(() => BrokerStage.StartAsync(broker))).Value;
}
