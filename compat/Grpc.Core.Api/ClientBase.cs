using Grpc.Core.Interceptors;

namespace Grpc.Core;

/// <summary>Base of generated clients.</summary>
public abstract class ClientBase
{
    /// <summary>A client that calls nothing, for a derived class that stands in for it in a test.</summary>
    protected ClientBase() : this(new ClientBaseConfiguration(new NoInvoker(), null)) { }

    /// <summary>A client of a channel.</summary>
    /// <param name="channel">The channel.</param>
    protected ClientBase(ChannelBase channel) : this(channel.CreateCallInvoker()) { }

    /// <summary>A client of an invoker, such as an intercepted one.</summary>
    /// <param name="callInvoker">The invoker.</param>
    protected ClientBase(CallInvoker callInvoker) : this(new ClientBaseConfiguration(callInvoker, null)) { }

    /// <summary>A client like another, with changes.</summary>
    /// <param name="configuration">What the other was made from.</param>
    /// <exception cref="ArgumentNullException"><paramref name="configuration"/> is null.</exception>
    protected ClientBase(ClientBaseConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        Configuration = configuration;
        CallInvoker = configuration.CreateInvoker();
    }

    /// <summary>Starts the calls of this client.</summary>
    protected CallInvoker CallInvoker { get; }

    internal ClientBaseConfiguration Configuration { get; }

    /// <summary>What a client is made from.</summary>
    protected internal class ClientBaseConfiguration
    {
        private readonly CallInvoker _invoker;
        private readonly string? _host;

        internal ClientBaseConfiguration(CallInvoker invoker, string? host)
        {
            ArgumentNullException.ThrowIfNull(invoker);
            (_invoker, _host) = (invoker, host);
        }

        internal CallInvoker CreateInvoker() => _host is null ? _invoker : new HostInvoker(_invoker, _host);

        internal ClientBaseConfiguration WithHost(string host) => new(_invoker, host);
    }

    private sealed class NoInvoker : CallInvoker
    {
        private static NotSupportedException Missing() => new("This client was created without a channel.");

        public override TResponse BlockingUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
            throw Missing();

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
            throw Missing();

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
            throw Missing();

        public override AsyncClientStreamingCall<TRequest, TResponse>
            AsyncClientStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) =>
            throw Missing();

        public override AsyncDuplexStreamingCall<TRequest, TResponse>
            AsyncDuplexStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) =>
            throw Missing();
    }
}

/// <summary>Base of generated clients that can be copied with another host.</summary>
/// <typeparam name="T">The generated client itself.</typeparam>
public abstract class ClientBase<T> : ClientBase where T : ClientBase<T>
{
    /// <inheritdoc/>
    protected ClientBase() { }

    /// <inheritdoc/>
    protected ClientBase(ChannelBase channel) : base(channel) { }

    /// <inheritdoc/>
    protected ClientBase(CallInvoker callInvoker) : base(callInvoker) { }

    /// <inheritdoc/>
    protected ClientBase(ClientBaseConfiguration configuration) : base(configuration) { }

    /// <summary>The same client calling another authority.</summary>
    /// <param name="host">The authority.</param>
    public T WithHost(string host) => NewInstance(Configuration.WithHost(host));

    /// <summary>Makes a client like this one.</summary>
    /// <param name="configuration">What it is made from.</param>
    protected abstract T NewInstance(ClientBaseConfiguration configuration);
}
