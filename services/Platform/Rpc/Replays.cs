using System.Runtime.CompilerServices;
using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Doseline.Platform.Rpc;

/// <summary>Looks up the answer of an earlier call. Every mutating call asks, so the query is compiled once for each database.</summary>
static class Replays
{
    // By model, not by class: in one process a service may be on SQLite here and on PostgreSQL there, and a compiled query knows one model only.
    static readonly ConditionalWeakTable<IModel, Func<ServiceDb, string, string, CancellationToken, Task<RequestRow?>>> queries = [];

    /// <summary>The call with this id by this caller; null when there was none.</summary>
    public static Task<RequestRow?> FindAsync(ServiceDb db, string subject, string requestId, CancellationToken cancel) =>
        queries.GetValue(db.Model, _ => EF.CompileAsyncQuery((ServiceDb context, string caller, string id, CancellationToken _) =>
            context.Set<RequestRow>().AsNoTracking().FirstOrDefault(r => r.Subject == caller && r.RequestId == id)))(db, subject, requestId, cancel);
}
