using Doseline.Kernel.Rules;
using Doseline.Orders.V1;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Log;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Messaging;

public sealed class LogTests
{
    static readonly string[] Customers = [CustomerPublished.Descriptor.FullName];

    [Fact]
    [Requirement("A047", "A054", "A123", "A171", "A182")]
    public async Task Positions_are_dense_and_in_the_order_of_commits_however_many_write_and_whoever_gives_up()
    {
        await using var host = await StageHost.StartAsync();
        await using var twin = await host.TwinAsync();
        const int Writers = 16, Each = 12;
        var changes = 0;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            for (var i = 0; i < Each; i++)
            {
                var from = writer % 2 == 0 ? host : twin;
                await from.InAsync<OrdersDb>(async db =>
                {
                    try
                    {
                        // A row that all fight for, with its fence: what is published of it carries the version that was committed.
                        var row = await db.LoadAsync<ThingRow>(CancellationToken.None, $"t{i % 3}");
                        if (row is null) db.Put(row = new ThingRow { Id = $"t{i % 3}", Name = "fought for", MadeTime = db.Now });
                        row.Amount++;
                        db.Publish(row.Id, new CustomerPublished { CustomerId = row.Id, Code = $"{row.Amount}" });
                        if (writer == 5) throw new OperationCanceledException("gives up before it saves");
                        await db.SaveChangesAsync();
                        Interlocked.Increment(ref changes);
                    }
                    catch (Exception lost) when (lost is DbUpdateException or OperationCanceledException)
                    {
                        // Somebody else was first: nothing of this was committed, its fact neither.
                    }
                });
            }
        }));
        var log = await host.InAsync<OrdersDb, IReadOnlyList<Fact>>(db => Task.FromResult(Logs.Of(db)));
        log.Count.ShouldBe(changes);
        log.Select(f => f.Position).ShouldBe(Enumerable.Range(1, changes).Select(i => (long)i));
        foreach (var thing in log.GroupBy(f => f.Subject)) thing.Select(f => f.Read<CustomerPublished>().Code).ShouldBe(Enumerable.Range(1, thing.Count()).Select(v => $"{v}"));
    }

    [Theory]
    [Requirement("A129")]
    [InlineData(-5400)]
    [InlineData(-0.25)]
    [InlineData(5400)]
    public async Task A_log_never_goes_back_in_time_whoever_writes_it_and_nothing_happens_before_what_caused_it(double seconds)
    {
        await using var test = await TestDatabase.CreateAsync();
        await using (var right = await StageHost.OnAsync(test))
        {
            await using var off = await StageHost.OnAsync(test);
            var beginning = right.Clock.GetUtcNow().AddHours(2);
            for (var minute = 0; minute < 9; minute++)
            {
                right.Clock.MoveTo(beginning.AddMinutes(minute));
                off.Clock.MoveTo(beginning.AddMinutes(minute).AddSeconds(seconds));
                await (minute % 3 == 1 ? off : right).PublishAsync($"c{minute % 2}", $"{minute}");
                await (minute % 4 < 2 ? off : right).SettleAsync();
            }
        }

        // Started again, two hours back.
        await using var restarted = await StageHost.OnAsync(test);
        await restarted.PublishAsync("c1", "9");
        await restarted.SettleAsync();
        var log = await restarted.InAsync<OrdersDb, IReadOnlyList<Fact>>(db => Task.FromResult(Logs.Of(db)));
        log.Select(f => f.Read<CustomerPublished>().Code).ShouldBe(Enumerable.Range(0, 10).Select(i => $"{i}"));
        log.Select(f => f.Time).ShouldBeInOrder(SortDirection.Ascending);
        var effects = await restarted.InAsync<ExecutionDb, Dictionary<string, DateTimeOffset>>(db => db.Inbox.ToDictionaryAsync(r => r.FactId, r => r.Time));
        effects.Count.ShouldBe(10);
        log.ShouldAllBe(fact => effects[fact.Id] >= fact.Time);
    }

    [Fact]
    [Requirement("A115", "A202")]
    public async Task Each_fact_is_the_next_of_its_type_about_its_subject_and_no_other_can_be()
    {
        await using var host = await StageHost.StartAsync();
        await host.PublishAsync("c1", "a", "b");
        await host.PublishAsync("c2", "a");
        await host.InAsync<OrdersDb>(async db =>
        {
            for (var code = 'c'; code <= 'd'; code++) db.Publish("c1", new CustomerPublished { CustomerId = "c1", Code = $"{code}" });
            db.Publish("c1", StageOrders.Accepted("c1"));
            await db.SaveChangesAsync();
        });
        var log = await host.InAsync<OrdersDb, IReadOnlyList<Fact>>(db => Task.FromResult(Logs.Of(db)));
        var (customer, order) = (CustomerPublished.Descriptor.FullName, OrderAccepted.Descriptor.FullName);
        log.Select(f => f.Key).ShouldBe([$"{customer}/c1/1", $"{customer}/c1/2", $"{customer}/c2/1", $"{customer}/c1/3", $"{customer}/c1/4", $"{order}/c1/1"]);
        // By nobody, whatever is done to the log: a key is used once, and what was published keeps its own.
        await Should.ThrowAsync<Exception>(() => host.InAsync<OrdersDb>(db => db.Database.ExecuteSqlAsync(
            $"INSERT INTO facts (position, id, type, subject, time, data, data_hash, correlation_id, causation_id, actor, sequence) VALUES (7, 'x', {customer}, 'c1', 1, '', '', '', '', '', 4)")));
        await Should.ThrowAsync<Exception>(() => host.InAsync<OrdersDb>(db => db.Database.ExecuteSqlAsync($"UPDATE facts SET sequence = 9 WHERE position = 2")));
        // Read, it is what was published.
        var page = await host.InAsync<OrdersDb, FactPage>(db => FactLog.ReadAsync(db, LogPlace.Beginning, null, null, FactLog.BytesMax, default));
        FactPage.From(page.ToWire("orders")).Facts.Select(f => f.Key).ShouldBe(log.Select(f => f.Key));
    }

    [Fact]
    [Requirement("A131")]
    public async Task How_long_a_commit_waited_for_those_before_it_is_measured()
    {
        List<double> waits = [];
        await using var host = await StageHost.StartAsync();
        // Before anybody listens: an instrument that is made while it is asked for would wait for itself.
        var meter = host.Services.GetRequiredService<LaneMeter>().Meter;
        using System.Diagnostics.Metrics.MeterListener listener = new()
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name is "fact_lock_wait_seconds" && instrument.Meter == meter) self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, _, _) => waits.Add(seconds));
        listener.Start();
        await host.PublishAsync("c1", "a");
        if (!TestDatabase.UsesPostgres)
        {
            // There the whole file has one writer.
            waits.ShouldBeEmpty();
            return;
        }

        waits.ShouldHaveSingleItem().ShouldBeLessThan(0.2);
        var second = Task.CompletedTask;
        await host.InAsync<OrdersDb>(async db =>
        {
            await using var holds = await db.Database.BeginTransactionAsync();
            await db.Database.ExecuteSqlRawAsync(FactLog.Lock.Statement.Sql);
            second = host.PublishAsync("c1", "b");
            await Task.Delay(400);
            second.IsCompleted.ShouldBeFalse();
        });
        await second;
        waits[1].ShouldBeInRange(0.2, 60);
    }

    [Fact]
    [Requirement("A054", "A171")]
    public async Task A_page_is_cut_by_facts_by_positions_and_by_bytes_and_its_end_passes_over_other_types()
    {
        await using var host = await StageHost.StartAsync();
        await host.InAsync<OrdersDb>(async db =>
        {
            for (var i = 1; i <= 600; i++) db.Publish("c", new CustomerPublished { Code = $"{i}" });
            for (var i = 601; i <= 6000; i++) db.Publish("o", new OrderCancelled { OrderId = $"{i}" });
            for (var i = 1; i <= 5; i++) db.Publish("c", Large(200 * 1024));
            await db.SaveChangesAsync();
        });
        var page = await PageAsync(host, LogPlace.Beginning);
        (page.Facts.Count, page.UpTo.Position, page.Head.Position, page.IsWhole).ShouldBe((500, 500, 6005, true));
        page = await PageAsync(host, page.UpTo);
        (page.Facts.Count, page.UpTo.Position, page.IsWhole).ShouldBe((100, 5500, false));
        page = await PageAsync(host, page.UpTo);
        (page.Facts.Count, page.UpTo.Position).ShouldBe((2, 6002), "half a mebibyte holds two of them");
        page = await PageAsync(host, page.UpTo, until: 6003);
        (page.Facts.Count, page.UpTo.Position).ShouldBe((1, 6003));
        page = await PageAsync(host, page.UpTo, bytesMax: 1);
        (page.Facts.Count, page.UpTo.Position).ShouldBe((1, 6004), "one always fits");
        page = await PageAsync(host, page.UpTo);
        (page.Facts.Count, page.UpTo, page.Head).ShouldBe((1, page.Head, page.Head));
        page = await PageAsync(host, page.Head);
        (page.Facts.Count, page.UpTo).ShouldBe((0, page.Head));
        foreach (var elsewhere in new[] { new LogPlace(500, "another"), new LogPlace(9000, "later"), new LogPlace(0, "nothing stands there") }) (await PageAsync(host, elsewhere)).Forked.ShouldBeTrue();
    }

    // As many bytes at least, though each text of a fact is bounded.
    static CustomerPublished Large(int bytes) => new() { AddressLines = { Enumerable.Repeat(new string('é', 500), bytes / 1000 + 1) } };

    [Fact]
    [Requirement("A171")]
    public async Task A_fact_that_would_fit_into_no_page_is_refused_where_it_is_published()
    {
        await using var host = await StageHost.StartAsync();
        var refused = await Should.ThrowAsync<RefusedException>(() => host.PublishAsync("c", Large(Fact.DataBytesMax)));
        refused.Refusals[0].Code.ShouldBe("FACT_TOO_LARGE");
        refused.Refusals[0].Numbers["maximum"].ShouldBe("262144");
        (await host.InAsync<OrdersDb, int>(db => db.Facts.CountAsync())).ShouldBe(0);
    }

    [Fact]
    [Requirement("A171")]
    public async Task A_log_with_a_gap_is_not_read_on()
    {
        await using var host = await StageHost.StartAsync();
        await host.PublishAsync("c1", "a", "b", "c", "d");
        await Should.ThrowAsync<Exception>(() => host.InAsync<OrdersDb>(db => db.Database.ExecuteSqlRawAsync("DELETE FROM facts WHERE position = 2")));
        // Only who goes past the triggers can take a fact out.
        await host.InAsync<OrdersDb>(db => db.WithoutTriggersAsync("facts", "DELETE FROM facts WHERE position = 2"));
        await Should.ThrowAsync<FactLogException>(() => PageAsync(host, LogPlace.Beginning));
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_kept_long_enough_is_removed_below_the_cursor_and_facts_never_are()
    {
        await using var host = await StageHost.StartAsync();
        await host.PublishAsync("c1", "a", "b", "c");
        await host.SettleAsync();
        await host.InAsync<ExecutionDb>(async db =>
        {
            db.Requests.Add(new RequestRow { Subject = "p", RequestId = "r", Method = "m", PayloadHash = "h", Response = [], Time = db.Now, Origin = "" });
            await db.SaveChangesAsync();
        });
        host.Clock.MoveTo(host.Clock.GetUtcNow() + TimeSpan.FromDays(31));
        await host.SettleAsync();
        (await host.InAsync<OrdersDb, int>(db => db.Facts.CountAsync())).ShouldBe(3);
        await host.InAsync<ExecutionDb>(async db =>
        {
            (await MessagePurge.RunAsync(db, host.Services.GetRequiredService<MessagingOptions>(), default)).ShouldBeFalse();
            // The last one stays, and shows that there were others.
            (await db.Inbox.Select(r => r.Position).ToListAsync()).ShouldBe([3]);
            (await db.Requests.CountAsync()).ShouldBe(0);
        });
    }

    [Fact]
    public async Task Watchers_hear_of_every_commit_at_once_and_end_quietly()
    {
        WatchSignals signals = new();
        using CancellationTokenSource stop = new();
        List<long> heard = [];
        await foreach (var count in signals.ChangesAsync("orders", stop.Token))
        {
            heard.Add(count);
            if (heard.Count == 3) await stop.CancelAsync();
            else signals.Set("orders");
        }

        heard.ShouldBe([0, 1, 2]);
    }

    static Task<FactPage> PageAsync(StageHost host, LogPlace after, long? until = null, int bytesMax = FactLog.BytesMax) =>
        host.InAsync<OrdersDb, FactPage>(db => FactLog.ReadAsync(db, after, Customers, until, bytesMax, default));
}
