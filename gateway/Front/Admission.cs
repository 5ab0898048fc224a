using Doseline.Gateway.Connect;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Doseline.Gateway.Front;

/// <summary>Lets a call pass, or says why not. What the caller may do is for the service to judge; here it is asked only who comes, and how.</summary>
/// <remarks>
/// Partners come by mutual TLS: an account that is bound to no certificate (<see cref="PartnerOptions"/>) is refused, as is one that shows another. Only a
/// host to which nothing was said, neither what it needs nor a certificate of its own, as on a laptop, lets partners in unbound.
/// </remarks>
public sealed class Admission
{
    readonly SecurityLog security;
    readonly bool mayBeUnbound;
    volatile Dictionary<string, HashSet<string>> certificates;

    /// <summary>Reads who is bound to what, again when that changes.</summary>
    public Admission(IOptionsMonitor<GatewayOptions> options, IConfiguration config, SecurityLog security)
    {
        this.security = security;
        mayBeUnbound = config["Needs"] is not { Length: > 0 } && config["Tls:Certificate"] is not { Length: > 0 };
        certificates = BoundBy(options.CurrentValue);
        options.OnChange(changed => certificates = BoundBy(changed));
    }

    /// <summary>Refuses whoever may not come in.</summary>
    /// <returns>The token the call goes on with.</returns>
    /// <exception cref="RpcException">UNAUTHENTICATED or PERMISSION_DENIED.</exception>
    public string Admit(HttpContext context)
    {
        var visitor = Visitor.Of(context);
        if (Fault(visitor.Session) is { } fault) throw ConnectFault.Refuse(fault);
        if (visitor.Bearer is null || !visitor.Caller.IsKnown)
            throw Refuse(context, visitor, new Refusal(RefusalKind.Unauthenticated, "TOKEN_INVALID", "authorization", "A valid bearer token is needed."));
        // Services stand behind this door; a token of theirs outside was stolen.
        if (visitor.Caller.Is(Roles.Service))
            throw Refuse(context, visitor, Refusal.Denied(visitor.Caller.Subject, "SERVICE_ACCOUNT_OUTSIDE", "Service accounts of the platform do not come in by the gateway."));
        if (!mayBeUnbound && visitor.Caller.Is(Roles.Partner) && !certificates.ContainsKey(visitor.Caller.Subject))
        {
            throw Refuse(context, visitor, new Refusal(RefusalKind.Unauthenticated, "CERTIFICATE_NOT_BOUND", visitor.Caller.Subject,
                "This account is bound to no client certificate, and partners come by one; whoever operates the installation binds it."));
        }

        if (certificates.TryGetValue(visitor.Caller.Subject, out var bound) && !(context.Connection.ClientCertificate is { } shown && bound.Contains(shown.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256))))
        {
            throw Refuse(context, visitor, new Refusal(RefusalKind.Unauthenticated, "CERTIFICATE_NEEDED", visitor.Caller.Subject,
                "This account is bound to a client certificate, which the connection did not show; call the partners' port with it."));
        }

        return visitor.Bearer;
    }

    // A page that was left open asks on without a token when its person has gone; whoever shows one and is refused is looked into.
    RpcException Refuse(HttpContext context, Visitor visitor, Refusal refusal)
    {
        if (visitor.Bearer is not null) security.Note(context.Request.Path.Value ?? "", visitor.Caller, [refusal]);
        return ConnectFault.Refuse(refusal);
    }

    static Refusal? Fault(SessionState session) => session switch
    {
        SessionState.Locked => new Refusal(RefusalKind.Unauthenticated, "SESSION_LOCKED", "session", "The session was left alone for too long; sign in again."),
        SessionState.Ended => new Refusal(RefusalKind.Unauthenticated, "SESSION_ENDED", "session", "The session is over; sign in again."),
        SessionState.Waiting => Refusal.Unavailable("session", "SIGN_IN_UNAVAILABLE", "The sign-in service does not answer; call again in a moment."),
        SessionState.Unproven => Refusal.Denied("session", "REQUEST_NOT_OF_THE_CONSOLE", "A call with the console's cookie must come from the console's own page and say so in its header."),
        _ => null,
    };

    static Dictionary<string, HashSet<string>> BoundBy(GatewayOptions options) => options.Partners.Values.Where(p => p.Certificates.Length > 0).GroupBy(p => p.Subject, StringComparer.Ordinal)
        .ToDictionary(p => p.Key, p => p.SelectMany(one => one.Certificates).Select(Plain).ToHashSet(StringComparer.OrdinalIgnoreCase), StringComparer.Ordinal);

    // As openssl prints it, with colons, or without.
    static string Plain(string hash) => hash.Replace(":", "", StringComparison.Ordinal);
}
