using Doseline.Orders.Domain;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Orders.Data;

/// <summary>
/// Master data in memory, because it is read with every order and changes rarely. A commit of this process drops it at once;
/// changes of another replica are seen within a second.
/// </summary>
public sealed class CatalogCache(IServiceScopeFactory scopes, TimeProvider clock) : IDisposable
{
    static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    readonly SemaphoreSlim loading = new(1, 1);
    volatile Loaded? current;
    long generation;

    /// <summary>Drops what is held; for <c>OnCommit</c> of a save that changes master data.</summary>
    public void Drop() => Interlocked.Increment(ref generation);

    /// <summary>The catalog as last committed.</summary>
    public ValueTask<Catalog> ReadAsync(CancellationToken cancel) =>
        current is { } held && IsFresh(held) ? ValueTask.FromResult(held.Catalog) : new(LoadAsync(cancel));

    /// <inheritdoc/>
    public void Dispose() => loading.Dispose();

    bool IsFresh(Loaded held) =>
        held.Generation == Interlocked.Read(ref generation) && clock.GetElapsedTime(held.LookedAt) < LookAgain;

    async Task<Catalog> LoadAsync(CancellationToken cancel)
    {
        await loading.WaitAsync(cancel);
        try
        {
            if (current is { } held && IsFresh(held)) return held.Catalog;
            // Taken before the rows are read: what commits meanwhile makes this load stale, never unseen.
            var (at, reading) = (Interlocked.Read(ref generation), clock.GetTimestamp());
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<OrdersDb>();
            var stamp = await StampAsync(db, cancel);
            var catalog = current is { } old && old.Generation == at && old.Stamp == stamp ? old.Catalog : await ReadAsync(db, cancel);
            current = new Loaded(catalog, stamp, at, reading);
            return catalog;
        }
        finally
        {
            loading.Release();
        }
    }

    // Rows of products and prices are only added; customers and carriers carry the instant of their last change.
    static async Task<string> StampAsync(OrdersDb db, CancellationToken cancel)
    {
        var products = await db.Products.CountAsync(cancel);
        var prices = await db.Prices.CountAsync(cancel);
        var customers = await db.Customers.SumAsync(r => r.Version, cancel);
        var carriers = await db.CarrierServices.MaxAsync(r => (DateTimeOffset?)r.PublishTime, cancel);
        var carrierCount = await db.CarrierServices.CountAsync(cancel);
        return string.Join('/', products, prices, customers, carriers?.UtcTicks, carrierCount);
    }

    static async Task<Catalog> ReadAsync(OrdersDb db, CancellationToken cancel)
    {
        var products = await db.Products.AsNoTracking().ToListAsync(cancel);
        var customers = await db.Customers.AsNoTracking().ToListAsync(cancel);
        var prices = await db.Prices.AsNoTracking().ToListAsync(cancel);
        var carriers = await db.CarrierServices.AsNoTracking().Where(r => r.Active).ToListAsync(cancel);
        return new Catalog(
            products.Select(r => r.ToDomain()), customers.Select(r => r.ToDomain()), prices.Select(r => r.ToDomain()), [.. carriers.Select(r => r.ToDomain())]);
    }

    sealed record Loaded(Catalog Catalog, string Stamp, long Generation, long LookedAt);
}
