using Doseline.Inventory.V1;
using Doseline.Labeling.V1;
using Doseline.Platform.Messaging;
using Doseline.Quality.Data;
using Doseline.Quality.V1;

namespace Doseline.Quality.Events;

/// <summary>Notes what others say went into batches and marks doses, so that a recall finds them from there.</summary>
public sealed class TraceFacts(QualityDb db) : IFactHandler<MaterialIssued>, IFactHandler<LabelVerified>
{
    /// <inheritdoc/>
    public async Task HandleAsync(MaterialIssued fact, Fact envelope, CancellationToken cancel)
    {
        await db.LinkAsync(TraceKind.Lot, fact.LotId, fact.BatchId, "", cancel);
        await db.LinkAsync(TraceKind.Material, fact.MaterialCode, fact.BatchId, "", cancel);
    }

    /// <inheritdoc/>
    public async Task HandleAsync(LabelVerified fact, Fact envelope, CancellationToken cancel)
    {
        await db.LinkAsync(TraceKind.Label, fact.PrintId, "", fact.DoseId, cancel);
        await db.LinkAsync(TraceKind.Label, fact.Serial, "", fact.DoseId, cancel);
    }
}
