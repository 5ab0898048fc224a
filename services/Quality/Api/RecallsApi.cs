using System.Globalization;
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
    /// <inheritdoc/>
    public override Task<OpenRecallResponse> OpenRecall(OpenRecallRequest request, ServerCallContext context) =>
        db.LockedAsync($"batch:{request.BatchId}", async () =>
        {
            var cancel = context.CancellationToken;
            var batch = await db.BatchAsync(request.BatchId, cancel);
            List<Refusal> refusals = [];
            refusals.RequireText(request.Reason, "reason", 1000);
            refusals.RequireText(request.ReferenceId, "reference_id", 200);
            var doses = await db.ChosenAsync(batch, request.DoseIds, Enum.GetValues<DispositionState>(), refusals, cancel);
            refusals.ThrowIfAny();

            if (!request.Exercise)
            {
                // A dose that stands under another hold gets this one too: it does not end with the other.
                foreach (var dose in doses.Where(d => d.State is not DispositionState.Rejected))
                    await dispositions.HoldAsync(batch.Id, dose.Id, HoldOrigin.Qa, request.ReferenceId, request.Reason, signer.Manifest(), cancel);
            }

            var (recall, lines) = recalls.Open(db.Ids.New(), batch, doses, request.Reason, request.ReferenceId, request.Exercise);
            await db.SaveChangesAsync(cancel);
            var report = await ReportAsync(recall, lines, cancel);
            return await db.AnswerAsync(new OpenRecallResponse { Recall = report.Recall, Lines = { report.Lines } }, cancel);
        }, context.CancellationToken);

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
        var sites = db.Request.Caller.Sites;
        var query = db.Recalls.AsNoTracking();
        if (!sites.Contains(Caller.AllSites, StringComparer.Ordinal)) query = query.Where(r => sites.Contains(r.SiteId));
        if (request.OpenOnly) query = query.Where(r => r.ClosedTime == null);
        if (pages.Read(request) is [var ticks, var last])
        {
            var from = new DateTimeOffset(long.Parse(ticks, CultureInfo.InvariantCulture), TimeSpan.Zero);
            query = query.Where(r => r.OpenedTime < from || (r.OpenedTime == from && string.Compare(r.Id, last) > 0));
        }

        var size = PageTokens.SizeOf(request.PageSize);
        var rows = await query.OrderByDescending(r => r.OpenedTime).ThenBy(r => r.Id).Take(size + 1).ToListAsync(cancel);
        ListRecallsResponse response = new();
        foreach (var row in rows.Take(size)) response.Recalls.Add((await ReportAsync(row, await db.LoadAsync(db.LinesOf(row.Id), cancel), cancel)).Recall);
        if (rows.Count > size && rows[size - 1] is var end)
            response.NextPageToken = pages.Write(request, end.OpenedTime.UtcTicks.ToString(CultureInfo.InvariantCulture), end.Id);
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
        line.ToWire(dose, (await db.LoadAsync(db.All<AnalysisRow>(nameof(AnalysisRow.DoseId), dose.Id), cancel)).MaxBy(a => a.AnalysisVersion)?.Id ?? "");

    async Task<GetRecallResponse> ReportAsync(RecallRow recall, IReadOnlyList<RecallDoseRow> lines, CancellationToken cancel)
    {
        var doses = await DosesAsync(lines, cancel);
        var analyses = (await db.LoadAsync(db.All<AnalysisRow>(nameof(AnalysisRow.DoseId), doses.Keys), cancel))
            .GroupBy(a => a.DoseId, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.MaxBy(a => a.AnalysisVersion)!.Id, StringComparer.Ordinal);
        var states = lines.Select(l => l.ToDomain(doses.GetValueOrDefault(l.DoseId))).ToList();
        var unanswered = states.Count(RecallRules.IsUnanswered);
        return new GetRecallResponse
        {
            Recall = recall.ToWire(lines, unanswered),
            Lines = { lines.Where(l => doses.ContainsKey(l.DoseId)).Select(l => l.ToWire(doses[l.DoseId], analyses.GetValueOrDefault(l.DoseId, ""))) },
        };
    }
}
