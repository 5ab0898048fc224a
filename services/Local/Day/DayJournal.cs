using System.Text.Json;
using Doseline.Kernel.Rules;

namespace Doseline.Local.Day;

/// <summary>
/// Remembers what was refused. A service keeps the answers it gave but not its refusals, and a call that was refused this morning may be
/// accepted tonight: a day that goes on after it was cut off must not ask again.
/// </summary>
/// <param name="file">File of the journal.</param>
sealed class DayJournal(string file)
{
    readonly Dictionary<string, List<Entry>> refused = File.Exists(file)
        ? JsonSerializer.Deserialize<Dictionary<string, List<Entry>>>(File.ReadAllText(file))!
        : [];

    /// <summary>The refusals of a step; null when it was not refused before.</summary>
    public IReadOnlyList<Refusal>? Of(string step) => refused.TryGetValue(step, out var entries)
        ? [.. entries.Select(e => e.Numbers.Aggregate(new Refusal(e.Kind, e.Code, e.Subject, e.Message), (r, n) => r.With(n.Key, n.Value)))]
        : null;

    /// <summary>Remembers a refusal; written whole and then moved, so that it is never half.</summary>
    public void Remember(string step, IReadOnlyList<Refusal> refusals)
    {
        refused[step] = [.. refusals.Select(r => new Entry(r.Kind, r.Code, r.Subject, r.Message, new Dictionary<string, string>(r.Numbers)))];
        var draft = file + ".new";
        File.WriteAllText(draft, JsonSerializer.Serialize(refused));
        File.Move(draft, file, overwrite: true);
    }

    sealed record Entry(RefusalKind Kind, string Code, string Subject, string Message, Dictionary<string, string> Numbers);
}
