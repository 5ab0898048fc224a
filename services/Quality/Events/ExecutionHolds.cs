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
        // Facts from before causes were an enum say it in words; a cause that only a later version knows holds as well.
        var (code, summary) = fact.Cause switch
        {
            HoldCause.Unspecified when fact.Code is not "" => (fact.Code, fact.Summary),
            var cause when cause is not HoldCause.Unspecified && Enum.IsDefined(cause) => (cause.Code(), HoldWords.Of(cause)),
            var cause => ("EXECUTION_HOLD", HoldWords.Of(cause)),
        };
        await dispositions.OpenAsync(id, fact.BatchId, fact.DoseId, DeviationOrigin.Execution, fact.ExceptionId, code, summary, cancel);
    }
}
