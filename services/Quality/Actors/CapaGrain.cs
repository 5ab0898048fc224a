using Doseline.Platform.Actors;
using Doseline.Quality.Data;
using Orleans;

namespace Doseline.Quality.Actors;

/// <summary>The clock of an action: from its deadline on it is overdue, which lists, dashboard and alert say. Calls end it, fenced by its version.</summary>
[GrainType("capa")]
sealed class CapaGrain(ActorWorld world) : Actor<QualityDb, CapaRow>(world)
{
    protected override CapaRow CopyOf(CapaRow row) => row with { };

    protected override Task PassAsync(QualityDb db, CapaRow row)
    {
        row.OverdueTime = row.State is Domain.CapaState.Open ? row.DueTime : row.EffectivenessDueTime;
        return Task.CompletedTask;
    }
}
