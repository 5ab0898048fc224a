using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Doseline.Platform.Rpc;

/// <summary>Proto services that every host serves for the services it hosts: their package names no service, the request's field <c>service</c> does.</summary>
public static class EveryHost
{
    /// <summary>Metadata key by which a caller says which service's host is meant, where only headers are looked at.</summary>
    public const string Header = "doseline-service";

    static readonly string[] Packages = ["doseline.audit.v1", "doseline.operations.v1", "doseline.signing.v1"];

    /// <summary>True for a proto service of every host.</summary>
    public static bool Serves(ServiceDescriptor service) => Packages.Contains(service.File.Package, StringComparer.Ordinal);

    /// <summary>The service that a request names; empty when it names none.</summary>
    public static string NamedBy(IMessage request) =>
        request.Descriptor.FindFieldByName("service") is { FieldType: FieldType.String, IsRepeated: false } field ? (string)field.Accessor.GetValue(request) : "";
}
