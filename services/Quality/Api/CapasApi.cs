using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Doseline.Quality.Data;
using Doseline.Quality.Domain;
using Doseline.Quality.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using CapaState = Doseline.Quality.Domain.CapaState;

namespace Doseline.Quality.Api;

/// <summary>Serves <see cref="CapasService"/>.</summary>
public sealed class CapasApi(QualityDb db, Capas capas, Signer signer, PageTokens pages) : CapasService.CapasServiceBase
{
    const int DeviationsMax = 100;

    /// <inheritdoc/>
    public override Task<OpenCapaResponse> OpenCapa(OpenCapaRequest request, ServerCallContext context) =>
        db.LockedAsync($"capa:{request.CapaReference}", async () =>
        {
            var cancel = context.CancellationToken;
            List<Refusal> refusals = [];
            refusals.RequireText(request.CapaReference, "capa_reference", 64);
            refusals.RequireText(request.SiteId, "site_id");
            refusals.RequireText(request.Action, "action", 4000);
            refusals.RequireText(request.EffectivenessCriterion, "effectiveness_criterion", 2000);
            RequireOwner(request.OwnerId, request.OwnerName, refusals);
            var (due, checkDue) = Dates(request.DueTime, request.EffectivenessDueTime, refusals);
            if (request.DeviationIds.Count > DeviationsMax)
            {
                refusals.Add(Refusal.Invalid("deviation_ids", "TOO_MANY_DEVIATIONS", $"At most {DeviationsMax} deviations at a time; link further ones afterwards.")
                    .With("given", request.DeviationIds.Count).With("maximum", DeviationsMax));
            }

            refusals.ThrowIfAny();
            if (await capas.FindAsync(request.CapaReference, cancel) is { } taken)
                refusals.Add(Refusal.State($"capas/{taken.Id}", "CAPA_REFERENCE_TAKEN", $"{request.CapaReference} is another action.").With("capa_id", taken.Id));
            refusals.ThrowIfAny();

            var row = db.Put(new CapaRow
            {
                Id = db.Ids.New(), CapaReference = request.CapaReference, SiteId = request.SiteId, Action = request.Action, OwnerId = request.OwnerId, OwnerName = request.OwnerName, DueTime = due,
                EffectivenessCriterion = request.EffectivenessCriterion, EffectivenessDueTime = checkDue, OpenedBy = db.Request.Caller.Name, OpenedTime = db.Now,
            });
            await LinkAsync(row, request.DeviationIds, refusals, cancel);
            refusals.ThrowIfAny();
            return await db.AnswerAsync(new OpenCapaResponse { Capa = row.ToWire([], request.DeviationIds.Distinct(StringComparer.Ordinal), 1) }, cancel);
        }, context.CancellationToken);

    /// <inheritdoc/>
    public override async Task<LinkDeviationResponse> LinkDeviation(LinkDeviationRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var row = await FindAsync(request.CapaId, cancel);
        List<Refusal> refusals = [];
        var (checks, deviations) = await PartsAsync(row, cancel);
        await LinkAsync(row, [request.DeviationId], refusals, cancel);
        refusals.ThrowIfAny();
        return await db.AnswerAsync(new LinkDeviationResponse { Capa = row.ToWire(checks, deviations.Union([request.DeviationId], StringComparer.Ordinal)) }, cancel);
    }

    /// <inheritdoc/>
    public override Task<CompleteCapaResponse> CompleteCapa(CompleteCapaRequest request, ServerCallContext context) =>
        ChangeAsync(request.CapaId, request.Version, (row, _, refusals) =>
        {
            refusals.RequireText(request.Text, "text", 4000);
            refusals.AddRange(CapaRules.Complete(row.ToDomain(), db.Request.Caller.Subject));
            return () => (row.State, row.DoneText, row.DoneTime, row.OverdueTime) = (CapaState.Done, request.Text, db.Now, null);
        }, sent => new CompleteCapaResponse { Capa = sent }, context);

