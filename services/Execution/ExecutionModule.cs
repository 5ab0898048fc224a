using Doseline.Execution.Actors;
using Doseline.Execution.Api;
using Doseline.Execution.Data;
using Doseline.Execution.Domain;
using Doseline.Execution.Events;
using Doseline.Inventory.V1;
using Doseline.Orders.V1;
using Doseline.Platform.Hosting;
using Doseline.Quality.V1;
using Doseline.Shipping.V1;
using Doseline.Waste.V1;

namespace Doseline.Execution;

/// <summary>The execution service: schedule, recipes, equipment, batches and doses.</summary>
public sealed class ExecutionModule : ServiceModule
{
    /// <inheritdoc/>
    public override string Name => "execution";

    /// <inheritdoc/>
    public override void Compose(ModuleBuilder module)
    {
        // Planning defaults without a source of their own: a site sets what its carriers need.
        DoseTiming timing = new(
            module.Configuration.GetValue("Execution:CutoffLead", TimeSpan.FromHours(1)),
            module.Configuration.GetValue("Execution:DeliveryGrace", TimeSpan.FromHours(2)));
        module.Services.AddSingleton(timing);
        module
            .Database<ExecutionDb>()
            .Api<SchedulerApi>()
            .Api<RecipesApi>()
            .Api<EquipmentApi>()
            .Api<HotCellsApi>()
            .Api<MaintenanceApi>()
            .Api<BatchesApi>()
            .Api<BatchRecordsApi>()
            .Api<DoseRecordsApi>()
            .Questions(BatchMeasures.All)
            .Calls<PossessionService.PossessionServiceClient>()
            .From("orders", facts => facts
                .InTurn<OrderAccepted, DoseFacts>(o => [o.OrderId])
                .InTurn<OrderRescheduled, DoseFacts>(o => [o.Order.OrderId])
                .InTurn<OrderCancelled, DoseFacts>(o => [o.OrderId]))
            .From("inventory", facts => facts.InTurn<LotStatusChanged, LotFacts>(l => [l.LotId]))
            .From("quality", facts => facts
                .InTurn<DoseDispositionChanged, DoseFacts>(d => [d.DoseId])
                .InTurn<DeviationOpened, Deviations>(d => [d.BatchId])
                .InTurn<DeviationClosed, Deviations>(d => [d.BatchId])
                .InTurn<CapaLinked, Deviations>(d => [d.BatchId]))
            .From("waste", facts => facts.InTurn<WasteMoved, CellFacts>(w => [w.WasteId]))
            .From("shipping", facts => facts
                .InTurn<PackageShipped, DoseFacts>(p => p.Doses.Select(d => d.DoseId))
                .InTurn<ShipmentVoided, DoseFacts>(p => p.Doses.Select(d => d.DoseId))
                .InTurn<PackageDelivered, DoseFacts>(p => p.Doses.Select(d => d.DoseId))
                .InTurn<DeliveryWithdrawn, DoseFacts>(p => p.Doses.Select(d => d.DoseId)))
            .Actor<DoseGrain, ExecutionDb, DoseRow>(dose => DoseRules.Next(dose.ToDomain(), timing)?.Due)
            .Actor<ReservationGrain, ExecutionDb, ReservationRow>(reservation => reservation.Deadline)
            .Actor<HotCellGrain, ExecutionDb, EquipmentRow>(cell => cell.ClearTime);
    }
}
