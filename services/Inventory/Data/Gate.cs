using Doseline.Inventory.Domain;
using Doseline.Inventory.V1;
using Doseline.Kernel.Rules;

namespace Doseline.Inventory.Data;

/// <summary>
/// The gate of a site: one caller at a time looks, decides and books, across all replicas, so that no number of concurrent arrivals
/// exceeds a limit together.
/// </summary>
public sealed class Gate(InventoryDb db, PossessionReader reader, IServiceScopeFactory scopes, ILogger<Gate> log)
{
    static readonly EventId UnauthorisedMove = new(7201, "UnauthorisedMove");
    static readonly EventId Excursion = new(7202, "Excursion");
    static readonly string[] SecurityCodes = ["ROOM_NOT_AUTHORISED", "USE_NOT_AUTHORISED", "FORM_NOT_AUTHORISED", "NUCLIDE_NOT_LICENSED", "ROOM_NOT_ACTIVE"];

    /// <summary>Runs read-decide-book for a site alone; a refusal that says "not authorised" is kept as a security event.</summary>
    /// <param name="site">Site.</param>
    /// <param name="room">Room asked for, for the event.</param>
    /// <param name="what">Holding or material, for the event.</param>
    /// <param name="work">Reads, decides, books and saves.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<T> AloneAsync<T>(string site, string room, string what, Func<Task<T>> work, CancellationToken cancel)
    {
        try
        {
            return await db.LockedAsync($"possession:{site}", work, cancel);
        }
        catch (RefusedException refused) when (refused.Refusals.Any(refusal => SecurityCodes.Contains(refusal.Code)))
        {
            await RememberAsync(site, room, what, [.. refused.Refusals.Select(refusal => refusal.Code).Distinct(StringComparer.Ordinal)], cancel);
            throw;
        }
    }

    /// <summary>Admits an arrival or adds the refusals; tells once when a limit comes near.</summary>
    /// <param name="arrival">What arrives.</param>
    /// <param name="expectationId">Announcement it fulfils; empty for none.</param>
    /// <param name="refusals">Reasons collected so far; the gate adds its own.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task AdmitAsync(Arrival arrival, string expectationId, List<Refusal> refusals, CancellationToken cancel)
    {
        var site = arrival.To.SiteId;
        var state = await reader.StateAsync(site, expectationId, cancel);
        var admission = PossessionRules.AdmitOrSuggest(arrival, state).OrAdd(refusals);
        if (admission is null || refusals is not []) return;
        var (row, known) = await db.LoadAsync(db.One<SiteRow>(site), db.All<NearLimitRow>(nameof(NearLimitRow.SiteId), site), cancel);
        foreach (var use in admission.Uses) TellNear(site, use, row!.NearLimitFraction, known.Find(limit => limit.LimitId == use.LimitId));
    }

    /// <summary>
    /// Admits what goes together, as what is in one container, or adds the refusals: each item meets the room as it is with those before it.
    /// </summary>
    /// <param name="site">Site.</param>
    /// <param name="arrivals">What arrives; none of it comes from outside.</param>
    /// <param name="refusals">Reasons collected so far; the gate adds its own, each once.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task AdmitTogetherAsync(string site, IReadOnlyList<Arrival> arrivals, List<Refusal> refusals, CancellationToken cancel)
    {
        var state = await reader.StateAsync(site, "", cancel);
        List<LimitUse> uses = [];
        foreach (var arrival in arrivals)
        {
            if (PossessionRules.AdmitOrSuggest(arrival, state).OrAdd(refusals) is { } admission) uses.AddRange(admission.Uses);
            state = state with { Held = [.. state.Held.Where(held => held.Place.HoldingId != arrival.To.HoldingId || held.IsPlannedMove), arrival.Item] };
        }

        if (refusals is not [])
        {
            List<Refusal> once = [.. refusals.DistinctBy(refusal => (refusal.Code, refusal.Subject))];
            refusals.Clear();
            refusals.AddRange(once);
            return;
        }

        var (row, known) = await db.LoadAsync(db.One<SiteRow>(site), db.All<NearLimitRow>(nameof(NearLimitRow.SiteId), site), cancel);
        foreach (var use in uses.GroupBy(use => use.LimitId, StringComparer.Ordinal).Select(all => all.MaxBy(use => use.UsedFraction)!))
            TellNear(site, use, row!.NearLimitFraction, known.Find(limit => limit.LimitId == use.LimitId));
    }

