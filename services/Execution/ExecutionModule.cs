using Doseline.Execution.Actors;
using Doseline.Execution.Api;
using Doseline.Execution.Data;
using Doseline.Kernel.Hosting;

namespace Doseline.Execution;

/// <summary>The execution service: schedule, recipes, equipment, batches and doses.</summary>
public sealed class ExecutionModule : ServiceModule
{
    /// <inheritdoc/>
    public override string Name => "execution";

    /// <inheritdoc/>
    public override void Compose(ModuleBuilder module) => module
        .Database<ExecutionDb>()
        .Api<SchedulerApi>()
        .Api<RecipesApi>()
        .Api<EquipmentApi>()
        .Actor<ReservationActor, ExecutionDb>(ReservationActor.Type)
        .Actor<HotCellActor, ExecutionDb>(HotCellActor.Type);
}
