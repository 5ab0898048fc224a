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
            .Api<BatchesApi>()
            .Api<BatchRecordsApi>()
            .Api<DoseRecordsApi>()
            .Calls<PossessionService.PossessionServiceClient>()
            .On<OrderAccepted, DoseFacts>()
            .On<OrderRescheduled, DoseFacts>()
            .On<OrderCancelled, DoseFacts>()
            .On<DoseDispositionChanged, DoseFacts>()
            .On<PackageShipped, DoseFacts>()
            .On<ShipmentVoided, DoseFacts>()
            .On<PackageDelivered, DoseFacts>()
            .On<DeviationOpened, Deviations>()
            .On<DeviationClosed, Deviations>()
            .Actor<DoseGrain, ExecutionDb, DoseRow>(dose => DoseRules.Next(dose.ToDomain(), timing)?.Due)
            .Actor<ReservationGrain, ExecutionDb, ReservationRow>(reservation => reservation.Deadline)
            .Actor<HotCellGrain, ExecutionDb, EquipmentRow>(cell => cell.ClearTime);
    }
}
