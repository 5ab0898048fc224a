using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Doseline.Platform.Signing;
using Doseline.Quality.Data;
using Doseline.Quality.Domain;
using Doseline.Quality.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Quality.Api;

/// <summary>Serves <see cref="OutageReleaseService"/>.</summary>
public sealed class OutageApi(QualityDb db, Dispositions dispositions, PageTokens pages) : OutageReleaseService.OutageReleaseServiceBase
{
    /// <inheritdoc/>
    public override Task<AuthoriseOutageReleaseResponse> AuthoriseOutageRelease(AuthoriseOutageReleaseRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        List<Refusal> refusals = [];
        refusals.RequireText(request.SiteId, "site_id");
        refusals.RequireText(request.ProcedureReference, "procedure_reference");
        refusals.RequireText(request.Reason, "reason", 1000);
        var expire = request.ExpireTime.Read("expire_time").OrAdd(refusals);
        refusals.ThrowIfAny();
        return db.LockedAsync($"outage:{request.SiteId}", async () =>
        {
            List<string> named = [.. request.DoseIds.Distinct(StringComparer.Ordinal)];
            List<DoseRow> doses = [.. (await db.LoadAsync(db.Each<DoseRow>(named), cancel)).OrderBy(d => d.Id, StringComparer.Ordinal)];
            var waiting = await db.Outages.AsNoTracking().Where(o => o.SiteId == request.SiteId && o.ReconciledTime == null).Select(o => o.Id).FirstOrDefaultAsync(cancel);
            OutageRules.Authorise(request.SiteId, named, [.. doses.Select(d => new DoseForOutage(d.Id, d.SiteId, d.State, d.ExpireTime, d.LostCause))], expire, waiting, db.Now).ThrowIfAny();

            var signatures = db.Request.Signatures;
            OutageRow row = new()
            {
                Id = db.Ids.New(),
                SiteId = request.SiteId,
                ProcedureReference = request.ProcedureReference,
                Reason = request.Reason,
                AuthorisedTime = db.Now,
                ExpireTime = expire,
                Signatures = OutageWire.Write(signatures.Select(s => Meanings.Show(s.Claims))),
            };
            db.Put(row);
            List<OutageDoseRow> parts = [.. doses.Select(d => db.Put(new OutageDoseRow { OutageId = row.Id, DoseId = d.Id, CertificateId = d.CertificateId }))];
            var certificates = await db.LoadAsync(db.Each<CertificateRow>(doses.Select(d => d.CertificateId)), cancel);
            db.Publish(row.Id, new OutageReleaseAuthorised
            {
                AuthorisationId = row.Id,
                SiteId = row.SiteId,
                ExpireTime = Timestamp.FromDateTimeOffset(expire),
                SignedContent = signatures[0].Content,
                Signature = signatures[0].Token,
                SecondSignature = signatures[1].Token,
                Certificates = { certificates.Select(c => ReleaseCertificate.Parser.ParseJson(c.Document)) },
            });
            return await db.AnswerAsync(new AuthoriseOutageReleaseResponse { Authorisation = row.ToWire(parts, 1) }, cancel);
        }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<ReconcileOutageReleaseResponse> ReconcileOutageRelease(ReconcileOutageReleaseRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var row = await FindAsync(request.AuthorisationId, cancel);
        return await db.LockedAsync($"outage:{row.SiteId}", async () =>
        {
            var doses = await DosesOf(row, cancel);
            List<Refusal> refusals = [];
            refusals.RequireText(request.Conclusion, "conclusion", 4000);
            if (row.Version != request.Version) refusals.Add(Refusal.Stale($"outages/{row.Id}", request.Version, row.Version));
            refusals.AddRange(OutageRules.Reconcile(
                row.Id, row.ExpireTime, row.ReconciledTime, doses.ToDictionary(d => d.DoseId, d => d.ShipTime is not null, StringComparer.Ordinal),
                [.. request.Findings.Select(f => (f.DoseId, OutageWire.Of(f.Finding)))], db.Now));
            refusals.ThrowIfAny();

            foreach (var dose in doses) dose.Finding = OutageWire.Of(request.Findings.First(f => f.DoseId == dose.DoseId).Finding);
            row.ReconciledTime = db.Now;
            row.Conclusion = request.Conclusion;
            row.Reconciliation = JsonFormatter.Default.Format(db.Request.Manifestation);
            db.Publish(row.Id, new OutageReleaseReconciled { AuthorisationId = row.Id });
            ReconcileOutageReleaseResponse response = new() { DeviationIds = { await DeviateAsync(row, doses, request.Conclusion, cancel) } };
            response.Authorisation = row.ToWire(doses, row.Version + 1);
            return await db.AnswerAsync(response, cancel);
        }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<GetOutageAuthorisationResponse> GetOutageAuthorisation(GetOutageAuthorisationRequest request, ServerCallContext context)
    {
        var row = await FindAsync(request.AuthorisationId, context.CancellationToken);
        return new GetOutageAuthorisationResponse { Authorisation = await ToWireAsync(row, context.CancellationToken) };
    }

    /// <inheritdoc/>
    public override async Task<ListOutageAuthorisationsResponse> ListOutageAuthorisations(ListOutageAuthorisationsRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var query = db.List<OutageRow>().AtSites(nameof(OutageRow.SiteId), request.SiteId).ByLast(nameof(OutageRow.AuthorisedTime), nameof(OutageRow.Id));
        if (request.OpenOnly) query.IsNull(nameof(OutageRow.ReconciledTime));
        var (rows, next) = await pages.ReadAsync(request, query, cancel);
        ListOutageAuthorisationsResponse response = new() { NextPageToken = next };
        foreach (var row in rows) response.Authorisations.Add(await ToWireAsync(row, cancel));
        return response;
    }

    // What left and should not have is a deviation of its batch, with everything that follows from one.
    async Task<IReadOnlyList<string>> DeviateAsync(OutageRow row, IEnumerable<OutageDoseRow> doses, string conclusion, CancellationToken cancel)
    {
        List<string> opened = [];
        foreach (var part in doses.Where(d => d.Finding is OutageVerdict.NotConfirmed))
        {
            var dose = (await db.LoadAsync<DoseRow>(cancel, part.DoseId))!;
            opened.Add((await dispositions.OpenAsync(db.Ids.New(), dose.BatchId, dose.Id, DeviationOrigin.Person, row.Id, "OUTAGE_RELEASE_NOT_CONFIRMED", conclusion, cancel)).Id);
        }

        return opened;
    }

    async Task<OutageAuthorisation> ToWireAsync(OutageRow row, CancellationToken cancel) =>
        row.ToWire(await DosesOf(row, cancel), row.Version);

    Task<List<OutageDoseRow>> DosesOf(OutageRow row, CancellationToken cancel) => db.LoadAsync(db.All<OutageDoseRow>(nameof(OutageDoseRow.OutageId), row.Id), cancel);

    async Task<OutageRow> FindAsync(string id, CancellationToken cancel)
    {
        var row = await db.LoadAsync<OutageRow>(cancel, id)
            ?? throw new RefusedException(Refusal.Missing($"outages/{id}", "OUTAGE_UNKNOWN", $"There is no outage authorisation {id}.").With("authorisation_id", id));
        db.Request.Caller.RequireSite(row.SiteId);
        return row;
    }
}
