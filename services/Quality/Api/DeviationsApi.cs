using System.Globalization;
using System.Text.RegularExpressions;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Doseline.Quality.Data;
using Doseline.Quality.Domain;
using Doseline.Quality.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Quality.Api;

/// <summary>Serves <see cref="DeviationsService"/>.</summary>
public sealed partial class DeviationsApi(QualityDb db, Dispositions dispositions, Capas capas, Signer signer, PageTokens pages) : DeviationsService.DeviationsServiceBase
{
    /// <inheritdoc/>
    public override Task<OpenDeviationResponse> OpenDeviation(OpenDeviationRequest request, ServerCallContext context) =>
        db.LockedAsync($"batch:{request.BatchId}", async () =>
        {
            var cancel = context.CancellationToken;
            var batch = await db.BatchAsync(request.BatchId, cancel);
            List<Refusal> refusals = [];
            refusals.RequireText(request.Summary, "summary", 2000);
            if (!Code().IsMatch(request.Code))
                refusals.Add(Refusal.Invalid("code", "CODE_MALFORMED", "A code is UPPER_SNAKE_CASE with at most 63 characters.").With("code", request.Code));
            if (request.DoseId.Length > 0 && (await db.LoadAsync<DoseRow>(cancel, request.DoseId))?.BatchId != batch.Id)
                refusals.Add(Refusal.Missing($"doses/{request.DoseId}", "DOSE_NOT_IN_BATCH", $"Batch {batch.Id} has no dose {request.DoseId}.").With("dose_id", request.DoseId));
            refusals.ThrowIfAny();

            var deviation = await dispositions.OpenAsync(
                db.Ids.New(), batch.Id, request.DoseId, DeviationOrigin.Person, request.SourceId, request.Code, request.Summary, cancel);
            OpenDeviationResponse response = new() { Deviation = ToWire(deviation) };
            response.Deviation.Version = 1;
            return await db.AnswerAsync(response, cancel);
        }, context.CancellationToken);

