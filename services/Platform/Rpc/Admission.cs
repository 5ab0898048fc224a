using Doseline.Common.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Google.Protobuf;

namespace Doseline.Platform.Rpc;

/// <summary>Whom the policy of a method lets in, and with which sites.</summary>
static class Admission
{
    static readonly IReadOnlyList<string> Staff = [.. Roles.All.Where(role => role is not Roles.Partner)];

    /// <summary>The caller as far as the method concerns it: with the sites where it holds a role that the method admits.</summary>
    /// <exception cref="RefusedException">PERMISSION_DENIED.</exception>
    public static Caller Of(RpcMethod method, IMessage message, Caller caller) =>
        method.Policy.Anybody ? caller
        : !caller.Is(Roles.Service) ? Person(method, caller)
        : caller.IsForPerson && ForRoles(method.Policy, caller) is [_, ..] roles ? ForPerson(method, caller, roles)
        : ForItself(method, message, caller);

    // A role of a service's name in somebody's token, whoever issued it, is no right; and one of the staff who is also a partner is of the staff.
    static Caller Person(RpcMethod method, Caller caller)
    {
        var policy = method.Policy;
        List<string> admitted = [.. (policy.AnyRole ? Staff : policy.Roles.Where(Staff.Contains)).Where(caller.Is)];
        if (admitted is [] && policy.Partner is not PartnerReach.Unspecified && caller.Is(Roles.Partner)) admitted.Add(Roles.Partner);
        return admitted is not [] ? caller.Within(admitted) : throw Denied(method, policy.Roles);
    }

    // What a service does for a person is no more than the person may.
    static Caller ForPerson(RpcMethod method, Caller caller, IReadOnlyList<string> roles)
    {
        List<string> admitted = [.. roles.Where(caller.SitesByRole!.ContainsKey)];
        return admitted is not [] ? caller.Within(admitted) : throw Denied(method, roles);
    }

    // What it does by itself is at the site that it names, and nowhere else.
    static Caller ForItself(RpcMethod method, IMessage message, Caller caller)
    {
        var policy = method.Policy;
        if (!policy.Roles.Contains(caller.Subject, StringComparer.Ordinal)) throw Denied(method, policy.Roles);
        if (policy.ForRoles.Count > 0)
            throw new RefusedException(Refusal.Denied(method.Name, "PERSON_NEEDED", $"{method.Name} is called by {caller.Name} for a person only.").With("for_roles", string.Join(',', policy.ForRoles)));
        caller = Caller.Service(caller.Subject[Roles.ServicePrefix.Length..], caller.OnBehalfOf) with { Scopes = caller.Scopes };
        return method.Site is null ? caller
            : method.SiteOf(message) is { Length: > 0 } site ? caller with { Sites = [site] }
            : throw new RefusedException(Refusal.Denied(method.Name, "SITE_NEEDED", $"{caller.Name} names the site of what it does by itself.").With("site_field", method.Policy.SiteField));
    }

    // Whatever anybody of the staff may read, any service may read for them.
    static IReadOnlyList<string> ForRoles(Policy policy, Caller caller) =>
        policy.AnyRole ? [.. Staff, .. policy.ForRoles, .. policy.Partner is PartnerReach.Unspecified ? [] : (string[])[Roles.Partner]] : policy.Roles.Contains(caller.Subject, StringComparer.Ordinal) ? policy.ForRoles : [];

    static RefusedException Denied(RpcMethod method, IEnumerable<string> roles) =>
        new(Refusal.Denied(method.Name, "ROLE_NOT_ALLOWED", $"{method.Name} needs {(roles.Any() ? $"one of the roles {string.Join(", ", roles)}" : "a role")}.").With("roles_needed", string.Join(',', roles)));
}
