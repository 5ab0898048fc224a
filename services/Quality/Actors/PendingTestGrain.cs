using Doseline.Platform.Actors;
using Doseline.Quality.Data;
using Doseline.Quality.Domain;
using Orleans;

namespace Doseline.Quality.Actors;

/// <summary>
/// A test that was pending when doses were released. What has no result by its deadline is treated as one that failed: a deviation holds the batch, and
/// what left is called back. Results end it in the transactions of their calls, fenced by its version.
/// </summary>
[GrainType("pending-test")]
sealed class PendingTestGrain(ActorWorld world) : Actor<QualityDb, PendingTestRow>(world)
{
    protected override PendingTestRow CopyOf(PendingTestRow row) => row with { };

    protected override async Task PassAsync(QualityDb db, PendingTestRow row)
    {
        row.State = PendingState.Overdue;
        var deviation = Kernel.Ids.Id.From("deviation", row.Id, row.DueTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture));
        var summary = $"{row.TestName} has no result by its deadline after conditional release.";
        await new Dispositions(db).OpenAsync(deviation, row.BatchId, row.DoseId, DeviationOrigin.Clock, row.Id, "PENDING_TEST_OVERDUE", summary, CancellationToken.None);
        await new Recalls(db).OpenForWhatLeftAsync(row.BatchId, row.DoseId, deviation, summary, CancellationToken.None);
    }
}
