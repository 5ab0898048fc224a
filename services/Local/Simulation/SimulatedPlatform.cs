using Doseline.Identity.Passwords;
using Doseline.Platform.Actors;
using Doseline.Platform.Auth;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Doseline.Local.Simulation;

/// <summary>
/// The whole platform in one process on a simulated clock, reached through its public gRPC ports on loopback. Nothing happens by
/// itself: outboxes and deadlines are pumped by <see cref="SettleAsync"/> and <see cref="AdvanceToAsync"/>, so that two days run in
/// seconds and every run of the same input goes the same way.
/// </summary>
public sealed class SimulatedPlatform : ISimulation, IAsyncDisposable
{
    static readonly TimeSpan TokenLifetime = TimeSpan.FromDays(3650);

    readonly WebApplication app;
    readonly GrpcChannel channel;

    SimulatedPlatform(WebApplication app, SimulatedClock clock, GrpcChannel channel) => (this.app, Clock, this.channel) = (app, clock, channel);

    /// <summary>The clock every service lives by.</summary>
    public SimulatedClock Clock { get; }

    /// <summary>Services of the host, for looking in; not for going round the API.</summary>
    public IServiceProvider Services => app.Services;

    /// <summary>Address of the gRPC port.</summary>
    public Uri Address => app.Services.GetRequiredService<Platform.Rpc.ServiceChannels>().OwnAddress!;

    /// <summary>Address of the web port.</summary>
    public Uri WebAddress => new(app.Urls.ElementAt(2));

    /// <summary>Address of the partners' gRPC port.</summary>
    public Uri PartnerAddress => new(app.Urls.ElementAt(3));

    /// <summary>Starts the platform.</summary>
    /// <param name="start">First instant of the clock.</param>
    /// <param name="settings">Configuration, for example <c>Data:Directory</c>.</param>
    /// <param name="configure">Last word on registrations.</param>
    public static Task<SimulatedPlatform> StartAsync(DateTimeOffset start, IReadOnlyDictionary<string, string> settings, Action<WebApplicationBuilder>? configure = null) =>
        StartAsync(new SimulatedClock(start), settings, configure);

    /// <summary>Starts the platform on a clock that goes on when the platform stops.</summary>
    /// <param name="clock">The clock.</param>
    /// <param name="settings">Configuration, for example <c>Data:Directory</c>.</param>
    /// <param name="configure">Last word on registrations.</param>
    public static async Task<SimulatedPlatform> StartAsync(SimulatedClock clock, IReadOnlyDictionary<string, string> settings, Action<WebApplicationBuilder>? configure = null)
    {
        Dictionary<string, string> all = new(settings) { ["Pumps:Manual"] = "true", ["Messaging:Lanes"] = "1", ["Ports:App"] = "0", ["Ports:Probe"] = "0", ["Ports:Web"] = "0", ["Ports:Grpc"] = "0" };
        // Simulated minutes pass in no time; sealing and tidying at each of them would be most of the work.
        all.TryAdd("Audit:SealEvery", "04:00:00");
        all.TryAdd("Messaging:PurgeEvery", "04:00:00");
        var host = PlatformHost.Build([.. all.Select(s => $"--{s.Key}={s.Value}")], Modules.All(), builder =>
        {
            builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock));
            builder.Services.Replace(ServiceDescriptor.Singleton<IOneTimeDisplay, OneTimeMemory>());
            builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Error).AddFilter("Microsoft", LogLevel.Error).AddFilter("Grpc", LogLevel.Error)
                .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
            configure?.Invoke(builder);
        });
        await PlatformHost.ApplySchemasAsync(host.Services);
        await host.StartAsync();
        return new SimulatedPlatform(host, clock, GrpcChannel.ForAddress(host.Services.GetRequiredService<Platform.Rpc.ServiceChannels>().OwnAddress!));
    }

    /// <inheritdoc/>
    public CallInvoker As(string name, IReadOnlyList<string> roles, params IReadOnlyList<string> sites) =>
        As(new Caller { Subject = $"person:{name}", Name = name, Roles = roles, Sites = sites is [] ? [Caller.AllSites] : sites });

    /// <summary>Calls with the rights of a caller.</summary>
    public CallInvoker As(Caller caller) =>
        WithToken(app.Services.GetRequiredService<DevelopmentTokens>().Issue(caller, TokenLifetime));

    /// <summary>Calls with a token, or with none when it is null.</summary>
    public CallInvoker WithToken(string? token) => channel.Intercept(metadata =>
    {
        if (token is not null) metadata.Add("authorization", $"Bearer {token}");
        return metadata;
    });

    /// <summary>Calls with a token that is asked for at every call.</summary>
    public CallInvoker WithTokens(Func<string> token) => channel.Intercept(metadata =>
    {
        metadata.Add("authorization", $"Bearer {token()}");
        return metadata;
    });

    /// <summary>Pumps every outbox until nothing moves.</summary>
    public async Task SettleAsync(CancellationToken cancel = default)
    {
        var relays = app.Services.GetServices<IPump>().ToList();
        int moved;
        do
        {
            moved = 0;
            foreach (var relay in relays) moved += await relay.PumpAsync(cancel);
        }
        while (moved > 0);
    }

    /// <summary>Moves time forward, stopping at every deadline on the way, so that each happens exactly when it is due.</summary>
    public async Task AdvanceToAsync(DateTimeOffset until, CancellationToken cancel = default)
    {
        var pumps = app.Services.GetServices<IReminderPump>().ToList();
        await SettleAsync(cancel);
        DateTimeOffset? last = null;
        while (await NextAsync(pumps, cancel) is { } next && next <= until)
        {
            // Whatever is due is done or put off; otherwise time would stand still for ever.
            if (next == last) throw new InvalidOperationException($"Something is due at {next:O} and nobody does it.");
            Clock.MoveTo(next);
            last = next;
            foreach (var pump in pumps)
            {
                while (await pump.PumpAsync(cancel) > 0)
                {
                    last = null;
                    await SettleAsync(cancel);
                }
            }
        }

        Clock.MoveTo(until);
    }

    /// <summary>Moves time forward by a span, see <see cref="AdvanceToAsync"/>.</summary>
    public Task AdvanceAsync(TimeSpan by, CancellationToken cancel = default) => AdvanceToAsync(Clock.GetUtcNow() + by, cancel);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        channel.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }

    static async Task<DateTimeOffset?> NextAsync(List<IReminderPump> pumps, CancellationToken cancel)
    {
        DateTimeOffset? next = null;
        foreach (var pump in pumps)
        {
            if (await pump.NextAsync(cancel) is { } due && (next is null || due < next)) next = due;
        }

        return next;
    }
}
