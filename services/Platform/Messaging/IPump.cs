namespace Doseline.Platform.Messaging;

/// <summary>Work that a host does in rounds until there is nothing left; tests and simulations call it by hand.</summary>
public interface IPump
{
    /// <summary>Service whose work it is.</summary>
    string Service { get; }

    /// <summary>One of <see cref="PumpNames"/>: what wakes it, and its lease.</summary>
    string Name { get; }

    /// <summary>How long it may sleep when nobody wakes it and nothing is due.</summary>
    TimeSpan Patience => TimeSpan.FromSeconds(15);

    /// <summary>How long it waits, once woken, for more to come with it.</summary>
    TimeSpan Gather => TimeSpan.Zero;

    /// <summary>When its next piece of work is due (UTC), by the platform's clock; null when none is known.</summary>
    Task<DateTimeOffset?> NextAsync(CancellationToken cancel) => Task.FromResult<DateTimeOffset?>(null);

    /// <summary>Does one round.</summary>
    /// <returns>How much was done; zero means nothing is left, or nothing can be done now.</returns>
    Task<int> PumpAsync(CancellationToken cancel);
}

/// <summary>A pump that another replica takes over when this one stops.</summary>
public interface IHandsOver
{
    /// <summary>Gives up the claim on the work.</summary>
    Task HandOverAsync(CancellationToken cancel);
}
