using Doseline.Platform.Actors;
using Doseline.Platform.Data;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging.Log;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Messaging.Reading;

/// <summary>Reads the facts of one publisher for one listener, page by page, from one replica at a time.</summary>
/// <remarks>
/// Each type has a cursor; those that stand at one place are read together. A cursor moves only from where it was read to where everything
/// before is handled or waits. Two readers at once, after a long pause of one, cost duplicates and nothing else.
/// </remarks>
public sealed class FactReader(
    string service, string publisher, FactTable table, IFactSource source, Bell bell, FactWork work, FactWaits keeper, FactForks forks, DatabaseTable databases,
    IServiceScopeFactory scopes, MessagingOptions options, Replica replica, ClockWatch clock, TimeProvider time, MessagingMeter meter, ILogger<FactReader> log) : IReminderPump, IHandsOver
{
    static readonly TimeSpan TakenElsewhere = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan InProcess = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan FromAfar = TimeSpan.FromMilliseconds(100);

    readonly IReadOnlyDictionary<string, FactRule> rules = table.Of(service, publisher);
    readonly Lease lease = new(PumpNames.Facts(publisher), replica.Holder, options.Lease);
    // What is known since the last round: how often somebody had rung, whether anything waits, and until when.
    long rungFor = -1;
    bool waits = true, taken;
    DateTimeOffset? nextTry;

    /// <inheritdoc/>
    public string Service => service;

    /// <inheritdoc/>
    public string Name { get; } = PumpNames.Facts(publisher);

    /// <summary>Service whose log is read.</summary>
    public string Publisher => publisher;

    /// <inheritdoc/>
    // Another replica holds the lease: the ring may have been for what that one has read already, or not.
    public TimeSpan Patience => taken ? TakenElsewhere : options.Unrung;

    /// <inheritdoc/>
    public TimeSpan Gather => source.IsHere(publisher) ? InProcess : bell.HasPages(service, publisher) ? TimeSpan.Zero : FromAfar;

    /// <inheritdoc/>
    public Task<DateTimeOffset?> NextAsync(CancellationToken cancel) => Task.FromResult(nextTry);

    /// <inheritdoc/>
    /// <returns>How many facts were handled, kept or passed over.</returns>
    public async Task<int> PumpAsync(CancellationToken cancel)
    {
        var rung = bell.RungFor(service, publisher);
        // Where work is pumped by hand, nothing is looked at that nobody rang for; and nothing is recorded by a clock that is off.
        if (!clock.MayRecord || options.Manual && rung == rungFor && !waits) return 0;
        await using var scope = scopes.CreateAsyncScope();
        var db = databases.Of(service, scope.ServiceProvider);
        var cursors = await CursorsAsync(db, cancel);
        if (!options.Manual && rung == rungFor && !waits && cursors.Max(c => c.ReadTime) > db.Now - 0.9 * options.Unrung) return 0;

        var open = await WaitsAsync(db, cancel);
        var groups = GroupsOf(cursors);
        var read = open.TooMany ? Read.Nothing(groups[0].Place) : await ReadAsync(groups[0], rung != rungFor, cancel);
        if (read.Page is { Forked: false, Facts: [] } && groups.Count == 1 && open.ToTry(db.Now, options.Manual, rules) is [])
        {
            // Nothing for us: the cursor passes it by, and no lease is needed for that.
            var looked = read.Page.UpTo != read.Page.After || !options.Manual && !read.Away;
            var more = looked && !await MoveAsync(db, groups[0], read.Page.UpTo, cancel) || read.Page.UpTo.Position < read.Page.Head.Position;
            (rungFor, taken) = (read.Away || more ? -1 : rung, false);
            return more ? 1 : 0;
        }

        taken = await lease.TakeAsync(db, cancel) is null;
        if (taken) return 0;
        var (count, atHead) = await RoundAsync(db, read, cancel);
        rungFor = atHead ? rung : -1;
        // The way is free for another replica, which the next ring may reach. A process that dies leaves its lease to run out.
        await lease.ReleaseAsync(db, cancel);
        return count;
    }

    /// <inheritdoc/>
    public async Task HandOverAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        await lease.ReleaseAsync(databases.Of(service, scope.ServiceProvider), cancel);
    }

    async Task<(int Count, bool AtHead)> RoundAsync(ServiceDb db, Read? first, CancellationToken cancel)
    {
        for (var count = 0; ;)
        {
            var more = false;
            foreach (var group in GroupsOf(await CursorsAsync(db, cancel)))
            {
                var open = await WaitsAsync(db, cancel);
                var (page, away) = first is not null && first.Page.After == group.Place ? first
                    : open.TooMany ? Read.Nothing(group.Place)
                    : await ReadAsync(group, false, cancel);
                first = null;
                if (page.Forked) return await forks.GoBackAsync(db, lease, service, publisher, group.Place, cancel) ? (count + 1, false) : (count, true);

                FactRound round = new(rules, open, lease, work, keeper, options, time, meter, log);
                List<Fact> facts = [.. page.Facts.Where(f => group.Types.Contains(f.Type))];
                var settled = await round.RunAsync(db, facts, cancel);
                (waits, nextTry) = (open.Any, open.NextTime);
                meter.StandsStill(service, publisher, open.TooMany);
                var whole = settled == facts.Count;
                var to = whole ? page.UpTo : settled > 0 ? new LogPlace(facts[settled - 1].Position, facts[settled - 1].Id) : group.Place;
                // Where a cursor was moved by somebody else, it is looked at where it stands now.
                more |= to != group.Place && !await MoveAsync(db, group, to, cancel);
                count += Math.Max(settled, round.Handled);
                if (round.Over || away) return (count, false);
                // Groups join where one reaches the next, and are read together from there.
                more |= to.Position < page.Head.Position || group.Until is not null || bell.HasPages(service, publisher);
            }

            if (!more) return (count, true);
            if (!lease.IsHeld(db.Now)) return (count + 1, false);
        }
    }

    // The bell's page is used where it begins exactly here, as if it had been read here.
    async Task<Read> ReadAsync(Group group, bool rung, CancellationToken cancel)
    {
        if (bell.Take(service, publisher, group.Place, group.Until) is { } brought)
        {
            meter.Page(service, publisher, brought: true);
            meter.Head(service, publisher, brought.Head.Position);
            return new Read(brought, false);
        }

        try
        {
            var page = await source.ReadAsync(service, publisher, group.Place, group.Types, group.Until, cancel);
            meter.Page(service, publisher, brought: false);
            if (!rung && !options.Manual && page.Facts.Count > 0 && !source.IsHere(publisher)) meter.Unrung(service, publisher, page.Facts.Count);
            meter.Head(service, publisher, page.Head.Position);
            return new Read(page, false);
        }
        catch (PublisherAwayException fault)
        {
            log.LogWarning("{Listener} reads on later: {Reason}", service, fault.Message);
        }
        catch (FactLogException fault)
        {
            meter.PageRefused(service, publisher);
            log.LogCritical(fault, "{Listener} stands still before the log of {Publisher}", service, publisher);
        }

        return Read.Nothing(group.Place);
    }

    async Task<OpenWaits> WaitsAsync(ServiceDb db, CancellationToken cancel)
    {
        var open = await OpenWaits.ReadAsync(db, publisher, cancel);
        (waits, nextTry) = (open.Any, open.NextTime);
        return open;
    }

    async Task<bool> MoveAsync(ServiceDb db, Group group, LogPlace to, CancellationToken cancel)
    {
        var now = db.Now;
        return group.Types.Count == await db.WriteAsync(() => db.Cursors
            .Where(c => c.Publisher == publisher && group.Types.Contains(c.Type) && c.Position == group.Place.Position && c.FactId == group.Place.FactId)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.Position, to.Position).SetProperty(c => c.FactId, to.FactId).SetProperty(c => c.ReadTime, now), cancel), cancel);
    }

    // A type without a row begins where its rule says. One that left the table keeps its row, and goes on from there when it comes back.
    async Task<List<CursorRow>> CursorsAsync(ServiceDb db, CancellationToken cancel)
    {
        var rows = await db.Cursors.AsNoTracking().Where(c => c.Publisher == publisher).ToListAsync(cancel);
        foreach (var rule in rules.Values.Where(r => !rows.Exists(c => c.Type == r.Type)))
        {
            var place = rule.Start is Start.Now ? (await source.ReadAsync(service, publisher, LogPlace.Beginning, [], null, cancel)).Head : LogPlace.Beginning;
            var row = new CursorRow { Publisher = publisher, Type = rule.Type, Position = place.Position, FactId = place.FactId, ReadTime = DateTimeOffset.UnixEpoch };
            await db.WriteAsync(() => db.Database.ExecuteSqlAsync(
                $"INSERT INTO cursors (publisher, type, position, fact_id, read_time) VALUES ({row.Publisher}, {row.Type}, {row.Position}, {row.FactId}, {row.ReadTime.UtcTicks}) ON CONFLICT DO NOTHING", cancel), cancel);
            rows.Add(row);
        }

        return rows.FindAll(c => rules.ContainsKey(c.Type));
    }

    // In the order of their places; each but the last is read up to the next, where they join.
    static List<Group> GroupsOf(List<CursorRow> cursors)
    {
        var places = cursors.GroupBy(c => new LogPlace(c.Position, c.FactId)).OrderBy(g => g.Key.Position).ToList();
        return [.. places.Select((g, i) => new Group(g.Key, [.. g.Select(c => c.Type)], i + 1 < places.Count ? places[i + 1].Key.Position : null))];
    }

    // What was read, and whether the publisher could be asked at all.
    sealed record Read(FactPage Page, bool Away)
    {
        public static Read Nothing(LogPlace place) => new(new FactPage(place, [], place, place), true);
    }

    sealed record Group(LogPlace Place, IReadOnlyList<string> Types, long? Until);
}
