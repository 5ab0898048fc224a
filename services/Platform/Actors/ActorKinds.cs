namespace Doseline.Platform.Actors;

/// <summary>A kind of actor that a service hosts.</summary>
/// <param name="Service">Hosting service.</param>
/// <param name="Type">Name of the kind in rows and in the cluster, for example <c>dose</c>.</param>
/// <param name="Row">Its state.</param>
/// <param name="Deadline">The earliest instant at which something happens to a state by itself; null when nothing does. A function of the state and nothing else.</param>
public sealed record ActorKind(string Service, string Type, Type Row, Func<IActorRow, DateTimeOffset?> Deadline);

/// <summary>The kinds of actors hosted here.</summary>
public sealed class ActorKinds(IEnumerable<ActorKind> kinds)
{
    readonly Dictionary<(string Service, Type Row), ActorKind> byRow = kinds.ToDictionary(k => (k.Service, k.Row));
    readonly Dictionary<string, ActorKind> byType = kinds.ToDictionary(k => k.Type, StringComparer.Ordinal);
    readonly HashSet<string> services = kinds.Select(k => k.Service).ToHashSet(StringComparer.Ordinal);

    /// <summary>True when the service hosts actors.</summary>
    public bool Any(string service) => services.Contains(service);

    /// <summary>The kind of that name.</summary>
    public ActorKind Of(string type) => byType[type];

    /// <summary>The kind whose state such rows are; null when they are no actor's.</summary>
    public ActorKind? Of(string service, Type row) => byRow.GetValueOrDefault((service, row));
}
