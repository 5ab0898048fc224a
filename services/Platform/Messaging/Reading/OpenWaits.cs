using System.Collections.Concurrent;
using System.Text.Json;
using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Messaging.Reading;

/// <summary>A fact that waits.</summary>
/// <param name="Row">Its row, as it was read or written last.</param>
/// <param name="Keys">The rows it touches or needs.</param>
sealed record OpenWait(WaitingRow Row, IReadOnlyList<string> Keys);

/// <summary>What waits of one publisher's facts at one listener, kept up as a page is handled.</summary>
sealed class OpenWaits
{
    /// <summary>With more than so many, nothing more is read: a person must look first.</summary>
    public const int Max = 1000;

    readonly ConcurrentDictionary<string, OpenWait> open;

    OpenWaits(IEnumerable<OpenWait> waits) => open = new(waits.Select(w => KeyValuePair.Create(w.Row.FactId, w)), StringComparer.Ordinal);

    /// <summary>Nothing waits.</summary>
    public static OpenWaits None() => new([]);

    /// <summary>Reads them; orphans hold up nothing.</summary>
    public static async Task<OpenWaits> ReadAsync(ServiceDb db, string publisher, CancellationToken cancel)
    {
        var rows = await db.Waiting.AsNoTracking().Where(w => w.Publisher == publisher && w.ResolvedTime == null && w.State != WaitState.Orphaned)
            .OrderBy(w => w.Position).Take(Max + 1).ToListAsync(cancel);
        return new OpenWaits(rows.Select(Of));
    }

    public bool Any => !open.IsEmpty;

    /// <summary>True when so many wait that nothing more is read.</summary>
    public bool TooMany => open.Count > Max;

    /// <summary>When the next one is to be tried (UTC); null when none is.</summary>
    public DateTimeOffset? NextTime => open.Values.Where(w => w.Row.State is WaitState.Retrying).Min(w => w.Row.NextTime);

    public OpenWait? Of(string factId) => open.GetValueOrDefault(factId);

    /// <summary>Those to be tried now, in the order of the log: due, free of what was before them, or not readable by an earlier build.</summary>
    /// <param name="now">Now.</param>
    /// <param name="all">True to try those too that are not due.</param>
    /// <param name="rules">What is done here about which type.</param>
    public IReadOnlyList<OpenWait> ToTry(DateTimeOffset now, bool all, IReadOnlyDictionary<string, FactRule> rules) =>
    [
        .. open.Values.Where(w => rules.TryGetValue(w.Row.Type, out var rule) && w.Row.State switch
        {
            WaitState.Retrying => all || w.Row.NextTime <= now,
            WaitState.Behind => true,
            _ => w.Row.Build.Length > 0 && w.Row.Build != rule.Build,
        }).OrderBy(w => w.Row.Position),
    ];

    /// <summary>An earlier fact that waits and shares a row; null when the way is free.</summary>
    public OpenWait? Before(long position, IReadOnlyList<string> keys) => open.IsEmpty
        ? null
        : open.Values.Where(w => w.Row.Position < position && w.Keys.Intersect(keys, StringComparer.Ordinal).Any()).MinBy(w => w.Row.Position);

    /// <summary>Earlier facts of the same type on the same rows: what a fact that holds the whole row settles.</summary>
    public IReadOnlyList<OpenWait> SettledBy(Fact fact, IReadOnlyList<string> keys) =>
        [.. open.Values.Where(w => w.Row.Position < fact.Position && w.Row.Type == fact.Type && w.Keys.Intersect(keys, StringComparer.Ordinal).Any())];

    public void Put(WaitingRow row) => open[row.FactId] = Of(row);

    public void Remove(string factId) => open.TryRemove(factId, out _);

    static OpenWait Of(WaitingRow row) => new(row, JsonSerializer.Deserialize<string[]>(row.Keys)!);
}
