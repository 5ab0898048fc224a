using Doseline.Kernel.Rules;
using Doseline.Platform.Data;
using Doseline.Platform.Instruments;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Shipping.Data;

/// <summary>Database of the shipping service.</summary>
public sealed class ShippingDb(DbContextOptions<ShippingDb> options) : ServiceDb(options)
{
    /// <inheritdoc/>
    public override string Service => "shipping";

    internal DbSet<CarrierServiceRow> CarrierServices => Set<CarrierServiceRow>();
    internal DbSet<PackagingRow> Packagings => Set<PackagingRow>();
    internal DbSet<ShipperProfileRow> Profiles => Set<ShipperProfileRow>();
    internal DbSet<PackageRow> Packages => Set<PackageRow>();
    internal DbSet<SurveyRow> Surveys => Set<SurveyRow>();
    internal DbSet<PaperRow> Papers => Set<PaperRow>();
    internal DbSet<ShipmentRow> Shipments => Set<ShipmentRow>();
    internal DbSet<DosePlaceRow> DosePlaces => Set<DosePlaceRow>();
    internal DbSet<DoseHistoryRow> DoseHistory => Set<DoseHistoryRow>();
    internal DbSet<CustomerCopy> Customers => Set<CustomerCopy>();
    internal DbSet<OrderCopy> Orders => Set<OrderCopy>();
    internal DbSet<LabelCopy> Labels => Set<LabelCopy>();
    internal DbSet<DoseHintRow> Hints => Set<DoseHintRow>();
    internal DbSet<DeviationRow> Deviations => Set<DeviationRow>();
    internal DbSet<OutageCopy> Outages => Set<OutageCopy>();

    /// <inheritdoc/>
    protected override void Map(ModelBuilder model)
    {
        model.Entity<CarrierServiceRow>().ToTable("carrier_services").HasKey(r => r.Id);
        model.Entity<PackagingRow>().ToTable("packagings").HasKey(r => r.Id);
        model.Entity<ShipperProfileRow>().ToTable("shipper_profiles").HasKey(r => r.SiteId);
        model.Entity<PackageRow>().ToTable("packages").HasKey(r => r.Id);
        model.Entity<SurveyRow>().ToTable("surveys").HasKey(r => r.Id);
        model.Entity<PaperRow>().ToTable("papers").HasKey(r => r.Id);
        model.Entity<ShipmentRow>().ToTable("shipments").HasKey(r => r.Id);
        model.Entity<DosePlaceRow>().ToTable("dose_places").HasKey(r => r.DoseId);
        model.Entity<DoseHistoryRow>().ToTable("dose_history").HasKey(r => new { r.DoseId, r.PackageId });
        model.Entity<CustomerCopy>().ToTable("customers").HasKey(r => r.Id);
        model.Entity<OrderCopy>().ToTable("orders").HasKey(r => r.Id);
        model.Entity<LabelCopy>().ToTable("labels").HasKey(r => new { r.DoseId, r.PrintId });
        model.Entity<DoseHintRow>().ToTable("dose_hints").HasKey(r => r.DoseId);
        model.Entity<DoseHintRow>().Property(r => r.Disposition).HasConversion(status => StatusModel.Name(status), name => StatusModel.Read(name));
        model.Entity<DeviationRow>().ToTable("deviations").HasKey(r => r.Id);
        InstrumentRow.Map(model);
        model.Entity<OutageCopy>().ToTable("outages").HasKey(r => r.Id);
    }
}
