using System.Globalization;
using System.Text;
using Doseline.Platform.Actors;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Doseline.Platform.Data;

/// <summary>Deadlines that are set, moved or forgotten with the next save, in one statement and without looking first what is there.</summary>
/// <remarks>A dose sets five deadlines in the turn that plans it: tracked as rows, each would be read before it is written.</remarks>
sealed class PendingReminders
{
    readonly Dictionary<(string Type, string Id, string Name), DateTimeOffset?> changes = [];
    readonly List<ReminderWake> wakes = [];

    /// <summary>True when something waits to be written.</summary>
    public bool Any => changes.Count > 0;

    /// <summary>Deadlines that were written, not the forgotten ones.</summary>
    public IReadOnlyList<ReminderWake> Wakes => wakes;

    /// <summary>Sets or moves a deadline; null forgets it. The last word counts.</summary>
    public void Set(string type, string id, string name, DateTimeOffset? due) => changes[(type, id, name)] = due;

    /// <summary>True when a written deadline falls before an instant.</summary>
    public bool AnyBefore(DateTimeOffset instant) => wakes.Exists(w => w.Due < instant);

    /// <summary>Writes what waits, in the transaction at hand.</summary>
    public async Task WriteAsync(DatabaseFacade database, CancellationToken cancel)
    {
        StringBuilder sql = new();
        List<object> values = [];
        foreach (var (key, _) in changes.Where(c => c.Value is null))
            sql.Append(CultureInfo.InvariantCulture, $"DELETE FROM reminders WHERE actor_type = {Next(key.Type)} AND actor_id = {Next(key.Id)} AND name = {Next(key.Name)};\n");

        var set = changes.Where(c => c.Value is not null).Select(c => (c.Key, Due: c.Value!.Value)).ToList();
        if (set is not [])
        {
            sql.Append("INSERT INTO reminders (actor_type, actor_id, name, due_time, next_time, tries) VALUES ");
            sql.AppendJoin(", ", set.Select(c =>
            {
                var due = Next(c.Due.UtcTicks);
                return $"({Next(c.Key.Type)}, {Next(c.Key.Id)}, {Next(c.Key.Name)}, {due}, {due}, 0)";
            }));
            sql.Append(" ON CONFLICT (actor_type, actor_id, name) DO UPDATE SET due_time = excluded.due_time, next_time = excluded.next_time, tries = 0");
            wakes.AddRange(set.Select(c => new ReminderWake(c.Key.Type, c.Key.Id, c.Key.Name, c.Due)));
        }

        await database.ExecuteSqlRawAsync(sql.ToString(), values, cancel);
        changes.Clear();

        // Values travel as parameters; the text holds their places only.
        string Next(object value)
        {
            values.Add(value);
            return $"{{{values.Count - 1}}}";
        }
    }
}
