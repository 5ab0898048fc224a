using Doseline.Kernel.Rules;
using Doseline.Operations.V1;
using Doseline.Platform.Data;
using Doseline.Platform.Rpc;
using Grpc.Core;

namespace Doseline.Platform.Plausibility;

/// <summary>Measures that a service questions values by.</summary>
/// <param name="Service">The service.</param>
/// <param name="Measures">Its measures.</param>
public sealed record QuestionedMeasures(string Service, IReadOnlyList<Measure> Measures);

/// <summary>Bounds of the services hosted here, and what was said of values outside of them.</summary>
public sealed class PlausibilityApi(DatabaseTable databases, IServiceProvider scope, IEnumerable<QuestionedMeasures> measures, PageTokens pages) : PlausibilityService.PlausibilityServiceBase
{
    /// <inheritdoc/>
    public override async Task<PutBoundsResponse> PutBounds(PutBoundsRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var db = databases.Of(request.Service, scope);
        var sent = request.Bounds ?? new PlausibleBounds();
        List<Refusal> refusals = [];
        List<string> known = [.. measures.Where(m => m.Service == request.Service).SelectMany(m => m.Measures).Select(m => m.Code).Order(StringComparer.Ordinal)];
        if (!known.Contains(sent.Measure, StringComparer.Ordinal))
            refusals.Add(Refusal.Invalid("bounds.measure", "MEASURE_UNKNOWN", $"{request.Service} measures no '{sent.Measure}'.").With("measures", string.Join(',', known)));
        if (!double.IsFinite(sent.Minimum) || !double.IsFinite(sent.Maximum) || sent.Minimum >= sent.Maximum)
            refusals.Add(Refusal.Invalid("bounds.maximum", "BOUNDS_INVALID", "The greatest plausible value is above the least, and both are finite.").With("minimum", sent.Minimum).With("maximum", sent.Maximum));
        if (sent.Item is not "" && sent.ProductCode is "") refusals.Add(Refusal.Invalid("bounds.product_code", "FIELD_REQUIRED", "An item is one of a product."));
        if (sent.ProductCode is not "") refusals.RequireText(sent.ProductCode, "bounds.product_code", 40);
        if (sent.Item is not "") refusals.RequireText(sent.Item, "bounds.item", 60);
        refusals.RequireText(request.Reason, "reason", 1000);
        refusals.ThrowIfAny();

        var id = BoundsRow.IdOf(sent.Measure, sent.ProductCode, sent.Item);
        var row = await db.LoadAsync<BoundsRow>(cancel, id);
        if ((row?.Version ?? 0) != sent.Version) throw new RefusedException(Refusal.Stale($"plausible_bounds/{id}", sent.Version, row?.Version ?? 0));
        row ??= db.Put(new BoundsRow { Id = id, Measure = sent.Measure, ProductCode = sent.ProductCode, Item = sent.Item, Minimum = sent.Minimum, Maximum = sent.Maximum });
        (row.Minimum, row.Maximum) = (sent.Minimum, sent.Maximum);
        return await db.AnswerAsync(new PutBoundsResponse { Bounds = row.ToWire(db.VersionAfter(row)) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<ListBoundsResponse> ListBounds(ListBoundsRequest request, ServerCallContext context)
    {
        var query = databases.Of(request.Service, scope).List<BoundsRow>().By(nameof(BoundsRow.Measure), nameof(BoundsRow.ProductCode), nameof(BoundsRow.Item), nameof(BoundsRow.Id));
        var (rows, next) = await pages.ReadAsync(request, query, context.CancellationToken);
        return new ListBoundsResponse { Bounds = { rows.Select(r => r.ToWire()) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<ListSecondLooksResponse> ListSecondLooks(ListSecondLooksRequest request, ServerCallContext context)
    {
        var query = databases.Of(request.Service, scope).List<SecondLookRow>().AtSites(nameof(SecondLookRow.SiteId), "").IsIfAny(nameof(SecondLookRow.RecordId), request.RecordId).ByLast(nameof(SecondLookRow.Time), nameof(SecondLookRow.Id));
        var (rows, next) = await pages.ReadAsync(request, query, context.CancellationToken);
        return new ListSecondLooksResponse { Looks = { rows.Select(r => r.ToWire()) }, NextPageToken = next };
    }
}
