using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Doseline.Compat.Tests.Probe;

/// <summary>The order in which interceptors were entered and left.</summary>
sealed class InterceptorLog
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ConcurrentQueue<string> RequestEncodings { get; } = new();
}

/// <summary>Writes down each call that passes, on either side.</summary>
sealed class LoggingInterceptor(InterceptorLog log, string name) : Interceptor
{
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        Enter(context.Method.Type);
        return continuation(request, context);
    }

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        BlockingUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        Enter(context.Method.Type);
        return continuation(request, context);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        Enter(context.Method.Type);
        return continuation(request, context);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse>
        AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        Enter(context.Method.Type);
        return continuation(context);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse>
        AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        Enter(context.Method.Type);
        return continuation(context);
    }

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Enter(MethodType.Unary);
        var response = await continuation(request, context);
        log.Lines.Enqueue($"{name} leaves");
        return response;
    }

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Enter(MethodType.ClientStreaming);
        return continuation(requestStream, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Enter(MethodType.ServerStreaming);
        return continuation(request, responseStream, context);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Enter(MethodType.DuplexStreaming);
        return continuation(requestStream, responseStream, context);
    }

    void Enter(MethodType type) => log.Lines.Enqueue($"{name} {type}");
}
