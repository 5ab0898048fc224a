using System.Runtime.CompilerServices;

namespace Grpc.Core;

/// <summary>A started call of one request and one response. Dispose it to give it up.</summary>
/// <typeparam name="TResponse">The response.</typeparam>
public sealed class AsyncUnaryCall<TResponse> : IDisposable
{
    private readonly CallHandle _call;

    /// <summary>A started call; transports and tests make these.</summary>
    /// <param name="responseAsync">The response, or the failure of the call.</param>
    /// <param name="responseHeadersAsync">The response headers.</param>
    /// <param name="getStatusFunc">The outcome, once the call has ended.</param>
    /// <param name="getTrailersFunc">The trailers, once the call has ended.</param>
    /// <param name="disposeAction">Gives up the call.</param>
    public AsyncUnaryCall(
        Task<TResponse> responseAsync,
        Task<Metadata> responseHeadersAsync,
        Func<Status> getStatusFunc,
        Func<Metadata> getTrailersFunc,
        Action disposeAction)
    {
        ResponseAsync = responseAsync;
        _call = new CallHandle(
            responseHeadersAsync, getStatusFunc, getTrailersFunc, disposeAction);
    }

    /// <summary>A started call whose parts are asked of one state object, which saves allocations.</summary>
    /// <param name="responseAsync">The response, or the failure of the call.</param>
    /// <param name="responseHeadersAsync">The response headers.</param>
    /// <param name="getStatusFunc">The outcome, once the call has ended.</param>
    /// <param name="getTrailersFunc">The trailers, once the call has ended.</param>
    /// <param name="disposeAction">Gives up the call.</param>
    /// <param name="state">Passed to each of the functions.</param>
    public AsyncUnaryCall(
        Task<TResponse> responseAsync,
        Func<object, Task<Metadata>> responseHeadersAsync,
        Func<object, Status> getStatusFunc,
        Func<object, Metadata> getTrailersFunc,
        Action<object> disposeAction,
        object state)
    {
        ResponseAsync = responseAsync;
        _call = new CallHandle(
            responseHeadersAsync, getStatusFunc, getTrailersFunc, disposeAction, state);
    }

    /// <summary>The response, or the failure of the call.</summary>
    public Task<TResponse> ResponseAsync { get; }

    /// <summary>The response headers.</summary>
    public Task<Metadata> ResponseHeadersAsync => _call.Headers;

    /// <summary>Awaits the response.</summary>
    public TaskAwaiter<TResponse> GetAwaiter() => ResponseAsync.GetAwaiter();

    /// <summary>Awaits the response, on any thread or on the captured context.</summary>
    /// <param name="continueOnCapturedContext">Whether to come back to the captured context.</param>
    public ConfiguredTaskAwaitable<TResponse> ConfigureAwait(bool continueOnCapturedContext) =>
        ResponseAsync.ConfigureAwait(continueOnCapturedContext);

    /// <summary>The outcome.</summary>
    /// <exception cref="InvalidOperationException">The call has not ended.</exception>
    public Status GetStatus() => _call.Status;

    /// <summary>The trailers.</summary>
    /// <exception cref="InvalidOperationException">The call has not ended.</exception>
    public Metadata GetTrailers() => _call.Trailers;

    /// <summary>Gives up the call if it has not ended, and frees what it holds.</summary>
    public void Dispose() => _call.Dispose();
}
