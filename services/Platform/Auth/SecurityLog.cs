using System.Diagnostics.Metrics;
using Doseline.Kernel.Rules;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Auth;

/// <summary>
/// Security events (21 CFR 11.300(d)): every refusal for want of identity, right or signature, as one structured log line and one count. It is given
/// names and codes only, never a token, a password or a request.
/// </summary>
public sealed partial class SecurityLog : IDisposable
{
    /// <summary>Event id of a refusal, to watch for.</summary>
    public const int RefusedEvent = 4100;

    readonly ILogger log;
    readonly Meter meter = new("Doseline.Security");
    readonly Counter<long> refused;

    /// <summary>Makes the instrument.</summary>
    public SecurityLog(ILogger<SecurityLog> log)
    {
        this.log = log;
        refused = meter.CreateCounter<long>("doseline_security_refusals", "{call}", "Calls refused for want of identity, right or signature, by reason.");
    }

    /// <summary>Notes a refused call, if a refusal is about identity, right or signature.</summary>
    /// <param name="action">Method or route.</param>
    /// <param name="caller">Who called, as far as known.</param>
    /// <param name="refusals">Why not.</param>
    public void Note(string action, Caller caller, IReadOnlyList<Refusal> refusals)
    {
        if (refusals.FirstOrDefault(r => r.Kind is RefusalKind.Denied or RefusalKind.Unauthenticated) is not { } refusal) return;
        Refused(log, action, refusal.Code, refusal.Subject, caller.IsKnown ? caller.Subject : "nobody", caller.OnBehalfOf ?? "");
        refused.Add(1, new("reason", refusal.Code), new("action", action));
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    [LoggerMessage(RefusedEvent, LogLevel.Warning, "Security refusal {Code}: {Action} on {Resource} by {Subject} {OnBehalfOf}")]
    private static partial void Refused(ILogger log, string action, string code, string resource, string subject, string onBehalfOf);
}
