using Doseline.Platform.Data;
using Orleans;

namespace Doseline.Platform.Actors;

/// <summary>A thing with an identity that does one turn at a time: a dose, a hot cell.</summary>
public interface IActor : IGrainWithStringKey
{
    /// <summary>Says that a deadline is near or has passed. The turn looks at state and clock, not at why it was called; called before its time it only sets its timer.</summary>
    /// <param name="due">The deadline as its row has it.</param>
    /// <param name="cancel">Cancels what has not begun.</param>
    [Alias("Wake")]
    Task WakeAsync(DateTimeOffset due, CancellationToken cancel);
}

/// <summary>The state of an actor: one row, whose version is the fence between those who change it.</summary>
public interface IActorRow : IGxpRow
{
    /// <summary>Identity of the actor.</summary>
    string Id { get; }
}

/// <summary>Work that falls due at a time: deadlines of actors, retries of facts.</summary>
public interface IReminderPump : Messaging.IPump
{
    /// <summary>When the next piece of work is due (UTC); null when there is none.</summary>
    Task<DateTimeOffset?> NextAsync(CancellationToken cancel);
}
