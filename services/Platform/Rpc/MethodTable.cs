using System.Collections.Concurrent;
using Doseline.Common.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Signing;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Doseline.Platform.Rpc;

/// <summary>Every method served here with the policy its proto declares.</summary>
public sealed class MethodTable
{
    readonly ConcurrentDictionary<string, RpcMethod> methods = new(StringComparer.Ordinal);
    readonly List<ServiceDescriptor> services = [];
    readonly Dictionary<string, Lazy<ServiceDescriptor>> announced = new(StringComparer.Ordinal);
    readonly Lock guard = new();

    /// <summary>Full names of the proto services announced here.</summary>
    public IReadOnlyCollection<string> Announced => announced.Keys;

    /// <summary>Every proto service served here.</summary>
    public IReadOnlyList<ServiceDescriptor> Services
    {
        get
        {
            Read();
            return services;
        }
    }

    /// <summary>All methods, by full name <c>/package.Service/Method</c>.</summary>
    public IReadOnlyDictionary<string, RpcMethod> Methods
    {
        get
        {
            Read();
            return methods;
        }
    }

    /// <summary>Announces a proto service, which is added when it is first asked for: descriptors are slow to come by, and a start waits for none.</summary>
    /// <param name="name">Its full name.</param>
    /// <param name="service">Its descriptor.</param>
    /// <param name="ofKernel">See <see cref="AddOfKernel"/>.</param>
    public void Announce(string name, Func<ServiceDescriptor> service, bool ofKernel = false) => announced.Add(name, new(() =>
    {
        var descriptor = service();
        lock (guard) Add(descriptor, ofKernel);
        return descriptor;
    }));

    /// <summary>Adds everything that was announced.</summary>
    /// <exception cref="InvalidOperationException">As for <see cref="Add(ServiceDescriptor)"/>.</exception>
    public void Read()
    {
        foreach (var service in announced.Values) _ = service.Value;
    }

    /// <summary>The method of that full name; null when it is not served here.</summary>
    public RpcMethod? Find(string name)
    {
        if (name.LastIndexOf('/') is > 0 and var end && announced.TryGetValue(name[1..end], out var service)) _ = service.Value;
        return methods.GetValueOrDefault(name);
    }

    /// <summary>Adds the methods of a proto service.</summary>
    /// <exception cref="InvalidOperationException">A method's policy is missing or cannot be enforced: the service must not start.</exception>
    public void Add(ServiceDescriptor service) => Add(service, choosesDatabase: false);

    /// <summary>Adds the methods of a proto service that the kernel serves for every service of the host: the request's field <c>service</c> chooses the database.</summary>
    /// <exception cref="InvalidOperationException">As for <see cref="Add(ServiceDescriptor)"/>; or a method mutates and its request names no service.</exception>
    public void AddOfKernel(ServiceDescriptor service) => Add(service, choosesDatabase: true);

    void Add(ServiceDescriptor service, bool choosesDatabase)
    {
        services.Add(service);
        foreach (var method in service.Methods)
        {
            var policy = method.GetOptions()?.GetExtension(PolicyExtensions.Policy)
                ?? throw new InvalidOperationException($"{method.FullName} declares no policy (option (doseline.common.v1.policy)); it is not served.");
            var requestId = method.InputType.FindFieldByName("request_id");
            if (FaultOf(policy, method, requestId) is { } fault) throw new InvalidOperationException($"{method.FullName} is not served: {fault}");
            var chooser = choosesDatabase ? TextField(method, "service") : null;
            if (choosesDatabase && policy.Mutates && chooser is null) throw new InvalidOperationException($"{method.FullName} is not served: it mutates, so its request needs to say in which service.");
            var name = $"/{service.FullName}/{method.Name}";
            if (!methods.TryAdd(name, new RpcMethod(name, service.File.Package.Split('.')[1], method, policy, requestId, TextField(method, "reason"), TextField(method, policy.SiteField)) { Chooser = chooser })) throw new InvalidOperationException($"{name} is served twice.");
        }
    }

