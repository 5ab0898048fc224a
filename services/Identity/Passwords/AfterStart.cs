namespace Doseline.Identity.Passwords;

/// <summary>Work that is done once the ports are open, for nobody else's call has to wait for it; the host says that it has started when this is done.</summary>
public abstract class AfterStart : IHostedLifecycleService
{
    /// <inheritdoc/>
    public abstract Task StartedAsync(CancellationToken cancellationToken);

    Task IHostedLifecycleService.StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedService.StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
