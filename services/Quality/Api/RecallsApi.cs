using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Platform.Rpc;
using Doseline.Quality.Data;
using Doseline.Quality.Domain;
using Doseline.Quality.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using RecalledState = Doseline.Quality.Domain.RecalledState;

namespace Doseline.Quality.Api;

/// <summary>Serves <see cref="RecallsService"/>.</summary>
public sealed class RecallsApi(QualityDb db, Dispositions dispositions, Recalls recalls, Signer signer, OwnDoses own, PageTokens pages) : RecallsService.RecallsServiceBase
{
    // What a person can follow, and one save holds.
    const int DosesMax = 10_000;

    // Which of both ways to a dose a page ended on.
    const string OfBatch = "b";
    const string ByItself = "d";

    /// <inheritdoc/>
    public override async Task<OpenRecallResponse> OpenRecall(OpenRecallRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        List<Refusal> refusals = [];
        refusals.RequireText(request.Reason, "reason", 1000);
        refusals.RequireText(request.ReferenceId, "reference_id", 200);
        if (request.Scope is null) return await db.LockedAsync($"batch:{request.BatchId}", () => OpenAsync(request, refusals, cancel), cancel);

        if (request.BatchId.Length > 0) refusals.Add(Refusal.Invalid("batch_id", "BATCH_AND_SCOPE", "A recall is of a batch or of a scope."));
        refusals.AddRange(ScopeRefusals(request.Scope));
        if (request.Scope.SiteId is "") refusals.Add(Refusal.Invalid("scope.site_id", "SITE_REQUIRED", "A recall is of one site."));
        refusals.ThrowIfAny();
        db.Request.Caller.RequireSite(request.Scope.SiteId);
        return await OpenAsync(request, refusals, cancel);
    }

    async Task<OpenRecallResponse> OpenAsync(OpenRecallRequest request, List<Refusal> refusals, CancellationToken cancel)
    {
        var (siteId, doses) = request.Scope is { } scope ? (scope.SiteId, await InScopeAsync(request, refusals, cancel)) : await InBatchAsync(request, refusals, cancel);
        refusals.ThrowIfAny();
        if (!request.Exercise)
        {
            // A dose that stands under another hold gets this one too: it does not end with the other.
            foreach (var dose in doses.Where(d => d.State is not QualityStatus.Rejected))
                await dispositions.HoldAsync(dose.BatchId, dose.Id, HoldOrigin.Qa, request.ReferenceId, request.Reason, signer.Manifest(), cancel);
        }

        var (recall, lines) = recalls.Open(new RecallRow
        {
            Id = db.Ids.New(), SiteId = siteId, BatchId = request.BatchId, Scope = request.Scope is null ? "" : JsonFormatter.Default.Format(request.Scope), Exercise = request.Exercise,
            Reason = request.Reason, ReferenceId = request.ReferenceId, OpenedBy = db.Request.Caller.Name, OpenedTime = db.Now,
        }, doses);
        await db.SaveChangesAsync(cancel);
        var report = await ReportAsync(recall, lines, cancel);
        return await db.AnswerAsync(new OpenRecallResponse { Recall = report.Recall, Lines = { report.Lines } }, cancel);
    }

    async Task<(string SiteId, IReadOnlyList<DoseRow> Doses)> InBatchAsync(OpenRecallRequest request, List<Refusal> refusals, CancellationToken cancel)
    {
        var batch = await db.BatchAsync(request.BatchId, cancel);
        return (batch.SiteId, await db.ChosenAsync(batch, request.DoseIds, Enum.GetValues<QualityStatus>(), refusals, cancel));
    }

    async Task<IReadOnlyList<DoseRow>> InScopeAsync(OpenRecallRequest request, List<Refusal> refusals, CancellationToken cancel)
    {
        List<string> ids = [];
        var (byBatch, byDose) = db.InScope(request.Scope);
        foreach (var found in new[] { byBatch, byDose })
            ids.AddRange(await found.Where(d => d.SiteId == request.Scope.SiteId).Select(d => d.Id).Take(DosesMax + 1).ToListAsync(cancel));
        ids.Sort(StringComparer.Ordinal);
        if (request.DoseIds.Count > 0)
        {
            foreach (var stranger in request.DoseIds.Except(ids, StringComparer.Ordinal))
                refusals.Add(Refusal.Missing($"doses/{stranger}", "DOSE_NOT_IN_SCOPE", "The scope does not hold the dose.").With("dose_id", stranger));
            ids = [.. ids.Intersect(request.DoseIds, StringComparer.Ordinal)];
        }

        if (ids is []) refusals.Add(Refusal.State("scope", "NO_DOSE_CONCERNED", "The scope holds no dose."));
        if (ids.Count > DosesMax)
            refusals.Add(Refusal.State("scope", "RECALL_TOO_WIDE", $"A recall holds at most {DosesMax} doses; narrow its time span and open several.").With("doses_max", DosesMax));
        return refusals is [] ? await db.LoadAsync(db.Each<DoseRow>(ids), cancel) : [];
    }

