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
    string service, string publisher, FactTable table, IFactSource source, Bell bell, FactWork work, FactWaits keeper, FactForks forks, LogsAway logs, DatabaseTable databases,
    IServiceScopeFactory scopes, MessagingOptions options, Replica replica, ClockWatch clock, TimeProvider time, MessagingMeter meter, ILogger<FactReader> log) : IReminderPump, IHandsOver
{
    static readonly TimeSpan TakenElsewhere = TimeSpan.FromMilliseconds(250);
    // How long a claim is kept for the next ring, which may have come to another replica: that one waits as long, and a fact has a second in all.
    static readonly TimeSpan Busy = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan InProcess = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan FromAfar = TimeSpan.FromMilliseconds(100);

    readonly IReadOnlyDictionary<string, FactRule> rules = table.Of(service, publisher);
    readonly Lease lease = new(PumpNames.Facts(publisher), replica.Holder, options.Lease);
    // What is known since the last round: how often somebody had rung, whether anything waits, and until when.
    long rungFor = -1;
    bool waits = true, taken;
    DateTimeOffset? nextTry;
    DateTimeOffset looked = DateTimeOffset.MinValue;

    /// <inheritdoc/>
    public string Service => service;

    /// <inheritdoc/>
    public string Name { get; } = PumpNames.Facts(publisher);

    /// <summary>Service whose log is read.</summary>
    public string Publisher => publisher;

    /// <inheritdoc/>
    // Another replica holds the lease: the ring may have been for what that one has read already, or not.
    public TimeSpan Patience => taken ? TakenElsewhere : lease.IsTaken ? Busy : options.Unrung;

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
        var idle = rung == rungFor && !waits;
        if (!clock.MayRecord || idle && (options.Manual || looked > time.GetUtcNow() - 0.9 * (lease.IsTaken ? Busy : options.Unrung))) return 0;
        await using var scope = scopes.CreateAsyncScope();
        var db = databases.Of(service, scope.ServiceProvider);
        if (idle && lease.IsTaken)
        {
            await lease.ReleaseAsync(db, cancel);
            return 0;
        }

        var (cursors, open) = await StandAsync(db, cancel);
        if (idle && cursors.Max(c => c.ReadTime) is var read && read > db.Now - 0.9 * options.Unrung)
        {
            looked = read;
            return 0;
        }

        var groups = GroupsOf(cursors);
        var first = open.TooMany ? Read.Nothing(groups[0].Place) : await ReadAsync(groups[0], rung != rungFor, cancel);
        looked = db.Now;
        if (first.Page is { Forked: false, Facts: [] } && groups.Count == 1 && open.ToTry(db.Now, options.Manual, rules) is [])
        {
            // Nothing for us: the cursor passes it by, and no lease is needed for that.
            var moves = first.Page.UpTo != first.Page.After || !options.Manual && !first.Away;
            var more = moves && !await MoveAsync(db, groups[0], first.Page.UpTo, cancel) || first.Page.UpTo.Position < first.Page.Head.Position;
            (rungFor, taken) = (first.Away || more ? -1 : rung, false);
            return more ? 1 : 0;
        }

        // What was read under a claim that still stands is true; before a new one, somebody else may have been here.
        var held = lease.IsHeld(db.Now);
        taken = await lease.TakeAsync(db, cancel) is null;
        if (taken) return 0;
        var (count, atHead) = await RoundAsync(db, held ? (cursors, open) : await StandAsync(db, cancel), first, rung != rungFor, cancel);
        rungFor = atHead ? rung : -1;
        // The claim is kept from round to round while one ring follows another; then the way is free for another replica, which the next one may reach.
        // A process that dies leaves its claim to run out.
        if (waits || options.Manual) await lease.ReleaseAsync(db, cancel);
        return count;
    }

    /// <inheritdoc/>
    public async Task HandOverAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        await lease.ReleaseAsync(databases.Of(service, scope.ServiceProvider), cancel);
    }

    async Task<(int Count, bool AtHead)> RoundAsync(ServiceDb db, (List<CursorRow> Cursors, OpenWaits Waits) stand, Read? first, bool rung, CancellationToken cancel)
    {
        for (var count = 0; ; stand = await StandAsync(db, cancel))
        {
            var (more, open) = (false, stand.Waits);
            foreach (var group in GroupsOf(stand.Cursors))
            {
                var (page, away) = first is not null && first.Page.After == group.Place ? first
                    : open.TooMany ? Read.Nothing(group.Place)
                    : await ReadAsync(group, rung, cancel);
                first = null;
                if (page.Forked) return await forks.GoBackAsync(db, lease, service, publisher, group.Place, cancel) ? (count + 1, false) : (count, true);

                FactRound round = new(rules, open, lease, work, keeper, logs, options, time, meter, log);
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
            logs.Saw(service, publisher, isAway: false);
            meter.Page(service, publisher, brought: true);
            meter.Head(service, publisher, brought.Head.Position);
            return new Read(brought, false);
        }

        try
        {
            var page = await source.ReadAsync(service, publisher, group.Place, group.Types, group.Until, cancel);
            logs.Saw(service, publisher, isAway: false);
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

        logs.Saw(service, publisher, isAway: true);
        return Read.Nothing(group.Place);
    }

    // Where the cursors stand and what waits, in one message. A type without a row begins where its rule says. One that left the table keeps its row,
    // and goes on from there when it comes back.
    async Task<(List<CursorRow> Cursors, OpenWaits Waits)> StandAsync(ServiceDb db, CancellationToken cancel)
    {
        List<CursorRow> rows = [];
        var any = false;
        await db.ReadAsync($"""
            SELECT type, position, fact_id, read_time FROM cursors WHERE publisher = {publisher};
            SELECT 1 FROM waiting WHERE publisher = {publisher} AND resolved_time IS NULL LIMIT 1
            """, async reader =>
        {
            while (await reader.ReadAsync(cancel))
                rows.Add(new CursorRow { Publisher = publisher, Type = reader.GetString(0), Position = reader.GetInt64(1), FactId = reader.GetString(2), ReadTime = new DateTimeOffset(reader.GetInt64(3), TimeSpan.Zero) });
            any = await reader.NextResultAsync(cancel) && await reader.ReadAsync(cancel);
        }, cancel);
        foreach (var rule in rules.Values.Where(r => !rows.Exists(c => c.Type == r.Type))) rows.Add(await BeginAsync(db, rule, cancel));
        var open = any ? await OpenWaits.ReadAsync(db, publisher, cancel) : OpenWaits.None();
        (waits, nextTry) = (open.Any, open.NextTime);
        return (rows.FindAll(c => rules.ContainsKey(c.Type)), open);
    }

    async Task<CursorRow> BeginAsync(ServiceDb db, FactRule rule, CancellationToken cancel)
    {
        var place = rule.Start is Start.Now ? (await source.ReadAsync(service, publisher, LogPlace.Beginning, [], null, cancel)).Head : LogPlace.Beginning;
        var row = new CursorRow { Publisher = publisher, Type = rule.Type, Position = place.Position, FactId = place.FactId, ReadTime = DateTimeOffset.UnixEpoch };
        await db.WriteAsync(() => db.Database.ExecuteSqlAsync(
            $"INSERT INTO cursors (publisher, type, position, fact_id, read_time) VALUES ({row.Publisher}, {row.Type}, {row.Position}, {row.FactId}, {row.ReadTime.UtcTicks}) ON CONFLICT DO NOTHING", cancel), cancel);
        return row;
    }

    async Task<bool> MoveAsync(ServiceDb db, Group group, LogPlace to, CancellationToken cancel)
    {
        var moved = await db.WriteAsync(() => db.ChangeAsync($"""
            UPDATE cursors SET position = {to.Position}, fact_id = {to.FactId}, read_time = {db.Now.UtcTicks}
            WHERE publisher = {publisher} AND position = {group.Place.Position} AND fact_id = {group.Place.FactId} AND type IN ({group.Types})
            """, cancel), cancel);
        return moved == group.Types.Count;
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
