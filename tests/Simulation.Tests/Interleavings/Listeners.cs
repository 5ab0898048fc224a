using System.Globalization;
using System.Text.RegularExpressions;
using Doseline.Execution.Data;
using Doseline.Inventory.Data;
using Doseline.Inventory.Domain;
using Doseline.Kernel.Decay;
using Doseline.Orders.Data;
using Doseline.Platform.Data;
using Doseline.Platform.Instruments;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Log;
using Doseline.Platform.Messaging.Reading;
using Doseline.Testing;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Doseline.Simulation.Tests.Interleavings;

/// <summary>What befalls the readers of a run.</summary>
enum Mishap
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The process dies at each fact: once before its effect is saved, once after, before the cursor moves.</summary>
    Crashes,

    /// <summary>One reader stands still with a page in its hand until another has done the rest.</summary>
    StandsStill,

    /// <summary>A publisher is away from some fact of it on, until everything else was read.</summary>
    Away,
}

/// <summary>Every service on its real kernel, whose readers are given what a test has written, in the order it says.</summary>
sealed partial class Listeners : IAsyncDisposable
{
    // What says when and how a row came to be, and not what it says.
    static readonly HashSet<string> NotCompared = new(StringComparer.Ordinal) { "version", "changed_time", "audit_hash", "heard", "entries", "reference_time", "position" };

    // Every booking is kept with its cause; what they add up to stands in the holdings and their lines.
    static readonly HashSet<string> Journals = new(StringComparer.Ordinal) { "ledger_entries", "ledger_transactions", "cost_entries" };

    readonly TestPlatform platform;
    readonly ScriptedLogs logs;
    readonly Dictionary<(string, string, string), FactReader> readers = [];
    CancellationTokenSource life = new();
    int stories, told;

    Listeners(TestPlatform platform, ScriptedLogs logs) => (this.platform, this.logs) = (platform, logs);

    IServiceProvider Services => platform.Host.Services;

    /// <summary>How often a mishap really befell the readers of a listener.</summary>
    public Dictionary<(string Listener, Mishap Mishap), int> Befell { get; } = [];

    public FactTable Table => Services.GetRequiredService<FactTable>();

    public static async Task<Listeners> StartAsync()
    {
        ScriptedLogs scripted = new();
        var started = await TestPlatform.StartAsync(configure: builder =>
        {
            builder.Services.Replace(ServiceDescriptor.Singleton<IFactSource>(scripted));
            builder.Services.Replace(ServiceDescriptor.Singleton(p => new FactTable(p.GetServices<FactRule>().Select(rule => rule with
            {
                HandleAsync = async (scope, message, fact, cancel) =>
                {
                    if (scripted.Meet is { } before) await before(fact, false, cancel);
                    await rule.HandleAsync(scope, message, fact, cancel);
                    if (scripted.Meet is { } after) await after(fact, true, cancel);
                },
            }))));
        });
        Listeners listeners = new(started, scripted);
        var yield = CalibratedActivity.Create("Lu-177", 1e18, started.Now, NuclideData.Current, "yield").OrThrow();
        await listeners.InAsync("execution", db => ((ExecutionDb)db).Put(new RunRow
        {
            Id = DoseStory.Run, SiteId = "site", ProductCode = "P", RecipeCode = "R", RecipeVersion = 1, HotCellId = "cell", StartTime = started.Now, EndOfSynthesisTime = started.Now, ReleaseTime = started.Now,
            OccupiedUntilTime = started.Now, DoseCapacity = int.MaxValue, Yield = yield, State = Execution.Domain.RunState.Planned,
        }));
        await listeners.InAsync("execution", db => ((ExecutionDb)db).Put(new RunRoomRow
        {
            RunId = DoseStory.Run, SiteId = "site", ProductCode = "P", EndOfSynthesisTime = started.Now, ReleaseTime = started.Now, Open = true, DoseCapacity = int.MaxValue, DosesReserved = 0,
            Nuclide = "Lu-177", DataVersion = NuclideData.Current.Version, YieldBq = 1e18, ReservedBq = 0,
        }));
        return listeners;
    }

