using System.Globalization;
using Doseline.Kernel.Ids;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;
using Doseline.Labeling.Data;
using Doseline.Labeling.Domain;
using Doseline.Labeling.V1;
using Doseline.Platform.Rpc;
using Grpc.Core;

namespace Doseline.Labeling.Api;

/// <summary>Serves <see cref="TemplatesService"/>.</summary>
public sealed class TemplatesApi(LabelingDb db, PageTokens pages) : TemplatesService.TemplatesServiceBase
{
    /// <inheritdoc/>
    public override async Task<PutTemplateResponse> PutTemplate(PutTemplateRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        List<Refusal> refusals = [];
        refusals.RequireText(request.Code, "code", 40);
        refusals.RequirePositive(request.WidthMm, "width_mm");
        refusals.RequirePositive(request.HeightMm, "height_mm");
        if (request.TemplateVersion < 1)
            refusals.Add(Refusal.Invalid("template_version", "VERSION_NOT_POSITIVE", "Versions count from 1.").With("template_version", request.TemplateVersion));
        if (!Zones.Exists(request.Zone))
            refusals.Add(Refusal.Invalid("zone", "ZONE_UNKNOWN", $"'{request.Zone}' is no IANA time zone.").With("zone", request.Zone));
        var effective = request.EffectiveTime.Read("effective_time").OrAdd(refusals);
        var fields = Zpl.Check(request.Zpl).OrAdd(refusals);
        var id = Id.From("template", request.Code, request.TemplateVersion.ToString(CultureInfo.InvariantCulture));
        var row = await db.LoadAsync<TemplateRow>(cancel, id);
        if ((row?.Version ?? 0) != request.Version) refusals.Add(Refusal.Stale($"templates/{id}", request.Version, row?.Version ?? 0));
        if (row?.ApprovedTime is not null)
            refusals.Add(Refusal.State($"templates/{id}", "TEMPLATE_APPROVED", "An approved template never changes; write the next version."));
        refusals.ThrowIfAny();

        var caller = db.Request.Caller;
        var used = string.Join(',', fields!);
        if (row is null)
        {
            row = db.Put(new TemplateRow
            {
                Id = id, Code = request.Code, TemplateVersion = request.TemplateVersion, ProductCode = "", Market = "", Zpl = "", Fields = "",
                WidthMm = 0, HeightMm = 0, Zone = "", EffectiveTime = effective, AuthorId = "", AuthorName = "",
            });
        }

        (row.ProductCode, row.Market, row.Zpl, row.Fields) = (request.ProductCode, request.Market, request.Zpl, used);
        (row.WidthMm, row.HeightMm, row.Zone, row.EffectiveTime) = (request.WidthMm, request.HeightMm, request.Zone, effective);
        (row.AuthorId, row.AuthorName) = (caller.Subject, caller.Name);
        return await db.AnswerAsync(new PutTemplateResponse { Template = row.ToWire(row.Version + 1) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<ApproveTemplateResponse> ApproveTemplate(ApproveTemplateRequest request, ServerCallContext context)
    {
        var row = await FindAsync(request.TemplateId, context.CancellationToken);
        List<Refusal> refusals = [];
        if (row.Version != request.Version) refusals.Add(Refusal.Stale($"templates/{row.Id}", request.Version, row.Version));
        if (row.ApprovedTime is not null)
            refusals.Add(Refusal.State($"templates/{row.Id}", "TEMPLATE_APPROVED", "The template is approved and never changes."));
        if (row.AuthorId == db.Request.Caller.Subject)
            refusals.Add(Refusal.Denied($"templates/{row.Id}", "APPROVER_IS_AUTHOR", "The author of a template cannot approve it.").With("author_id", row.AuthorId));
        refusals.ThrowIfAny();
        row.ApprovedTime = db.Now;
        row.ApproverName = db.Request.Caller.Name;
        return await db.AnswerAsync(new ApproveTemplateResponse { Template = row.ToWire(row.Version + 1) }, context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<GetTemplateResponse> GetTemplate(GetTemplateRequest request, ServerCallContext context)
    {
        var row = await FindAsync(request.TemplateId, context.CancellationToken);
        return new GetTemplateResponse { Template = row.ToWire(row.Version) };
    }

    /// <inheritdoc/>
    public override async Task<ListTemplatesResponse> ListTemplates(ListTemplatesRequest request, ServerCallContext context)
    {
        var query = db.List<TemplateRow>().IsIfAny(nameof(TemplateRow.Code), request.Code).By(nameof(TemplateRow.Code), nameof(TemplateRow.TemplateVersion));
        var (rows, next) = await pages.ReadAsync(request, query, context.CancellationToken);
        return new ListTemplatesResponse { Templates = { rows.Select(t => t.ToWire(t.Version)) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<PutCodingPolicyResponse> PutCodingPolicy(PutCodingPolicyRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var sent = request.Policy ?? throw new RefusedException(Refusal.Invalid("policy", "FIELD_REQUIRED", "policy is required."));
        List<Refusal> refusals = [];
        CodingLaw? law = sent.Serialization switch
        {
            Serialization.Exempt => CodingLaw.Exempt,
            Serialization.Voluntary => CodingLaw.Voluntary,
            Serialization.Mandatory => CodingLaw.Mandatory,
            _ => null,
        };
        if (law is null) refusals.Add(Refusal.Invalid("policy.serialization", "FIELD_REQUIRED", "policy.serialization is required."));
        refusals.RequireText(sent.Source, "policy.source", 400);
        CodingRules.Check(new Coding(sent.Market, sent.ProductCode, law ?? CodingLaw.Voluntary, sent.Gtin), refusals);
        var row = await db.LoadAsync<CodingPolicyRow>(cancel, sent.Market, sent.ProductCode);
        if ((row?.Version ?? 0) != sent.Version) refusals.Add(Refusal.Stale($"coding_policies/{sent.Market}/{sent.ProductCode}", sent.Version, row?.Version ?? 0));
        refusals.ThrowIfAny();

        row ??= db.Put(new CodingPolicyRow { Market = sent.Market, ProductCode = sent.ProductCode, Law = law!.Value, Gtin = sent.Gtin, Source = sent.Source, Confirmed = sent.Confirmed });
        (row.Law, row.Gtin, row.Source, row.Confirmed) = (law!.Value, sent.Gtin, sent.Source, sent.Confirmed);
        return await db.AnswerAsync(new PutCodingPolicyResponse { Policy = row.ToWire(row.Version + 1) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<ListCodingPoliciesResponse> ListCodingPolicies(ListCodingPoliciesRequest request, ServerCallContext context)
    {
        var (rows, next) = await pages.ReadAsync(request, db.List<CodingPolicyRow>().By(nameof(CodingPolicyRow.Market), nameof(CodingPolicyRow.ProductCode)), context.CancellationToken);
        return new ListCodingPoliciesResponse { Policies = { rows.Select(p => p.ToWire(p.Version)) }, NextPageToken = next };
    }

    async Task<TemplateRow> FindAsync(string id, CancellationToken cancel) =>
        await db.LoadAsync<TemplateRow>(cancel, id)
            ?? throw new RefusedException(Refusal.Missing($"templates/{id}", "TEMPLATE_UNKNOWN", $"There is no template {id}.").With("template_id", id));
}
