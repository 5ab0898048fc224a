namespace Grpc.Core;

/// <summary>A connection, real or virtual, to a target.</summary>
public abstract class ChannelBase
{
    /// <summary>A connection to a target.</summary>
    /// <param name="target">The authority.</param>
    /// <exception cref="ArgumentNullException"><paramref name="target"/> is null.</exception>
    protected ChannelBase(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        Target = target;
    }

    /// <summary>The authority.</summary>
    public string Target { get; }

    /// <summary>Something that starts calls on this connection.</summary>
    public abstract CallInvoker CreateCallInvoker();

    /// <summary>Ends the connection, where it can be ended.</summary>
    public Task ShutdownAsync() => ShutdownAsyncCore();

    /// <inheritdoc cref="ShutdownAsync"/>
    protected virtual Task ShutdownAsyncCore() => Task.CompletedTask;
}

/// <summary>Starts calls of the four kinds.</summary>
public abstract class CallInvoker
{
    /// <summary>Makes a call of one request and one response, blocking the thread until it ends.</summary>
    /// <typeparam name="TRequest">The request.</typeparam>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="method">The method.</param>
    /// <param name="host">Overrides the authority; null for the channel's.</param>
    /// <param name="options">Settings of the call.</param>
    /// <param name="request">The request.</param>
    /// <exception cref="RpcException">The call failed.</exception>
    public abstract TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        where TRequest : class where TResponse : class;

    /// <summary>Starts a call of one request and one response.</summary>
    /// <inheritdoc cref="BlockingUnaryCall"/>
    public abstract AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        where TRequest : class where TResponse : class;

    /// <summary>Starts a call of one request and many responses.</summary>
    /// <inheritdoc cref="BlockingUnaryCall"/>
    public abstract AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        where TRequest : class where TResponse : class;

    /// <summary>Starts a call of many requests and one response.</summary>
    /// <typeparam name="TRequest">The request.</typeparam>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="method">The method.</param>
    /// <param name="host">Overrides the authority; null for the channel's.</param>
    /// <param name="options">Settings of the call.</param>
    public abstract AsyncClientStreamingCall<TRequest, TResponse>
        AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
        where TRequest : class where TResponse : class;

    /// <summary>Starts a call of many requests and many responses.</summary>
    /// <inheritdoc cref="AsyncClientStreamingCall"/>
    public abstract AsyncDuplexStreamingCall<TRequest, TResponse>
        AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
        where TRequest : class where TResponse : class;
}
