using System.Net.Sockets;
using Doseline.Platform.Data;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Doseline.Platform.Telemetry;

/// <summary>
/// The log on standard output: one line a decision. Where a database or a peer is away, the reason follows in the same line, whoever logged it: the place in
/// this program, or in a library, where that was noticed helps nobody. Any other fault brings its stack.
/// </summary>
sealed class LineFormatter() : ConsoleFormatter(Named)
{
    /// <summary>Name by which <c>Logging:Console:FormatterName</c> chooses it.</summary>
    public const string Named = "line";

    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        textWriter.Write($"{WordOf(logEntry.LogLevel)}: {logEntry.Category}[{logEntry.EventId.Id}] {message.ReplaceLineEndings(" ")}");
        if (logEntry.Exception is { } fault)
        {
            if (IsOutage(fault)) textWriter.Write($" ({fault.GetBaseException().Message.ReplaceLineEndings(" ")})");
            else textWriter.Write($"{Environment.NewLine}{fault}");
        }

        textWriter.WriteLine();
    }

    /// <summary>True when somewhere in what was thrown a database or a peer could not be reached.</summary>
    internal static bool IsOutage(Exception fault) => DbRaces.IsAway(fault) || fault is SocketException or TimeoutException
        || (fault is AggregateException several ? several.InnerExceptions.Any(IsOutage) : fault.InnerException is { } inner && IsOutage(inner));

    static string WordOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
