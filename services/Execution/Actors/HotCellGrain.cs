using Doseline.Execution.Data;
using Doseline.Platform.Actors;
using Orleans;

namespace Doseline.Execution.Actors;

/// <summary>
/// A hot cell between batches. Batches occupy and leave it in their own transactions, fenced by its version; what happens by itself is that
/// its residual decays to the clearance limit.
/// </summary>
[GrainType("hot-cell")]
sealed class HotCellGrain(ActorWorld world) : Actor<ExecutionDb, EquipmentRow>(world)
{
    protected override EquipmentRow CopyOf(EquipmentRow row) => row with { };

    protected override async Task PassAsync(ExecutionDb db, EquipmentRow row)
    {
        row.ClearTime = null;
        (await CellFile.OfAsync(db, row, CancellationToken.None)).Compute();
    }
}
