using System.Collections.Concurrent;
using Doseline.Kernel.Rules;
using Doseline.Orders.V1;
using Doseline.Platform.Actors;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Platform.Tests.Stage;

/// <summary>Publishes, and keeps customers.</summary>
sealed class OrdersStage : ServiceModule
{
    public override string Name => "orders";

    public override void Compose(ModuleBuilder module) => module.Database<OrdersDb>().Api<CustomersStage>();
}

/// <summary>Listens, and hosts an actor.</summary>
sealed class ExecutionStage : ServiceModule
{
    public override string Name => "execution";

    public override void Compose(ModuleBuilder module) => module
        .Database<ExecutionDb>()
        .On<CustomerPublished, Listener>()
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

    public void Meet(string what)
    {
        if (!left.TryGetValue(what, out var times) || times <= 0) return;
        left[what] = times - 1;
        throw new InvalidOperationException($"{what} cannot be handled");
    }
}

sealed class Listener(ExecutionDb db, Troubles troubles) : IFactHandler<CustomerPublished>
{
    public const string Name = "execution.Listener.CustomerPublished";

    public Task HandleAsync(CustomerPublished fact, Fact envelope, CancellationToken cancel)
    {
        troubles.Meet(fact.Code);
        db.Seen.Add(new SeenRow { FactId = envelope.Id, Subject = envelope.Subject, Text = fact.Code });
        return Task.CompletedTask;
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
