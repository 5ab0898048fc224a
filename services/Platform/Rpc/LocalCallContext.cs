using Grpc.Core;

namespace Doseline.Platform.Rpc;

/// <summary>What a served method sees of a call from within the process; see <see cref="LocalCall{TRequest,TResponse}"/>.</summary>
/// <param name="method">Full name of the method.</param>
/// <param name="options">As the caller gave them.</param>
/// <param name="services">Scope of the call.</param>
/// <param name="cancel">Cancelled when the caller gives up and when the deadline has passed.</param>
sealed class LocalCallContext(string method, CallOptions options, IServiceProvider services, CancellationToken cancel) : ServerCallContext
{
    /// <summary>Scope of the call.</summary>
    public IServiceProvider Services => services;

    /// <inheritdoc/>
    protected override string MethodCore => method;

    /// <inheritdoc/>
    protected override string HostCore => "localhost";

    /// <inheritdoc/>
    protected override string PeerCore => "in-process";

    /// <inheritdoc/>
    protected override DateTime DeadlineCore => options.Deadline ?? DateTime.MaxValue;

    /// <inheritdoc/>
    protected override Metadata RequestHeadersCore { get; } = options.Headers ?? [];

    /// <inheritdoc/>
    protected override CancellationToken CancellationTokenCore => cancel;

    /// <inheritdoc/>
    protected override Metadata ResponseTrailersCore { get; } = [];

    /// <inheritdoc/>
    protected override Status StatusCore { get; set; }

    /// <inheritdoc/>
    protected override WriteOptions? WriteOptionsCore { get; set; }

    /// <inheritdoc/>
    protected override AuthContext AuthContextCore { get; } = new(null, []);

    /// <inheritdoc/>
    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
}

/// <summary>The scope in which a call is served, whichever way it came.</summary>
static class CallScope
{
    /// <summary>Services of the call's scope.</summary>
    public static IServiceProvider Services(this ServerCallContext context) => context is LocalCallContext local ? local.Services : context.GetHttpContext().RequestServices;
}
