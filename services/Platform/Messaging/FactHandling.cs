using Doseline.Platform.Data;
using Google.Protobuf;

namespace Doseline.Platform.Messaging;

/// <summary>What a service does about a fact of another service.</summary>
/// <typeparam name="TFact">Message of the publisher's <c>events.proto</c>.</typeparam>
/// <remarks>
/// The kernel opens the scope, skips what this handler has already seen, calls it, and saves its changes together with the inbox
/// row. A handler therefore changes rows, and does not save. Where it calls an actor or another service, that call must be
/// idempotent by itself, for its effect commits elsewhere.
/// </remarks>
public interface IFactHandler<in TFact> where TFact : class, IMessage
{
    /// <summary>Handles one fact.</summary>
    /// <param name="fact">The payload.</param>
    /// <param name="envelope">Id, time, actor and correlation.</param>
    /// <param name="cancel">Cancels.</param>
    Task HandleAsync(TFact fact, Fact envelope, CancellationToken cancel);
}

/// <summary>A subscription: which facts, and what to do with one.</summary>
/// <param name="Service">Subscribing service.</param>
/// <param name="Topic">Publishing service.</param>
/// <param name="Type">Fact type, the proto full name.</param>
/// <param name="Handler">Name of the handler, the key of its inbox rows.</param>
/// <param name="Database">The subscriber's database.</param>
/// <param name="HandleAsync">Resolves the handler from the scope and runs it.</param>
public sealed record FactSubscription(
    string Service,
    string Topic,
    string Type,
    string Handler,
    Func<IServiceProvider, ServiceDb> Database,
    Func<IServiceProvider, Fact, CancellationToken, Task> HandleAsync);

/// <summary>Where facts go: the Dapr sidecar in a cluster, the in-process bus on a laptop and in tests.</summary>
public interface IFactBus
{
    /// <summary>Publishes one fact; returns once the broker holds it.</summary>
    Task PublishAsync(Fact fact, CancellationToken cancel);

    /// <summary>Publishes a round of facts: those of one subject in order, those of different subjects side by side.</summary>
    /// <param name="facts">In the order they were committed.</param>
    /// <param name="lanes">How many subjects at a time; 1 publishes in exactly the given order.</param>
    /// <param name="cancel">Cancels; what the broker already holds is still reported.</param>
    /// <returns>What the broker holds, and which subjects stopped at a fault.</returns>
    Task<PublishedRound> PublishAsync(IReadOnlyList<Fact> facts, int lanes, CancellationToken cancel) =>
        FactLanes.RunAsync(facts, lanes, PublishAsync, cancel);
}
