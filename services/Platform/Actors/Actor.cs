using Google.Protobuf;

namespace Doseline.Platform.Actors;

/// <summary>
/// A thing with an identity that does one turn at a time: a dose, a hot cell. It is created for each turn and
/// keeps its state in its service's database, so that state, facts, reminders and audit commit together.
/// </summary>
/// <param name="id">Identity within its type.</param>
public abstract class Actor(string id)
{
    /// <summary>Identity within its type.</summary>
    public string Id => id;

    /// <summary>Carries out a command and answers it; throws <c>RefusedException</c> to say no.</summary>
    public abstract Task<IMessage> ReceiveAsync(IMessage command, CancellationToken cancel);

    /// <summary>Called at or after the time a reminder was set for; may be called more than once, so look at the state and the clock.</summary>
    public abstract Task RemindAsync(string name, CancellationToken cancel);
}

/// <summary>Reaches actors wherever they live: another pod through Dapr, or this process.</summary>
public interface IActors
{
    /// <summary>Sends a command and waits for its answer.</summary>
    /// <exception cref="Kernel.Rules.RefusedException">The actor said no.</exception>
    Task<TAnswer> AskAsync<TAnswer>(string type, string id, IMessage command, CancellationToken cancel)
        where TAnswer : class, IMessage<TAnswer>, new();
}

/// <summary>An actor type a service hosts.</summary>
/// <param name="Service">Hosting service.</param>
/// <param name="Type">Actor type, for example <c>Dose</c>.</param>
/// <param name="Class">Implementation; its first constructor argument is the id, the others come from the scope.</param>
/// <param name="Commands">Commands it takes, by message name.</param>
public sealed record ActorType(string Service, string Type, Type Class, IReadOnlyDictionary<string, MessageParser> Commands);
