using Doseline.Platform.Actors;
using Doseline.Waste.Data;
using Doseline.Waste.V1;
using Google.Protobuf;
using ContainerState = Doseline.Waste.Domain.ContainerState;

namespace Doseline.Waste.Actors;

/// <summary>The decay clock of a container. The deadline is a row, so it outlives the process that set it.</summary>
public sealed class WasteContainerActor(string id, WasteDb db) : Actor(id)
{
    /// <summary>Actor type.</summary>
    public const string Type = "WasteContainer";

    /// <summary>Reminder at the instant of eligibility.</summary>
    public const string Eligible = "eligible";

    /// <inheritdoc/>
    public override Task<IMessage> ReceiveAsync(IMessage command, CancellationToken cancel) =>
        throw new InvalidOperationException($"A container's clock takes no commands, and so not {command.Descriptor.Name}.");

    /// <inheritdoc/>
    public override async Task RemindAsync(string name, CancellationToken cancel)
    {
        // Reminders come at least once and may come late: look at the state and the clock, not at the fact of being called.
        var container = await db.Containers.FindAsync([Id], cancel);
        if (container is not { State: ContainerState.Closed, EligibleTime: { } due } || db.Now < due) return;
        container.State = ContainerState.Eligible;
        db.Publish(Id, new ContainerEligible { ContainerId = Id, SiteId = container.SiteId });
        await db.SaveChangesAsync(cancel);
    }
}
