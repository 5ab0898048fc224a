using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Messaging;

/// <summary>How a service's messages stand.</summary>
/// <param name="Published">Facts in the outbox, sent or not.</param>
/// <param name="Unsent">Facts that wait to be published.</param>
/// <param name="Parked">Facts of others that could not be handled and were not resolved.</param>
public sealed record MessageCounts(long Published, long Unsent, long Parked)
{
    /// <summary>Counts now.</summary>
    public static async Task<MessageCounts> OfAsync(ServiceDb db, CancellationToken cancel) => new(
        await db.Outbox.LongCountAsync(cancel),
        await db.Outbox.LongCountAsync(r => r.SentTime == null, cancel),
        await db.Parked.LongCountAsync(r => r.ResolvedTime == null, cancel));
}
