using System.Security.Cryptography;
using System.Text;
using Doseline.Audit.V1;
using Doseline.Platform.Auth;
using Doseline.Platform.Data;
using Doseline.Platform.Signing;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Audit.Sealing;

/// <summary>
/// Gives every audit row a leaf in the service's tree, and signs heads over it. Leaves, nodes and head of a round commit together, under a
/// lock: a sealer that dies has done nothing, and two cannot fork the tree.
/// </summary>
/// <remarks>
/// The leaf is the row's hash, which covers every field: so sealing reads 32 bytes a row, and a proof can be given to someone who may not
/// read the row. Leaves follow the order of sealing, not of <c>seq</c>: on PostgreSQL a row may be committed after one of a higher number,
/// and it then gets the next leaf. What is sealed is "has a leaf", never "is below the highest", so no late row is skipped.
/// </remarks>
public sealed class AuditSealer(KeyStore keys, SealOptions options, HeadWitness witness, AuditMeter meter, ILogger<AuditSealer> log)
{
    // One transaction seals at most this many rows, so that no lock is held long.
    const int RoundMax = 2000;
    const int LookThroughRows = 100_000;

    /// <summary>Seals everything committed so far.</summary>
    /// <param name="db">The service's database.</param>
    /// <param name="everywhere">True looks through the whole trail; false behind the newest sealed row only as far as <see cref="SealOptions.LookBack"/>.</param>
    /// <param name="sign">True signs a head although nothing is new.</param>
    /// <param name="cancel">Cancels between rounds.</param>
    /// <returns>Rows sealed, and the latest head; null when there is nothing to seal and never was.</returns>
    /// <exception cref="SealBrokenException">The stored tree is not the one that was signed: somebody altered it, and nothing is signed over it.</exception>
    public async Task<(long Sealed, TreeHead? Head)> SealAsync(ServiceDb db, bool everywhere, bool sign, CancellationToken cancel)
    {
        try
        {
            var total = 0L;
            while (true)
            {
                var (count, more, head) = await db.AloneAsync("audit-seal", () => RoundAsync(db, everywhere, sign && total == 0, cancel), cancel);
                total += count;
                if (count > 0) meter.Sealed(db.Service, count);
                if (more) continue;
                meter.Sound(db.Service);
                return (total, head);
            }
        }
        catch (SealBrokenException broken)
        {
            meter.Broken(db.Service, broken.Message);
            log.LogCritical("The sealed audit trail of {Service} is broken, nothing is signed over it: {Reason}", db.Service, broken.Message);
            throw;
        }
    }

    /// <summary>Rows that have no leaf yet, near the newest sealed one, and since when the oldest of them waits.</summary>
    public async Task<(long Count, DateTimeOffset? Oldest)> UnsealedAsync(ServiceDb db, CancellationToken cancel)
    {
        var waiting = Unsealed(db, await FloorAsync(db, cancel), long.MaxValue);
        var count = await waiting.LongCountAsync(cancel);
        return (count, count == 0 ? null : await waiting.MinAsync(r => (DateTimeOffset?)r.Time, cancel));
    }

    async Task<(int Count, bool More, TreeHead? Head)> RoundAsync(ServiceDb db, bool everywhere, bool sign, CancellationToken cancel)
    {
        var last = (await db.Heads.AsNoTracking().OrderByDescending(h => h.Number).FirstOrDefaultAsync(cancel))?.ToWire(db.Service);
        var frontier = await new TreeReader(db).FrontierAsync(last?.TreeSize ?? 0, cancel);
        await RequireSoundAsync(db, last, frontier, cancel);
        if (last is not null) witness.Remember(last);
        var (rows, more) = await NextAsync(db, everywhere, cancel);
        if (rows is [] && (last is null || !sign)) return (0, false, last);

        foreach (var (seq, hash) in rows)
        {
            var leaf = LeafOf(hash);
            db.Add(new LeafRow { LeafIndex = frontier.Size, Seq = seq, LeafHash = leaf });
            frontier.Append(leaf, (level, index, root) => db.Add(new NodeRow { Level = level, NodeIndex = index, Hash = root }));
        }

        var now = db.Now;
        var earlier = last?.Time.ToDateTimeOffset();
        var head = SignedDocument.Sign(new TreeHead
        {
            Service = db.Service,
            TreeId = last?.TreeId ?? db.Ids.New(),
            Number = (last?.Number ?? 0) + 1,
            TreeSize = frontier.Size,
            RootHash = Convert.ToHexStringLower(frontier.Root()),
            // Heads never go back in time, even when the wall clock does.
            Time = (earlier > now ? earlier.Value : now).ToTimestamp(),
            PreviousHash = TreeHeads.HashOf(last),
        }, keys.Standing(TreeHeads.KeyOf(db.Service)));
        db.Add(head.ToRow());
        await db.SaveChangesAsync(cancel);
        db.ChangeTracker.Clear();
        // A copy of every head leaves the database by the log.
        log.LogInformation("Sealed {Service}: head {Number} of tree {TreeId}, {TreeSize} rows, root {RootHash}", db.Service, head.Number, head.TreeId, head.TreeSize, head.RootHash);
        return (rows.Count, more, head);
    }

