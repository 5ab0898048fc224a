using Doseline.Platform.Actors;
using Google.Protobuf.WellKnownTypes;
using System.Collections.Concurrent;
using Doseline.Orders.V1;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging;
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
        .Actor<Counter, ExecutionDb, ThingRow>(counter => counter.DueTime);
}

/// <summary>What goes wrong in a test, by the code of the customer or the id of the counter.</summary>
sealed class Troubles
{
    readonly ConcurrentDictionary<string, int> left = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, Hold> held = new(StringComparer.Ordinal);

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

    /// <summary>What builds on a fact of another log that has not come.</summary>
    public string? Early { get; set; }

    /// <summary>Lets a turn of the counter begin and go no further, until what is returned is disposed of.</summary>
    public Hold HoldUp(string id) => held[id] = new Hold();

    public Task PassAsync(string id) => held.TryRemove(id, out var hold) ? hold.MeetAsync() : Task.CompletedTask;

    public bool Expects(string what) => left.GetValueOrDefault(what) > 0;

    public void Meet(string what)
    {
        if (Away) throw new RpcException(new Status(StatusCode.Unavailable, "away"));
        if (what == Early) throw TooEarly.Of($"things/{what}", $"{what} is not known yet");
        if (what == Unread) throw new FactUnreadableException($"{what} is a word of a later version");
        if (!left.TryGetValue(what, out var times) || times <= 0) return;
        left[what] = times - 1;
        throw new InvalidOperationException($"{what} cannot be handled");
    }
}

sealed class Hold : IDisposable
{
    readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when the turn is in it.</summary>
    public Task Begun => begun.Task;

    public Task MeetAsync()
    {
        begun.TrySetResult();
        return over.Task;
    }

    public void Dispose() => over.TrySetResult();
}

/// <summary>Notes what it hears; of an order it tells the counters that the product code names.</summary>
sealed class Listener(ExecutionDb db, Troubles troubles, ActorDirectory actors)
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
            await actors.Of<ICounter>(counter).AddAsync(new Int64Value { Value = 1 }, cancel);
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
        db.Put(new SeenRow { FactId = envelope.Id, Subject = envelope.Subject, Text = text });
    }
}
