using System.Globalization;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Platform.Rpc;
using Doseline.Quality.Data;
using Doseline.Quality.Domain;
using Doseline.Quality.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

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
        var query = Visible(request.SiteId);
        if (request.BatchId is { Length: > 0 } batch) query = query.Where(d => d.BatchId == batch);
        if (request.OrderId is { Length: > 0 } order) query = query.Where(d => d.OrderId == order);
        if (Words.Of(request.State) is { } state) query = query.Where(d => d.State == state);
        if (pages.Read(request) is [var ticks, var last])
        {
            var from = new DateTimeOffset(long.Parse(ticks, CultureInfo.InvariantCulture), TimeSpan.Zero);
            query = query.Where(d => d.ExpireTime > from || (d.ExpireTime == from && d.Id.CompareTo(last) > 0));
        }

        var size = PageTokens.SizeOf(request.PageSize);
        var rows = await query.OrderBy(d => d.ExpireTime).ThenBy(d => d.Id).Take(size + 1).ToListAsync(cancel);
        ListDispositionsResponse response = new();
        response.Dispositions.AddRange(await WireAsync([.. rows.Take(size)], cancel));
        if (rows.Count > size && rows[size - 1] is var end)
            response.NextPageToken = pages.Write(request, end.ExpireTime.UtcTicks.ToString(CultureInfo.InvariantCulture), end.Id);
        return response;
    }

    /// <inheritdoc/>
    public override async Task WatchDispositions(WatchDispositionsRequest request, IServerStreamWriter<WatchDispositionsResponse> responseStream, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        Dictionary<string, long> sent = new(StringComparer.Ordinal);
        DateTimeOffset? since = null;
        await foreach (var _ in signals.ChangesAsync(db.Service, cancel))
        {
            var query = Visible(request.SiteId);
            var now = db.Now;
            if (request.BatchId is { Length: > 0 } batch) query = query.Where(d => d.BatchId == batch);
            else if (since is null) query = query.Where(d => d.ExpireTime > now); // what is past its expiry stands in lists, not on a board
            if (since is { } known) query = query.Where(d => d.ChangedTime >= known);
            var rows = await query.OrderBy(d => d.ChangedTime).ThenBy(d => d.Id).ToListAsync(cancel);
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
        var undecided = doses.Where(d => d.State is not (DispositionState.Released or DispositionState.Rejected)).ToList();
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
        var sites = db.Request.Caller.Sites;
        var query = db.PendingTests.AsNoTracking();
        if (request.SiteId is { Length: > 0 } site) query = query.Where(p => p.SiteId == site);
        else if (!sites.Contains(Caller.AllSites, StringComparer.Ordinal)) query = query.Where(p => sites.Contains(p.SiteId));
        if (request.BatchId is { Length: > 0 } batch) query = query.Where(p => p.BatchId == batch);
        if (request.OpenOnly) query = query.Where(p => p.ResultId == "");
        if (pages.Read(request) is [var ticks, var last])
        {
            var from = new DateTimeOffset(long.Parse(ticks, CultureInfo.InvariantCulture), TimeSpan.Zero);
            query = query.Where(p => p.DueTime > from || (p.DueTime == from && string.Compare(p.Id, last) > 0));
        }

        var size = PageTokens.SizeOf(request.PageSize);
        var rows = await query.OrderBy(p => p.DueTime).ThenBy(p => p.Id).Take(size + 1).ToListAsync(context.CancellationToken);
        ListPendingTestsResponse response = new() { PendingTests = { rows.Take(size).Select(p => p.ToWire()) } };
        if (rows.Count > size && rows[size - 1] is var end)
            response.NextPageToken = pages.Write(request, end.DueTime.UtcTicks.ToString(CultureInfo.InvariantCulture), end.Id);
        return response;
    }

    static ReleaseObstacle ObstacleOf(Refusal refusal) =>
        new() { DoseId = refusal.Numbers.GetValueOrDefault("dose_id", ""), Code = refusal.Code, Message = refusal.Message };

    IQueryable<DoseRow> Visible(string site)
    {
        var sites = db.Request.Caller.Sites;
        var query = db.Doses.AsNoTracking();
        if (site.Length > 0) return query.Where(d => d.SiteId == site);
        return sites.Contains(Caller.AllSites, StringComparer.Ordinal) ? query : query.Where(d => sites.Contains(d.SiteId));
    }

    async Task<List<DoseDisposition>> WireAsync(IReadOnlyList<DoseRow> doses, CancellationToken cancel)
    {
        var ids = doses.Select(d => d.BatchId).Distinct(StringComparer.Ordinal).ToList();
        var numbers = await db.Batches.AsNoTracking().Where(b => ids.Contains(b.Id)).ToDictionaryAsync(b => b.Id, b => b.BatchNumber, StringComparer.Ordinal, cancel);
        return [.. doses.Select(d => d.ToWire(numbers.GetValueOrDefault(d.BatchId, "")))];
    }
}
