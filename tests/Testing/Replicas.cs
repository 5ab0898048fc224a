using Doseline.Local.Simulation;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Testing;

/// <summary>Replicas of the whole platform on the same databases; each call goes to the next of them, as a load balancer would have it. What is pumped, the first pumps.</summary>
/// <param name="all">The replicas.</param>
public sealed class Replicas(IReadOnlyList<SimulatedPlatform> all) : ISimulation
{
    /// <inheritdoc/>
    public SimulatedClock Clock => all[0].Clock;

    /// <inheritdoc/>
    public IServiceProvider Services => all[0].Services;

    /// <inheritdoc/>
    public CallInvoker As(string name, IReadOnlyList<string> roles, params IReadOnlyList<string> sites) => InTurn(replica => replica.As(name, roles, sites));

    /// <summary>Calls as the given person.</summary>
    public CallInvoker As(Platform.Auth.Caller caller) => InTurn(replica => replica.As(caller));

    /// <inheritdoc/>
    public Task SettleAsync(CancellationToken cancel = default)
    {
        Ring();
        return all[0].SettleAsync(cancel);
    }

    /// <inheritdoc/>
    public Task AdvanceToAsync(DateTimeOffset until, CancellationToken cancel = default)
    {
        Ring();
        return all[0].AdvanceToAsync(until, cancel);
    }

    // What the others have published the first hears as it would over a broker.
    void Ring()
    {
        if (all is [_]) return;
        foreach (var service in Services.GetRequiredService<DatabaseTable>().Services) Services.GetRequiredService<Bell>().Ring(service);
    }

    CallInvoker InTurn(Func<SimulatedPlatform, CallInvoker> way) => all is [var one] ? way(one) : new Turns([.. all.Select(way)]);

    sealed class Turns(CallInvoker[] ways) : CallInvoker
    {
        int turn;

        CallInvoker Next => ways[(uint)Interlocked.Increment(ref turn) % ways.Length];

        public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
            Next.BlockingUnaryCall(method, host, options, request);

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
            Next.AsyncUnaryCall(method, host, options, request);

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
            Next.AsyncServerStreamingCall(method, host, options, request);

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) =>
            Next.AsyncClientStreamingCall(method, host, options);

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) =>
            Next.AsyncDuplexStreamingCall(method, host, options);
    }
}
