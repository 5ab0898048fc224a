using Doseline.Execution.V1;
using Doseline.Inventory.V1;
using Doseline.Platform.Hosting;
using Doseline.Platform.Instruments;
using Doseline.Quality.V1;
using Doseline.Waste.Actors;
using Doseline.Waste.Api;
using Doseline.Waste.Data;
using Doseline.Waste.Events;

namespace Doseline.Waste;

/// <summary>The waste service: items, containers with decay clocks, survey and disposal.</summary>
public sealed class WasteModule : ServiceModule
{
    /// <inheritdoc/>
    public override string Name => "waste";

    /// <inheritdoc/>
    public override void Compose(ModuleBuilder module) => module
        .Database<WasteDb>()
        .Api<WasteApi>()
        .Calls<MovesService.MovesServiceClient>()
        .Calls<SitesService.SitesServiceClient>()
        .From("execution", facts => facts
            .InTurn<WasteArisen, ItemFacts>(w => [w.WasteId])
            .InTurn<SampleTaken, ItemFacts>(s => [s.SampleId])
            .InTurn<EquipmentChanged, InstrumentCopies<WasteDb>>(e => [e.EquipmentId]))
        .From("quality", facts => facts.InTurn<SampleDiscarded, ItemFacts>(s => [s.SampleId]))
        .From("inventory", facts => facts
            .Commutes<LotReceived, ItemFacts>(l => [l.LotId])
            .Commutes<MaterialIssued, ItemFacts>(m => [m.BatchId]))
        .Actor<WasteContainerGrain, WasteDb, ContainerRow>(container => container.Deadline);
}
