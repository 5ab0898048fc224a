using Doseline.Platform.Data;

namespace Doseline.Platform.Messaging.Reading;

/// <summary>What a listener's inbox holds of some facts: of each by its id, and by what it says in the words of the business.</summary>
sealed class InboxLook
{
    /// <summary>Where nothing was handled.</summary>
    static readonly InboxLook Nothing = new([]);

    readonly ILookup<string, Seen> byId, byKey;

    InboxLook(IReadOnlyList<Seen> rows) =>
        (byId, byKey) = (rows.ToLookup(r => r.FactId, StringComparer.Ordinal), rows.Where(r => r.Key is not null).ToLookup(r => r.Key!, StringComparer.Ordinal));

    /// <summary>Looks.</summary>
    /// <param name="db">The listener's database.</param>
    /// <param name="facts">Facts.</param>
    /// <param name="cancel">Cancels.</param>
    public static async Task<InboxLook> AtAsync(ServiceDb db, IReadOnlyList<Fact> facts, CancellationToken cancel)
    {
        if (facts is []) return Nothing;
        List<Seen> rows = [];
        await db.ReadAsync($"SELECT fact_id, part, data_hash, key FROM inbox WHERE fact_id IN ({facts.Select(f => f.Id)}) OR key IN ({facts.Select(f => f.Key ?? "")})", async reader =>
        {
            while (await reader.ReadAsync(cancel)) rows.Add(new(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3)));
        }, cancel);
        return new(rows);
    }

    /// <summary>True when the fact had its whole effect.</summary>
    /// <exception cref="FactConflictException">It had one with another payload, or what it says was told by another fact.</exception>
    public bool Has(Fact fact)
    {
        foreach (var row in byId[fact.Id])
        {
            if (!string.Equals(fact.DataHash, row.DataHash, StringComparison.Ordinal))
                throw new FactConflictException($"Fact {fact.Id} came again with another payload: {row.DataHash} was handled, {fact.DataHash} came.");
        }

        if (fact.Key is { } key && byKey[key].FirstOrDefault(row => row.FactId != fact.Id) is { } other)
            throw new FactConflictException($"Fact {fact.Id} tells of {key}, which fact {other.FactId} told of and which has had its effect.");
        return byId[fact.Id].Any(row => row.Part is "");
    }

    sealed record Seen(string FactId, string Part, string DataHash, string? Key);
}

/// <summary>A payload is not the one that was hashed, or a fact id or what a fact says came twice: somebody altered or invented one of them.</summary>
public sealed class FactConflictException(string message) : Exception(message);
