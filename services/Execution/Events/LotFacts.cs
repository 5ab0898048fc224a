using Doseline.Execution.Data;
using Doseline.Inventory.V1;
using Doseline.Kernel.Ids;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Microsoft.EntityFrameworkCore;
using MovementKind = Doseline.Execution.Domain.MovementKind;

namespace Doseline.Execution.Events;

/// <summary>Holds every batch that took of a lot which may not be used any more, whatever has become of the batch: QA decides on each.</summary>
public sealed class LotFacts(ExecutionDb db) : IFactHandler<LotStatusChanged>
{
    /// <inheritdoc/>
    public async Task HandleAsync(LotStatusChanged fact, Fact envelope, CancellationToken cancel)
    {
        var lot = await LotRow.TurnAsync(db, fact.LotId, cancel);
        lot.Status = fact.To.ToStatus();
        if (!lot.Holds) return;
        foreach (var batch in await db.Movements.AsNoTracking().Where(m => m.ReferenceId == fact.LotId && m.Kind == MovementKind.Issued).Select(m => m.BatchId).Distinct().Order().ToListAsync(cancel))
        {
            if (await BatchFile.FindAsync(db, batch, cancel) is { } file) file.HoldForLot(lot, Id.From("lot-hold", envelope.Id, batch));
        }
    }
}
