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
    public static bool MayCall(Caller caller, Policy policy) => policy.AnyRole || policy.Roles.Any(role => role.StartsWith("service:", StringComparison.Ordinal)
        ? caller.Roles is ["service"] && caller.Subject == role
        : caller.Roles.Contains(role));
}