    /// <summary>Looks at what lies where it lay while its status changed: what may not be beside it any more is seen, for nobody moves by a change of status.</summary>
    /// <param name="item">What changed, with its status now.</param>
    /// <param name="causeId">Request or fact that changed it.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task StatusChangedAsync(HeldItem item, string causeId, CancellationToken cancel)
    {
        if (item.Place.RoomId is "" || !item.Place.Account.IsPossession()) return;
        List<Refusal> refusals = [.. Segregation.Refusals(new Arrival(item, db.Now), await reader.StateAsync(item.Place.SiteId, "", cancel))];
        if (refusals is not []) BookExcursion(causeId, item.Place.RoomId, item.Place, CodesOf(refusals));
    }

    /// <summary>Books that activity is where the gate would not let it in.</summary>
    /// <param name="causeId">Request or fact that told of it.</param>
    /// <param name="fromRoomId">Room it was in; that of <paramref name="at"/> when it has not moved.</param>
    /// <param name="at">Where it is.</param>
    /// <param name="codes">Codes of the reasons against it.</param>
    public void BookExcursion(string causeId, string fromRoomId, Place at, IReadOnlyList<string> codes)
    {
        log.LogWarning(Excursion, "{What} is in {Room} of {Site}, which would not have let it in: {Codes}", at.HoldingId, at.RoomId, at.SiteId, string.Join(',', codes));
        db.Put(new ExcursionRow
        {
            Id = db.Ids.New(), SiteId = at.SiteId, HoldingId = at.HoldingId, FromRoomId = fromRoomId, RoomId = at.RoomId, Codes = string.Join(',', codes), CauseId = causeId, Time = db.Now,
        });
        db.Publish(at.SiteId, new ExcursionBooked { HoldingId = at.HoldingId, SiteId = at.SiteId, FromRoomId = fromRoomId, RoomId = at.RoomId, Codes = { codes }, BookTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(db.Now) });
    }

    /// <summary>What the gate would have said of activity that is in a room already: codes of the reasons against it, each once; empty when it might come.</summary>
    /// <param name="arrival">What is there, as if it came now.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<IReadOnlyList<string>> ObjectionsAsync(Arrival arrival, CancellationToken cancel) =>
        CodesOf(PossessionRules.Admit(arrival, await reader.StateAsync(arrival.To.SiteId, "", cancel)).Refusals);

    static IReadOnlyList<string> CodesOf(IEnumerable<Refusal> refusals) => [.. refusals.Select(Segregation.CodeOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    void TellNear(string site, LimitUse use, double fraction, NearLimitRow? row)
    {
        var isNear = use.UsedFraction >= fraction;
        if (row is null)
        {
            if (!isNear) return;
            row = db.Put(new NearLimitRow { SiteId = site, LimitId = use.LimitId, Near = false });
        }

        if (isNear && !row.Near)
            db.Publish(site, new PossessionNearLimit { SiteId = site, LimitId = use.LimitId, Nuclide = use.Nuclide, UsedFraction = use.UsedFraction });
        row.Near = isNear;
    }

    // The refused call rolled back, so the event is kept in a scope of its own.
    async Task RememberAsync(string site, string room, string what, string[] codes, CancellationToken cancel)
    {
        var actor = db.Request.Caller.OnBehalfOf ?? db.Request.Caller.Subject;
        log.LogWarning(UnauthorisedMove, "{Actor} was refused to bring {What} into {Room} of {Site}: {Codes}", actor, what, room, site, string.Join(',', codes));
        await using var scope = scopes.CreateAsyncScope();
        var request = scope.ServiceProvider.GetRequiredService<Platform.Messaging.RequestContext>();
        (request.Caller, request.CausationId, request.CorrelationId) = (db.Request.Caller, db.Request.CausationId, db.Request.CorrelationId);
        var own = scope.ServiceProvider.GetRequiredService<InventoryDb>();
        own.Put(new SecurityEventRow
        {
            Id = own.Ids.New(), SiteId = site, RoomId = room, What = what, Actor = actor, Codes = string.Join(',', codes), Time = own.Now,
        });
        own.Publish(site, new UnauthorisedMoveRefused { SiteId = site, RoomId = room, What = what, Actor = actor, Codes = { codes } });
        await own.SaveChangesAsync(cancel);
    }
}
