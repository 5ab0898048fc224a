using System.Globalization;
using System.Text.Json;

namespace Doseline.Platform.Audit;

/// <summary>One record's trail while it is read: the link to the last row, and the value that each column should have.</summary>
sealed class AuditTrail(string entity, string entityId)
{
    readonly Dictionary<string, JsonElement> values = new(StringComparer.Ordinal);
    AuditRow? last;
    bool readable = true;

    public string Entity => entity;

    /// <summary>Latest audited value of each column, as stored.</summary>
    public IReadOnlyDictionary<string, JsonElement> Values => values;

    public bool IsOf(AuditRow row) =>
        string.Equals(row.Entity, entity, StringComparison.Ordinal) && string.Equals(row.EntityId, entityId, StringComparison.Ordinal);

    public AuditFinding Finding(AuditFault fault, string detail) => new(entity, entityId, last?.Version ?? 0, fault, detail);

    /// <summary>Takes the next row, by version.</summary>
    public List<AuditFinding> Add(AuditRow row)
    {
        List<AuditFinding> findings = [];
        void Find(AuditFault fault, string detail) => findings.Add(new AuditFinding(entity, entityId, row.Version, fault, detail));
        var expected = (last?.Version ?? 0) + 1;
        if (row.Version != expected) Find(AuditFault.MissingVersion, $"Version {expected} should come next, {row.Version} does.");
        if (!string.Equals(row.PreviousHash, last?.Hash ?? "", StringComparison.Ordinal)) Find(AuditFault.BrokenLink, $"It follows {Name(row.PreviousHash)}, but {Name(last?.Hash ?? "")} is before it.");
        if (!string.Equals(AuditChain.HashOf(row), row.Hash, StringComparison.Ordinal)) Find(AuditFault.Edited, $"Its fields hash to {AuditChain.HashOf(row)}, its hash is {row.Hash}.");
        if (last is not null && row.Time <= last.Time) Find(AuditFault.TimeReversed, $"{row.Time:O} is not after {last.Time:O}.");
        Take(row);
        last = row;
        return findings;
    }

    /// <summary>Compares the trail's end with the record.</summary>
    /// <param name="record">Columns as stored; null when there is no such record.</param>
    public IReadOnlyList<AuditFinding> Compare(IReadOnlyDictionary<string, object?>? record)
    {
        if (record is null) return [Finding(AuditFault.RecordMissing, "There is no such record.")];
        List<AuditFinding> findings = [];
        var version = Convert.ToInt64(record["version"], CultureInfo.InvariantCulture);
        var hash = (string?)record["audit_hash"];
        var changed = Convert.ToInt64(record["changed_time"], CultureInfo.InvariantCulture);
        if (version != last!.Version || !string.Equals(hash, last.Hash, StringComparison.Ordinal) || changed != last.Time.UtcTicks)
            findings.Add(Finding(AuditFault.HeadMismatch, $"The record is at version {version} with hash {Name(hash ?? "")}, its trail ends at version {last.Version} with {Name(last.Hash)}."));
        if (!readable) return findings;
        foreach (var (column, value) in record)
        {
            if (column is "version" or "audit_hash" or "changed_time" || !values.TryGetValue(column, out var audited) || AuditValues.AreSame(audited, value)) continue;
            findings.Add(Finding(AuditFault.RecordEdited, $"{column} is {AuditValues.Text(value)}, its last audited value is {audited.GetRawText()}."));
        }

        return findings;
    }

    void Take(AuditRow row)
    {
        try
        {
            using var changes = JsonDocument.Parse(row.Changes);
            foreach (var change in changes.RootElement.EnumerateObject()) values[change.Name] = change.Value[1].Clone();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or IndexOutOfRangeException)
        {
            // An edited row that is no longer JSON was found by its hash.
            readable = false;
        }
    }

    static string Name(string hash) => hash is "" ? "nothing" : hash[..Math.Min(12, hash.Length)];
}
