using System.Globalization;
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
        var rows = OfSites(db.Batches.AsNoTracking(), db.Request.Caller, request.SiteId);
        if (request.State is not V1.BatchState.Unspecified)
        {
            var state = (BatchState)(int)request.State;
            rows = rows.Where(b => b.State == state);
        }

        if (request.ProductCode is not "") rows = rows.Where(b => b.ProductCode == request.ProductCode);
        if (request.OnHoldOnly) rows = rows.Where(b => b.OnHold);
        if (pageTokens.Read(request) is [var ticks, var id])
        {
            var after = new DateTimeOffset(long.Parse(ticks, CultureInfo.InvariantCulture), TimeSpan.Zero);
            rows = rows.Where(b => b.StartedTime > after || (b.StartedTime == after && string.Compare(b.Id, id) > 0));
        }

        var size = PageTokens.SizeOf(request.PageSize);
        var page = await rows.OrderBy(b => b.StartedTime).ThenBy(b => b.Id).Take(size + 1).ToListAsync(context.CancellationToken);
        ListBatchesResponse response = new() { Batches = { page.Take(size).Select(b => b.ToWire()) } };
        if (page.Count > size) response.NextPageToken = pageTokens.Write(request, page[size - 1].StartedTime.UtcTicks.ToString(CultureInfo.InvariantCulture), page[size - 1].Id);
        return response;
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
        var caller = db.Request.Caller;
        var rows = db.Doses.AsNoTracking();
        if (request.SiteId is not "")
        {
            caller.RequireSite(request.SiteId);
            rows = rows.Where(d => d.SiteId == request.SiteId);
        }
        else if (!caller.MayActAt(Caller.AllSites))
        {
            var sites = caller.Sites.ToList();
            rows = rows.Where(d => sites.Contains(d.SiteId));
        }

        if (request.RunId is not "") rows = rows.Where(d => d.RunId == request.RunId);
        if (pageTokens.Read(request) is [var id]) rows = rows.Where(d => string.Compare(d.Id, id) > 0);
        var size = PageTokens.SizeOf(request.PageSize);
        var page = await rows.OrderBy(d => d.Id).Take(size + 1).ToListAsync(context.CancellationToken);
        ListWorkOrdersResponse response = new() { WorkOrders = { page.Take(size).Select(d => d.ToWorkOrder()) } };
        if (page.Count > size) response.NextPageToken = pageTokens.Write(request, page[size - 1].Id);
        return response;
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
