using System.Collections.Concurrent;
using Doseline.Orders.V1;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging;

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

    /// <summary>Lets a turn of the counter begin and go no further, until what is returned is disposed of.</summary>
    public Hold HoldUp(string id) => held[id] = new Hold();

    public Task PassAsync(string id) => held.TryRemove(id, out var hold) ? hold.MeetAsync() : Task.CompletedTask;

    public bool Expects(string what) => left.GetValueOrDefault(what) > 0;

    public void Meet(string what)
    {
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
