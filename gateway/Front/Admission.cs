using Doseline.Gateway.Connect;
using Doseline.Kernel.Rules;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Doseline.Gateway.Front;

/// <summary>Lets a call pass, or says why not. What the caller may do is for the service to judge; here it is asked only who comes, and how.</summary>
public sealed class Admission(IOptions<GatewayOptions> options)
{
    readonly Dictionary<string, HashSet<string>> certificates = options.Value.Partners.Where(p => p.Value.Certificates.Length > 0).ToDictionary(
        p => p.Value.Subject, p => p.Value.Certificates.Select(Plain).ToHashSet(StringComparer.OrdinalIgnoreCase), StringComparer.Ordinal);

    /// <summary>Refuses whoever may not come in.</summary>
    /// <returns>The token the call goes on with.</returns>
    /// <exception cref="RpcException">UNAUTHENTICATED or PERMISSION_DENIED.</exception>
    public string Admit(HttpContext context)
    {
        var visitor = Visitor.Of(context);
        if (Fault(visitor.Session) is { } fault) throw ConnectFault.Refuse(fault);
        if (visitor.Bearer is null || !visitor.Caller.IsKnown)
            throw ConnectFault.Refuse(new Refusal(RefusalKind.Unauthenticated, "TOKEN_INVALID", "authorization", "A valid bearer token is needed."));
        // Services stand behind this door; a token of theirs outside was stolen.
        if (visitor.Caller.Is(Roles.Service))
            throw ConnectFault.Refuse(Refusal.Denied(visitor.Caller.Subject, "SERVICE_ACCOUNT_OUTSIDE", "Service accounts of the platform do not come in by the gateway."));
        if (certificates.TryGetValue(visitor.Caller.Subject, out var bound) && !(context.Connection.ClientCertificate is { } shown && bound.Contains(shown.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256))))
        {
            throw ConnectFault.Refuse(new Refusal(RefusalKind.Unauthenticated, "CERTIFICATE_NEEDED", visitor.Caller.Subject,
                "This account is bound to a client certificate, which the connection did not show; call the partners' port with it."));
        }

        return visitor.Bearer;
    }

    static Refusal? Fault(SessionState session) => session switch
    {
        SessionState.Locked => new Refusal(RefusalKind.Unauthenticated, "SESSION_LOCKED", "session", "The session was left alone for too long; sign in again."),
        SessionState.Ended => new Refusal(RefusalKind.Unauthenticated, "SESSION_ENDED", "session", "The session is over; sign in again."),
        SessionState.Waiting => Refusal.Unavailable("session", "SIGN_IN_UNAVAILABLE", "The sign-in service does not answer; call again in a moment."),
        SessionState.Unproven => Refusal.Denied("session", "REQUEST_NOT_OF_THE_CONSOLE", "A call with the console's cookie must come from the console's own page and say so in its header."),
        _ => null,
    };

    // As openssl prints it, with colons, or without.
    static string Plain(string hash) => hash.Replace(":", "", StringComparison.Ordinal);
}
