using System.Collections.Concurrent;
using Doseline.Kernel.Rules;
using Doseline.Orders.V1;
using Doseline.Platform.Actors;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Doseline.Platform.Tests.Stage;

/// <summary>Publishes, and keeps customers.</summary>
sealed class OrdersStage : ServiceModule
{
    public override string Name => "orders";

    public override void Compose(ModuleBuilder module) => module.Database<OrdersDb>().Api<CustomersStage>();
}

/// <summary>Listens, in each of the ways there are, and hosts an actor.</summary>
sealed class ExecutionStage : ServiceModule
{
    public override string Name => "execution";

    public override void Compose(ModuleBuilder module) => module
        .Database<ExecutionDb>()
        .From("orders", facts => facts
            .InTurn<CustomerPublished, Listener>(c => c.LicenceNumber is "" ? [c.CustomerId] : [c.CustomerId, c.LicenceNumber])
            .Commutes<OrderCancelled, Listener>()
            .LatestWins<OrderRescheduled, Listener>(o => [o.Order.OrderId])
            .InTurn<OrderAccepted, Listener>())
        .Actor<Counter, ExecutionDb>("Counter", Int64Value.Descriptor);
}

/// <summary>What goes wrong in a test, by the code of the customer or the name of the reminder.</summary>
sealed class Troubles
{
    readonly ConcurrentDictionary<string, int> left = new(StringComparer.Ordinal);

    /// <summary>What a call waits for that does not hear when it is given up.</summary>
    public TaskCompletionSource Held { get; } = new();

    public void Fail(string what, int times = int.MaxValue) => left[what] = times;

    public void Clear() => left.Clear();

    /// <summary>Whoever a handler asks is away.</summary>
    public bool Away { get; set; }

    /// <summary>Happens once, while a handler stands still.</summary>
    public Func<Task>? Pause { get; set; }

    /// <summary>What this build cannot read.</summary>
    public string? Unread { get; set; }

    public void Meet(string what)
    {
        if (Away) throw new RpcException(new Status(StatusCode.Unavailable, "away"));
        if (what == Unread) throw new FactUnreadableException($"{what} is a word of a later version");
        if (!left.TryGetValue(what, out var times) || times <= 0) return;
        left[what] = times - 1;
        throw new InvalidOperationException($"{what} cannot be handled");
    }
}

/// <summary>Notes what it hears; of an order it tells the counters that the product code names.</summary>
sealed class Listener(ExecutionDb db, Troubles troubles, IActors actors)
    : IFactHandler<CustomerPublished>, IFactHandler<OrderCancelled>, IFactHandler<OrderRescheduled>, IFactHandler<OrderAccepted>
{
    public Task HandleAsync(CustomerPublished fact, Fact envelope, CancellationToken cancel) => NoteAsync(fact.Code, envelope);

    public Task HandleAsync(OrderCancelled fact, Fact envelope, CancellationToken cancel) => NoteAsync(fact.Reason, envelope);

    public Task HandleAsync(OrderRescheduled fact, Fact envelope, CancellationToken cancel) => NoteAsync(fact.Order.ProductCode, envelope);

    public async Task HandleAsync(OrderAccepted fact, Fact envelope, CancellationToken cancel)
    {
        foreach (var counter in fact.ProductCode.Split(','))
        {
            troubles.Meet(counter);
            await actors.AskAsync<Int64Value>("Counter", counter, new Int64Value { Value = 1 }, cancel);
        }
    }

    async Task NoteAsync(string text, Fact envelope)
    {
        if (troubles.Pause is { } pause)
        {
            troubles.Pause = null;
            await pause();
        }

        troubles.Meet(text);
        db.Seen.Add(new SeenRow { FactId = envelope.Id, Subject = envelope.Subject, Text = text });
    }
}

/// <summary>Counts: a turn reads, adds and saves. Refuses to go below zero.</summary>
sealed class Counter(string id, ExecutionDb db, Troubles troubles) : Actor(id)
{
    public override async Task<IMessage> ReceiveAsync(IMessage command, CancellationToken cancel)
    {
        var by = ((Int64Value)command).Value;
        var row = await db.Things.FindAsync([Id], cancel);
        if (row is null) db.Things.Add(row = new ThingRow { Id = Id, Name = "counter", MadeTime = db.Now });
        if (row.Amount + by < 0) throw new RefusedException(Refusal.State($"counters/{Id}", "BELOW_ZERO", "A counter does not go below zero.").With("amount", row.Amount));
        row.Amount += by;
        await db.SaveChangesAsync(cancel);
        return new Int64Value { Value = (long)row.Amount };
    }

    public override async Task RemindAsync(string name, CancellationToken cancel)
    {
        troubles.Meet(name);
        db.Seen.Add(new SeenRow { FactId = name, Subject = Id, Text = db.Now.ToString("O") });
        await db.SaveChangesAsync(cancel);
    }
}
