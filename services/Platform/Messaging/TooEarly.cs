using System.Collections.Concurrent;
using Doseline.Kernel.Rules;

namespace Doseline.Platform.Messaging;

/// <summary>A fact of one log came before the one of another that it builds on.</summary>
/// <remarks>
/// It says nothing against the fact for as long as that other one may still come: while a log cannot be read, or a fact of another log waits for somebody
/// who is away, no try is counted. When all that there is was read, the fact builds on nothing, and that is for a person.
/// </remarks>
public static class TooEarly
{
    /// <summary>Code of the refusal.</summary>
    public const string Code = "FACT_TOO_EARLY";

    /// <summary>The refusal.</summary>
    /// <param name="subject">What is not known yet.</param>
    /// <param name="message">Says so.</param>
    public static RefusedException Of(string subject, string message) => new(Refusal.Unavailable(subject, Code, message));
}

/// <summary>Which logs cannot be read now, as this process has seen it.</summary>
public sealed class LogsAway
{
    readonly ConcurrentDictionary<(string Listener, string Publisher), bool> away = new();

    internal void Saw(string listener, string publisher, bool isAway) => away[(listener, publisher)] = isAway;

    internal bool AnyBut(string listener, string publisher) => away.Any(log => log.Value && log.Key.Listener == listener && log.Key.Publisher != publisher);
}
