using System.Globalization;
using Doseline.Kernel.Ids;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Doseline.Quality.Data;
using Doseline.Quality.Domain;
using Doseline.Quality.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Quality.Api;

/// <summary>Serves <see cref="SpecificationsService"/>.</summary>
public sealed class SpecificationsApi(QualityDb db, Signer signer, PageTokens pages) : SpecificationsService.SpecificationsServiceBase
{
    /// <inheritdoc/>
    public override async Task<PutSpecificationResponse> PutSpecification(PutSpecificationRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        List<Refusal> refusals = [];
        refusals.RequireText(request.ProductCode, "product_code", 60);
        refusals.RequireText(request.ProductName, "product_name", 120);
        refusals.RequireText(request.DosageForm, "dosage_form", 120);
        if (request.SpecificationVersion < 1)
            refusals.Add(Refusal.Invalid("specification_version", "VERSION_NOT_POSITIVE", "Versions count from 1.").With("specification_version", request.SpecificationVersion));
        var effective = request.EffectiveTime.Read("effective_time").OrAdd(refusals);
        List<SpecTest> tests = [.. request.Tests.Select((t, i) => t.Read($"tests[{i}]", refusals))];
        SpecificationRules.Check(tests, refusals);

        var id = Id.From("specification", request.ProductCode, request.SpecificationVersion.ToString(CultureInfo.InvariantCulture));
        var row = await db.LoadAsync<SpecificationRow>(cancel, id);
        if ((row?.Version ?? 0) != request.Version) refusals.Add(Refusal.Stale($"specifications/{id}", request.Version, row?.Version ?? 0));
        if (row is { Approved: true })
            refusals.Add(Refusal.State($"specifications/{id}", "SPECIFICATION_APPROVED", "An approved specification never changes; write the next version."));
        refusals.ThrowIfAny();

        var caller = db.Request.Caller;
        if (row is null)
        {
            row = db.Put(new SpecificationRow
            {
                Id = id,
                ProductCode = request.ProductCode,
                SpecVersion = request.SpecificationVersion,
                ProductName = "",
                DosageForm = "",
                EffectiveTime = effective,
                Tests = "",
                AuthorId = caller.Subject,
                AuthorName = caller.Name,
            });
        }

        (row.ProductName, row.DosageForm, row.EffectiveTime, row.Tests) = (request.ProductName, request.DosageForm, effective, SpecificationBook.Write(tests));
        (row.AuthorId, row.AuthorName) = (caller.Subject, caller.Name);
        PutSpecificationResponse response = new() { Specification = row.ToWire() };
        response.Specification.Version = row.Version + 1;
        return await db.AnswerAsync(response, cancel);
    }

    /// <inheritdoc/>
    public override async Task<ApproveSpecificationResponse> ApproveSpecification(ApproveSpecificationRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var row = await FindAsync(request.SpecificationId, cancel);
        if (row.Version != request.Version) throw new RefusedException(Refusal.Stale($"specifications/{row.Id}", request.Version, row.Version));
        SpecificationRules.Approve(row.Id, !row.Approved, row.AuthorId, db.Request.Caller.Subject).OrThrow();

        row.Approved = true;
        row.ApprovedTime = db.Now;
        row.Approval = JsonFormatter.Default.Format(signer.Manifest());
        ApproveSpecificationResponse response = new() { Specification = row.ToWire() };
        response.Specification.Version = row.Version + 1;
        return await db.AnswerAsync(response, cancel);
    }

    /// <inheritdoc/>
    public override async Task<GetSpecificationResponse> GetSpecification(GetSpecificationRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        if (request.SpecificationId.Length > 0)
            return new GetSpecificationResponse { Specification = (await FindAsync(request.SpecificationId, cancel)).ToWire() };
        var row = await db.InForceAsync(request.ProductCode, cancel)
            ?? throw new RefusedException(Refusal.Missing($"products/{request.ProductCode}", "SPECIFICATION_MISSING", $"No approved specification is in force for '{request.ProductCode}'.")
                .With("product_code", request.ProductCode));
        return new GetSpecificationResponse { Specification = row.ToWire() };
    }

    /// <inheritdoc/>
    public override async Task<ListSpecificationsResponse> ListSpecifications(ListSpecificationsRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var query = db.Specifications.AsNoTracking();
        if (request.ProductCode is { Length: > 0 } product) query = query.Where(s => s.ProductCode == product);
        if (request.State is not SpecificationState.Unspecified)
        {
            var approved = request.State is SpecificationState.Approved;
            query = query.Where(s => s.Approved == approved);
        }

        if (pages.Read(request) is [var code, var version])
        {
            var from = long.Parse(version, CultureInfo.InvariantCulture);
            query = query.Where(s => string.Compare(s.ProductCode, code) > 0 || (s.ProductCode == code && s.SpecVersion > from));
        }

        var size = PageTokens.SizeOf(request.PageSize);
        var rows = await query.OrderBy(s => s.ProductCode).ThenBy(s => s.SpecVersion).Take(size + 1).ToListAsync(cancel);
        ListSpecificationsResponse response = new() { Specifications = { rows.Take(size).Select(r => r.ToWire()) } };
        if (rows.Count > size && rows[size - 1] is var end)
            response.NextPageToken = pages.Write(request, end.ProductCode, end.SpecVersion.ToString(CultureInfo.InvariantCulture));
        return response;
    }

    async Task<SpecificationRow> FindAsync(string id, CancellationToken cancel) =>
        await db.LoadAsync<SpecificationRow>(cancel, id)
            ?? throw new RefusedException(Refusal.Missing($"specifications/{id}", "SPECIFICATION_UNKNOWN", $"There is no specification {id}.").With("specification_id", id));
}
