using Doseline.Kernel.Rules;

namespace Doseline.Execution.Data;

/// <summary>What Inventory told of a lot. A copy of its facts, so it is not audited itself.</summary>
sealed class LotRow
{
    public required string Id { get; init; }

    /// <summary>Status as told last; none while it was only taken.</summary>
    public QualityStatus Status { get; set; }

    /// <summary>How often it was told of or taken; also the concurrency token, so that nobody takes a lot while it is told of unseen.</summary>
    public long Turns { get; set; }

    /// <summary>True when what was made of it may not go on before QA has decided.</summary>
    public bool Holds => Status is QualityStatus.Rejected or QualityStatus.Quarantine;

    /// <summary>The lot's row, one turn on.</summary>
    public static async Task<LotRow> TurnAsync(ExecutionDb db, string lotId, CancellationToken cancel)
    {
        var row = await db.LoadAsync<LotRow>(cancel, lotId) ?? db.Put(new LotRow { Id = lotId });
        row.Turns++;
        return row;
    }
}
