using Doseline.Kernel.Rules;
using Microsoft.EntityFrameworkCore;
using NpgsqlTypes;

namespace Doseline.Platform.Data.Writing;

/// <summary>Work that only one may do at a time under a name, without a lock that is held meanwhile.</summary>
/// <remarks>
/// Callers of one process take turns. How often the name was taken is read before the work, and its write set takes it once more on condition that it is
/// still so: then whatever the work read under the name was true to the commit. A refusal counts only if nobody took the name meanwhile.
/// </remarks>
static class LockedWork
{
    // Replicas that meet so often under one name queue in the database instead.
    const int LostMax = 4;

    // More than those need who change the same rows without the name.
    const int TriesMax = 20;

    /// <summary>Runs the work.</summary>
    public static async Task<T> RunAsync<T>(ServiceDb db, string name, Func<Task<T>> work, CancellationToken cancel)
    {
        using var turn = await db.Turns.EnterAsync($"{db.Service}/{name}", cancel);
        // What waits to be saved belongs to the work; it could not be made again.
        var before = db.Known();
        for (var (tries, lost) = (1, 0); before is not null && tries <= TriesMax && lost < LostMax; tries++)
        {
            var taken = turn.Taken ??= await TakenAsync(db, name, cancel);
            // What was read before it was known how often the name was taken may have changed since.
            if (tries == 1) await db.ReadAgainAsync(cancel);
            WriteSet set = new();
            db.Gather(set);
            try
            {
                var result = await work();
                if (set.Count > 0)
                {
                    set.Rows.Add(Take(db, name, taken));
                    await db.WriteAsync(set, cancel);
                    turn.Taken = taken + 1;
                    db.Gather(null);
                    db.Committed();
                    return result;
                }

                turn.Taken = await TakenAsync(db, name, cancel);
                if (turn.Taken == taken) return result;
                lost++;
            }
            catch (Exception fault) when (fault is RefusedException or DbUpdateException)
            {
                turn.Taken = await TakenAsync(db, name, cancel);
                // A row that somebody changed who does not work under the name, such as a fact, is read again as well.
                if (turn.Taken == taken && !DbRaces.IsLostRace(fault)) throw;
                if (turn.Taken != taken) lost++;
            }
            finally
            {
                db.Gather(null);
            }

            await db.StartAgainAsync(before, cancel);
        }

        turn.Taken = null;
        return await db.HoldingAsync(name, work, cancel);
    }

    /// <summary>Runs the work in a transaction that holds the name.</summary>
    public static async Task<T> AloneAsync<T>(ServiceDb db, string name, Func<Task<T>> work, CancellationToken cancel)
    {
        using var turn = await db.Turns.EnterAsync($"{db.Service}/{name}", cancel);
        turn.Taken = null;
        return await db.HoldingAsync(name, work, cancel);
    }

    static async Task<long> TakenAsync(ServiceDb db, string name, CancellationToken cancel) =>
        await db.PeekAsync<LockRow>(cancel, name) is { } row ? row.Taken : 0;

    // Rows of names are never deleted: the first insertion is the only one.
    static RowWrite Take(ServiceDb db, string name, long taken)
    {
        var shape = db.ShapeOf(typeof(LockRow));
        return new RowWrite(new RowStatement(shape, WriteStep.Change,
            "INSERT INTO locks (name, taken) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET taken = locks.taken + 1 WHERE locks.taken = $2",
            [NpgsqlDbType.Text, NpgsqlDbType.Bigint], [0], hitsOne: true), [name, taken], null);
    }
}
