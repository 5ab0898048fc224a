using Doseline.Common.V1;
using Doseline.Platform.Rpc;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Doseline.Gateway.Front;

/// <summary>One method as the outside may call it.</summary>
/// <param name="Path">Full name and path, <c>/package.Service/Method</c>.</param>
/// <param name="Service">Owning service, for example <c>orders</c>.</param>
/// <param name="Descriptor">Its proto descriptor.</param>
/// <param name="Policy">Who may call it.</param>
/// <param name="Grpc">The same method for a gRPC channel, with messages as bytes: what is only passed on needs no parsing.</param>
public sealed record FrontMethod(string Path, string Service, MethodDescriptor Descriptor, Policy Policy, Method<byte[], byte[]> Grpc)
{
    const string Anywhere = "orders";
    static readonly Marshaller<byte[]> Bytes = Marshallers.Create(static bytes => bytes, static bytes => bytes);

    /// <summary>True when the answer is a stream.</summary>
    public bool Streams => Descriptor.IsServerStreaming;

    /// <summary>True when every host serves it for the services it hosts; <see cref="Service"/> is then where a request goes that names none.</summary>
    public bool OfEveryHost { get; init; }

    /// <summary>The service a request is for.</summary>
    /// <param name="request">Request as protobuf bytes.</param>
    /// <param name="header">What the caller's header <see cref="EveryHost.Header"/> says; null or empty when it is not there.</param>
    /// <param name="known">Services there are.</param>
    public string ServiceOf(byte[]? request, string? header, IReadOnlySet<string> known)
    {
        if (!OfEveryHost) return Service;
        var named = request is null ? "" : EveryHost.NamedBy(Descriptor.InputType.Parser.ParseFrom(request));
        if (named is "") named = header ?? "";
        // One that does not exist is refused by whichever host is asked.
        return known.Contains(named) ? named : Service;
    }

    /// <summary>The outside's view of a method.</summary>
    public static FrontMethod Of(MethodDescriptor method, Policy policy)
    {
        var service = method.Service;
        var type = method.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary;
        var everywhere = EveryHost.Serves(service);
        return new FrontMethod($"/{service.FullName}/{method.Name}", everywhere ? Anywhere : service.File.Package.Split('.')[1], method, policy,
            new Method<byte[], byte[]>(type, service.FullName, method.Name, Bytes, Bytes)) { OfEveryHost = everywhere };
    }
}
