using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Microsoft.Extensions.Configuration;

namespace Doseline.Platform.Rpc;

/// <summary>
/// How many calls from outside are worked on at a time. One more is turned away at once: it would only make every other one late, until
/// deadlines end calls whose work is nearly done.
/// </summary>
/// <remarks><c>Rpc:InFlightMax</c> sets it; the default is <see cref="PerCore"/> for each core. Calls of services to each other are not counted: the call they serve is.</remarks>
public sealed class CallLimit(IConfiguration config)
{
    /// <summary>Default number of calls at a time for each core.</summary>
    public const int PerCore = 64;

    readonly int most = config.GetValue("Rpc:InFlightMax", PerCore * Environment.ProcessorCount);
    int inFlight;

    /// <summary>Calls being worked on.</summary>
    public int InFlight => Volatile.Read(ref inFlight);

    /// <summary>Takes a place, to be given back by disposing of the answer.</summary>
    /// <exception cref="RefusedException">RESOURCE_EXHAUSTED, TOO_MANY_CALLS.</exception>
    internal Place Enter(Caller caller)
    {
        if (caller.Is(Roles.Service)) return default;
        if (Interlocked.Increment(ref inFlight) <= most) return new Place(this);
        Interlocked.Decrement(ref inFlight);
        throw new RefusedException(new Refusal(RefusalKind.Overload, "TOO_MANY_CALLS", "rpc", $"{most} calls are being worked on; repeat this one after a moment with the same request_id.")
            .With("in_flight_max", most));
    }

    internal readonly struct Place(CallLimit? limit) : IDisposable
    {
        public void Dispose()
        {
            if (limit is not null) Interlocked.Decrement(ref limit.inFlight);
        }
    }
}
