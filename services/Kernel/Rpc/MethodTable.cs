using Doseline.Common.V1;
using Google.Protobuf.Reflection;

namespace Doseline.Kernel.Rpc;

/// <summary>Every method served here with the policy its proto declares.</summary>
public sealed class MethodTable
{
    readonly Dictionary<string, RpcMethod> methods = new(StringComparer.Ordinal);
    readonly List<ServiceDescriptor> services = [];

    /// <summary>Every proto service served here.</summary>
    public IReadOnlyList<ServiceDescriptor> Services => services;

    /// <summary>All methods, by full name <c>/package.Service/Method</c>.</summary>
    public IReadOnlyDictionary<string, RpcMethod> Methods => methods;

    /// <summary>Adds the methods of a proto service.</summary>
    /// <exception cref="InvalidOperationException">A method declares no policy: the service must not start.</exception>
    public void Add(ServiceDescriptor service)
    {
        services.Add(service);
        foreach (var method in service.Methods)
        {
            var policy = method.GetOptions()?.GetExtension(PolicyExtensions.Policy)
                ?? throw new InvalidOperationException($"{method.FullName} declares no policy (option (doseline.common.v1.policy)); it is not served.");
            if (!policy.AnyRole && policy.Roles.Count == 0)
                throw new InvalidOperationException($"The policy of {method.FullName} lets nobody call it; name roles or any_role.");
            var requestId = method.InputType.FindFieldByName("request_id");
            if (policy.Mutates && requestId is null)
                throw new InvalidOperationException($"{method.FullName} mutates, so its request needs a request_id.");
            var name = $"/{service.FullName}/{method.Name}";
            methods.Add(name, new RpcMethod(name, service.File.Package.Split('.')[1], method, policy, requestId, method.InputType.FindFieldByName("reason")));
        }
    }
}

/// <summary>One served method.</summary>
/// <param name="Name">Full name, <c>/package.Service/Method</c>.</param>
/// <param name="Service">Owning service, for example <c>orders</c>.</param>
/// <param name="Descriptor">Its proto descriptor.</param>
/// <param name="Policy">Who may call it.</param>
/// <param name="RequestId">Request field that makes it safe to repeat; null for reads.</param>
/// <param name="Reason">Request field with the person's reason; null when it has none.</param>
public sealed record RpcMethod(string Name, string Service, MethodDescriptor Descriptor, Policy Policy, FieldDescriptor? RequestId, FieldDescriptor? Reason);
