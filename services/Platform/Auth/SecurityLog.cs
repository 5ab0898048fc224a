using System.Diagnostics.Metrics;
using Doseline.Kernel.Rules;
using Doseline.Platform.Messaging;
using Doseline.Platform.Telemetry;
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
    readonly Counter<long> reused;

    /// <summary>Event id of a request id that was used again and not for a retry, to watch for.</summary>
    public const int ReusedEvent = 4101;

    /// <summary>Makes the instruments.</summary>
    public SecurityLog(ILogger<SecurityLog> log)
    {
        this.log = log;
        reused = meter.CreateCounter<long>("request_ids_reused", "{call}", "Calls refused because their request id was used before, by another caller or for something else.");
        refused = meter.CreateCounter<long>("doseline_security_refusals", "{call}", "Calls refused for want of identity, right or signature, by reason.");
    }

    /// <summary>Notes a refused call, if a refusal is about identity, right or signature.</summary>
    /// <param name="action">Method or route.</param>
    /// <param name="caller">Who called, as far as known.</param>
    /// <param name="refusals">Why not.</param>
    public void Note(string action, Caller caller, IReadOnlyList<Refusal> refusals)
    {
        if (refusals.FirstOrDefault(r => r.Kind is RefusalKind.Denied or RefusalKind.Unauthenticated) is not { } refusal) return;
        Refused(log, action, refusal.Code, LogText.Of(refusal.Subject), caller.IsKnown ? LogText.Of(caller.Subject) : "nobody", LogText.Of(caller.OnBehalfOf));
        refused.Add(1, new("reason", refusal.Code), new("action", action));
    }

    /// <summary>Counts nothing at each service, so that the first of all is a step that a scraper sees.</summary>
    public void Begin(IEnumerable<string> services)
    {
        foreach (var service in services) reused.Add(0, new KeyValuePair<string, object?>("service", service));
        refused.Add(0, new("reason", "TOKEN_INVALID"), new("action", ""));
    }

    /// <summary>Notes a use of a request id that is no retry of the call it was used for.</summary>
    /// <param name="service">Service that was asked.</param>
    /// <param name="call">The call.</param>
    /// <param name="caller">Who called.</param>
    public void Reused(string service, IdempotentCall call, Caller caller)
    {
        Reused(log, LogText.Of(call.RequestId), call.Method, LogText.Of(caller.Principal));
        reused.Add(1, new KeyValuePair<string, object?>("service", service));
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    [LoggerMessage(RefusedEvent, LogLevel.Warning, "Security refusal {Code}: {Action} on {Resource} by {Subject} {OnBehalfOf}")]
    private static partial void Refused(ILogger log, string action, string code, string resource, string subject, string onBehalfOf);

    [LoggerMessage(ReusedEvent, LogLevel.Warning, "Request id {RequestId} was used again, for {Method} by {Caller}, and not for a retry")]
    private static partial void Reused(ILogger log, string requestId, string method, string caller);
}
