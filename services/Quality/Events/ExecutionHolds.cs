using Doseline.Execution.V1;
using Doseline.Kernel.Ids;
using Doseline.Platform.Messaging;
using Doseline.Quality.Data;

namespace Doseline.Quality.Events;

/// <summary>Turns a hold that execution raised into a deviation, so that it ends only by QA's conclusion.</summary>
public sealed class ExecutionHolds(QualityDb db, Dispositions dispositions) : IFactHandler<ExecutionHoldRaised>
{
    /// <inheritdoc/>
    public async Task HandleAsync(ExecutionHoldRaised fact, Fact envelope, CancellationToken cancel)
    {
        var id = Id.From("deviation", fact.ExceptionId);
        if (await db.LoadAsync<DeviationRow>(cancel, id) is not null) return;
        await dispositions.OpenAsync(id, fact.BatchId, fact.DoseId, DeviationOrigin.Execution, fact.ExceptionId, fact.Code, fact.Summary, cancel);
    }
}