    /// <inheritdoc/>
    public override async Task<CloseDeviationResponse> CloseDeviation(CloseDeviationRequest request, ServerCallContext context)
    {
        var deviation = await FindAsync(request.DeviationId, context.CancellationToken);
        return await db.LockedAsync($"batch:{deviation.BatchId}", async () =>
        {
            var cancel = context.CancellationToken;
            var batch = await db.BatchAsync(deviation.BatchId, cancel);
            List<Refusal> refusals = [];
            if (deviation.Version != request.Version) refusals.Add(Refusal.Stale($"deviations/{deviation.Id}", request.Version, deviation.Version));
            if (deviation.Conclusion is not Conclusion.Open)
                refusals.Add(Refusal.State($"deviations/{deviation.Id}", "DEVIATION_CLOSED", "The deviation is closed.").With("conclusion", deviation.Conclusion));
            if (request.Conclusion is not (DeviationConclusion.MayContinue or DeviationConclusion.Reject))
                refusals.Add(Refusal.Invalid("conclusion", "CONCLUSION_REQUIRED", "A deviation is concluded with MAY_CONTINUE or REJECT."));
            refusals.RequireText(request.RootCause, "root_cause", 4000);
            foreach (var investigation in (await db.LoadAsync(db.InvestigationsOf(deviation.BatchId), cancel)).Where(i => i.DeviationId == deviation.Id && i.Conclusion is OosConclusion.Open))
            {
                refusals.Add(Refusal.State($"deviations/{deviation.Id}", "INVESTIGATION_OPEN", "The result out of specification is under investigation; conclude that first.")
                    .With("investigation_id", investigation.Id));
            }

            var capa = request.CapaReference is "" ? null : await capas.FindAsync(request.CapaReference, cancel);
            if (capa is not null) refusals.AddRange(CapaRules.Link(capa.ToDomain(), capa.SiteId == batch.SiteId, deviation.Id, deviation.CapaReference, capa.CapaReference));
            else if (request.CapaReference is not "")
                refusals.Add(Refusal.Missing("capa_reference", "CAPA_UNKNOWN", $"There is no action {request.CapaReference}; open it first.").With("capa_reference", request.CapaReference));
            refusals.ThrowIfAny();

            var signature = signer.Manifest();
            var mayContinue = request.Conclusion is DeviationConclusion.MayContinue;
            deviation.Conclusion = mayContinue ? Conclusion.MayContinue : Conclusion.Reject;
            deviation.RootCause = request.RootCause;
            if (capa is not null) deviation.CapaReference = capa.CapaReference;
            deviation.Closure = JsonFormatter.Default.Format(signature);
            db.Publish(deviation.Id, new DeviationClosed { DeviationId = deviation.Id, BatchId = deviation.BatchId, MayContinue = mayContinue, CapaReference = deviation.CapaReference });
            var own = (await db.LoadAsync(db.HoldsOf(deviation.BatchId), cancel)).Find(h => h.ReferenceId == deviation.Id && h is { Origin: HoldOrigin.Deviation, LiftedTime: null });
            if (mayContinue && own is { } hold)
                await dispositions.LiftAsync(hold, request.RootCause, signature, cancel);
            CloseDeviationResponse response = new() { Deviation = ToWire(deviation) };
            response.Deviation.Version = deviation.Version + 1;
            return await db.AnswerAsync(response, cancel);
        }, context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<GetDeviationResponse> GetDeviation(GetDeviationRequest request, ServerCallContext context)
    {
        var deviation = await FindAsync(request.DeviationId, context.CancellationToken);
        if (await db.LoadAsync<BatchRow>(context.CancellationToken, deviation.BatchId) is { } batch)
            db.Request.Caller.RequireSite(batch.SiteId);
        return new GetDeviationResponse { Deviation = ToWire(deviation) };
    }

    /// <inheritdoc/>
    public override async Task<ListDeviationsResponse> ListDeviations(ListDeviationsRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var query = db.Deviations.AsNoTracking();
        var sites = db.Request.Caller.Sites;
        if (!sites.Contains(Platform.Auth.Caller.AllSites, StringComparer.Ordinal)) query = query.Where(d => db.Batches.Any(b => b.Id == d.BatchId && sites.Contains(b.SiteId)));
        if (request.BatchId is { Length: > 0 } batch) query = query.Where(d => d.BatchId == batch);
        if (request.DoseId is { Length: > 0 } dose)
            query = query.Where(d => d.DoseId == dose || (d.DoseId == "" && db.Doses.Any(x => x.Id == dose && x.BatchId == d.BatchId)));
        if (request.OpenOnly) query = query.Where(d => d.Conclusion == Conclusion.Open);
        if (pages.Read(request) is [var ticks, var last])
        {
            var from = new DateTimeOffset(long.Parse(ticks, CultureInfo.InvariantCulture), TimeSpan.Zero);
            query = query.Where(d => d.OpenedTime > from || (d.OpenedTime == from && string.Compare(d.Id, last) > 0));
        }

        var size = PageTokens.SizeOf(request.PageSize);
        var rows = await query.OrderBy(d => d.OpenedTime).ThenBy(d => d.Id).Take(size + 1).ToListAsync(cancel);
        ListDeviationsResponse response = new() { Deviations = { rows.Take(size).Select(ToWire) } };
        if (rows.Count > size && rows[size - 1] is var end)
            response.NextPageToken = pages.Write(request, end.OpenedTime.UtcTicks.ToString(CultureInfo.InvariantCulture), end.Id);
        return response;
    }

    async Task<DeviationRow> FindAsync(string id, CancellationToken cancel) =>
        await db.LoadAsync<DeviationRow>(cancel, id)
            ?? throw new RefusedException(Refusal.Missing($"deviations/{id}", "DEVIATION_UNKNOWN", $"There is no deviation {id}.").With("deviation_id", id));

    static Deviation ToWire(DeviationRow row) => new()
    {
        DeviationId = row.Id,
        BatchId = row.BatchId,
        DoseId = row.DoseId,
        Source = row.Origin switch
        {
            DeviationOrigin.Result => DeviationSource.Result,
            DeviationOrigin.Execution => DeviationSource.Execution,
            DeviationOrigin.Person => DeviationSource.Person,
            DeviationOrigin.Record => DeviationSource.Record,
            DeviationOrigin.Clock => DeviationSource.Clock,
            DeviationOrigin.Shipping => DeviationSource.Shipping,
            _ => throw new ArgumentOutOfRangeException(nameof(row), row.Origin, "No such origin."),
        },
        SourceId = row.SourceId,
        Code = row.Code,
        Summary = row.Summary,
        OpenedBy = row.OpenedBy,
        OpenTime = Timestamp.FromDateTimeOffset(row.OpenedTime),
        Conclusion = row.Conclusion switch
        {
            Conclusion.MayContinue => DeviationConclusion.MayContinue,
            Conclusion.Reject => DeviationConclusion.Reject,
            _ => DeviationConclusion.Unspecified,
        },
        RootCause = row.RootCause,
        CapaReference = row.CapaReference,
        Closure = Words.Signature(row.Closure),
        Version = row.Version,
    };

    [GeneratedRegex("^[A-Z][A-Z0-9_]{0,62}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();
}
