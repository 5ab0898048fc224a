using System.Runtime.ExceptionServices;
using Grpc.Core;
using Microsoft.Extensions.Configuration;

namespace Doseline.Platform.Rpc;

/// <summary>A streaming call that ends when its caller may not be here any more.</summary>
/// <param name="inner">The call.</param>
/// <param name="cancel">Cancelled when either it or its caller's standing ends.</param>
sealed class StandingCall(ServerCallContext inner, CancellationToken cancel) : ServerCallContext
{
    protected override string MethodCore => inner.Method;
    protected override string HostCore => inner.Host;
    protected override string PeerCore => inner.Peer;
    protected override DateTime DeadlineCore => inner.Deadline;
    protected override Metadata RequestHeadersCore => inner.RequestHeaders;
    protected override CancellationToken CancellationTokenCore => cancel;
    protected override Metadata ResponseTrailersCore => inner.ResponseTrailers;
    protected override AuthContext AuthContextCore => inner.AuthContext;
    protected override IDictionary<object, object> UserStateCore => inner.UserState;

    protected override Status StatusCore
    {
        get => inner.Status;
        set => inner.Status = value;
    }

    protected override WriteOptions? WriteOptionsCore
    {
        get => inner.WriteOptions;
        set => inner.WriteOptions = value;
    }

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => inner.CreatePropagationToken(options);

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => inner.WriteResponseHeadersAsync(responseHeaders);

    /// <summary>Serves a call as long as its caller stands.</summary>
    /// <param name="call">The call.</param>
    /// <param name="stands">Throws once the caller stands no more; asked again and again.</param>
    /// <param name="every">How often, by the machine's clock.</param>
    /// <param name="serve">Serves it.</param>
    public static async Task ServeAsync(ServerCallContext call, Func<CancellationToken, ValueTask> stands, TimeSpan every, Func<ServerCallContext, Task> serve)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken);
        Exception? why = null;
        var looks = LookAsync();
        // Where ASP.NET Core's gRPC looks for the request of a call that is not its own.
        call.UserState["__HttpContext"] = call.GetHttpContext();
        try
        {
            await serve(new StandingCall(call, ended.Token));
        }
        catch (Exception) when (why is not null)
        {
            // Why it ended is what the caller is told.
        }
        finally
        {
            await ended.CancelAsync();
            await looks;
        }

        if (why is not null) ExceptionDispatchInfo.Throw(why);

        async Task LookAsync()
        {
            using PeriodicTimer timer = new(every);
            try
            {
                while (await timer.WaitForNextTickAsync(ended.Token)) await stands(ended.Token);
            }
            catch (OperationCanceledException) when (ended.IsCancellationRequested)
            {
                // The call is over.
            }
            catch (Exception fault)
            {
                why = fault;
                await ended.CancelAsync();
            }
        }
    }
}

/// <summary>How often it is looked whether the caller of a watch may still be here.</summary>
public sealed class StandingOptions(IConfiguration config)
{
    /// <summary>By the machine's clock, <c>Rpc:LookEvery</c>. Default 5 seconds.</summary>
    public TimeSpan LookEvery { get; } = config.GetValue("Rpc:LookEvery", TimeSpan.FromSeconds(5));
}
