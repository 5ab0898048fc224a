using Doseline.Execution.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Messaging;
using Doseline.Quality.Data;

namespace Doseline.Quality.Events;

/// <summary>Follows a dose through execution.</summary>
public sealed class DoseProgress(QualityDb db, Dispositions dispositions) : IFactHandler<DoseDispensed>, IFactHandler<DoseLost>
{
    /// <inheritdoc/>
    public async Task HandleAsync(DoseDispensed fact, Fact envelope, CancellationToken cancel)
    {
        var (found, holds) = await db.LoadAsync(db.One<DoseRow>(fact.DoseId), db.HoldsOf(fact.BatchId), cancel);
        if (found is { } known)
        {
            known.Measured = Words.Json(fact.Measured);
            known.VolumeMl = fact.VolumeMl;
            return;
        }

        var dose = new DoseRow
        {
            Id = fact.DoseId,
            BatchId = fact.BatchId,
            OrderId = fact.OrderId,
            SiteId = fact.SiteId,
            ProductCode = fact.ProductCode,
            Measured = Words.Json(fact.Measured),
            VolumeMl = fact.VolumeMl,
            ExpireTime = fact.ExpireTime.ToDateTimeOffset(),
        };
        db.Put(dose);
        // A hold of the batch also holds the doses that come after it.
        var hold = holds.Where(h => h.LiftedTime is null && (h.DoseId is "" || h.DoseId == fact.DoseId)).MinBy(h => h.RaisedTime);
        if (hold is null)
            dispositions.Say(dose, QualityStatus.InProcess, null);
        else
            await dispositions.MoveAsync(dose, StatusCause.Hold, hold.ReferenceId, null, "", cancel);
    }

    /// <inheritdoc/>
    public async Task HandleAsync(DoseLost fact, Fact envelope, CancellationToken cancel)
    {
        // A dose that was planned and never dispensed is none of Quality's.
        if (await db.LoadAsync<DoseRow>(cancel, fact.DoseId) is { } dose)
            dose.LostCause = Words.Of(fact.Cause);
    }
}
