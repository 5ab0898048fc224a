using Doseline.Execution.Data;
using Doseline.Platform.Messaging;
using Doseline.Waste.V1;

namespace Doseline.Execution.Events;

/// <summary>Follows what batches left in hot cells until it has left them as waste.</summary>
public sealed class CellFacts(ExecutionDb db) : IFactHandler<WasteMoved>
{
    /// <inheritdoc/>
    public async Task HandleAsync(WasteMoved fact, Fact envelope, CancellationToken cancel)
    {
        // Rejected doses and samples are waste too, and never lay in a cell as such.
        if (await db.LoadAsync<CellItemRow>(cancel, fact.WasteId) is not { LiesIn: { } cellId } item) return;
        var cell = (await db.LoadAsync<EquipmentRow>(cancel, cellId))!;
        if (cell.RoomId == fact.RoomId) return;
        (await CellFile.OfAsync(db, cell, cancel)).TakeOut(item, envelope.Time);
    }
}
