using Doseline.Execution.V1;
using Doseline.Platform.Messaging;
using Doseline.Quality.Data;

namespace Doseline.Quality.Events;

/// <summary>Takes over the samples that execution took.</summary>
public sealed class SampleArrivals(QualityDb db) : IFactHandler<SampleTaken>
{
    /// <inheritdoc/>
    public async Task HandleAsync(SampleTaken fact, Fact envelope, CancellationToken cancel)
    {
        if (await db.LoadAsync<SampleRow>(cancel, fact.SampleId) is not null) return;
        db.Put(new SampleRow
        {
            Id = fact.SampleId,
            BatchId = fact.BatchId,
            SiteId = fact.SiteId,
            RoomId = fact.RoomId,
            Activity = Words.Json(fact.Activity),
            TakenTime = envelope.Time,
        });
    }
}
