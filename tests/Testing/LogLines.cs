using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Doseline.Testing;

/// <summary>Every line that a host logs, to look at.</summary>
public sealed class LogLines : ILoggerProvider, ILogger
{
    readonly ConcurrentQueue<(EventId Event, string Text)> all = new();

    /// <summary>All of them, each with the exception that came with it.</summary>
    public IReadOnlyCollection<(EventId Event, string Text)> All => all;

    /// <summary>Those of one event.</summary>
    public IEnumerable<string> Of(EventId id) => all.Where(line => line.Event == id).Select(line => line.Text);

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => true;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        all.Enqueue((eventId, $"{formatter(state, exception)}{exception}"));

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held.
    }
}
