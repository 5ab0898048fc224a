using System.Reflection;
using Doseline.Common.V1;
using Google.Protobuf.Reflection;

namespace Doseline.Platform.Signing;

/// <summary>Every method of the platform's contracts, whichever service serves it: what Identity signs for, and what clients read policies from.</summary>
public static class ContractMethods
{
    /// <summary>By full name, <c>/package.Service/Method</c>.</summary>
    public static IReadOnlyDictionary<string, MethodDescriptor> All { get; } = typeof(Policy).Assembly.GetTypes()
        .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null)).OfType<FileDescriptor>()
        .SelectMany(file => file.Services).SelectMany(service => service.Methods)
        .ToDictionary(method => $"/{method.Service.FullName}/{method.Name}", StringComparer.Ordinal);

    /// <summary>The policy a method declares; null when it declares none, as those of other makes do.</summary>
    public static Policy? PolicyOf(MethodDescriptor method) => method.GetOptions()?.GetExtension(PolicyExtensions.Policy);

    /// <summary>The signature a method asks for; null when it asks for none or is not of the contracts.</summary>
    /// <param name="method">Full name, <c>/package.Service/Method</c>.</param>
    public static SignatureNeed? NeedOf(string method) => All.TryGetValue(method, out var descriptor) ? PolicyOf(descriptor)?.Signature : null;
}
