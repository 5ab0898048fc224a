using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Doseline.Platform.Messaging;

/// <summary>What a service does about a fact.</summary>
/// <typeparam name="TFact">Message of the publisher's <c>events.proto</c>.</typeparam>
/// <remarks>
/// The platform opens the scope, calls the handler, and saves its changes together with the inbox row. A handler therefore changes rows, and does
/// not save. Where it asks an actor, the inbox row goes with the call and commits with the actor's own save. Where it calls another service, that
/// call must be idempotent by itself, for its effect commits elsewhere.
/// </remarks>
public interface IFactHandler<in TFact> where TFact : class, IMessage
{
    /// <summary>Handles one fact.</summary>
    /// <param name="fact">The payload.</param>
    /// <param name="envelope">Id, time, actor and correlation.</param>
    /// <param name="cancel">Cancels.</param>
    Task HandleAsync(TFact fact, Fact envelope, CancellationToken cancel);
}

/// <summary>What becomes of later facts when one cannot be handled.</summary>
public enum FactOrder
{
    /// <summary>Later ones that share a row wait behind it.</summary>
    InTurn,

    /// <summary>Later ones go on: any order ends the same.</summary>
    Commutes,

    /// <summary>It holds the whole row: a later one of its type settles it.</summary>
    LatestWins,
}

/// <summary>Where a listener that is new to a type begins.</summary>
public enum Start
{
    /// <summary>At the first fact of the log.</summary>
    Beginning,

    /// <summary>At what is published after it has come: what was done before need not be repeated.</summary>
    Now,
}

/// <summary>What a service does about one type of fact. Its names are the contract's, never those of classes.</summary>
/// <param name="Service">Listening service.</param>
/// <param name="Publisher">Publishing service.</param>
/// <param name="Message">Type of the fact.</param>
/// <param name="Order">What becomes of later facts when one cannot be handled.</param>
/// <param name="Start">Where a new listener begins.</param>
/// <param name="Rows">The rows here that a fact touches or needs, by their ids; null for its subject.</param>
/// <param name="Build">Which build handles it: what an earlier one could not read is tried once by the next.</param>
/// <param name="HandleAsync">Resolves the handler from the scope and runs it.</param>
public sealed record FactRule(
    string Service, string Publisher, MessageDescriptor Message, FactOrder Order, Start Start, Func<IMessage, IEnumerable<string>>? Rows, string Build,
    Func<IServiceProvider, IMessage, Fact, CancellationToken, Task> HandleAsync)
{
    /// <summary>True when it acts whatever a word of the fact says, also one that only a later version knows: a hold holds for every cause.</summary>
    public bool AnyWord { get; init; }

    /// <summary>Fact type, the proto full name.</summary>
    public string Type => Message.FullName;

    /// <summary>The payload of a fact of this type.</summary>
    /// <exception cref="FactUnreadableException">This version cannot read it.</exception>
    public IMessage Read(Fact fact) => FactJson.ReadFact(fact.Data, Message, AnyWord);

    /// <summary>Name of what is done here, for people: service and type.</summary>
    public string Handler => $"{Service}.{Message.Name}";

    /// <summary>The rows here that a fact touches or needs.</summary>
    public IReadOnlyList<string> KeysOf(Fact fact, IMessage message)
    {
        List<string> rows = [.. (Rows?.Invoke(message) ?? []).Where(row => row.Length > 0).Distinct(StringComparer.Ordinal)];
        return rows is [] ? [fact.Subject] : rows;
    }
}

/// <summary>Collects what a service does about the facts of one publisher.</summary>
/// <param name="service">Listening service.</param>
/// <param name="publisher">Publishing service.</param>
/// <param name="services">Takes the rules and the handlers.</param>
public sealed class FactRules(string service, string publisher, IServiceCollection services)
{
    /// <summary>Facts that share a row are handled one after the other, and wait behind one that could not be.</summary>
    /// <param name="rows">The rows here that a fact touches or needs; its subject when null.</param>
    /// <param name="from">Where a new listener begins.</param>
    /// <param name="anyWord">True for who acts whatever a word of it says; who does not waits for a version that knows the word.</param>
    public FactRules InTurn<TFact, THandler>(Func<TFact, IEnumerable<string>>? rows = null, Start from = Start.Beginning, bool anyWord = false)
        where TFact : class, IMessage<TFact>, new() where THandler : class, IFactHandler<TFact> => Add<TFact, THandler>(FactOrder.InTurn, rows, from, anyWord);

