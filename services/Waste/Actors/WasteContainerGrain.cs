using Doseline.Platform.Actors;
using Doseline.Waste.Data;
using Doseline.Waste.V1;
using Orleans;
using ContainerState = Doseline.Waste.Domain.ContainerState;

namespace Doseline.Waste.Actors;

/// <summary>A container, whose decay clock runs down by itself. What people do with it is done in the transactions of their calls, fenced by its version.</summary>
[GrainType("waste-container")]
sealed class WasteContainerGrain(ActorWorld world) : Actor<WasteDb, ContainerRow>(world)
{
    protected override ContainerRow CopyOf(ContainerRow row) => row with { };

    protected override Task PassAsync(WasteDb db, ContainerRow row)
    {
        row.State = ContainerState.Eligible;
        db.Publish(Id, new ContainerEligible { ContainerId = Id, SiteId = row.SiteId });
        return Task.CompletedTask;
    }
}
