using Doseline.Execution.Data;
using Doseline.Execution.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using BatchState = Doseline.Execution.Domain.BatchState;

namespace Doseline.Execution.Api;

/// <summary>Shows batches, their records and work orders.</summary>
public sealed class BatchRecordsApi(ExecutionDb db, PageTokens pageTokens, WatchSignals signals, IServiceScopeFactory scopes) : BatchRecordsService.BatchRecordsServiceBase
{
    /// <inheritdoc/>
    public override async Task<GetBatchResponse> GetBatch(GetBatchRequest request, ServerCallContext context)
    {
        var batch = await db.LoadAsync<BatchRow>(context.CancellationToken, request.BatchId)
            ?? throw new RefusedException(Refusal.Missing($"batches/{request.BatchId}", "BATCH_UNKNOWN", "There is no such batch."));
        db.Request.Caller.RequireSite(batch.SiteId);
        return new GetBatchResponse { Batch = batch.ToWire() };
    }

    /// <inheritdoc/>
    public override async Task<ListBatchesResponse> ListBatches(ListBatchesRequest request, ServerCallContext context)
    {
        if (request.SiteId is not "") db.Request.Caller.RequireSite(request.SiteId);
        var query = db.List<BatchRow>().AtSites(nameof(BatchRow.SiteId), request.SiteId).IsIfAny(nameof(BatchRow.ProductCode), request.ProductCode);
        if (request.State is not V1.BatchState.Unspecified) query.Is(nameof(BatchRow.State), (BatchState)(int)request.State);
        if (request.OnHoldOnly) query.Is(nameof(BatchRow.OnHold), true);
        var (rows, next) = await pageTokens.ReadAsync(request, query.By(nameof(BatchRow.StartedTime), nameof(BatchRow.Id)), context.CancellationToken);
        return new ListBatchesResponse { Batches = { rows.Select(b => b.ToWire()) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<GetBatchRecordResponse> GetBatchRecord(GetBatchRecordRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var file = await BatchFile.OpenAsync(db, request.BatchId, cancel);
        var frozen = await db.FrozenRecords.AsNoTracking().Where(f => f.BatchId == request.BatchId).OrderBy(f => f.RecordVersion).ToListAsync(cancel);
        var deviations = await db.Deviations.AsNoTracking().Where(d => d.BatchId == request.BatchId).OrderBy(d => d.Id).ToListAsync(cancel);
        return new GetBatchRecordResponse
        {
            Deviations = { deviations.Select(d => d.ToWire()) },
            Record = file.ToWire(),
            Frozen = { frozen.Select(f => new FrozenRecord { RecordVersion = f.RecordVersion, RecordHash = f.Hash, FreezeTime = f.Time.ToWire(), CanonicalJson = f.Document }) },
        };
    }

    /// <inheritdoc/>
    public override async Task<ListWorkOrdersResponse> ListWorkOrders(ListWorkOrdersRequest request, ServerCallContext context)
    {
        if (request.SiteId is not "") db.Request.Caller.RequireSite(request.SiteId);
        var query = db.List<DoseRow>().AtSites(nameof(DoseRow.SiteId), request.SiteId).IsIfAny(nameof(DoseRow.RunId), request.RunId);
        var (rows, next) = await pageTokens.ReadAsync(request, query.By(nameof(DoseRow.Id)), context.CancellationToken);
        return new ListWorkOrdersResponse { WorkOrders = { rows.Select(d => d.ToWorkOrder()) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task WatchBatches(WatchBatchesRequest request, IServerStreamWriter<WatchBatchesResponse> responseStream, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var caller = db.Request.Caller;
        Dictionary<string, long> sent = new(StringComparer.Ordinal);
        await foreach (var _ in signals.ChangesAsync(db.Service, cancel))
        {
            // A scope for each look: a context that lives as long as the stream would remember every row it ever saw.
            await using var scope = scopes.CreateAsyncScope();
            var fresh = scope.ServiceProvider.GetRequiredService<ExecutionDb>();
            var rows = OfSites(fresh.Batches.AsNoTracking(), caller, request.SiteId).Where(b => b.State != BatchState.Closed);
            // A batch that closed since it was last sent is sent once more.
            var known = sent.Keys.ToList();
            var all = await rows.Union(fresh.Batches.AsNoTracking().Where(b => known.Contains(b.Id))).ToListAsync(cancel);
            var changed = all.Where(b => !sent.TryGetValue(b.Id, out var version) || version < b.Version).OrderBy(b => b.StartedTime).ThenBy(b => b.Id, StringComparer.Ordinal).ToList();
            await responseStream.WriteAllAsync([.. changed.Select(batch => new WatchBatchesResponse { Batch = batch.ToWire() })], cancel);
            foreach (var batch in changed) sent[batch.Id] = batch.Version;

            foreach (var closed in all.Where(b => b.State is BatchState.Closed)) sent.Remove(closed.Id);
        }
    }

    static IQueryable<BatchRow> OfSites(IQueryable<BatchRow> rows, Caller caller, string siteId)
    {
        if (siteId is not "")
        {
            caller.RequireSite(siteId);
            return rows.Where(b => b.SiteId == siteId);
        }

        if (caller.MayActAt(Caller.AllSites)) return rows;
        var sites = caller.Sites.ToList();
        return rows.Where(b => sites.Contains(b.SiteId));
    }
}
