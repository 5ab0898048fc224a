using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Doseline.Testing.Faults;

/// <summary>Ends the process, as seen from its work: nothing after this point is done.</summary>
static class Crashes
{
    /// <summary>Ends it here, at times.</summary>
    /// <exception cref="SimulatedCrashException">The process has died.</exception>
    public static void May(FaultPlan plan, IServiceProvider services, string where)
    {
        try
        {
            plan.MayCrash(where);
        }
        catch (SimulatedCrashException)
        {
            // Whoever would go on looks at this, and does not.
            services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
            throw;
        }
    }
}
