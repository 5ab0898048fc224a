using Doseline.Inventory.V1;
using Doseline.Kernel.Decay;
using Doseline.Platform.Data;
using Doseline.Platform.Rpc;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Execution.Data;

/// <summary>What execution keeps: the schedule, master recipes and equipment, batches with their records, and doses.</summary>
public sealed class ExecutionDb(DbContextOptions<ExecutionDb> options) : ServiceDb(options)
{
    /// <inheritdoc/>
    public override string Service => "execution";

    internal DbSet<RunRow> Runs => Set<RunRow>();
    internal DbSet<RunRoomRow> RunRoom => Set<RunRoomRow>();
    internal DbSet<ReservationRow> Reservations => Set<ReservationRow>();
    internal DbSet<RecipeRow> Recipes => Set<RecipeRow>();
    internal DbSet<EquipmentRow> Equipment => Set<EquipmentRow>();
    internal DbSet<BatchRow> Batches => Set<BatchRow>();
    internal DbSet<StepRow> Steps => Set<StepRow>();
    internal DbSet<MovementRow> Movements => Set<MovementRow>();
    internal DbSet<ExceptionRow> Exceptions => Set<ExceptionRow>();
    internal DbSet<FrozenRecordRow> FrozenRecords => Set<FrozenRecordRow>();
    internal DbSet<DoseRow> Doses => Set<DoseRow>();
    internal DbSet<DeviationRow> Deviations => Set<DeviationRow>();
    internal DbSet<MaintenanceOrderRow> MaintenanceOrders => Set<MaintenanceOrderRow>();
    internal DbSet<EquipmentLogRow> EquipmentLog => Set<EquipmentLogRow>();

    /// <inheritdoc/>
    protected override void Map(ModelBuilder model)
    {
        model.Entity<RunRow>().ToTable("runs").HasKey(r => r.Id);
        model.Entity<RunRoomRow>().ToTable("run_room").HasKey(r => r.RunId);
        model.Entity<ReservationRow>().ToTable("reservations").HasKey(r => r.Id);
        model.Entity<RecipeRow>().ToTable("recipes").HasKey(r => new { r.Code, r.RecipeVersion });
        model.Entity<EquipmentRow>().ToTable("equipment").HasKey(r => r.Id);
        model.Entity<BatchRow>().ToTable("batches").HasKey(r => r.Id);
        model.Entity<StepRow>().ToTable("steps").HasKey(r => new { r.BatchId, r.StepId });
        model.Entity<MovementRow>().ToTable("movements").HasKey(r => r.Id);
        model.Entity<ExceptionRow>().ToTable("exceptions").HasKey(r => r.Id);
        model.Entity<FrozenRecordRow>().ToTable("frozen_records").HasKey(r => new { r.BatchId, r.RecordVersion });
        model.Entity<DoseRow>().ToTable("doses").HasKey(r => r.Id);
        model.Entity<LotRow>().ToTable("lots").HasKey(r => r.Id);
        model.Entity<LotRow>().Property(r => r.Turns).IsConcurrencyToken();
        // As Inventory's own enum was stored before there was one for all.
        model.Entity<LotRow>().Property(r => r.Status).HasConversion(status => status.ToLotStatus().ToString(), name => Enum.Parse<LotStatus>(name).ToStatus());
        model.Entity<CellItemRow>().ToTable("cell_items").HasKey(r => r.Id);
        model.Entity<CellSurveyRow>().ToTable("cell_surveys").HasKey(r => r.Id);
        model.Entity<CleaningRulesRow>().ToTable("cleaning_rules").HasKey(r => r.SiteId);
        model.Entity<DeviationRow>().ToTable("deviations").HasKey(r => r.Id);
        model.Entity<MaintenanceOrderRow>().ToTable("maintenance_orders").HasKey(r => r.Id);
        model.Entity<EquipmentLogRow>().ToTable("equipment_log").HasKey(r => r.Id);
    }

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<CalibratedActivity>().HaveConversion<ActivityConverter>();
    }
}
