using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Rpc;

/// <summary>
/// One call within the process. It passes the whole server pipeline in a scope of its own, on copies of its messages, and ends for its caller as it
/// would over the wire: with what the callee says, or before that when the caller gives up or the deadline passes.
/// </summary>
sealed class LocalCall<TRequest, TResponse> : IDisposable where TRequest : class where TResponse : class
{
    // What a client of gRPC takes unless it is told otherwise.
    const int ResponseBytesMax = 4 * 1024 * 1024;
    // The longest that a timer runs; a later deadline is none.
    static readonly TimeSpan DeadlineMax = TimeSpan.FromDays(24);

    readonly TaskCompletionSource<TResponse> outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Method<TRequest, TResponse> method;
    readonly CallOptions options;
    readonly CancellationTokenSource givenUp;
    readonly Timer? deadline;
    Metadata trailers = [];
    volatile bool disposed;

    LocalCall(Method<TRequest, TResponse> method, CallOptions options)
    {
        (this.method, this.options) = (method, options);
        givenUp = CancellationTokenSource.CreateLinkedTokenSource(options.CancellationToken);
        givenUp.Token.UnsafeRegister(call => ((LocalCall<TRequest, TResponse>)call!).GiveUp(), this);
        if (Left <= TimeSpan.Zero) givenUp.Cancel();
        else if (Left is { } left && left < DeadlineMax && !givenUp.IsCancellationRequested) deadline = new Timer(call => ((LocalCall<TRequest, TResponse>)call!).Expire(), this, left, Timeout.InfiniteTimeSpan);
    }

    TimeSpan? Left => options.Deadline - WallClock.UtcNow.UtcDateTime;

    /// <summary>Starts a call.</summary>
    /// <param name="method">Method.</param>
    /// <param name="options">Headers, deadline, cancellation.</param>
    /// <param name="request">Request; it may be changed as soon as this has returned.</param>
    /// <param name="serve">The method's own code, see <see cref="LocalMethods"/>.</param>
    /// <param name="scopes">Makes the callee's scope.</param>
    public static AsyncUnaryCall<TResponse> Start(
        Method<TRequest, TResponse> method, CallOptions options, TRequest request, UnaryServerMethod<TRequest, TResponse> serve, IServiceScopeFactory scopes)
    {
        LocalCall<TRequest, TResponse> call = new(method, options);
        if (call.outcome.Task.IsCompleted)
        {
            call.givenUp.Dispose();
        }
        else
        {
            var copy = Copy(request);
            // As over the wire, a callee that holds its thread does not hold the caller's.
            _ = Task.Run(() => call.ServeAsync(copy, serve, scopes), CancellationToken.None);
        }

        return new AsyncUnaryCall<TResponse>(call.outcome.Task, call.HeadersAsync(), call.Status, () => call.trailers, call.Dispose);
    }

    [SuppressMessage("Design", "CA1031", Justification = "What the pipeline did not translate is the callee's secret, as it is over the wire.")]
    async Task ServeAsync(TRequest request, UnaryServerMethod<TRequest, TResponse> serve, IServiceScopeFactory scopes)
    {
        try
        {
            using var span = MessagingMeter.Spans.StartActivity(method.FullName[1..], ActivityKind.Server);
            RequireSize(request, PlatformHost.MessageBytesMax);
            TResponse response;
            await using (var scope = scopes.CreateAsyncScope())
            {
                LocalCallContext context = new(method.FullName, options, scope.ServiceProvider, givenUp.Token);
                response = Copy(await scope.ServiceProvider.GetRequiredService<ServerPipeline>().UnaryServerHandler(request, context, serve));
                trailers = context.ResponseTrailers;
            }

            RequireSize(response, ResponseBytesMax);
            // Who gave up first is not told what came after.
            if (givenUp.IsCancellationRequested) GiveUp();
            outcome.TrySetResult(response);
        }
        catch (Exception fault)
        {
            if (givenUp.IsCancellationRequested) GiveUp();
            Fail(fault is RpcException told ? new Status(told.StatusCode, told.Status.Detail) : new Status(StatusCode.Unknown, "Exception was thrown by handler."), (fault as RpcException)?.Trailers ?? []);
        }
        finally
        {
            deadline?.Dispose();
            givenUp.Dispose();
        }
    }

    // A timer may be early by what its clock is coarse.
    void Expire()
    {
        if (Left > TimeSpan.Zero) deadline?.Change(TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        else Cancel();
    }

    void GiveUp() => Fail(
        options.CancellationToken.IsCancellationRequested ? new Status(StatusCode.Cancelled, "Call canceled by the client.")
        : disposed ? new Status(StatusCode.Cancelled, "gRPC call disposed.")
        : new Status(StatusCode.DeadlineExceeded, ""), []);

    void Fail(Status status, Metadata with)
    {
        if (!outcome.TrySetException(new RpcException(status, with))) return;
        trailers = with;
        // Looked at, so that a failure which nobody waits for is no unobserved exception.
        _ = outcome.Task.Exception;
    }

    async Task<Metadata> HeadersAsync()
    {
        await outcome.Task;
        return [];
    }

    Status Status() => outcome.Task switch
    {
        { IsCompleted: false } => throw new InvalidOperationException("Unable to get the status because the call is not complete."),
        { Exception.InnerException: RpcException fault } => fault.Status,
        _ => Grpc.Core.Status.DefaultSuccess,
    };

    /// <summary>Gives the call up, unless it is done.</summary>
    public void Dispose()
    {
        if (outcome.Task.IsCompleted) return;
        disposed = true;
        Cancel();
    }

    void Cancel()
    {
        try
        {
            givenUp.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The callee was done at that moment.
        }
    }

    static void RequireSize(object message, int most)
    {
        if (((IMessage)message).CalculateSize() > most) throw new RpcException(new Status(StatusCode.ResourceExhausted, "Received message exceeds the maximum configured message size."));
    }

    static T Copy<T>(T message) where T : class => ((IDeepCloneable<T>)message).Clone();
}

/// <summary>Calls methods of this process without a socket; what it does not find goes over the wire.</summary>
/// <param name="methods">Methods served here.</param>
/// <param name="scopes">Makes the callees' scopes.</param>
/// <param name="wire">The way over this process's own port.</param>
sealed class LocalInvoker(LocalMethods methods, IServiceScopeFactory scopes, Func<CallInvoker> wire) : CallInvoker
{
    /// <inheritdoc/>
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        methods.Find<TRequest, TResponse>(method.FullName) is { } serve
            ? LocalCall<TRequest, TResponse>.Start(method, options, request, serve, scopes)
            : wire().AsyncUnaryCall(method, host, options, request);

    /// <inheritdoc/>
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        AsyncUnaryCall(method, host, options, request).ResponseAsync.GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        wire().AsyncServerStreamingCall(method, host, options, request);

    /// <inheritdoc/>
    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        wire().AsyncClientStreamingCall(method, host, options);

    /// <inheritdoc/>
    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        wire().AsyncDuplexStreamingCall(method, host, options);
}