    /// <summary>A dose nobody has heard of, with what stands in the services before its first fact.</summary>
    public async Task<DoseStory> TellAsync(string listener)
    {
        DoseStory story = new(++stories, platform.Signer);
        if (listener is "orders") await InAsync("orders", db => ((OrdersDb)db).Orders.Add(OrderOf(story)));
        if (listener is "execution" or "orders")
        {
            var activity = CalibratedActivity.Create("Lu-177", 5e9, TestPlatform.Start, NuclideData.Current, "wanted").OrThrow();
            await InAsync("execution", db => ((ExecutionDb)db).Put(new ReservationRow
            {
                Id = story.Reservation, RunId = DoseStory.Run, OrderId = story.Order, AtEndOfSynthesis = activity, Wanted = activity, State = ReservationState.Confirmed, ProvisionalUntilTime = TestPlatform.Start,
            }));
        }

        if (listener is "inventory")
        {
            await InAsync("inventory", db =>
            {
                var inventory = (InventoryDb)db;
                inventory.Holdings.Add(new HoldingRow { Id = story.Batch, Account = Account.Wip, Kind = Account.Wip, SiteId = "site", RoomId = "cell", Form = "LIQUID", Use = "P", Status = StatusClass.InProcess, BatchId = story.Batch, Open = true });
                inventory.Lines.Add(new HoldingLineRow { HoldingId = story.Batch, Nuclide = "Lu-177", DataVersion = NuclideData.Current.Version, Bq = 6e9, ReferenceTime = TestPlatform.Start, Entries = 1 });
            });
        }

        return story;
    }

    /// <summary>A dose that is told to nobody: to see what would be.</summary>
    public DoseStory Sketch => new(0, platform.Signer);

    /// <summary>Facts as a publisher's log holds them, each with a key of its own.</summary>
    public IReadOnlyList<Fact> Log(string publisher, IEnumerable<IMessage> messages) =>
        [.. messages.Select(message => platform.Make(publisher, message.Descriptor.Name, message) with { Sequence = ++told })];

    /// <summary>Has a listener read what was written, each piece by the reader of its publisher and in that order, and then everything that waits.</summary>
    /// <param name="listener">Listening service.</param>
    /// <param name="pieces">Pieces of logs.</param>
    /// <param name="mishap">What befalls the readers.</param>
    /// <param name="at">Fact at which a reader stands still.</param>
    public async Task ReadAsync(string listener, IReadOnlyList<(string Publisher, IReadOnlyList<Fact> Facts)> pieces, Mishap mishap, int at = 0)
    {
        List<Fact> all = [.. pieces.SelectMany(p => p.Facts)];
        if (all is []) return;
        var struck = all[at % all.Count].Id;
        Still still = new(struck);
        var inVain = logs.CameInVain;
        HashSet<string> died = [];
        logs.Meet = mishap switch
        {
            Mishap.Crashes => (fact, done, _) => done && died.Add(fact.Id) ? Die() : Task.CompletedTask,
            Mishap.StandsStill => (fact, done, _) => done ? Task.CompletedTask : still.MeetAsync(fact),
            _ => null,
        };
        var standing = Task.CompletedTask;
        foreach (var (publisher, facts) in pieces)
        {
            var before = logs.HeadOf(listener, publisher);
            logs.Append(listener, publisher, facts);
            if (mishap is Mishap.Away && facts.Any(f => f.Id == struck)) logs.Away = publisher;
            if (mishap is Mishap.StandsStill && standing.IsCompleted && facts.Any(f => f.Id == still.FactId)) standing = await StandStillAsync(listener, publisher, still);
            else if (mishap is Mishap.StandsStill) await PumpAsync(listener, publisher, "rival");
            else await PumpAsync(listener, publisher, "own");
            if (mishap is not Mishap.Crashes) continue;
            // It had died behind the save and before the cursor moved.
            await InAsync(listener, db => db.SetBackAsync(publisher, before.Position, before.FactId));
            await PumpAsync(listener, publisher, "own");
        }

        await PumpAllAsync(listener, mishap is Mishap.StandsStill ? "rival" : "own");
        still.GoOn();
        await standing;
        (logs.Meet, logs.Away) = (null, null);
        await PumpAllAsync(listener, "own");
        var befell = mishap switch { Mishap.Crashes => died.Count, Mishap.StandsStill => still.Reached.IsCompleted ? 1 : 0, Mishap.Away => logs.CameInVain - inVain, _ => 0 };
        Befell[(listener, mishap)] = Befell.GetValueOrDefault((listener, mishap)) + befell;
    }

    // What waited for a fact of another log is tried when that has come.
    async Task PumpAllAsync(string listener, string replica)
    {
        for (var again = 0; again < 3; again++)
            foreach (var publisher in Table.Pairs.Where(p => p.Service == listener).Select(p => p.Publisher)) await PumpAsync(listener, publisher, replica);
    }

    /// <summary>What waits at a listener.</summary>
    public Task<List<string>> WaitingAsync(string listener) => QueryAsync(listener, async db =>
        await db.Waiting.AsNoTracking().Where(w => w.ResolvedTime == null).OrderBy(w => w.Position).Select(w => w.Type + " " + w.State + ": " + w.Reason).ToListAsync());

    /// <summary>Sets aside what waits, so that the next run begins with nothing.</summary>
    public Task ForgetAsync(string listener) => InAsync(listener, db => db.Waiting.Where(w => w.ResolvedTime == null).ExecuteUpdateAsync(set => set.SetProperty(w => w.ResolvedTime, platform.Now)));

