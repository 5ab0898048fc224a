using Doseline.Platform.Data;
using Doseline.Platform.Messaging.Reading;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Messaging;

/// <summary>How a service's messages stand.</summary>
/// <param name="Published">Facts in its log.</param>
/// <param name="Waiting">Facts of others that were read, and neither handled nor given up.</param>
/// <param name="Orphans">Facts that their publisher lost, and nobody has looked at.</param>
public sealed record MessageCounts(long Published, long Waiting, long Orphans)
{
    /// <summary>Counts now.</summary>
    public static async Task<MessageCounts> OfAsync(ServiceDb db, CancellationToken cancel) => new(
        await db.Facts.LongCountAsync(cancel),
        await db.Waiting.LongCountAsync(w => w.ResolvedTime == null && w.State != WaitState.Orphaned, cancel),
        await db.Waiting.LongCountAsync(w => w.ResolvedTime == null && w.State == WaitState.Orphaned, cancel));

    /// <summary>Facts that listeners have not read, by who listens to whom; both databases must be at hand.</summary>
    /// <param name="table">Who listens to what.</param>
    /// <param name="databases">The databases.</param>
    /// <param name="scope">Scope to take them from.</param>
    /// <param name="cancel">Cancels.</param>
    public static async Task<IReadOnlyDictionary<(string Service, string Publisher), long>> UnreadAsync(FactTable table, DatabaseTable databases, IServiceProvider scope, CancellationToken cancel)
    {
        Dictionary<(string, string), long> unread = [];
        foreach (var (service, publisher) in table.Pairs.Where(p => databases.Hosts(p.Service) && databases.Hosts(p.Publisher)))
        {
            var cursors = await databases.Of(service, scope).Cursors.AsNoTracking().Where(c => c.Publisher == publisher).ToDictionaryAsync(c => c.Type, c => c.Position, StringComparer.Ordinal, cancel);
            var log = databases.Of(publisher, scope).Facts;
            var count = 0L;
            foreach (var type in table.Of(service, publisher).Keys)
            {
                var read = cursors.GetValueOrDefault(type);
                count += await log.LongCountAsync(f => f.Type == type && f.Position > read, cancel);
            }

            unread[(service, publisher)] = count;
        }

        return unread;
    }
}
