using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Orders.Data;

/// <summary>The orders database.</summary>
public sealed class OrdersDb(DbContextOptions<OrdersDb> options) : ServiceDb(options)
{
    /// <inheritdoc/>
    public override string Service => "orders";

    /// <summary>Versions of products.</summary>
    public DbSet<ProductRow> Products => Set<ProductRow>();

    /// <summary>Customers.</summary>
    public DbSet<CustomerRow> Customers => Set<CustomerRow>();

    /// <summary>Versions of prices.</summary>
    public DbSet<PriceRow> Prices => Set<PriceRow>();

    /// <summary>Shipping's carrier services, a copy.</summary>
    public DbSet<CarrierServiceRow> CarrierServices => Set<CarrierServiceRow>();

    /// <summary>Dose orders.</summary>
    public DbSet<OrderRow> Orders => Set<OrderRow>();

    /// <summary>Quality's deviations by reference, a copy.</summary>
    public DbSet<DeviationRow> Deviations => Set<DeviationRow>();

    /// <summary>Invoices.</summary>
    public DbSet<InvoiceRow> Invoices => Set<InvoiceRow>();

    /// <inheritdoc/>
    protected override void Map(ModelBuilder model)
    {
        model.Entity<ProductRow>().ToTable("products").HasKey(r => new { r.ProductCode, r.ProductVersion });
        model.Entity<CustomerRow>().ToTable("customers").HasKey(r => r.Id);
        model.Entity<PriceRow>().ToTable("prices").HasKey(r => r.Id);
        model.Entity<CarrierServiceRow>().ToTable("carrier_services").HasKey(r => r.Id);
        model.Entity<OrderRow>(order =>
        {
            order.ToTable("orders").HasKey(r => r.Id);
            order.Ignore(r => r.Progress).Ignore(r => r.Ordered).Ignore(r => r.Wanted).Ignore(r => r.Appointment);
        });
        model.Entity<DeviationRow>().ToTable("deviations").HasKey(r => r.Id);
        model.Entity<InvoiceRow>().ToTable("invoices").HasKey(r => r.Id);
    }
}
