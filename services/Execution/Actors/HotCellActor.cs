using Doseline.Execution.Data;
using Doseline.Platform.Actors;
using Google.Protobuf;

namespace Doseline.Execution.Actors;

/// <summary>
/// A hot cell between batches. Batches occupy and leave it in their own transactions, fenced by its version; what happens by itself is that
/// its residual decays, and the actor notes the instant at which the cell is clear.
/// </summary>
public sealed class HotCellActor(string id, ExecutionDb db) : Actor(id)
{
    /// <summary>Actor type.</summary>
    public const string Type = "HotCell";

    /// <summary>Reminder: the residual of the last batch has decayed to the clearance limit.</summary>
    public const string Clears = "clears";

    /// <inheritdoc/>
    public override Task<IMessage> ReceiveAsync(IMessage command, CancellationToken cancel) =>
        throw new NotSupportedException($"A hot cell takes no command {command.Descriptor.Name}.");

    /// <inheritdoc/>
    public override async Task RemindAsync(string name, CancellationToken cancel)
    {
        // Changeover may have begun anew since the reminder was set: only the clear time of now counts.
        if (await db.Equipment.FindAsync([Id], cancel) is not { ClearTime: { } clear } cell || clear > db.Now) return;
        cell.Residual = null;
        cell.ClearTime = null;
        await db.SaveChangesAsync(cancel);
    }
}
