using Doseline.Common.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;

namespace Doseline.Authority.Tests.Matrix;

/// <summary>Everybody who could try: a person in each role, a person in none, every service, and somebody dressed as one.</summary>
static class Callers
{
    public const string Site = "lei";

    /// <summary>Services that have an account.</summary>
    public static readonly string[] Services = ["orders", "execution", "inventory", "quality", "labeling", "shipping", "waste", "identity"];

    static readonly string[] Staff = ["operator", "verifier", "qc_analyst", "qa", "radiation_safety", "supply_desk", "shipping", "planner", "master_data_steward", "administrator", "auditor"];

    public static IEnumerable<Caller> All() =>
    [
        .. Roles.All.Select(role => Person(role, role)),
        Person("no role"),
        Person("dressed as a service", [.. Services.Select(s => $"service:{s}")]),
        .. Services.Select(s => Caller.Service(s)),
        Caller.Service("elsewhere"),
    ];

    public static Caller Person(string name, params string[] roles) => new() { Subject = $"person:{name}", Name = name, Roles = roles, Sites = [Caller.AllSites] };

    /// <summary>What the declared policy says, in the words of the policy and not of the code that enforces it.</summary>
    public static bool MayCall(Caller caller, Policy policy) => policy.Anybody || (caller.Roles is ["service"]
        ? policy.Roles.Contains(caller.Subject) && policy.ForRoles.Count == 0
        : policy.AnyRole ? caller.Roles.Any(Staff.Contains) || (caller.Roles.Contains(Roles.Partner) && policy.Partner is not PartnerReach.Unspecified) : caller.Roles.Any(role => !role.StartsWith("service:", StringComparison.Ordinal) && policy.Roles.Contains(role)));

    /// <summary>Whether a service may call for somebody in these roles, in the words of the policy.</summary>
    public static bool MayCallFor(string service, IReadOnlyList<string> roles, Policy policy) => policy.Anybody
        || (policy.AnyRole && roles.Any(role => Staff.Contains(role) || policy.ForRoles.Contains(role) || policy.Partner is not PartnerReach.Unspecified))
        || (policy.Roles.Contains($"service:{service}") && (policy.ForRoles.Count == 0 || roles.Any(policy.ForRoles.Contains)));
}
