using System.Globalization;
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
        var size = PageTokens.SizeOf(request.PageSize);
        var query = db.Prices.AsNoTracking().Where(r => r.ProductCode == request.ProductCode);
        if (request.CustomerId is not "") query = query.Where(r => r.CustomerId == request.CustomerId);
        if (pages.Read(request) is [var version, var id])
        {
            var before = long.Parse(version, CultureInfo.InvariantCulture);
            query = query.Where(r => r.PriceVersion < before || (r.PriceVersion == before && r.Id.CompareTo(id) > 0));
        }

        var rows = await query.OrderByDescending(r => r.PriceVersion).ThenBy(r => r.Id).Take(size + 1).ToListAsync(context.CancellationToken);
        var response = new V1.ListPricesResponse { Prices = { rows.Take(size).Select(r => Write(r.ToDomain())) } };
        if (rows.Count > size) response.NextPageToken = pages.Write(request, rows[size - 1].PriceVersion.ToString(CultureInfo.InvariantCulture), rows[size - 1].Id);
        return response;
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
