namespace Doseline.Platform.Messaging;

/// <summary>Work that a host does in rounds until there is nothing left; tests and simulations call it by hand.</summary>
public interface IPump
{
    /// <summary>Service whose work it is.</summary>
    string Service { get; }

    /// <summary>One of <see cref="PumpNames"/>: what wakes it, and its lease.</summary>
    string Name { get; }

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
