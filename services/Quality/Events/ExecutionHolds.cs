using Doseline.Execution.V1;
using Doseline.Kernel.Ids;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
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
        // Facts from before causes were an enum say it in words.
        var (code, summary) = fact.Cause is HoldCause.Unspecified ? (fact.Code, fact.Summary) : (Enum.IsDefined(fact.Cause) ? fact.Cause.Code() : "EXECUTION_HOLD", HoldWords.Of(fact.Cause));
        await dispositions.OpenAsync(id, fact.BatchId, fact.DoseId, DeviationOrigin.Execution, fact.ExceptionId, code, summary, cancel);
    }
}
