using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Doseline.SimulatedTime;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

/// <summary>
/// Puts a service's own, unchanged program on simulated time: the runtime runs this before <c>Main</c> when <c>DOTNET_STARTUP_HOOKS</c> names
/// this assembly. Nothing of it is in what is shipped, so a program in production cannot be put on another clock by a setting.
/// </summary>
/// <remarks>It listens for the host being built, the way ASP.NET Core's own test host and EF's tools do.</remarks>
[SuppressMessage("Design", "CA1050", Justification = "The runtime looks for this name outside any namespace.")]
[SuppressMessage("Design", "MA0047", Justification = "The runtime looks for this name outside any namespace.")]
public static class StartupHook
{
    /// <summary>File of the clock, see <see cref="SharedClock"/>; without it the process keeps the machine's, and only says where it listens.</summary>
    public const string ClockVariable = "DOSELINE_SIMULATED_CLOCK";

    /// <summary>Called by the runtime.</summary>
    public static void Initialize()
    {
        DiagnosticListener.AllListeners.Subscribe(new Listeners(Environment.GetEnvironmentVariable(ClockVariable)));
    }

    sealed class Listeners(string? file) : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(DiagnosticListener value)
        {
            if (value.Name is "Microsoft.Extensions.Hosting") value.Subscribe(this);
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value is not { Key: "HostBuilding", Value: IHostBuilder host }) return;
            host.ConfigureServices(services =>
            {
                if (file is not null) services.Replace(ServiceDescriptor.Singleton<TimeProvider>(new SharedClock(file)));
                services.AddSingleton<IStartupFilter, SimulationControl>().AddSingleton<IStartupFilter, ActorControl>();
            });
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}
