using Doseline.Execution.Data;
using Doseline.Execution.V1;
using Doseline.Kernel.Rules;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Execution.Api;

/// <summary>Answers what the record says of a dose.</summary>
public sealed class DoseRecordsApi(ExecutionDb db) : DoseRecordsService.DoseRecordsServiceBase
{
    /// <inheritdoc/>
    public override async Task<GetDoseRecordResponse> GetDoseRecord(GetDoseRecordRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var dose = await db.LoadAsync<DoseRow>(cancel, request.DoseId)
            ?? throw new RefusedException(Refusal.Missing($"doses/{request.DoseId}", "DOSE_UNKNOWN", "There is no such dose."));
        db.Request.Caller.RequireSite(dose.SiteId);
        var batch = dose.BatchId is { } id ? await db.LoadAsync<BatchRow>(cancel, id) : null;
        var deviations = batch is null ? [] : await db.Deviations.AsNoTracking().Where(d => d.BatchId == batch.Id && (d.DoseId == "" || d.DoseId == dose.Id)).OrderBy(d => d.Id).ToListAsync(cancel);
        return new GetDoseRecordResponse { Record = dose.ToWire(batch), Deviations = { deviations.Select(d => d.ToWire()) } };
    }
}
