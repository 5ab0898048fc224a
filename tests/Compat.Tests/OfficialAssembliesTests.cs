using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Doseline.Compat.Tests;

/// <summary>A member that an official assembly calls and a stand-in lacks fails only when called.</summary>
public sealed class OfficialAssembliesTests
{
    // Resolving a member of a generic type needs some arguments; one of these suits its constraints.
    static readonly Type[][] AnyArguments =
        [[.. Enumerable.Repeat(typeof(object), 8)], [.. Enumerable.Repeat(typeof(int), 8)]];

    static readonly string[] StandIns = ["Grpc.Core.Api", "Grpc.Net.Common", "System.IO.Hashing"];

    [Theory]
    [InlineData("Grpc.AspNetCore.Server", "Grpc.Core.Api", "Grpc.Net.Common")]
    [InlineData("Grpc.Net.Client", "Grpc.Core.Api", "Grpc.Net.Common")]
    [InlineData("Yarp.ReverseProxy", "System.IO.Hashing")]
    public void Every_type_and_member_an_official_assembly_refers_to_is_there(
        string name, params string[] standIns)
    {
        var assembly = Assembly.Load(name);
        using var image = new PEReader(File.OpenRead(assembly.Location));
        var metadata = image.GetMetadataReader();
        List<string> missing = [];
        var resolved = 0;

        foreach (var handle in metadata.TypeReferences)
        {
            Resolve(
                () => assembly.ManifestModule.ResolveType(MetadataTokens.GetToken(handle)),
                () => metadata.GetString(metadata.GetTypeReference(handle).Name));
        }

        foreach (var handle in metadata.MemberReferences.Where(handle => !IsOwn(metadata, handle)))
        {
            Resolve(
                () => ResolveMember(assembly.ManifestModule, MetadataTokens.GetToken(handle)),
                () => metadata.GetString(metadata.GetMemberReference(handle).Name));
        }

        missing.ShouldBeEmpty();
        resolved.ShouldBeGreaterThan(100, "a check that looks at nothing finds nothing");
        Should.NotThrow(assembly.GetTypes);
        assembly.GetReferencedAssemblies().Select(reference => reference.Name!)
            .Intersect(StandIns, StringComparer.Ordinal).ShouldBe(standIns, ignoreOrder: true);

        void Resolve(Func<MemberInfo?> resolve, Func<string> describe)
        {
            try
            {
                var member = resolve();
                resolved++;
                if (!IsReachable(member)) missing.Add($"{member?.DeclaringType} {member}: is not public");
            }
            catch (Exception e) when (IsUnresolved(e))
            {
                missing.Add($"{describe()}: {e.Message}");
            }
        }
    }

    // Resolving looks through access rules; the runtime does not.
    static bool IsReachable(MemberInfo? member) => member switch
    {
        _ when !StandIns.Contains(member?.Module.Assembly.GetName().Name, StringComparer.Ordinal) => true,
        MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
        FieldInfo field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
        Type type => type.IsVisible || type.IsNestedFamily || type.IsNestedFamORAssem,
        _ => false,
    };

    static bool IsUnresolved(Exception e) =>
        e is MissingMemberException or TypeLoadException or IOException or ArgumentException;

    static MemberInfo? ResolveMember(Module module, int token)
    {
        try
        {
            return module.ResolveMember(token, AnyArguments[0], AnyArguments[0]);
        }
        catch (Exception e) when (e is TypeLoadException or ArgumentException)
        {
            return module.ResolveMember(token, AnyArguments[1], AnyArguments[1]);
        }
    }

    // A member of a generic type that the assembly defines itself says nothing about a stand-in,
    // and its constraints may suit no argument we can name.
    static bool IsOwn(MetadataReader metadata, MemberReferenceHandle handle)
    {
        var parent = metadata.GetMemberReference(handle).Parent;
        if (parent.Kind != HandleKind.TypeSpecification) return parent.Kind == HandleKind.TypeDefinition;
        var signature = metadata.GetBlobReader(
            metadata.GetTypeSpecification((TypeSpecificationHandle)parent).Signature);
        if (signature.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance) return false;
        signature.ReadCompressedInteger();      // class or value type (ECMA-335, II.23.2.14)
        return signature.ReadTypeHandle().Kind == HandleKind.TypeDefinition;
    }
}