    /// <summary>The rows of a listener that say something of a dose, without what says how they came to be.</summary>
    public Task<string> StateAsync(string listener, DoseStory story) => QueryAsync(listener, async db =>
    {
        List<string> rows = [];
        await db.Database.OpenConnectionAsync();
        foreach (var table in db.Model.GetEntityTypes().Where(t => t.ClrType.Assembly != typeof(ServiceDb).Assembly || t.ClrType == typeof(InstrumentRow)).Select(t => t.GetTableName()!).Where(t => !Journals.Contains(t)).Order(StringComparer.Ordinal))
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // Names of the model's own tables.
            command.CommandText = $"SELECT * FROM {table}";
#pragma warning restore CA2100
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                var row = string.Join(", ", Enumerable.Range(0, reader.FieldCount).Where(i => !NotCompared.Contains(reader.GetName(i))).Select(i => $"{reader.GetName(i)}={Text(reader.GetValue(i))}"));
                if (!story.Names.Keys.Any(id => row.Contains(id, StringComparison.Ordinal))) continue;
                rows.Add($"{table}: {NewId().Replace(story.Names.Aggregate(row, (text, name) => text.Replace(name.Key, name.Value, StringComparison.Ordinal)), "ID")}");
            }
        }

        return string.Join('\n', rows.Order(StringComparer.Ordinal));
    });

    public async ValueTask DisposeAsync() => await platform.DisposeAsync();

    static string Text(object value) => value switch
    {
        double number => number.ToString("G9", CultureInfo.InvariantCulture),
        DBNull => "",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    static OrderRow OrderOf(DoseStory story) => new()
    {
        Id = story.Order, DoseId = story.Dose, ProductCode = "P", ProductVersion = 1, SiteId = "site", CustomerId = "c", CustomerCode = "C", CustomerZone = "UTC", PatientToken = "", ExternalReference = "", Nuclide = "Lu-177",
        ToleranceFraction = 0.1, PriceId = "price", PriceVersion = 1, Currency = "EUR", MinorUnits = 1, AcceptTime = TestPlatform.Start, AcceptedBy = "desk", RunId = DoseStory.Run,
    };

    Task Die()
    {
        life.Cancel();
        return Task.FromCanceled(life.Token);
    }

    // A process that has died is another when it comes back; it takes its own leases back.
    async Task PumpAsync(string listener, string publisher, string replica)
    {
        while (true)
        {
            life = new CancellationTokenSource();
            try
            {
                Services.GetRequiredService<Bell>().Ring(listener, publisher);
                while (await ReaderOf(listener, publisher, replica).PumpAsync(life.Token) > 0)
                {
                }

                return;
            }
            catch (OperationCanceledException) when (life.IsCancellationRequested)
            {
                readers.Remove((listener, publisher, replica));
            }
        }
    }

    // Its lease runs out while it stands, and another reads what it had in its hand.
    async Task<Task> StandStillAsync(string listener, string publisher, Still still)
    {
        Services.GetRequiredService<Bell>().Ring(listener, publisher);
        var standing = Task.Run(async () => await ReaderOf(listener, publisher, "own").PumpAsync(CancellationToken.None));
        await Task.WhenAny(still.Reached, standing);
        await InAsync(listener, db => db.Leases.ExecuteUpdateAsync(set => set.SetProperty(l => l.UntilTime, DateTimeOffset.UnixEpoch)));
        await PumpAsync(listener, publisher, "rival");
        return standing;
    }

    FactReader ReaderOf(string listener, string publisher, string replica)
    {
        lock (readers)
        {
            if (!readers.TryGetValue((listener, publisher, replica), out var reader))
                readers[(listener, publisher, replica)] = reader = ActivatorUtilities.CreateInstance<FactReader>(Services, listener, publisher, new Replica(replica));
            return reader;
        }
    }

    Task InAsync(string service, Func<ServiceDb, Task> work) => QueryAsync(service, async db =>
    {
        await work(db);
        return 0;
    });

    Task InAsync(string service, Action<ServiceDb> change) => InAsync(service, db =>
    {
        change(db);
        return db.SaveChangesAsync();
    });

    async Task<T> QueryAsync<T>(string service, Func<ServiceDb, Task<T>> work)
    {
        await using var scope = Services.CreateAsyncScope();
        return await work(Services.GetRequiredService<DatabaseTable>().Of(service, scope.ServiceProvider));
    }

    // Identifiers that a service makes begin with the time, and the time stands.
    [GeneratedRegex("01m83[0-9a-z]{21}[0-9a-z*~$=]")]
    private static partial Regex NewId();

    // Who meets the fact first stands still before it; who meets it again goes on.
    sealed class Still(string factId)
    {
        readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string FactId => factId;

        public Task Reached => reached.Task;

        public Task MeetAsync(Fact fact) => fact.Id == factId && reached.TrySetResult() ? over.Task : Task.CompletedTask;

        public void GoOn() => over.TrySetResult();
    }
}
