using Doseline.Execution.Data;
using Doseline.Platform.Actors;
using Orleans;

namespace Doseline.Execution.Actors;

/// <summary>A reservation, which gives its room back when its order is not accepted in time.</summary>
[GrainType("reservation")]
sealed class ReservationGrain(ActorWorld world) : Actor<ExecutionDb, ReservationRow>(world)
{
    protected override ReservationRow CopyOf(ReservationRow row) => row with { };

    protected override Task PassAsync(ExecutionDb db, ReservationRow row)
    {
        db.Return(row, ReservationState.Lapsed);
        return Task.CompletedTask;
    }
}
