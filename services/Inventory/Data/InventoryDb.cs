using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Inventory.Data;

/// <summary>Tables of the inventory service.</summary>
public sealed class InventoryDb(DbContextOptions<InventoryDb> options) : ServiceDb(options)
{
    /// <inheritdoc/>
    public override string Service => "inventory";

    internal DbSet<SiteRow> Sites => Set<SiteRow>();
    internal DbSet<RoomRow> Rooms => Set<RoomRow>();
    internal DbSet<LicenceRow> Licences => Set<LicenceRow>();
    internal DbSet<MaterialRow> Materials => Set<MaterialRow>();
    internal DbSet<SupplierRow> Suppliers => Set<SupplierRow>();
    internal DbSet<LotRow> Lots => Set<LotRow>();
    internal DbSet<ExpectationRow> Expectations => Set<ExpectationRow>();
    internal DbSet<HoldingRow> Holdings => Set<HoldingRow>();
    internal DbSet<DoseStatusRow> DoseStatuses => Set<DoseStatusRow>();
    internal DbSet<HoldingLineRow> Lines => Set<HoldingLineRow>();
    internal DbSet<LedgerTransactionRow> Transactions => Set<LedgerTransactionRow>();
    internal DbSet<LedgerEntryRow> Entries => Set<LedgerEntryRow>();
    internal DbSet<CostEntryRow> Costs => Set<CostEntryRow>();
    internal DbSet<NearLimitRow> NearLimits => Set<NearLimitRow>();
    internal DbSet<TransfereeRow> Transferees => Set<TransfereeRow>();
    internal DbSet<ExcursionRow> Excursions => Set<ExcursionRow>();
    internal DbSet<SecurityEventRow> SecurityEvents => Set<SecurityEventRow>();

    /// <summary>Lines of a holding, those of zero included.</summary>
    internal Ask<List<HoldingLineRow>> LinesOf(string holdingId) => All<HoldingLineRow>(nameof(HoldingLineRow.HoldingId), holdingId);

    /// <inheritdoc/>
    protected override void Map(ModelBuilder model)
    {
        model.Entity<SiteRow>().ToTable("sites").HasKey(r => r.Id);
        model.Entity<RoomRow>().ToTable("rooms").HasKey(r => r.Id);
        model.Entity<LicenceRow>().ToTable("licences").HasKey(r => r.Id);
        model.Entity<MaterialRow>().ToTable("materials").HasKey(r => r.Id);
        model.Entity<SupplierRow>().ToTable("suppliers").HasKey(r => r.Id);
        model.Entity<LotRow>().ToTable("lots").HasKey(r => r.Id);
        model.Entity<ExpectationRow>().ToTable("expectations").HasKey(r => r.Id);
        model.Entity<HoldingRow>().ToTable("holdings").HasKey(r => r.Id);
        model.Entity<DoseStatusRow>().ToTable("dose_statuses").HasKey(r => r.DoseId);
        model.Entity<DoseStatusRow>().Property(r => r.Heard).IsConcurrencyToken();
        model.Entity<HoldingLineRow>().ToTable("holding_lines").HasKey(r => new { r.HoldingId, r.Nuclide, r.DataVersion });
        model.Entity<HoldingLineRow>().Property(r => r.Entries).IsConcurrencyToken();
        model.Entity<LedgerTransactionRow>().ToTable("ledger_transactions").HasKey(r => r.Id);
        model.Entity<LedgerEntryRow>().ToTable("ledger_entries").HasKey(r => r.Seq);
        model.Entity<CostEntryRow>().ToTable("cost_entries").HasKey(r => r.Seq);
        model.Entity<NearLimitRow>().ToTable("near_limits").HasKey(r => new { r.SiteId, r.LimitId });
        model.Entity<TransfereeRow>().ToTable("transferees").HasKey(r => r.Id);
        model.Entity<ExcursionRow>().ToTable("excursions").HasKey(r => r.Id);
        model.Entity<SecurityEventRow>().ToTable("security_events").HasKey(r => r.Id);
    }
}
