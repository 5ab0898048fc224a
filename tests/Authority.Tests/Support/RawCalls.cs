using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Google.Protobuf;
using Grpc.Core;

namespace Doseline.Authority.Tests.Support;

/// <summary>Calls any method by its descriptor, without its generated client.</summary>
static class RawCalls
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Calls with a message and gives the refusals; none when the call was let through, whatever it then answered.</summary>
    public static async Task<(StatusCode Status, IReadOnlyList<Refusal> Refusals, IMessage? Answer)> CallAsync(CallInvoker invoker, RpcMethod method, IMessage request)
    {
        CallOptions options = new(deadline: TimeProvider.System.GetUtcNow().UtcDateTime + Patience);
        try
        {
            if (!method.Descriptor.IsServerStreaming)
                return (StatusCode.OK, [], method.Descriptor.OutputType.Parser.ParseFrom(await invoker.AsyncUnaryCall(Of(method, MethodType.Unary), null, options, request.ToByteArray()).ResponseAsync));
            using var call = invoker.AsyncServerStreamingCall(Of(method, MethodType.ServerStreaming), null, options, request.ToByteArray());
            // Let through is known from the headers or the first message; a watch has no end of its own.
            var first = call.ResponseStream.MoveNext(default);
            var known = await Task.WhenAny(first, call.ResponseHeadersAsync);
            await known;
            // A refusal is sent as headers alone.
            if (known != first && call.ResponseHeadersAsync.Result.Any(h => h.Key is "grpc-status-details-bin")) await first;
            return (StatusCode.OK, [], first is { IsCompletedSuccessfully: true, Result: true } ? method.Descriptor.OutputType.Parser.ParseFrom(call.ResponseStream.Current) : null);
        }
        catch (RpcException fault)
        {
            return (fault.StatusCode, RpcErrors.Read(fault), null);
        }
    }

    /// <summary>Opens a stream and reads it until it is ended from the other side.</summary>
    /// <returns>Why it ended.</returns>
    public static async Task<RpcException> EndAsync(CallInvoker invoker, RpcMethod method, IMessage request, TimeSpan patience)
    {
        using var call = invoker.AsyncServerStreamingCall(Of(method, MethodType.ServerStreaming), null, new CallOptions(deadline: TimeProvider.System.GetUtcNow().UtcDateTime + patience), request.ToByteArray());
        return await Should.ThrowAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(default))
            {
            }
        });
    }

    static Method<byte[], byte[]> Of(RpcMethod method, MethodType type)
    {
        var marshaller = Marshallers.Create(bytes => bytes, bytes => bytes);
        return new Method<byte[], byte[]>(type, method.Descriptor.Service.FullName, method.Descriptor.Name, marshaller, marshaller);
    }
}
