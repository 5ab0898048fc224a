using System.Data.Common;
using System.Diagnostics;
using System.Text.Json;

namespace Doseline.Load.Stage;

/// <summary>
/// Whether everything that follows from what was accepted has happened, looked up in the databases: it holds for every build, whatever carries
/// its messages.
/// </summary>
sealed class Effects : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(3), Pause = TimeSpan.FromMilliseconds(50);
    // Looking costs the database something too: at most one part in so many of the time, and for so many ids at once.
    const int PausePerLook = 20, Most = 1000;

    // Each finds those of the given ids for which it has happened. The last of them come last.
    static readonly (string Service, string Sql)[] OfOrders =
    [
        ("execution", "SELECT order_id FROM doses WHERE order_id IN ({ids})"),
        ("execution", "SELECT order_id FROM reservations WHERE order_id IN ({ids}) AND lower(state) = 'confirmed'"),
        ("shipping", "SELECT id FROM orders WHERE id IN ({ids})"),
    ];

    static readonly (string Service, string Sql)[] OfDeliveredOrders =
    [
        ("orders", "SELECT id FROM orders WHERE id IN ({ids}) AND delivery_time IS NOT NULL AND invoice_id <> ''"),
        ("execution", "SELECT order_id FROM doses WHERE order_id IN ({ids}) AND delivered_time IS NOT NULL AND disposition_time IS NOT NULL"),
    ];

    static readonly (string Service, string Sql)[] OfDeliveredDoses = [("inventory", "SELECT id FROM holdings WHERE id IN ({ids}) AND NOT open")];

    readonly Dictionary<string, DbConnection> connections = new(StringComparer.Ordinal);
    readonly string list;

    Effects(Store store) => list = store.List("@ids");

    /// <summary>Looks into the databases of one platform.</summary>
    /// <param name="store">What they are kept in.</param>
    /// <param name="open">Opens the database of a service.</param>
    public static async Task<Effects> OfAsync(Store store, Func<string, Task<DbConnection>> open)
    {
        Effects effects = new(store);
        foreach (var (service, _) in OfOrders.Concat(OfDeliveredOrders).Concat(OfDeliveredDoses).DistinctBy(e => e.Service)) effects.connections[service] = await open(service);
        return effects;
    }

    /// <summary>Waits until these orders are reserved, planned and known where they will be shipped.</summary>
    /// <returns>How many effects were still missing when patience ended; 0 when none.</returns>
    public Task<long> OfOrdersAsync(IEnumerable<string> orders, CancellationToken cancel) => AllAsync(OfOrders, orders, cancel);

    /// <summary>Waits until these orders and their doses are delivered, billed, and out of possession.</summary>
    /// <returns>How many effects were still missing when patience ended; 0 when none.</returns>
    public async Task<long> OfDeliveriesAsync(IEnumerable<string> orders, IEnumerable<string> doses, CancellationToken cancel) =>
        await AllAsync(OfDeliveredOrders, orders, cancel) + await AllAsync(OfDeliveredDoses, doses, cancel);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var connection in connections.Values) await connection.DisposeAsync();
    }

    async Task<long> AllAsync((string Service, string Sql)[] effects, IEnumerable<string> ids, CancellationToken cancel)
    {
        var (began, all, missing) = (Stopwatch.GetTimestamp(), ids.ToList(), 0L);
        foreach (var (service, sql) in effects)
        {
            List<string> left = [.. all];
            while (left is not [])
            {
                var looked = Stopwatch.GetTimestamp();
                var asked = left[..Math.Min(left.Count, Most)];
                var happened = await HappenedAsync(service, sql, asked, cancel);
                left.RemoveAll(happened.Contains);
                if (happened.Count == asked.Count) continue;
                if (Stopwatch.GetElapsedTime(began) > Patience) break;
                var pause = Stopwatch.GetElapsedTime(looked) * PausePerLook;
                await Task.Delay(pause > Pause ? pause : Pause, cancel);
            }

            missing += left.Count;
        }

        return missing;
    }

    async Task<HashSet<string>> HappenedAsync(string service, string sql, List<string> ids, CancellationToken cancel)
    {
        await using var command = connections[service].CreateCommand();
        command.CommandText = sql.Replace("{ids}", list, StringComparison.Ordinal);
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("ids", JsonSerializer.Serialize(ids));
        command.Parameters.Add(parameter);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        HashSet<string> happened = new(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancel)) happened.Add(reader.GetString(0));
        return happened;
    }
}
