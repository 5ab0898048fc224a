using System.Data.Common;
using System.Globalization;
using System.Net.Sockets;
using System.Reflection;
using System.Security.Cryptography;
using Doseline.Platform.Data;
using Microsoft.AspNetCore.Connections;

namespace Doseline.Platform.Hosting;

/// <summary>What a person at a terminal is told when a program cannot go on.</summary>
/// <param name="Lines">Sentences, the last of them saying what became of the work.</param>
/// <param name="ExitCode">How the program ends.</param>
public sealed record Fault(IReadOnlyList<string> Lines, int ExitCode)
{
    /// <summary>Exit code: what was asked for was done, and it did not hold.</summary>
    public const int NotHeld = 1;

    /// <summary>Exit code: what the program was given or stands on (a file, a setting, a port, a database) cannot be used.</summary>
    public const int NotUsable = 2;

    /// <summary>Exit code: a fault of the program itself (<c>EX_SOFTWARE</c> of BSD's sysexits).</summary>
    public const int Unexpected = 70;

    /// <summary>Exit code: stopped from outside before it was done (128 and SIGINT, as shells have it).</summary>
    public const int Stopped = 130;

    /// <summary>Runs a program to its end; what it throws becomes sentences on the error stream and an exit code, and for a person never a stack trace.</summary>
    /// <param name="program">The program.</param>
    /// <param name="known">Faults that only the caller can name; null when the exception is none of them.</param>
    /// <param name="attended">True when a person started it: where a fault of the program itself happened goes to a file then, and to the log otherwise.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> SayAsync(Func<Task<int>> program, Func<Exception, Fault?>? known = null, bool attended = true)
    {
        OwnFiles.Begin();
        try
        {
            return await program();
        }
#pragma warning disable CA1031 // This is the edge of the program: nobody above it could say anything.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            var fault = known?.Invoke(Innermost(thrown)) ?? Of(thrown);
            foreach (var line in fault.Lines) await Console.Error.WriteLineAsync(line);
            if (fault.ExitCode is Unexpected) await Console.Error.WriteLineAsync(attended ? Kept(thrown) : thrown.ToString());
            return fault.ExitCode;
        }
    }

    /// <summary>What can be said of an exception.</summary>
    public static Fault Of(Exception thrown) => Innermost(thrown) switch
    {
        OperationCanceledException => new(["Stopped before it was done."], Stopped),
        IOException { InnerException: AddressInUseException } taken => Sentence($"{taken.Message.TrimEnd('.')}. Choose another with --Ports:App, --Ports:Probe, --Ports:Web or --Ports:Grpc."),
        IOException or UnauthorizedAccessException or SocketException or FormatException or CryptographicException => Sentence(Innermost(thrown).Message),
        // What the provider's own words leave out, its cause says: "Failed to connect" and "Connection refused".
        DbException { InnerException: { } cause } database => Sentence($"The database cannot be used: {database.Message} ({cause.Message})"),
        DbException database => Sentence($"The database cannot be used: {database.Message}"),
        // Configuration that does not read is said this way by the framework and by the kernel.
        InvalidOperationException { TargetSite.DeclaringType: { } at } setting when IsConfiguration(at) => Sentence(setting.Message),
        SettingException or SchemaException => Sentence(Innermost(thrown).Message),
        var bug => new([$"This is a fault of the program: {bug.Message} ({bug.GetType().Name})"], Unexpected),
    };

    static Fault Sentence(string line) => new([line], NotUsable);

    static bool IsConfiguration(Type at) => at.Namespace is { } name
        && (name.StartsWith("Microsoft.Extensions.Configuration", StringComparison.Ordinal) || name.StartsWith("Microsoft.Extensions.Logging", StringComparison.Ordinal));

    // EF Core wraps what a provider throws in words about retrying.
    static Exception Innermost(Exception thrown) => thrown switch
    {
        AggregateException or TypeInitializationException or TargetInvocationException when thrown.InnerException is { } inner => Innermost(inner),
        InvalidOperationException { InnerException: DbException database } => database,
        _ => thrown,
    };

    // Where it happened is for whoever mends it.
    static string Kept(Exception bug)
    {
        try
        {
            var file = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"doseline-fault-{Environment.ProcessId}.txt"));
            File.WriteAllText(file, bug.ToString());
            return $"Where it happened is written in {file}.";
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            return "Where it happened could not be written to a file.";
        }
    }
}