    /// <summary>Why a policy cannot be enforced; null when it can.</summary>
    /// <param name="policy">Policy as declared.</param>
    /// <param name="method">Method it stands on.</param>
    /// <param name="requestId">Request field that makes the method safe to repeat; null when the request has none.</param>
    internal static string? FaultOf(Policy policy, MethodDescriptor method, FieldDescriptor? requestId)
    {
        if (!policy.AnyRole && policy.Roles.Count == 0) return "its policy lets nobody call it; name roles or any_role.";
        if ((policy.Partner is not PartnerReach.Unspecified) != policy.Roles.Contains(Roles.Partner) && !(policy.AnyRole && policy.Roles.Count == 0))
            return "its policy names partners and does not say what of it is theirs, or the other way round.";
        if (policy.Anybody && !policy.AnyRole) return "its policy is for anybody, and not for any role.";
        if (policy.Roles.FirstOrDefault(role => !Roles.All.Contains(role, StringComparer.Ordinal) && !role.StartsWith("service:", StringComparison.Ordinal)) is { } unknown)
            return $"its policy names the role {unknown}, which nobody can have.";
        if (policy.ForRoles.FirstOrDefault(role => !Roles.All.Contains(role, StringComparer.Ordinal)) is { } nobody) return $"its policy lets services call for the role {nobody}, which nobody can have.";
        var forServices = policy.Roles.Any(role => role.StartsWith(Roles.ServicePrefix, StringComparison.Ordinal));
        if (policy.ForRoles.Count > 0 && !forServices && !policy.AnyRole) return "its policy says for whom services may call, but lets none.";
        if (forServices && policy.ForRoles.Count == 0 && policy.Mutates && policy.SiteField is "") return "services call it for themselves, so its request needs to name the site.";
        if (policy.SiteField.Length > 0 && TextField(method, policy.SiteField) is null) return $"its policy names the site field {policy.SiteField}, which its request has not.";
        // The pipeline looks at the one request of a call; a stream of requests would pass it by.
        if (method.IsClientStreaming) return "a stream of requests passes no policy.";
        if (policy.Mutates && method.IsServerStreaming) return "it mutates, so it must give one answer that can be repeated.";
        if (policy.Signature is { } need && SignatureFaultOf(need, policy, method) is { } fault) return fault;
        if (policy.Mutates && requestId is not { FieldType: FieldType.String, IsRepeated: false }) return "it mutates, so its request needs a request_id.";
        return null;
    }

    static string? SignatureFaultOf(SignatureNeed need, Policy policy, MethodDescriptor method)
    {
        if (!policy.Mutates) return "it asks for a signature, so it must change something that is signed.";
        if (need.Meaning is SigningMeaning.Unspecified) return "its signature has no meaning.";
        if (policy.AnyRole || policy.Roles.Any(role => role.StartsWith(Roles.ServicePrefix, StringComparison.Ordinal))) return "it is signed, so it is for people of named roles; service accounts may not sign.";
        if (need.SecondRoles.FirstOrDefault(role => !Roles.All.Contains(role, StringComparer.Ordinal)) is { } unknown) return $"its second person needs the role {unknown}, which nobody can have.";
        if (TextField(method, SignedContent.Field) is null) return $"it is signed, so its request needs a {SignedContent.Field}.";
        if (need.SecondPerson && TextField(method, SignedContent.SecondField) is null) return $"two persons sign it, so its request needs a {SignedContent.SecondField}.";
        if (need.WhenField.Length > 0 && (!need.WhenAsked || TextField(method, need.WhenField) is null)) return $"its signature is asked for by the field {need.WhenField}, which its request has not, or not when asked.";
        return null;
    }

    static FieldDescriptor? TextField(MethodDescriptor method, string name) =>
        name.Length > 0 && method.InputType.FindFieldByName(name) is { FieldType: FieldType.String, IsRepeated: false } field ? field : null;
}

/// <summary>One served method.</summary>
/// <param name="Name">Full name, <c>/package.Service/Method</c>.</param>
/// <param name="Service">Owning service, for example <c>orders</c>.</param>
/// <param name="Descriptor">Its proto descriptor.</param>
/// <param name="Policy">Who may call it.</param>
/// <param name="RequestId">Request field that makes it safe to repeat; null for reads.</param>
/// <param name="Reason">Request field with the person's reason; null when it has none.</param>
/// <param name="Site">Request field that names the site; null when the service checks the site of the object itself.</param>
public sealed record RpcMethod(
    string Name, string Service, MethodDescriptor Descriptor, Policy Policy, FieldDescriptor? RequestId, FieldDescriptor? Reason, FieldDescriptor? Site)
{
    /// <summary>Request field that chooses the service whose database the call is about; null where the owner's own is.</summary>
    public FieldDescriptor? Chooser { get; init; }

    /// <summary>Request field with what the person says of values that were questioned; null where none is.</summary>
    public FieldDescriptor? SecondLook { get; } = Descriptor.InputType.FindFieldByName("second_look") is { FieldType: FieldType.Message } look && look.MessageType == Common.V1.SecondLook.Descriptor ? look : null;

    /// <summary>The site that a request names; null where none of its fields does.</summary>
    public string? SiteOf(IMessage request) => Site?.Accessor.GetValue(request) as string;

    /// <summary>The service whose database a call is about; it may not be hosted here.</summary>
    public string DatabaseOf(IMessage request) => Chooser?.Accessor.GetValue(request) as string ?? Service;
}
