using System.Collections.Concurrent;
using Doseline.Kernel.Data;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Kernel.Rpc;

/// <summary>Looks up the answer of an earlier call. Every mutating call asks, so the query is compiled once for each database.</summary>
static class Replays
{
    static readonly ConcurrentDictionary<Type, Func<ServiceDb, string, string, CancellationToken, Task<RequestRow?>>> queries = new();

    /// <summary>The call with this id by this caller; null when there was none.</summary>
    public static Task<RequestRow?> FindAsync(ServiceDb db, string subject, string requestId, CancellationToken cancel) =>
        queries.GetOrAdd(db.GetType(), _ => EF.CompileAsyncQuery((ServiceDb context, string caller, string id, CancellationToken _) =>
            context.Set<RequestRow>().AsNoTracking().FirstOrDefault(r => r.Subject == caller && r.RequestId == id)))(db, subject, requestId, cancel);
}
