using Doseline.Local.Simulation;
using Grpc.Core;

namespace Doseline.Load.Play;

/// <summary>The platform under load as the sample day's people see it: they only call it. Its time is real, so there is nothing to move.</summary>
sealed class LoadedPlatform(People people) : ISimulation
{
    public SimulatedClock Clock => throw NotSimulated();

    public IServiceProvider Services => throw NotSimulated();

    public CallInvoker As(string name, IReadOnlyList<string> roles, params IReadOnlyList<string> sites) => people.As(roles[0]);

    public Task SettleAsync(CancellationToken cancel = default) => throw NotSimulated();

    public Task AdvanceToAsync(DateTimeOffset until, CancellationToken cancel = default) => throw NotSimulated();

    static NotSupportedException NotSimulated() => new("The platform under load lives by the real clock, in another process.");
}