    /// <summary>Facts that may be handled in any order: one that could not be holds up no other.</summary>
    /// <param name="rows">The rows here that a fact touches; its subject when null.</param>
    /// <param name="from">Where a new listener begins.</param>
    public FactRules Commutes<TFact, THandler>(Func<TFact, IEnumerable<string>>? rows = null, Start from = Start.Beginning)
        where TFact : class, IMessage<TFact>, new() where THandler : class, IFactHandler<TFact> => Add<TFact, THandler>(FactOrder.Commutes, rows, from);

    /// <summary>Facts that each hold the whole of a row: a later one of the type settles one that could not be handled.</summary>
    /// <param name="rows">The row here; the subject when null.</param>
    /// <param name="from">Where a new listener begins.</param>
    public FactRules LatestWins<TFact, THandler>(Func<TFact, IEnumerable<string>>? rows = null, Start from = Start.Beginning)
        where TFact : class, IMessage<TFact>, new() where THandler : class, IFactHandler<TFact> => Add<TFact, THandler>(FactOrder.LatestWins, rows, from);

    FactRules Add<TFact, THandler>(FactOrder order, Func<TFact, IEnumerable<string>>? rows, Start from, bool anyWord = false)
        where TFact : class, IMessage<TFact>, new()
        where THandler : class, IFactHandler<TFact>
    {
        services.TryAddScoped<THandler>();
        services.AddSingleton(_ => Rule());
        return this;

        FactRule Rule()
        {
            var message = new TFact().Descriptor;
            if (message.File.Package.Split('.')[1] is var owner && owner != publisher)
                throw new InvalidOperationException($"{message.FullName} is published by {owner}, not by {publisher}.");
            return new FactRule(
                service, publisher, message, order, from, rows is null ? null : fact => rows((TFact)fact),
                $"{typeof(THandler).Module.ModuleVersionId:N}{typeof(TFact).Module.ModuleVersionId:N}",
                (scope, fact, envelope, cancel) => scope.GetRequiredService<THandler>().HandleAsync((TFact)fact, envelope, cancel)) { AnyWord = anyWord };
        }
    }
}

/// <summary>What every service hosted here does about which facts.</summary>
public sealed class FactTable
{
    readonly ILookup<(string Publisher, string Type), FactRule> byType;
    readonly Dictionary<(string Service, string Publisher), IReadOnlyDictionary<string, FactRule>> byPair;

    /// <summary>Reads the rules.</summary>
    /// <exception cref="InvalidOperationException">A service has two handlers of one type.</exception>
    public FactTable(IEnumerable<FactRule> rules)
    {
        List<FactRule> all = [.. rules];
        if (all.GroupBy(r => (r.Service, r.Type)).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new InvalidOperationException($"{twice.Key.Service} has two handlers of {twice.Key.Type}; one handler a type and service.");
        byType = all.ToLookup(r => (r.Publisher, r.Type));
        byPair = all.GroupBy(r => (r.Service, r.Publisher)).ToDictionary(g => g.Key, IReadOnlyDictionary<string, FactRule> (g) => g.ToDictionary(r => r.Type, StringComparer.Ordinal));
    }

    /// <summary>Every rule.</summary>
    public IEnumerable<FactRule> Rules => byPair.Values.SelectMany(p => p.Values);

    /// <summary>Who listens to whom.</summary>
    public IEnumerable<(string Service, string Publisher)> Pairs => byPair.Keys;

    /// <summary>What a service does about facts of a publisher, by type.</summary>
    public IReadOnlyDictionary<string, FactRule> Of(string service, string publisher) => byPair.GetValueOrDefault((service, publisher)) ?? new Dictionary<string, FactRule>();

    /// <summary>What is done here about a type of fact, a rule for each service that listens.</summary>
    public IEnumerable<FactRule> Of(Fact fact) => byType[(fact.Source, fact.Type)];

    /// <summary>Services hosted here that listen to a publisher.</summary>
    public IEnumerable<string> ListenersOf(string publisher) => byPair.Keys.Where(p => p.Publisher == publisher).Select(p => p.Service);
}
