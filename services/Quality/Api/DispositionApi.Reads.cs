using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Doseline.Quality.Data;
using Doseline.Quality.Domain;
using Doseline.Quality.V1;
using Grpc.Core;

namespace Doseline.Quality.Api;

public sealed partial class DispositionApi
{
    // Longer than any commit takes, so that a row stamped early and committed late is still seen.
    static readonly TimeSpan LookBack = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public override async Task<GetDispositionResponse> GetDisposition(GetDispositionRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var dose = await db.LoadAsync<DoseRow>(cancel, request.DoseId)
            ?? throw new RefusedException(Refusal.Missing($"doses/{request.DoseId}", "DOSE_UNKNOWN", $"Quality knows no dose {request.DoseId}.").With("dose_id", request.DoseId));
        db.Request.Caller.RequireSite(dose.SiteId);
        var (batch, holds) = await db.LoadAsync(db.One<BatchRow>(dose.BatchId), db.HoldsOf(dose.BatchId), cancel);
        return new GetDispositionResponse
        {
            Disposition = dose.ToWire(batch?.BatchNumber ?? ""),
            Holds = { holds.Where(h => h.DoseId is "" || h.DoseId == dose.Id).OrderBy(h => h.RaisedTime).Select(h => h.ToWire()) },
        };
    }

    /// <inheritdoc/>
    public override async Task<ListDispositionsResponse> ListDispositions(ListDispositionsRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var query = db.List<DoseRow>().AtSites(nameof(DoseRow.SiteId), request.SiteId).IsIfAny(nameof(DoseRow.BatchId), request.BatchId).IsIfAny(nameof(DoseRow.OrderId), request.OrderId);
        if (request.State.ToStatus() is not QualityStatus.None and var state) query.Is(nameof(DoseRow.State), state);
        var (rows, next) = await pages.ReadAsync(request, query.By(nameof(DoseRow.ExpireTime), nameof(DoseRow.Id)), cancel);
        return new ListDispositionsResponse { Dispositions = { await WireAsync(rows, cancel) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task WatchDispositions(WatchDispositionsRequest request, IServerStreamWriter<WatchDispositionsResponse> responseStream, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        Dictionary<string, long> sent = new(StringComparer.Ordinal);
        DateTimeOffset? since = null;
        await foreach (var _ in signals.ChangesAsync(db.Service, cancel))
        {
            var query = db.List<DoseRow>().AtSites(nameof(DoseRow.SiteId), request.SiteId).IsIfAny(nameof(DoseRow.BatchId), request.BatchId).By(nameof(DoseRow.ChangedTime), nameof(DoseRow.Id));
            var now = db.Now;
            if (since is { } known) query.From(nameof(DoseRow.ChangedTime), known);
            else if (request.BatchId is "") query.After(nameof(DoseRow.ExpireTime), now); // what is past its expiry stands in lists, not on a board
            var rows = await query.ReadAsync(null, cancel);
            var fresh = rows.Where(d => sent.GetValueOrDefault(d.Id) < d.Version).ToList();
            var changed = await WireAsync(fresh, cancel);
            await responseStream.WriteAllAsync([.. changed.Select(disposition => new WatchDispositionsResponse { Disposition = disposition })], cancel);
            foreach (var disposition in changed) sent[disposition.DoseId] = disposition.Version;

            if (rows is [.., var newest]) since = newest.ChangedTime - LookBack;
            since ??= now - LookBack;
        }
    }

    /// <inheritdoc/>
    public override async Task<GetBatchReviewResponse> GetBatchReview(GetBatchReviewRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var batch = await db.BatchAsync(request.BatchId, cancel);
        var judge = await db.JudgeOfAsync(batch, cancel);
        var doses = await dispositions.DosesAsync(batch.Id, "", cancel);
        var undecided = doses.Where(d => d.State is not (QualityStatus.Released or QualityStatus.Rejected)).ToList();
        var release = await db.CaseAsync(batch, judge, undecided, cancel);
        var (holds, deviations) = await db.LoadAsync(db.HoldsOf(batch.Id), db.DeviationsOf(batch.Id), cancel);
        return new GetBatchReviewResponse
        {
            BatchId = batch.Id,
            BatchNumber = batch.BatchNumber,
            ProductCode = batch.ProductCode,
            RecordVersion = batch.RecordVersion,
            RecordHash = batch.RecordHash,
            ExceptionCount = (int)batch.ExceptionCount,
            SpecificationVersion = judge?.SpecVersion ?? 0,
            Dispositions = { doses.Select(d => d.ToWire(batch.BatchNumber)) },
            Holds = { holds.OrderBy(h => h.RaisedTime).Select(h => h.ToWire()) },
            DeviationIds = { deviations.OrderBy(d => d.OpenedTime).Select(d => d.Id) },
            Obstacles = { ReleaseRules.Refusals(release).Select(ObstacleOf) },
            PendingTestCodes = { (release.Tests ?? []).Where(t => t.By is NeededBy.AfterRelease && release.Results.All(r => r.TestCode != t.Code)).Select(t => t.Code) },
        };
    }

    /// <inheritdoc/>
    public override async Task<ListPendingTestsResponse> ListPendingTests(ListPendingTestsRequest request, ServerCallContext context)
    {
        var query = db.List<PendingTestRow>().AtSites(nameof(PendingTestRow.SiteId), request.SiteId).IsIfAny(nameof(PendingTestRow.BatchId), request.BatchId);
        if (request.OpenOnly) query.Is(nameof(PendingTestRow.ResultId), "");
        var (rows, next) = await pages.ReadAsync(request, query.By(nameof(PendingTestRow.DueTime), nameof(PendingTestRow.Id)), context.CancellationToken);
        return new ListPendingTestsResponse { PendingTests = { rows.Select(p => p.ToWire()) }, NextPageToken = next };
    }

    static ReleaseObstacle ObstacleOf(Refusal refusal) =>
        new() { DoseId = refusal.Numbers.GetValueOrDefault("dose_id", ""), Code = refusal.Code, Message = refusal.Message };

    async Task<List<DoseDisposition>> WireAsync(IReadOnlyList<DoseRow> doses, CancellationToken cancel)
    {
        var batches = await db.List<BatchRow>().Among(nameof(BatchRow.Id), doses.Select(d => d.BatchId)).ReadAsync(null, cancel);
        var numbers = batches.ToDictionary(b => b.Id, b => b.BatchNumber, StringComparer.Ordinal);
        return [.. doses.Select(d => d.ToWire(numbers.GetValueOrDefault(d.BatchId, "")))];
    }
}
