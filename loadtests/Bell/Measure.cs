using System.Diagnostics;
using Doseline.Sidecar;
using Doseline.Sidecar.Brokers;
using Npgsql;

namespace Doseline.Bell;

/// <summary>What was measured on one broker.</summary>
/// <param name="Broker">Broker.</param>
/// <param name="P50">Of facts one by one: half took no longer from before their commit to their effect.</param>
/// <param name="P99">Ninety-nine of a hundred took no longer.</param>
/// <param name="Max">None took longer.</param>
/// <param name="Rate">Facts a second, one by one.</param>
/// <param name="Single">What each of them cost.</param>
/// <param name="BurstRate">Facts a second from the first commit to the last effect, as fast as they could come.</param>
/// <param name="Burst">What each of those cost.</param>
sealed record Measured(string Broker, TimeSpan P50, TimeSpan P99, TimeSpan Max, double Rate, Cost Single, double BurstRate, Cost Burst);

/// <summary>Processor time a fact.</summary>
/// <param name="Publisher">Of Orders.</param>
/// <param name="Listener">Of Shipping.</param>
/// <param name="Broker">Of the broker.</param>
sealed record Cost(TimeSpan Publisher, TimeSpan Listener, TimeSpan Broker);

/// <summary>Orders tells of customers, Shipping keeps copies of them: a process and a database each, a double of the sidecar beside each, a broker behind.</summary>
static class Measure
{
    /// <summary>The bell left unrung: facts are found every quarter of a minute.</summary>
    public const string Off = "off";

    const int Writers = 16;

    // Code is compiled, connections are open.
    const int WarmUp = 3_000;

    // Twenty a second, as a busy site has them.
    const int EveryMilliseconds = 50;

    /// <summary>Measures one broker.</summary>
    public static async Task<Measured> OfAsync(string broker, string server, int seconds, int burst, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("doseline-bell-").FullName;
        var (behind, program) = broker is Off ? (new Silent(), null) : await Component.StartAsync(broker);
        await using Mesh mesh = new(server: behind, behaves: true);
        Dictionary<string, string> settings = new(StringComparer.Ordinal) { ["Keys__Directory"] = Path.Combine(folder, "keys"), ["Data__Directory"] = folder };
        foreach (var service in (string[])["orders", "shipping"]) settings[$"ConnectionStrings__{service}"] = await DatabaseAsync(server, service, cancel);
        await using NpgsqlConnection orders = new(settings["ConnectionStrings__orders"]), shipping = new(settings["ConnectionStrings__shipping"]);
        await orders.OpenAsync(cancel);
        await shipping.OpenAsync(cancel);
        await using (var publisher = await Child.StartAsync("orders", mesh, settings))
        await using (var listener = await Child.StartAsync("shipping", mesh, settings))
        {
            Cost Used() => new(publisher.Processor, listener.Processor, program?.Processor ?? TimeSpan.Zero);
            await publisher.TellAsync(WarmUp, 0, Writers);
            await HandledAsync(orders, shipping, cancel);

            var (before, place, began) = (Used(), await HeadAsync(orders, cancel), Stopwatch.GetTimestamp());
            await publisher.TellAsync(seconds * 1000 / EveryMilliseconds, EveryMilliseconds, 1);
            var told = Stopwatch.GetElapsedTime(began);
            await HandledAsync(orders, shipping, cancel);
            var single = Each(before, Used(), seconds * 1000 / EveryMilliseconds);
            var took = await LatenciesAsync(orders, shipping, place, cancel);

            (before, began) = (Used(), Stopwatch.GetTimestamp());
            await publisher.TellAsync(burst, 0, Writers);
            await HandledAsync(orders, shipping, cancel);
            var rate = burst / Stopwatch.GetElapsedTime(began).TotalSeconds;
            return new Measured(broker, took[took.Count / 2], took[took.Count * 99 / 100], took[^1], took.Count / told.TotalSeconds, single, rate, Each(before, Used(), burst));
        }
    }

    static Cost Each(Cost before, Cost after, int facts) => new((after.Publisher - before.Publisher) / facts, (after.Listener - before.Listener) / facts, (after.Broker - before.Broker) / facts);

    static async Task HandledAsync(NpgsqlConnection orders, NpgsqlConnection shipping, CancellationToken cancel)
    {
        var head = await HeadAsync(orders, cancel);
        await using NpgsqlCommand read = new("SELECT coalesce(min(position), 0) FROM cursors WHERE publisher = 'orders'", shipping);
        while ((long)(await read.ExecuteScalarAsync(cancel))! < head) await Task.Delay(20, cancel);
    }

    static async Task<long> HeadAsync(NpgsqlConnection orders, CancellationToken cancel)
    {
        await using NpgsqlCommand head = new("SELECT coalesce(max(position), 0) FROM facts", orders);
        return (long)(await head.ExecuteScalarAsync(cancel))!;
    }

    // Both clocks are this machine's; instants are kept in ticks of 100 ns.
    static async Task<List<TimeSpan>> LatenciesAsync(NpgsqlConnection orders, NpgsqlConnection shipping, long after, CancellationToken cancel)
    {
        var told = await TimesAsync("SELECT id, time FROM facts WHERE position > $1", orders);
        var handled = await TimesAsync("SELECT fact_id, time FROM inbox WHERE publisher = 'orders' AND position > $1", shipping);
        return [.. told.Select(t => TimeSpan.FromTicks(handled[t.Key] - t.Value)).Order()];

        async Task<Dictionary<string, long>> TimesAsync(string sql, NpgsqlConnection connection)
        {
#pragma warning disable CA2100 // One of the two above.
            await using NpgsqlCommand command = new(sql, connection) { Parameters = { new() { Value = after } } };
#pragma warning restore CA2100
            await using var reader = await command.ExecuteReaderAsync(cancel);
            Dictionary<string, long> times = new(StringComparer.Ordinal);
            while (await reader.ReadAsync(cancel)) times.Add(reader.GetString(0), reader.GetInt64(1));
            return times;
        }
    }

    static async Task<string> DatabaseAsync(string server, string service, CancellationToken cancel)
    {
        NpgsqlConnectionStringBuilder at = new(server) { Database = "postgres" };
        await using NpgsqlConnection maintenance = new(at.ToString());
        await maintenance.OpenAsync(cancel);
        var name = $"bell_{service}_{Guid.NewGuid():N}";
#pragma warning disable CA2100 // A name made here.
        await using NpgsqlCommand create = new($"CREATE DATABASE {name}", maintenance);
#pragma warning restore CA2100
        await create.ExecuteNonQueryAsync(cancel);
        at.Database = name;
        return at.ToString();
    }

    sealed class Silent : IBrokerServer
    {
        public Task PublishAsync(string topic, byte[] envelope) => Task.CompletedTask;

        public Task SubscribeAsync(string app, string topic, Func<byte[], Task<bool>> deliver) => Task.CompletedTask;

        public ValueTask DisposeAsync() => default;
    }
}
