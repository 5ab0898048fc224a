using Doseline.Platform.Data;
using Doseline.Platform.Instruments;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Waste.Data;

/// <summary>Tables of the waste service.</summary>
public sealed class WasteDb(DbContextOptions<WasteDb> options) : ServiceDb(options)
{
    /// <inheritdoc/>
    public override string Service => "waste";

    internal DbSet<ItemRow> Items => Set<ItemRow>();
    internal DbSet<ContainerRow> Containers => Set<ContainerRow>();
    internal DbSet<SampleRow> Samples => Set<SampleRow>();
    internal DbSet<RouteRow> Routes => Set<RouteRow>();

    /// <inheritdoc/>
    protected override void Map(ModelBuilder model)
    {
        model.Entity<ItemRow>().ToTable("items").HasKey(r => r.Id);
        model.Entity<ContainerRow>().ToTable("containers").HasKey(r => r.Id);
        model.Entity<SampleRow>().ToTable("samples").HasKey(r => r.Id);
        InstrumentRow.Map(model);
        model.Entity<RouteRow>().ToTable("routes").HasKey(r => r.SourceId);
    }
}
