using System.Reflection;
using Doseline.Common.V1;
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

    readonly Dictionary<string, FrontMethod> methods;

    /// <summary>Reads the contracts.</summary>
    public FrontMethods()
    {
        Files = [.. FilesOf(typeof(Policy).Assembly)];
        methods = Files.SelectMany(f => f.Services).SelectMany(s => s.Methods)
            .Where(m => !m.IsClientStreaming && IsOffered(PolicyOf(m)))
            .Select(m => FrontMethod.Of(m, PolicyOf(m)!)).ToDictionary(m => m.Path, StringComparer.Ordinal);
        // The standard details of a refusal are packed as well, and are no part of the contracts.
        Types = TypeRegistry.FromFiles([.. Files, ErrorDetailsReflection.Descriptor]);
    }

    /// <summary>Proto files of the platform and what they import.</summary>
    public IReadOnlyList<FileDescriptor> Files { get; }

    /// <summary>Every message type, for what is packed into <c>google.protobuf.Any</c>.</summary>
    public TypeRegistry Types { get; }

    /// <summary>Every service that has methods.</summary>
    public IReadOnlySet<string> Services => field ??= methods.Values.Select(m => m.Service).ToHashSet(StringComparer.Ordinal);

    /// <summary>Every service that has a host: those, and the gateway itself, which has a trail and messages of its own.</summary>
    public IReadOnlySet<string> Hosts => field ??= Services.Append(GatewayModule.Own).ToHashSet(StringComparer.Ordinal);

    /// <summary>All methods, in the order of their names.</summary>
    public IEnumerable<FrontMethod> All => methods.Values.OrderBy(m => m.Path, StringComparer.Ordinal);

    /// <summary>The method at a path; null when there is none.</summary>
    /// <param name="path">For example <c>/doseline.orders.v1.OrdersService/PlaceOrder</c>.</param>
    public FrontMethod? Find(string? path) => path is null ? null : methods.GetValueOrDefault(path);

    static Policy? PolicyOf(MethodDescriptor method) => method.GetOptions()?.GetExtension(PolicyExtensions.Policy);

    static bool IsOffered(Policy? policy) => policy is not null && (policy.AnyRole || policy.Roles.Any(role => !role.StartsWith(ServiceRole, StringComparison.Ordinal)));

    static IEnumerable<FileDescriptor> FilesOf(Assembly contracts) => contracts.GetTypes()
        .Where(type => type.Name.EndsWith("Reflection", StringComparison.Ordinal))
        .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null)).OfType<FileDescriptor>()
        .DistinctBy(file => file.Name).OrderBy(file => file.Name, StringComparer.Ordinal);
}
