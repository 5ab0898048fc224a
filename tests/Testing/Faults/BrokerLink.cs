using Doseline.Platform.Actors;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Delivery;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Testing.Faults;

/// <summary>A process's connection to the broker: publishes for its relays, and delivers to each service hosted here as if it were alone.</summary>
public sealed class BrokerLink(UnrulyBroker broker, FactDispatcher dispatcher, IEnumerable<FactSubscription> subscriptions, IServiceProvider services) : IFactBus, IReminderPump
{
    readonly Dictionary<string, FactDelivery> doors = subscriptions.GroupBy(s => s.Service, StringComparer.Ordinal).ToDictionary(
        s => s.Key, s => ActivatorUtilities.CreateInstance<FactDelivery>(services, ActivatorUtilities.CreateInstance<FactDispatcher>(services, s.AsEnumerable())), StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Service => "broker";

    /// <inheritdoc/>
    public string Name => "deliveries";

    /// <inheritdoc/>
    public Task PublishAsync(Fact fact, CancellationToken cancel) => PublishAsync([fact], 1, cancel);

    /// <inheritdoc/>
    public Task<PublishedRound> PublishAsync(IReadOnlyList<Fact> facts, int lanes, CancellationToken cancel)
    {
        var round = new PublishedRound(new HashSet<string>(StringComparer.Ordinal), new Dictionary<string, Exception>(StringComparer.Ordinal));
        if (broker.IsStopped(facts[0].Source)) return Task.FromResult(round);
        broker.Plan.MayCrash("after the commit, before anything was published");
        foreach (var fact in facts)
        {
            foreach (var subscriber in dispatcher.HandlersOf(fact).Select(s => s.Service).Distinct(StringComparer.Ordinal)) broker.Take(fact, subscriber);
            broker.Plan.MayCrash("after a fact was published, before it was marked as sent");
        }

        return Task.FromResult(round with { Held = facts.Select(f => f.Id).ToHashSet(StringComparer.Ordinal) });
    }

    /// <inheritdoc/>
    public async Task<int> PumpAsync(CancellationToken cancel)
    {
        var made = 0;
        for (; broker.Next() is { } delivery; made++)
        {
            await doors[delivery.Subscriber].DeliverAsync(delivery.Fact, cancel);
            broker.Plan.MayCrash("after a fact was handled, before the broker heard of it");
            delivery.Done();
        }

        return made;
    }

    /// <inheritdoc/>
    public Task<DateTimeOffset?> NextAsync(CancellationToken cancel) => Task.FromResult(broker.NextTime);
}