    /// <inheritdoc/>
    public override Task<ReplanCapaResponse> ReplanCapa(ReplanCapaRequest request, ServerCallContext context) =>
        ChangeAsync(request.CapaId, request.Version, (row, _, refusals) =>
        {
            refusals.RequireText(request.Reason, "reason", 2000);
            RequireOwner(request.OwnerId, request.OwnerName, refusals);
            var (due, checkDue) = Dates(request.DueTime, request.EffectivenessDueTime, refusals);
            refusals.AddRange(CapaRules.Replan(row.ToDomain(), request.OwnerId));
            return () =>
            {
                (row.OwnerId, row.OwnerName, row.ReplanReason) = (request.OwnerId, request.OwnerName, request.Reason);
                (row.DueTime, row.EffectivenessDueTime, row.OverdueTime) = (due, checkDue, null);
            };
        }, sent => new ReplanCapaResponse { Capa = sent }, context);

    /// <inheritdoc/>
    public override Task<CheckEffectivenessResponse> CheckEffectiveness(CheckEffectivenessRequest request, ServerCallContext context) =>
        ChangeAsync(request.CapaId, request.Version, (row, checks, refusals) =>
        {
            refusals.RequireText(request.Finding, "finding", 4000);
            refusals.AddRange(CapaRules.Check(row.ToDomain(), db.Request.Caller.Subject));
            var (due, checkDue) = request.Effective ? (row.DueTime, row.EffectivenessDueTime) : Dates(request.DueTime, request.EffectivenessDueTime, refusals);
            return () =>
            {
                checks.Add(db.Put(new CapaCheckRow
                {
                    CapaId = row.Id, Number = checks.Count + 1, Effective = request.Effective, Finding = request.Finding, CheckedBy = db.Request.Caller.Name,
                    CheckedId = db.Request.Caller.Subject, CheckedTime = db.Now,
                }));
                (row.State, row.OverdueTime) = (request.Effective ? CapaState.Effective : CapaState.Open, null);
                (row.DueTime, row.EffectivenessDueTime) = (due, checkDue);
            };
        }, sent => new CheckEffectivenessResponse { Capa = sent }, context);

    /// <inheritdoc/>
    public override Task<CloseCapaResponse> CloseCapa(CloseCapaRequest request, ServerCallContext context) =>
        ChangeAsync(request.CapaId, request.Version, (row, _, refusals) =>
        {
            refusals.AddRange(CapaRules.Close(row.ToDomain(), db.Request.Caller.Subject));
            return () => (row.State, row.Closure) = (CapaState.Closed, JsonFormatter.Default.Format(signer.Manifest()));
        }, sent => new CloseCapaResponse { Capa = sent }, context);

    /// <inheritdoc/>
    public override async Task<GetCapaResponse> GetCapa(GetCapaRequest request, ServerCallContext context)
    {
        var row = await FindAsync(request.CapaId, context.CancellationToken);
        var (checks, deviations) = await PartsAsync(row, context.CancellationToken);
        return new GetCapaResponse { Capa = row.ToWire(checks, deviations) };
    }

    /// <inheritdoc/>
    public override async Task<ListCapasResponse> ListCapas(ListCapasRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var query = db.List<CapaRow>().AtSites(nameof(CapaRow.SiteId), request.SiteId).IsIfAny(nameof(CapaRow.CapaReference), request.CapaReference);
        if (request.OpenOnly) query.IsNot(nameof(CapaRow.State), CapaState.Closed);
        if (request.OverdueOnly) query.IsNotNull(nameof(CapaRow.OverdueTime));
        var (rows, next) = await pages.ReadAsync(request, query.By(nameof(CapaRow.DueTime), nameof(CapaRow.Id)), cancel);
        var (checks, deviations) = await db.LoadAsync(
            db.All<CapaCheckRow>(nameof(CapaCheckRow.CapaId), rows.Select(r => r.Id)), db.All<DeviationRow>(nameof(DeviationRow.CapaReference), rows.Select(r => r.CapaReference)), cancel);
        return new ListCapasResponse
        {
            Capas = { rows.Select(r => r.ToWire(checks.Where(c => c.CapaId == r.Id), deviations.Where(d => d.CapaReference == r.CapaReference).Select(d => d.Id))) }, NextPageToken = next,
        };
    }

