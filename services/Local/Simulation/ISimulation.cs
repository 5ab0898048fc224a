using Grpc.Core;

namespace Doseline.Local.Simulation;

/// <summary>A platform on simulated time, in one process or in many: what a day is played on.</summary>
public interface ISimulation
{
    /// <summary>The clock every service lives by.</summary>
    SimulatedClock Clock { get; }

    /// <summary>Databases and keys of the platform, for looking in; not for going round the API.</summary>
    IServiceProvider Services { get; }

    /// <summary>Calls with the rights of a person in the given roles.</summary>
    /// <param name="name">Printed name; also makes the immutable id.</param>
    /// <param name="roles">Roles, see <see cref="Kernel.Rules.Roles"/>.</param>
    /// <param name="sites">Sites; every site when empty.</param>
    CallInvoker As(string name, IReadOnlyList<string> roles, params IReadOnlyList<string> sites);

    /// <summary>Lets everything happen that can happen now.</summary>
    Task SettleAsync(CancellationToken cancel = default);

    /// <summary>Moves time forward, stopping at every deadline on the way, so that each happens exactly when it is due.</summary>
    Task AdvanceToAsync(DateTimeOffset until, CancellationToken cancel = default);
}
