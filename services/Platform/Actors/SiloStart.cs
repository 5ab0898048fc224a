using System.Diagnostics.CodeAnalysis;
using Doseline.Platform.Actors.Deadlines;
using Doseline.Platform.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Doseline.Platform.Actors;

/// <summary>Starts the silo beside the listeners, or when the first actor is asked: only a call that needs an actor waits for it.</summary>
/// <remarks>A silo that cannot start ends the host, for it cannot be started twice; whoever runs the process starts it again.</remarks>
sealed class SiloStart(IServiceProvider services, IHostApplicationLifetime lifetime, SiloStart.Options options, DeadlineBoard board, OneByOne turns, ILogger<SiloStart> log) : IHostedService, ISiloStatusListener
{
    readonly Lock guard = new();
    Task? started;
    IHostedService? silo;

    /// <summary>True when the silo runs, and has not been asked to stop.</summary>
    public bool Runs => silo is not null && !lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>Done when the silo runs.</summary>
    public Task ReadyAsync()
    {
        if (started is { } begun) return begun;
        lock (guard) return started ??= Task.Run(BeginAsync);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.AtOnce) lifetime.ApplicationStarted.Register(() => _ = turns.RunAsync(async () => { await ReadyAsync(); return 0; }, lifetime.ApplicationStopping));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task begun;
        // From here on nobody starts it.
        lock (guard) begun = started ??= Task.FromException(new OrleansException("The host is stopping."));
        await begun.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (silo is not null) await silo.StopAsync(cancellationToken);
    }

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status is SiloStatus.Dead) board.LookAgain();
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever it is, the host cannot go on without its silo, and callers are told.")]
    async Task BeginAsync()
    {
        try
        {
            var hosted = (IHostedService)services.GetRequiredService(options.Hosted);
            await hosted.StartAsync(CancellationToken.None);
            services.GetRequiredService<ISiloStatusOracle>().SubscribeToSiloStatusEvents(this);
            silo = hosted;
        }
        catch (Exception fault)
        {
            log.LogCritical(fault, "The silo did not start; the host ends");
            lifetime.StopApplication();
            throw new OrleansException("The silo did not start.", fault);
        }
    }

    /// <summary>How the silo is started.</summary>
    /// <param name="Hosted">The library's own service that starts it.</param>
    /// <param name="AtOnce">True when it starts with the host.</param>
    public sealed record Options(Type Hosted, bool AtOnce);
}
