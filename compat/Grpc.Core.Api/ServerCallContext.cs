namespace Grpc.Core;

/// <summary>
/// What a handler may ask about the call it serves; the host implements the members ending in Core.
/// </summary>
public abstract class ServerCallContext
{
    /// <summary>The HTTP/2 path: "/package.Service/Method".</summary>
    public string Method => MethodCore;

    /// <summary>The authority the client called.</summary>
    public string Host => HostCore;

    /// <summary>The address of the peer: "ipv4:127.0.0.1:50000".</summary>
    public string Peer => PeerCore;

    /// <summary>
    /// When the client stops waiting, in UTC; <see cref="DateTime.MaxValue"/> without a deadline.
    /// </summary>
    public DateTime Deadline => DeadlineCore;

    /// <summary>What the client sent before its first message.</summary>
    public Metadata RequestHeaders => RequestHeadersCore;

    /// <summary>Cancelled when the client gives up, the deadline passes or the connection breaks.</summary>
    public CancellationToken CancellationToken => CancellationTokenCore;

    /// <summary>Sent after the last message, with the status.</summary>
    public Metadata ResponseTrailers => ResponseTrailersCore;

    /// <summary>The outcome to send when the handler returns without throwing.</summary>
    public Status Status { get => StatusCore; set => StatusCore = value; }

    /// <summary>Options of the next writes; null for the defaults.</summary>
    public WriteOptions? WriteOptions { get => WriteOptionsCore; set => WriteOptionsCore = value; }

    /// <summary>What is known of the peer from its certificate.</summary>
    public AuthContext AuthContext => AuthContextCore;

    /// <summary>Anything interceptors and handler keep for the length of the call.</summary>
    public IDictionary<object, object> UserState => UserStateCore;

    /// <summary>Sends the response headers now rather than with the first message; at most once.</summary>
    /// <param name="responseHeaders">The headers.</param>
    public Task WriteResponseHeadersAsync(Metadata responseHeaders) =>
        WriteResponseHeadersAsyncCore(responseHeaders);

    /// <summary>
    /// A token that hands deadline and cancellation to calls made from here, where the host can.
    /// </summary>
    /// <param name="options">What to hand on; null for both.</param>
    public ContextPropagationToken CreatePropagationToken(ContextPropagationOptions? options = null) =>
        CreatePropagationTokenCore(options);

    /// <inheritdoc cref="Method"/>
    protected abstract string MethodCore { get; }

    /// <inheritdoc cref="Host"/>
    protected abstract string HostCore { get; }

    /// <inheritdoc cref="Peer"/>
    protected abstract string PeerCore { get; }

    /// <inheritdoc cref="Deadline"/>
    protected abstract DateTime DeadlineCore { get; }

    /// <inheritdoc cref="RequestHeaders"/>
    protected abstract Metadata RequestHeadersCore { get; }

    /// <inheritdoc cref="CancellationToken"/>
    protected abstract CancellationToken CancellationTokenCore { get; }

    /// <inheritdoc cref="ResponseTrailers"/>
    protected abstract Metadata ResponseTrailersCore { get; }

    /// <inheritdoc cref="Status"/>
    protected abstract Status StatusCore { get; set; }

    /// <inheritdoc cref="WriteOptions"/>
    protected abstract WriteOptions? WriteOptionsCore { get; set; }

    /// <inheritdoc cref="AuthContext"/>
    protected abstract AuthContext AuthContextCore { get; }

    /// <inheritdoc cref="UserState"/>
    protected virtual IDictionary<object, object> UserStateCore { get; } = new Dictionary<object, object>();

    /// <inheritdoc cref="WriteResponseHeadersAsync"/>
    protected abstract Task WriteResponseHeadersAsyncCore(Metadata responseHeaders);

    /// <inheritdoc cref="CreatePropagationToken"/>
    protected abstract ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options);
}

/// <summary>What a call made inside another takes over from it.</summary>
/// <param name="propagateDeadline">Whether it must end by the same deadline.</param>
/// <param name="propagateCancellation">Whether it is cancelled with it.</param>
public class ContextPropagationOptions(bool propagateDeadline = true, bool propagateCancellation = true)
{
    /// <summary>Both deadline and cancellation.</summary>
    public static readonly ContextPropagationOptions Default = new();

    /// <summary>Whether it must end by the same deadline.</summary>
    public bool IsPropagateDeadline { get; } = propagateDeadline;

    /// <summary>Whether it is cancelled with it.</summary>
    public bool IsPropagateCancellation { get; } = propagateCancellation;
}

/// <summary>Names the call that another call is made inside of; only a transport makes one.</summary>
public abstract class ContextPropagationToken
{
    private protected ContextPropagationToken() { }
}