    /// <inheritdoc/>
    public override async Task<TraceForwardResponse> TraceForward(TraceForwardRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var scope = request.Scope ?? new TraceScope();
        ScopeRefusals(scope).ThrowIfAny();
        if (scope.SiteId.Length > 0) db.Request.Caller.RequireSite(scope.SiteId);
        var sites = db.Request.Caller.Sites;
        IQueryable<DoseRow> Seen(IQueryable<DoseRow> doses) => scope.SiteId is { Length: > 0 } site ? doses.Where(d => d.SiteId == site)
            : sites.Contains(Caller.AllSites, StringComparer.Ordinal) ? doses : doses.Where(d => sites.Contains(d.SiteId));
        var (byBatch, byDose) = db.InScope(scope);
        (byBatch, byDose) = (Seen(byBatch), Seen(byDose));

        TraceForwardResponse response = new();
        var after = pages.Read(request);
        if (after is null) await CountAsync(response, [byBatch, byDose], cancel);
        var size = PageTokens.SizeOf(request.PageSize);
        List<DoseRow> rows = [];
        if (after is not [ByItself, ..])
        {
            if (after is [_, var batch, var dose]) byBatch = byBatch.Where(d => string.Compare(d.BatchId, batch) > 0 || (d.BatchId == batch && string.Compare(d.Id, dose) > 0));
            rows = await byBatch.OrderBy(d => d.BatchId).ThenBy(d => d.Id).Take(size + 1).ToListAsync(cancel);
        }

        var found = rows.Count;
        if (found <= size)
        {
            if (after is [ByItself, _, var last]) byDose = byDose.Where(d => string.Compare(d.Id, last) > 0);
            rows.AddRange(await byDose.OrderBy(d => d.Id).Take(size + 1 - found).ToListAsync(cancel));
        }

        var analyses = await AnalysesAsync([.. rows.Take(size).Select(d => d.Id)], cancel);
        response.Lines.AddRange(rows.Take(size).Select(d => new RecallDoseRow { RecallId = "", DoseId = d.Id }.ToWire(d, analyses.GetValueOrDefault(d.Id, ""))));
        if (rows.Count > size) response.NextPageToken = pages.Write(request, found < size ? ByItself : OfBatch, rows[size - 1].BatchId, rows[size - 1].Id);
        return response;
    }

    static async Task CountAsync(TraceForwardResponse response, IReadOnlyList<IQueryable<DoseRow>> parts, CancellationToken cancel)
    {
        Dictionary<RecalledState, long> counted = [];
        foreach (var part in parts)
        {
            var counts = await part.Select(d => new { Shipped = d.ShipTime != null, Delivered = d.DeliverTime != null, Lost = d.LostCause != "" }).Take(DosesMax + 1)
                .GroupBy(d => d).Select(g => new { g.Key, Doses = g.LongCount() }).ToListAsync(cancel);
            foreach (var count in counts)
            {
                var state = RecallRules.StateOf(new Domain.RecalledDose("", count.Key.Shipped, count.Key.Delivered, count.Key.Lost, null));
                counted[state] = counted.GetValueOrDefault(state) + count.Doses;
            }
        }

        response.Counts.AddRange(counted.OrderBy(c => c.Key).Select(c => new TraceCount { State = (V1.RecalledState)(int)c.Key, Doses = c.Value }));
        response.CountsCapped = counted.Values.Sum() > DosesMax;
    }

