using Doseline.Kernel.Rules;
using Doseline.Orders.Data;
using Doseline.Platform.Rpc;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Orders.Api;

/// <summary>Product master data.</summary>
public sealed class ProductsApi(OrdersDb db, CatalogCache catalogs, PageTokens pages) : V1.ProductsService.ProductsServiceBase
{
    /// <inheritdoc/>
    public override async Task<V1.PutProductResponse> PutProduct(V1.PutProductRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var code = request.Product?.ProductCode ?? "";
        return await db.LockedAsync($"product:{code}", async () =>
        {
            var latest = await db.Products.Where(r => r.ProductCode == code).MaxAsync(r => (long?)r.ProductVersion, cancel) ?? 0;
            var product = ProductWire.Read(request.Product, latest + 1, db.Now).OrThrow();
            if (request.Version != latest) throw new RefusedException(Refusal.Stale($"products/{code}", request.Version, latest));
            db.Put(ProductRow.From(product));
            db.OnCommit(catalogs.Drop);
            return await db.AnswerAsync(new V1.PutProductResponse { Product = ProductWire.Write(product) }, cancel);
        }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<V1.GetProductResponse> GetProduct(V1.GetProductRequest request, ServerCallContext context)
    {
        var catalog = await catalogs.ReadAsync(context.CancellationToken);
        var instant = request.AsOfTime is null ? db.Now : request.AsOfTime.Read("as_of_time").OrThrow();
        var product = request.ProductVersion > 0 ? catalog.Product(request.ProductCode, request.ProductVersion) : catalog.Product(request.ProductCode, instant);
        return product is null
            ? throw new RefusedException(Refusal.Missing($"products/{request.ProductCode}", "PRODUCT_UNKNOWN", $"There is no product '{request.ProductCode}' of that version and time."))
            : new V1.GetProductResponse { Product = ProductWire.Write(product) };
    }

    /// <inheritdoc/>
    public override async Task<V1.ListProductsResponse> ListProducts(V1.ListProductsRequest request, ServerCallContext context)
    {
        var after = pages.Read(request) is [var cursor] ? cursor : "";
        var size = PageTokens.SizeOf(request.PageSize);
        // Codes of a replaced version never differ, so the latest version of each is one row by code.
        var rows = await db.Products.AsNoTracking()
            .Where(r => r.ProductCode.CompareTo(after) > 0)
            .Where(r => !db.Products.Any(later => later.ProductCode == r.ProductCode && later.ProductVersion > r.ProductVersion))
            .Where(r => request.Nuclide == "" || r.Nuclide == request.Nuclide)
            .OrderBy(r => r.ProductCode).Take(size + 1).ToListAsync(context.CancellationToken);
        var response = new V1.ListProductsResponse { Products = { rows.Take(size).Select(r => ProductWire.Write(r.ToDomain())) } };
        if (rows.Count > size) response.NextPageToken = pages.Write(request, rows[size - 1].ProductCode);
        return response;
    }
}
