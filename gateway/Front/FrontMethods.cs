using Doseline.Common.V1;
using Doseline.Platform.Signing;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;

namespace Doseline.Gateway.Front;

/// <summary>Every method the outside may call, read from the contracts.</summary>
/// <remarks>
/// Methods that only service accounts may call are not among them: no token from outside is a service's, and what cannot be called is
/// not offered.
/// </remarks>
public sealed class FrontMethods
{
    const string ServiceRole = "service:";

    // Read when the first call from outside comes.
    readonly Lazy<Dictionary<string, FrontMethod>> methods = new(() =>
        (from method in ContractMethods.All.Values
            let policy = ContractMethods.PolicyOf(method)
            where !method.IsClientStreaming && IsOffered(policy)
            select FrontMethod.Of(method, policy!)).ToDictionary(m => m.Path, StringComparer.Ordinal));

    /// <summary>Every message type, for what is packed into <c>google.protobuf.Any</c>; the standard details of a refusal are packed as well, and are no part of the contracts.</summary>
    public TypeRegistry Types => field ??= TypeRegistry.FromFiles([.. ContractMethods.Files, ErrorDetailsReflection.Descriptor]);

    /// <summary>Writes messages as JSON, also those that are packed.</summary>
    public JsonFormatter Json => field ??= new(JsonFormatter.Settings.Default.WithTypeRegistry(Types));

    /// <summary>Every service that has methods.</summary>
    public IReadOnlySet<string> Services => field ??= methods.Value.Values.Select(m => m.Service).ToHashSet(StringComparer.Ordinal);

    /// <summary>Every service that has a host: those, and the gateway itself, which has a trail and messages of its own.</summary>
    public IReadOnlySet<string> Hosts => field ??= Services.Append(GatewayModule.Own).ToHashSet(StringComparer.Ordinal);

    /// <summary>All methods, in the order of their names.</summary>
    public IEnumerable<FrontMethod> All => methods.Value.Values.OrderBy(m => m.Path, StringComparer.Ordinal);

    /// <summary>The method at a path; null when there is none.</summary>
    /// <param name="path">For example <c>/doseline.orders.v1.OrdersService/PlaceOrder</c>.</param>
    public FrontMethod? Find(string? path) => path is null ? null : methods.Value.GetValueOrDefault(path);

    static bool IsOffered(Policy? policy) => policy is not null && (policy.AnyRole || policy.Roles.Any(role => !role.StartsWith(ServiceRole, StringComparison.Ordinal)));
}