    /// <inheritdoc/>
    public override async Task<AnswerRecallResponse> AnswerRecall(AnswerRecallRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var dose = await own.FindAsync(request.DoseId, cancel);
        var (recall, line) = await db.LoadAsync(db.One<RecallRow>(request.RecallId), db.One<RecallDoseRow>(request.RecallId, request.DoseId), cancel);
        if (recall is null) throw Missing(request.RecallId);
        RecalledState? answer = request.State is V1.RecalledState.Unspecified ? null : (RecalledState)(int)request.State;
        RecallRules.Answer(line?.ToDomain(dose), request.DoseId, answer, request.Remark, recall.ClosedTime is not null).ThrowIfAny();

        (line!.Answer, line.Remark) = (answer.ToString()!, request.Remark);
        (line.AnsweredBy, line.AnsweredTime) = (db.Request.Caller.Name, db.Now);
        return await db.AnswerAsync(new AnswerRecallResponse { Line = await LineAsync(line, dose, cancel) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<CloseRecallResponse> CloseRecall(CloseRecallRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var recall = await FindAsync(request.RecallId, cancel);
        var lines = await db.LoadAsync(db.LinesOf(recall.Id), cancel);
        var doses = await DosesAsync(lines, cancel);
        List<Refusal> refusals = [];
        refusals.RequireText(request.Conclusion, "conclusion", 4000);
        if (recall.Version != request.Version) refusals.Add(Refusal.Stale($"recalls/{recall.Id}", request.Version, recall.Version));
        refusals.AddRange(RecallRules.Close(recall.Id, recall.ClosedTime is not null, recall.Exercise ? [] : lines.Select(l => l.ToDomain(doses.GetValueOrDefault(l.DoseId)))));
        refusals.ThrowIfAny();

        (recall.Conclusion, recall.ClosedTime, recall.Closure) = (request.Conclusion, db.Now, JsonFormatter.Default.Format(signer.Manifest()));
        if (!recall.Exercise) db.Publish(recall.Id, new RecallClosed { RecallId = recall.Id, OrderIds = { doses.Values.Select(d => d.OrderId) } });
        await db.SaveChangesAsync(cancel);
        return await db.AnswerAsync(new CloseRecallResponse { Recall = (await ReportAsync(recall, lines, cancel)).Recall }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<GetRecallResponse> GetRecall(GetRecallRequest request, ServerCallContext context)
    {
        var recall = await FindAsync(request.RecallId, context.CancellationToken);
        var lines = await db.LoadAsync(db.LinesOf(recall.Id), context.CancellationToken);
        return await ReportAsync(recall, lines, context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<ListRecallsResponse> ListRecalls(ListRecallsRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var query = db.List<RecallRow>().AtSites(nameof(RecallRow.SiteId), "").ByLast(nameof(RecallRow.OpenedTime), nameof(RecallRow.Id));
        if (request.OpenOnly) query.IsNull(nameof(RecallRow.ClosedTime));
        var (rows, next) = await pages.ReadAsync(request, query, cancel);
        ListRecallsResponse response = new() { NextPageToken = next };
        foreach (var row in rows) response.Recalls.Add((await ReportAsync(row, await db.LoadAsync(db.LinesOf(row.Id), cancel), cancel)).Recall);
        return response;
    }

    async Task<RecallRow> FindAsync(string id, CancellationToken cancel)
    {
        var recall = await db.LoadAsync<RecallRow>(cancel, id) ?? throw Missing(id);
        db.Request.Caller.RequireSite(recall.SiteId);
        return recall;
    }

    static RefusedException Missing(string id) => new(Refusal.Missing($"recalls/{id}", "RECALL_UNKNOWN", $"There is no recall {id}.").With("recall_id", id));

    async Task<Dictionary<string, DoseRow>> DosesAsync(IReadOnlyList<RecallDoseRow> lines, CancellationToken cancel) =>
        (await db.LoadAsync(db.Each<DoseRow>(lines.Select(l => l.DoseId)), cancel)).ToDictionary(d => d.Id, StringComparer.Ordinal);

    async Task<RecallLine> LineAsync(RecallDoseRow line, DoseRow dose, CancellationToken cancel) =>
        line.ToWire(dose, (await AnalysesAsync([dose.Id], cancel)).GetValueOrDefault(dose.Id, ""));

    // The latest certificate of analysis of each dose; without the documents themselves.
    async Task<Dictionary<string, string>> AnalysesAsync(List<string> doseIds, CancellationToken cancel) =>
        (await db.Analyses.AsNoTracking().Where(a => doseIds.Contains(a.DoseId)).Select(a => new { a.DoseId, a.AnalysisVersion, a.Id }).ToListAsync(cancel))
            .GroupBy(a => a.DoseId, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.MaxBy(a => a.AnalysisVersion)!.Id, StringComparer.Ordinal);

    static List<Refusal> ScopeRefusals(TraceScope scope)
    {
        List<Refusal> refusals = [];
        if (scope.Kind is TraceKind.Unspecified && scope.FromTime is null)
            refusals.Add(Refusal.Invalid("scope", "SCOPE_REQUIRED", "A scope names a thing, or when synthesis ended."));
        if (scope.Kind is TraceKind.Unspecified == scope.ThingId.Length > 0)
            refusals.Add(Refusal.Invalid("scope.thing_id", "THING_AND_KIND", "A thing has a kind, and a kind a thing."));
        if (scope is { FromTime: { } from, ToTime: { } to } && from.ToDateTimeOffset() >= to.ToDateTimeOffset())
            refusals.Add(Refusal.Invalid("scope.to_time", "SPAN_EMPTY", "A time span ends after it begins.").With("from_time", from.ToDateTimeOffset()).With("to_time", to.ToDateTimeOffset()));
        return refusals;
    }

    async Task<GetRecallResponse> ReportAsync(RecallRow recall, IReadOnlyList<RecallDoseRow> lines, CancellationToken cancel)
    {
        var doses = await DosesAsync(lines, cancel);
        var analyses = await AnalysesAsync([.. doses.Keys], cancel);
        var states = lines.Select(l => l.ToDomain(doses.GetValueOrDefault(l.DoseId))).ToList();
        var unanswered = states.Count(RecallRules.IsUnanswered);
        return new GetRecallResponse
        {
            Recall = recall.ToWire(lines, unanswered),
            Lines = { lines.Where(l => doses.ContainsKey(l.DoseId)).Select(l => l.ToWire(doses[l.DoseId], analyses.GetValueOrDefault(l.DoseId, ""))) },
        };
    }
}
