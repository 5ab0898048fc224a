using Doseline.Common.V1;
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
    static readonly Marshaller<byte[]> Bytes = Marshallers.Create(static bytes => bytes, static bytes => bytes);

    /// <summary>True when the answer is a stream.</summary>
    public bool Streams => Descriptor.IsServerStreaming;

    /// <summary>The outside's view of a method.</summary>
    public static FrontMethod Of(MethodDescriptor method, Policy policy)
    {
        var service = method.Service;
        var type = method.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary;
        return new FrontMethod($"/{service.FullName}/{method.Name}", service.File.Package.Split('.')[1], method, policy,
            new Method<byte[], byte[]>(type, service.FullName, method.Name, Bytes, Bytes));
    }
}
