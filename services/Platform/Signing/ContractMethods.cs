using System.Reflection;
using Doseline.Common.V1;
using Google.Protobuf.Reflection;

namespace Doseline.Platform.Signing;

/// <summary>Every method of the platform's contracts, whichever service serves it: what Identity signs for, and what clients read policies from.</summary>
public static class ContractMethods
{
    /// <summary>Their files, in the order of their names.</summary>
    public static IReadOnlyList<FileDescriptor> Files { get; } = [.. FilesOf(typeof(Policy).Assembly)];

    /// <summary>By full name, <c>/package.Service/Method</c>.</summary>
    public static IReadOnlyDictionary<string, MethodDescriptor> All => field ??= Files.SelectMany(file => file.Services).SelectMany(service => service.Methods)
        .ToDictionary(method => $"/{method.Service.FullName}/{method.Name}", StringComparer.Ordinal);

    /// <summary>The policy a method declares; null when it declares none, as those of other makes do.</summary>
    public static Policy? PolicyOf(MethodDescriptor method) => method.GetOptions()?.GetExtension(PolicyExtensions.Policy);

    /// <summary>The signature a method asks for; null when it asks for none or is not of the contracts.</summary>
    /// <param name="method">Full name, <c>/package.Service/Method</c>.</param>
    public static SignatureNeed? NeedOf(string method) => All.TryGetValue(method, out var descriptor) ? PolicyOf(descriptor)?.Signature : null;

    // One class for each file holds its descriptor; to ask each message for its own would build them all.
    static IEnumerable<FileDescriptor> FilesOf(Assembly contracts) => contracts.GetTypes()
        .Where(type => type.Name.EndsWith("Reflection", StringComparison.Ordinal))
        .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null)).OfType<FileDescriptor>()
        .DistinctBy(file => file.Name).OrderBy(file => file.Name, StringComparer.Ordinal);
}
