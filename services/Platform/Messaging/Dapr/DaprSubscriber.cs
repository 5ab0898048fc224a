using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Doseline.Kernel.Ids;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging.Delivery;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Messaging.Dapr;

/// <summary>What the sidecar is told about a fact it delivered.</summary>
public enum DaprAnswer
{
    /// <summary>Done with, or held in our database.</summary>
    Success,

    /// <summary>Deliver it again.</summary>
    Retry,

    /// <summary>It is not a fact that can ever be handled; to the dead-letter topic.</summary>
    Drop,
}

/// <summary>Receives facts from the sidecar.</summary>
/// <remarks>
/// A handler that fails is our business, not the broker's: the fact is held in our database, where its order, its tries and its reason are
/// kept. The broker is asked to deliver again only when our own database does not take it.
/// </remarks>
public sealed class DaprSubscriber(FactDispatcher dispatcher, FactDelivery delivery, DaprSidecar sidecar, ClockWatch clock, MessagingMeter meter, ILogger<DaprSubscriber> log)
{
    readonly TurnQueue subjects = new();

    /// <summary>Topics this process listens to.</summary>
    public IReadOnlyList<string> Topics { get; } = [.. dispatcher.Topics.Select(t => t.Topic).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Dead-letter topic of a topic, one an app, so that one app's bad facts are not another's.</summary>
    public string DeadLetters(string topic) =>
        $"{topic}.{sidecar.AppId ?? dispatcher.Topics.Select(t => t.Service).Order(StringComparer.Ordinal).First()}.dead";

    /// <summary>Receives a fact.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever fails while taking a fact, the broker keeps it and delivers again.")]
    public async Task<DaprAnswer> ReceiveAsync(string topic, JsonElement envelope, CancellationToken cancel)
    {
        if (Read(topic, envelope, out var fault) is not { } fact)
        {
            meter.Conflict(topic);
            log.LogCritical("A fact on {Topic} was refused: {Reason}", topic, fault);
            return DaprAnswer.Drop;
        }

        if (!clock.MayRecord) return DaprAnswer.Retry;
        try
        {
            // Brokers that deliver side by side must not let two facts of a subject overtake each other here.
            using var _ = await subjects.EnterAsync((topic, fact.Subject), cancel);
            await delivery.DeliverAsync(fact, cancel);
            return DaprAnswer.Success;
        }
        catch (Exception failed) when (!cancel.IsCancellationRequested)
        {
            log.LogError(failed, "Fact {FactId} of {Topic} could not be taken; it is asked for again", fact.Id, topic);
            return DaprAnswer.Retry;
        }
    }

    /// <summary>Receives a fact from a dead-letter topic, and parks it with what is known of the reason.</summary>
    public async Task BuryAsync(string topic, JsonElement envelope, CancellationToken cancel)
    {
        if (Read(topic, envelope, out var fault) is { } fact)
        {
            foreach (var subscription in dispatcher.HandlersOf(fact))
                await delivery.ParkAsync(subscription, fact, "The broker gave it up and dead-lettered it.", cancel);
            return;
        }

        foreach (var service in dispatcher.Topics.Where(t => string.Equals(t.Topic, topic, StringComparison.Ordinal)).Select(t => t.Service))
            await delivery.ParkUnreadableAsync(service, Unreadable(topic, envelope), fault!, cancel);
    }

    static Fact? Read(string topic, JsonElement envelope, out string? fault)
    {
        if (CloudEvents.Read(envelope, out fault) is not { } fact) return null;
        if (!string.Equals(fact.Source, topic, StringComparison.Ordinal)) fault = $"Fact {fact.Id} says it comes from {fact.Source}, but came on topic {topic}.";
        else if (!fact.IsIntact) fault = $"Fact {fact.Id} says its payload hashes to {fact.DataHash}, but it hashes to {Fact.HashOf(fact.Data)}.";
        return fault is null ? fact : null;
    }

    // Kept as it came, under an id made from its bytes, so that the same one is kept once.
    static Fact Unreadable(string topic, JsonElement envelope)
    {
        var raw = envelope.GetRawText();
        var id = Id.From("unreadable", topic, raw);
        return new Fact
        {
            Id = id, Source = topic, Type = "unreadable", Subject = id, Time = DateTimeOffset.UnixEpoch,
            Data = raw, DataHash = Fact.HashOf(raw), CorrelationId = id, CausationId = id, Actor = "unknown",
        };
    }
}
