using System.Runtime.InteropServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Hosting;

/// <summary>
/// Ends the host as a cluster wants it ended. Told to (SIGTERM), it is not ready from then on, serves whoever still comes for <c>Stopping:Wait</c>, in
/// which nobody new is sent here any more, and then closes its ports. Told a second time, it closes them at once.
/// </summary>
sealed class PatientLifetime(IHostApplicationLifetime lifetime, IConfiguration config, ILogger<PatientLifetime> log) : IHostLifetime, IDisposable
{
    const string Setting = "Stopping:Wait";

    static readonly PosixSignal[] Signals = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT];

    readonly List<PosixSignalRegistration> heard = [];
    readonly TimeSpan wait = config.GetValue(Setting, TimeSpan.Zero);
    int told;

    /// <summary>True from when the host was told to end.</summary>
    public bool IsEnding => Volatile.Read(ref told) > 0;

    /// <summary>Takes the place of the framework's own, which closes the ports at once, where there is something to wait for.</summary>
    public static void Add(IServiceCollection services, IConfiguration config)
    {
        if (config.GetValue(Setting, TimeSpan.Zero) > TimeSpan.Zero) services.AddSingleton<IHostLifetime, PatientLifetime>();
    }

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        heard.AddRange(Signals.Select(signal => PosixSignalRegistration.Create(signal, Hear)));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (var signal in heard) signal.Dispose();
    }

    void Hear(PosixSignalContext context)
    {
        // The process is ended by the host.
        context.Cancel = true;
        if (Interlocked.Increment(ref told) > 1)
        {
            lifetime.StopApplication();
            return;
        }

        log.LogInformation("Told to end: not ready from now on, and stopping in {Wait}", wait);
        _ = StopAsync();
    }

    async Task StopAsync()
    {
        await Task.Delay(wait, WallClock.Pace, lifetime.ApplicationStopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lifetime.StopApplication();
    }
}
