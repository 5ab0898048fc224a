using System.Globalization;
using Doseline.Kernel.Ids;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Doseline.Quality.Data;
using Doseline.Quality.Domain;
using Doseline.Quality.V1;
using Google.Protobuf;
using Grpc.Core;

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
        var query = db.List<SpecificationRow>().IsIfAny(nameof(SpecificationRow.ProductCode), request.ProductCode);
        if (request.State is not SpecificationState.Unspecified) query.Is(nameof(SpecificationRow.Approved), request.State is SpecificationState.Approved);
        var (rows, next) = await pages.ReadAsync(request, query.By(nameof(SpecificationRow.ProductCode), nameof(SpecificationRow.SpecVersion)), context.CancellationToken);
        return new ListSpecificationsResponse { Specifications = { rows.Select(r => r.ToWire()) }, NextPageToken = next };
    }

    async Task<SpecificationRow> FindAsync(string id, CancellationToken cancel) =>
        await db.LoadAsync<SpecificationRow>(cancel, id)
            ?? throw new RefusedException(Refusal.Missing($"specifications/{id}", "SPECIFICATION_UNKNOWN", $"There is no specification {id}.").With("specification_id", id));
}
