using Doseline.Kernel.Rules;
using Doseline.Orders.Data;
using Doseline.Orders.Domain;
using Doseline.Platform.Rpc;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Orders.Api;

/// <summary>The price list.</summary>
public sealed class PricesApi(OrdersDb db, CatalogCache catalogs, PageTokens pages) : V1.PricesService.PricesServiceBase
{
    /// <inheritdoc/>
    public override async Task<V1.PutPriceResponse> PutPrice(V1.PutPriceRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var sent = request.Price ?? throw new RefusedException(Refusal.Invalid("price", "FIELD_REQUIRED", "price is required."));
        var catalog = await catalogs.ReadAsync(cancel);
        List<Refusal> refusals = [];
        if (catalog.VersionsOf(sent.ProductCode).Count == 0)
            refusals.Add(Refusal.Missing($"products/{sent.ProductCode}", "PRODUCT_UNKNOWN", $"There is no product '{sent.ProductCode}'."));
        if (sent.CustomerId is not "" && catalog.Customer(sent.CustomerId) is null)
            refusals.Add(Refusal.Missing($"customers/{sent.CustomerId}", "CUSTOMER_UNKNOWN", "There is no such customer."));
        refusals.ThrowIfAny();

        return await db.LockedAsync($"price:{sent.ProductCode}:{sent.CustomerId}:{sent.Currency}", async () =>
        {
            refusals.Clear();
            var latest = await db.Prices.Where(r => r.ProductCode == sent.ProductCode && r.CustomerId == sent.CustomerId && r.Currency == sent.Currency)
                .MaxAsync(r => (long?)r.PriceVersion, cancel) ?? 0;
            var now = db.Now;
            var price = PriceRules.Check(Read(sent, db.Ids.New(), latest + 1, now, refusals), now).OrAdd(refusals);
            refusals.ThrowIfAny();
            if (request.Version != latest) throw new RefusedException(Refusal.Stale($"prices/{sent.ProductCode}", request.Version, latest));
            db.Put(PriceRow.From(price!));
            db.OnCommit(catalogs.Drop);
            return await db.AnswerAsync(new V1.PutPriceResponse { Price = Write(price!) }, cancel);
        }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<V1.ListPricesResponse> ListPrices(V1.ListPricesRequest request, ServerCallContext context)
    {
        var query = db.List<PriceRow>().Is(nameof(PriceRow.ProductCode), request.ProductCode).IsIfAny(nameof(PriceRow.CustomerId), request.CustomerId);
        var (rows, next) = await pages.ReadAsync(request, query.ByLast(nameof(PriceRow.PriceVersion), nameof(PriceRow.Id)), context.CancellationToken);
        return new V1.ListPricesResponse { Prices = { rows.Select(r => Write(r.ToDomain())) }, NextPageToken = next };
    }

    static Price Read(V1.Price sent, string id, long version, DateTimeOffset now, List<Refusal> refusals) => new()
    {
        Id = id,
        ProductCode = sent.ProductCode,
        CustomerId = sent.CustomerId,
        Currency = sent.Currency,
        MinorUnits = sent.MinorUnits,
        EffectiveTime = sent.EffectiveTime.ReadOr(now, "price.effective_time", refusals),
        Version = version,
    };

    static V1.Price Write(Price price) => new()
    {
        PriceId = price.Id,
        ProductCode = price.ProductCode,
        CustomerId = price.CustomerId,
        Currency = price.Currency,
        MinorUnits = price.MinorUnits,
        EffectiveTime = price.EffectiveTime.ToWire(),
        PriceVersion = price.Version,
    };
}
