namespace Grpc.Core.Interceptors;

/// <summary>Wraps calls on either side; every member passes through unless overridden.</summary>
public abstract class Interceptor
{
    /// <summary>The rest of the chain for a blocking call of one request and one response.</summary>
    /// <typeparam name="TRequest">The request.</typeparam>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="request">The request.</param>
    /// <param name="context">Method, host and options.</param>
    public delegate TResponse BlockingUnaryCallContinuation<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context)
        where TRequest : class where TResponse : class;

    /// <summary>The rest of the chain for a call of one request and one response.</summary>
    /// <inheritdoc cref="BlockingUnaryCallContinuation{TRequest, TResponse}"/>
    public delegate AsyncUnaryCall<TResponse> AsyncUnaryCallContinuation<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context)
        where TRequest : class where TResponse : class;

    /// <summary>The rest of the chain for a call of one request and many responses.</summary>
    /// <inheritdoc cref="BlockingUnaryCallContinuation{TRequest, TResponse}"/>
    public delegate AsyncServerStreamingCall<TResponse>
        AsyncServerStreamingCallContinuation<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context)
        where TRequest : class where TResponse : class;

    /// <summary>The rest of the chain for a call of many requests and one response.</summary>
    /// <typeparam name="TRequest">The request.</typeparam>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="context">Method, host and options.</param>
    public delegate AsyncClientStreamingCall<TRequest, TResponse>
        AsyncClientStreamingCallContinuation<TRequest, TResponse>(
            ClientInterceptorContext<TRequest, TResponse> context)
        where TRequest : class where TResponse : class;

    /// <summary>The rest of the chain for a call of many requests and many responses.</summary>
    /// <inheritdoc cref="AsyncClientStreamingCallContinuation{TRequest, TResponse}"/>
    public delegate AsyncDuplexStreamingCall<TRequest, TResponse>
        AsyncDuplexStreamingCallContinuation<TRequest, TResponse>(
            ClientInterceptorContext<TRequest, TResponse> context)
        where TRequest : class where TResponse : class;

    /// <summary>Client side, one request and one response, blocking.</summary>
    /// <typeparam name="TRequest">The request.</typeparam>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="request">The request.</param>
    /// <param name="context">Method, host and options.</param>
    /// <param name="continuation">The rest of the chain; not calling it is allowed.</param>
    public virtual TResponse BlockingUnaryCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        BlockingUnaryCallContinuation<TRequest, TResponse> continuation)
        where TRequest : class where TResponse : class => continuation(request, context);

    /// <summary>Client side, one request and one response.</summary>
    /// <inheritdoc cref="BlockingUnaryCall"/>
    public virtual AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
        where TRequest : class where TResponse : class => continuation(request, context);

    /// <summary>Client side, one request and many responses.</summary>
    /// <inheritdoc cref="BlockingUnaryCall"/>
    public virtual AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
        where TRequest : class where TResponse : class => continuation(request, context);

    /// <summary>Client side, many requests and one response.</summary>
    /// <typeparam name="TRequest">The request.</typeparam>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="context">Method, host and options.</param>
    /// <param name="continuation">The rest of the chain; not calling it is allowed.</param>
    public virtual AsyncClientStreamingCall<TRequest, TResponse>
        AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation)
        where TRequest : class where TResponse : class => continuation(context);

    /// <summary>Client side, many requests and many responses.</summary>
    /// <inheritdoc cref="AsyncClientStreamingCall"/>
    public virtual AsyncDuplexStreamingCall<TRequest, TResponse>
        AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation)
        where TRequest : class where TResponse : class => continuation(context);

    /// <summary>Server side, one request and one response.</summary>
    /// <typeparam name="TRequest">The request.</typeparam>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="request">The request.</param>
    /// <param name="context">The call.</param>
    /// <param name="continuation">
    /// The rest of the chain, the handler at its end; not calling it is allowed.
    /// </param>
    public virtual Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        where TRequest : class where TResponse : class => continuation(request, context);

    /// <summary>Server side, many requests and one response.</summary>
    /// <typeparam name="TRequest">The request.</typeparam>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="requestStream">The requests as they come.</param>
    /// <param name="context">The call.</param>
    /// <param name="continuation">
    /// The rest of the chain, the handler at its end; not calling it is allowed.
    /// </param>
    public virtual Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation)
        where TRequest : class where TResponse : class => continuation(requestStream, context);

    /// <summary>Server side, one request and many responses.</summary>
    /// <typeparam name="TRequest">The request.</typeparam>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="request">The request.</param>
    /// <param name="responseStream">Takes the responses.</param>
    /// <param name="context">The call.</param>
    /// <param name="continuation">
    /// The rest of the chain, the handler at its end; not calling it is allowed.
    /// </param>
    public virtual Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
        where TRequest : class where TResponse : class => continuation(request, responseStream, context);

    /// <summary>Server side, many requests and many responses.</summary>
    /// <typeparam name="TRequest">The request.</typeparam>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="requestStream">The requests as they come.</param>
    /// <param name="responseStream">Takes the responses.</param>
    /// <param name="context">The call.</param>
    /// <param name="continuation">
    /// The rest of the chain, the handler at its end; not calling it is allowed.
    /// </param>
    public virtual Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
        where TRequest : class where TResponse : class =>
        continuation(requestStream, responseStream, context);
}

/// <summary>The call an interceptor of the client side sees.</summary>
/// <typeparam name="TRequest">The request.</typeparam>
/// <typeparam name="TResponse">The response.</typeparam>
/// <param name="method">The method.</param>
/// <param name="host">Overrides the authority; null for the channel's.</param>
/// <param name="options">Settings of the call.</param>
public struct ClientInterceptorContext<TRequest, TResponse>(
    Method<TRequest, TResponse> method, string? host, CallOptions options)
    where TRequest : class where TResponse : class
{
    /// <summary>The method.</summary>
    public Method<TRequest, TResponse> Method { get; } = method;

    /// <summary>Overrides the authority; null for the channel's.</summary>
    public string? Host { get; } = host;

    /// <summary>Settings of the call.</summary>
    public CallOptions Options { get; } = options;
}