    // What is about to be signed extends what was signed: the stored edge must still have the signed root, and the head must not be older than one we know.
    async Task RequireSoundAsync(ServiceDb db, TreeHead? last, MerkleFrontier frontier, CancellationToken cancel)
    {
        var size = last?.TreeSize ?? 0;
        if (last is not null && !string.Equals(Convert.ToHexStringLower(frontier.Root()), last.RootHash, StringComparison.Ordinal))
            throw new SealBrokenException($"Head {last.Number} signed root {last.RootHash} over {size} rows, the stored tree has root {Convert.ToHexStringLower(frontier.Root())}.");
        if (await db.Leaves.AnyAsync(l => l.LeafIndex >= size, cancel))
            throw new SealBrokenException($"Leaves stand after {size}, where the tree of the latest head ends: that head was removed, or leaves were added.");
        if (witness.LatestOf(db.Service) is not { } seen) return;
        if (last is null || last.TreeId != seen.TreeId || last.Number < seen.Number)
            throw new SealBrokenException($"Head {seen.Number} of tree {seen.TreeId} with {seen.TreeSize} rows was signed, the database has {(last is null ? "none" : $"head {last.Number} of tree {last.TreeId}")}: it was put back to an earlier state.");
        if (last.Number == seen.Number && TreeHeads.HashOf(last) != TreeHeads.HashOf(seen))
            throw new SealBrokenException($"Head {last.Number} is not the head {seen.Number} that was signed.");
    }

    // Rows to seal now, and whether others may be waiting behind them.
    async Task<(List<(long Seq, string Hash)> Rows, bool More)> NextAsync(ServiceDb db, bool everywhere, CancellationToken cancel)
    {
        var floor = await FloorAsync(db, cancel);
        // The whole trail in steps, so that no statement takes long.
        for (var from = 0L; everywhere && from < floor; from += LookThroughRows)
        {
            var late = await TakeAsync(Unsealed(db, from, Math.Min(from + LookThroughRows, floor)), cancel);
            if (late is not []) return (late, true);
        }

        var rows = await TakeAsync(Unsealed(db, floor, long.MaxValue), cancel);
        // A record's leaves stand in the order of its versions: no row is sealed before one that it follows, however late that was committed.
        return !everywhere && rows is not [] && floor > 0 && await FollowAsync(db, rows[0].Seq, rows[^1].Seq, floor, cancel)
            ? await NextAsync(db, everywhere: true, cancel)
            : (rows, rows.Count == RoundMax);
    }

    // True when a row to be sealed follows one that waits below the floor.
    static Task<bool> FollowAsync(ServiceDb db, long from, long upTo, long floor, CancellationToken cancel) =>
        Unsealed(db, from - 1, upTo).AnyAsync(r => r.Version > 1 && db.AuditTrail.Any(p =>
            p.Entity == r.Entity && p.EntityId == r.EntityId && p.Version == r.Version - 1 && p.Seq <= floor && !db.Leaves.Any(l => l.Seq == p.Seq)), cancel);

    async Task<long> FloorAsync(ServiceDb db, CancellationToken cancel) =>
        Math.Max(0, (await db.Leaves.MaxAsync(l => (long?)l.Seq, cancel) ?? 0) - options.LookBack);

    // A hash that somebody made into something else is sealed as it stands, so that one edited row does not hold up all that follow; whoever verifies finds it.
    static byte[] LeafOf(string hash) => hash.Length == 2 * Merkle.HashBytes && hash.All(char.IsAsciiHexDigit)
        ? Merkle.LeafHash(Convert.FromHexString(hash))
        : Merkle.LeafHash(SHA256.HashData(Encoding.UTF8.GetBytes(hash)));

    static IQueryable<AuditRow> Unsealed(ServiceDb db, long after, long upTo) =>
        db.AuditTrail.Where(r => r.Seq > after && r.Seq <= upTo && !db.Leaves.Any(l => l.Seq == r.Seq));

    static async Task<List<(long Seq, string Hash)>> TakeAsync(IQueryable<AuditRow> rows, CancellationToken cancel) =>
        [.. (await rows.OrderBy(r => r.Seq).Take(RoundMax).Select(r => new { r.Seq, r.Hash }).ToListAsync(cancel)).Select(r => (r.Seq, r.Hash))];
}

/// <summary>The stored tree is not the one that was signed.</summary>
public sealed class SealBrokenException(string message) : Exception(message);
