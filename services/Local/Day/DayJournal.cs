using System.Text.Json;
using Doseline.Kernel.Rules;

namespace Doseline.Local.Day;

/// <summary>
/// Remembers what a day that goes on after it was cut off must not ask for anew: refusals, for a service keeps the answers it gave but not
/// its refusals, and a call that was refused this morning may be accepted tonight; instants that were read from a clock or a meter; and versions of what was read.
/// </summary>
sealed class DayJournal
{
    readonly string file;
    readonly Pages pages;

    /// <summary>Opens the journal, or begins one.</summary>
    /// <param name="file">File of the journal.</param>
    public DayJournal(string file)
    {
        this.file = file;
        pages = File.Exists(file) ? JsonSerializer.Deserialize<Pages>(File.ReadAllText(file))! : new Pages([], [], []);
    }

    /// <summary>The refusals of a step; null when it was not refused before.</summary>
    public IReadOnlyList<Refusal>? Of(string step) => pages.Refused.TryGetValue(step, out var entries)
        ? [.. entries.Select(e => e.Numbers.Aggregate(new Refusal(e.Kind, e.Code, e.Subject, e.Message), (r, n) => r.With(n.Key, n.Value)))]
        : null;

    /// <summary>Remembers a refusal.</summary>
    public void Remember(string step, IReadOnlyList<Refusal> refusals)
    {
        pages.Refused[step] = [.. refusals.Select(r => new Entry(r.Kind, r.Code, r.Subject, r.Message, new Dictionary<string, string>(r.Numbers)))];
        Write();
    }

    /// <summary>The instant at which a step was first done, which is now when it was not.</summary>
    public DateTimeOffset TimeOf(string step, DateTimeOffset now)
    {
        if (pages.Times.TryGetValue(step, out var before)) return before;
        pages.Times[step] = now;
        Write();
        return now;
    }

    /// <summary>The version that a step went by when it was first done, which is the one given when it was not.</summary>
    public long VersionOf(string step, long version)
    {
        if (pages.Versions.TryGetValue(step, out var before)) return before;
        pages.Versions[step] = version;
        Write();
        return version;
    }

    // Written whole and then moved, so that it is never half.
    void Write()
    {
        var draft = file + ".new";
        File.WriteAllText(draft, JsonSerializer.Serialize(pages));
        File.Move(draft, file, overwrite: true);
    }

    sealed record Pages(Dictionary<string, List<Entry>> Refused, Dictionary<string, DateTimeOffset> Times, Dictionary<string, long> Versions);

    sealed record Entry(RefusalKind Kind, string Code, string Subject, string Message, Dictionary<string, string> Numbers);
}