    async Task<TResponse> ChangeAsync<TResponse>(
        string id, long version, Func<CapaRow, List<CapaCheckRow>, List<Refusal>, Action> decide, Func<V1.Capa, TResponse> answer, ServerCallContext context) where TResponse : IMessage
    {
        var cancel = context.CancellationToken;
        var row = await FindAsync(id, cancel);
        List<Refusal> refusals = [];
        if (row.Version != version) refusals.Add(Refusal.Stale($"capas/{row.Id}", version, row.Version));
        var (checks, deviations) = await PartsAsync(row, cancel);
        var apply = decide(row, checks, refusals);
        refusals.ThrowIfAny();
        apply();
        return await db.AnswerAsync(answer(row.ToWire(checks, deviations, row.Version + 1)), cancel);
    }

    async Task LinkAsync(CapaRow row, IEnumerable<string> deviationIds, List<Refusal> refusals, CancellationToken cancel)
    {
        List<string> ids = [.. deviationIds.Distinct(StringComparer.Ordinal)];
        var deviations = (await db.LoadAsync(db.Each<DeviationRow>(ids), cancel)).ToDictionary(d => d.Id, StringComparer.Ordinal);
        var sites = (await db.LoadAsync(db.Each<BatchRow>(deviations.Values.Select(d => d.BatchId)), cancel)).ToDictionary(b => b.Id, b => b.SiteId, StringComparer.Ordinal);
        foreach (var id in ids)
        {
            if (deviations.GetValueOrDefault(id) is not { } deviation || !sites.TryGetValue(deviation.BatchId, out var site))
            {
                refusals.Add(Refusal.Missing($"deviations/{id}", "DEVIATION_UNKNOWN", $"There is no deviation {id}.").With("deviation_id", id));
                continue;
            }

            var against = CapaRules.Link(row.ToDomain(), site == row.SiteId, deviation.Id, deviation.CapaReference, row.CapaReference);
            refusals.AddRange(against);
            if (against is []) capas.Link(row, deviation);
        }
    }

    static void RequireOwner(string id, string name, List<Refusal> refusals)
    {
        refusals.RequireText(id, "owner_id");
        refusals.RequireText(name, "owner_name");
    }

    (DateTimeOffset Due, DateTimeOffset CheckDue) Dates(Timestamp? sentDue, Timestamp? sentCheckDue, List<Refusal> refusals)
    {
        var before = refusals.Count;
        var due = sentDue.Read("due_time").OrAdd(refusals);
        var checkDue = sentCheckDue.Read("effectiveness_due_time").OrAdd(refusals);
        if (refusals.Count == before) refusals.AddRange(CapaRules.Dates(due, checkDue, db.Now));
        return (due, checkDue);
    }

    async Task<(List<CapaCheckRow> Checks, List<string> DeviationIds)> PartsAsync(CapaRow row, CancellationToken cancel)
    {
        var (checks, deviations) = await db.LoadAsync(db.ChecksOf(row.Id), db.All<DeviationRow>(nameof(DeviationRow.CapaReference), row.CapaReference), cancel);
        return (checks, [.. deviations.Select(d => d.Id)]);
    }

    async Task<CapaRow> FindAsync(string id, CancellationToken cancel)
    {
        var row = await db.LoadAsync<CapaRow>(cancel, id)
            ?? throw new RefusedException(Refusal.Missing($"capas/{id}", "CAPA_UNKNOWN", $"There is no action {id}.").With("capa_id", id));
        db.Request.Caller.RequireSite(row.SiteId);
        return row;
    }
}
