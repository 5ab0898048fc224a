using Doseline.Local.Simulation;
using Doseline.Platform.Messaging;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Doseline.Testing;

/// <summary>The whole platform on fresh databases and a simulated clock that starts on Monday 2026-11-23 at 06:00 UTC.</summary>
public sealed class TestPlatform : IAsyncDisposable
{
    readonly IReadOnlyList<SimulatedPlatform> hosts;
    readonly TestDatabase database;

    TestPlatform(IReadOnlyList<SimulatedPlatform> hosts, TestDatabase database) => (this.hosts, Host, Replicas, this.database) = (hosts, hosts[0], new Replicas(hosts), database);

    /// <summary>First instant of the clock.</summary>
    public static DateTimeOffset Start { get; } = new(2026, 11, 23, 6, 0, 0, TimeSpan.Zero);

    /// <summary>The platform; the first of its replicas.</summary>
    public SimulatedPlatform Host { get; }

    /// <summary>Every replica, for calls that go to each in turn.</summary>
    public Replicas Replicas { get; }

    /// <summary>The clock.</summary>
    public SimulatedClock Clock => Host.Clock;

    /// <summary>Now.</summary>
    public DateTimeOffset Now => Host.Clock.GetUtcNow();

    /// <summary>Facts published so far, by time, and those of one service in the order of its log.</summary>
    public IReadOnlyList<Fact> Published => Logs.Of(Host.Services);

    /// <summary>Starts a platform.</summary>
    /// <param name="postgres">Null follows the environment.</param>
    /// <param name="configure">Last word on registrations.</param>
    /// <param name="clock">The clock; null for one that stands at <see cref="Start"/>.</param>
    /// <param name="replicas">How many share the databases and the clock, and nothing in memory.</param>
    public static async Task<TestPlatform> StartAsync(bool? postgres = null, Action<WebApplicationBuilder>? configure = null, SimulatedClock? clock = null, int replicas = 1)
    {
        clock ??= new SimulatedClock(Start);
        var databases = await TestDatabase.CreateAsync(postgres);
        List<SimulatedPlatform> started = [];
        while (started.Count < replicas)
        {
            started.Add(await SimulatedPlatform.StartAsync(clock, databases.Settings, builder =>
            {
                builder.Logging.ClearProviders();
                configure?.Invoke(builder);
            }));
        }

        return new TestPlatform(started, databases);
    }

    /// <summary>Makes signatures.</summary>
    public TestSigner Signer => new(Host.Services);

    /// <summary>Calls in the given roles, at every site; what must be signed is signed.</summary>
    public CallInvoker As(params string[] roles) => SignedAs(PersonIn(roles));

    /// <summary>Calls as somebody of that name, at every site; what must be signed is signed.</summary>
    public CallInvoker AsNamed(string name, params string[] roles) => SignedAs(PersonIn(roles) with { Subject = $"person:{name}", Name = name });

    /// <summary>Calls as the given person; what must be signed is signed.</summary>
    public CallInvoker SignedAs(Platform.Auth.Caller person) => UnsignedAs(person).Intercept(Signer.Calls(person));

    /// <summary>Calls as the given person, as they are: for tests of what happens without a signature, or with another.</summary>
    public CallInvoker UnsignedAs(Platform.Auth.Caller person) => Replicas.As(person);

    /// <summary>The person that <see cref="As"/> calls as.</summary>
    public static Platform.Auth.Caller PersonIn(params string[] roles) =>
        new() { Subject = $"person:{string.Join('+', roles)}", Name = string.Join('+', roles), Roles = roles, Sites = [Platform.Auth.Caller.AllSites] };

    /// <summary>Calls as the service account of a service, for itself.</summary>
    public CallInvoker AsService(string service) => Host.As(Platform.Auth.Caller.Service(service));

    /// <summary>Calls as the service account of a service, for somebody in the given roles at every site.</summary>
    public CallInvoker AsService(string service, params string[] roles) => AsService(service, PersonIn(roles));

    /// <summary>Calls as the service account of a service, for a person.</summary>
    public CallInvoker AsService(string service, Platform.Auth.Caller person) => AsService(service).Intercept(new ForPerson(this, service, person));

    /// <summary>A request id.</summary>
    public static string RequestId() => Guid.NewGuid().ToString();

    /// <summary>Has every fact read until nothing moves.</summary>
    public Task SettleAsync() => Replicas.SettleAsync();

    /// <summary>Moves time forward, stopping at every deadline.</summary>
    public Task AdvanceAsync(TimeSpan by) => Replicas.AdvanceToAsync(Now + by);

    /// <summary>The facts of one type published so far.</summary>
    public IReadOnlyList<T> Facts<T>() where T : class, Google.Protobuf.IMessage<T>, new() =>
        [.. Published.Where(f => f.Type == new T().Descriptor.FullName).Select(f => f.Read<T>())];

    /// <summary>The refusals a call is answered with; fails when it succeeds.</summary>
    public static async Task<IReadOnlyList<Kernel.Rules.Refusal>> RefusalsAsync(Func<Task> call)
    {
        var fault = await Xunit.Assert.ThrowsAsync<RpcException>(call);
        return Platform.Rpc.RpcErrors.Read(fault);
    }

    // Says of each call for whom it is, to the service that it goes to.
    sealed class ForPerson(TestPlatform platform, string service, Platform.Auth.Caller person) : Interceptor
    {
        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation) =>
            continuation(request, With(context));

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation) =>
            continuation(request, With(context));

        ClientInterceptorContext<TRequest, TResponse> With<TRequest, TResponse>(ClientInterceptorContext<TRequest, TResponse> context) where TRequest : class where TResponse : class
        {
            var said = platform.Host.Services.GetRequiredService<Platform.Auth.Behalf>().Write(service, context.Method.ServiceName.Split('.')[1], person)!;
            return new(context.Method, context.Host, context.Options.WithHeaders([.. context.Options.Headers ?? [], new(Platform.Rpc.RpcHeaders.OnBehalfOf, said)]));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts) await host.DisposeAsync();
        await database.DisposeAsync();
    }
}
