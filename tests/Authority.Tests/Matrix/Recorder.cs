using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Doseline.Authority.Tests.Matrix;

/// <summary>Remembers one request of every method that was answered, as the server saw it.</summary>
sealed class Recorder : Interceptor
{
    readonly ConcurrentDictionary<string, IMessage> requests = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, IMessage> Requests => requests;

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        var response = await continuation(request, context);
        requests[context.Method] = (IMessage)request;
        return response;
    }
}
