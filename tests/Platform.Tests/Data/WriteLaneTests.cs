using System.Diagnostics.Metrics;
using Doseline.Platform.Data;
using Doseline.Platform.Data.Writing;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Doseline.Platform.Tests.Data;

/// <summary>Write sets that share a transaction: what one does to the others, which is nothing.</summary>
public sealed class WriteLaneTests : IAsyncLifetime
{
    StageHost host = null!;
    HeldWriter writer = null!;
    WriteLane lane = null!;
    RowShape things = null!;
    RowShape leases = null!;

    public async Task InitializeAsync()
    {
        host = await StageHost.StartAsync();
        (lane, writer) = HeldWriter.LaneOf(host.Services, "orders");
        await host.InAsync<OrdersDb>(db =>
        {
            things = RowShape.Of(db.Model.FindEntityType(typeof(ThingRow))!);
            leases = RowShape.Of(db.Model.FindEntityType(typeof(LeaseRow))!);
            return Task.CompletedTask;
        });
    }

    public async Task DisposeAsync()
    {
        writer.Go();
        await lane.DisposeAsync();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task Whoever_comes_alone_waits_for_nobody()
    {
        writer.Go();
        await lane.WriteAsync(Insert("a"), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        writer.Groups.ShouldBe([1]);
        (await IdsAsync()).ShouldBe(["a"]);
    }

    [Fact]
    public async Task Those_that_wait_share_a_commit()
    {
        var counts = Counted();
        await TogetherAsync([.. Enumerable.Range(0, 64).Select(i => Insert($"t{i:00}"))]);
        writer.Groups.ShouldBe([1, 64]);
        (await IdsAsync()).Count.ShouldBe(65);
        counts().ShouldBe((Commits: 2, Sets: 65, Statements: 65));
    }

    [Fact]
    public async Task A_twin_fails_alone()
    {
        var faults = await TogetherAsync(Insert("a"), Insert("b"), Insert("d", "first", "g"), Insert("c"));
        faults.Select(f => f is not null).ShouldBe([false, false, true, false]);
        DbRaces.IsTwin(faults[2]!).ShouldBeTrue();
        faults[2].ShouldBeOfType<RowRefusedException>(faults[2]!.ToString()).Row.ShouldBeOfType<ThingRow>().Id.ShouldBe("first");
        (await IdsAsync()).ShouldBe(["a", "b", "c", "first"]);
        // The one that held the lane, all together, then each alone.
        writer.Groups.ShouldBe([1, 4, 1, 1, 1, 1]);
    }

    [Fact]
    public async Task A_lost_fence_fails_alone()
    {
        var faults = await TogetherAsync(Insert("a"), Rename("first", read: 7), Rename("first", read: 0), Insert("b"));
        faults.Select(f => f is not null).ShouldBe([false, true, false, false]);
        faults[1].ShouldBeOfType<DbUpdateConcurrencyException>();
        (await IdsAsync()).ShouldBe(["a", "b", "first"]);
        (await host.InAsync<OrdersDb, ThingRow>(db => db.Things.SingleAsync(t => t.Id == "first"))).Name.ShouldBe("read as 0");
    }

    [Fact]
    public async Task Of_two_that_change_one_version_of_a_row_one_wins()
    {
        var faults = await TogetherAsync(Rename("first", read: 0), Rename("first", read: 0), Insert("a"));
        faults.Select(f => f is null).ShouldBe([true, false, true]);
        faults[1].ShouldBeOfType<DbUpdateConcurrencyException>();
    }

    [Fact]
    public async Task A_change_or_deletion_of_a_row_that_is_gone_fails_though_nothing_fences_it()
    {
        LeaseRow gone = new() { Number = 0, Name = "gone", Holder = "x", UntilTime = host.Clock.GetUtcNow() };
        WriteSet change = new(), deletion = new(), forgetting = new();
        change.Rows.Add(leases.UpdateOf(gone, leases.ValuesOf(gone), 2, _ => null));
        deletion.Rows.Add(leases.DeleteOf(gone, _ => null));
        forgetting.Rows.Add(leases.ForgetOf("gone"));
        var faults = await TogetherAsync(Insert("a"), change, deletion, forgetting);
        faults.Select(f => f is DbUpdateConcurrencyException).ShouldBe([false, true, true, false]);
        await host.InAsync<OrdersDb>(async db =>
        {
            db.Leases.Attach(gone).Entity.Holder = "y";
            await Should.ThrowAsync<DbUpdateConcurrencyException>(() => db.SaveChangesAsync());
        });
    }

    [Fact]
    public async Task A_caller_may_give_up_until_its_set_is_taken_and_is_then_told_what_became_of_it()
    {
        using CancellationTokenSource early = new(), late = new();
        var taken = lane.WriteAsync(Insert("taken"), late.Token);
        await writer.CameAsync();
        var waiting = lane.WriteAsync(Insert("waiting"), early.Token);
        await early.CancelAsync();
        await late.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        writer.Go();
        await taken;
        await Should.ThrowAsync<OperationCanceledException>(() => lane.WriteAsync(Insert("never"), early.Token));
        await lane.WriteAsync(Insert("after"), CancellationToken.None);
        (await IdsAsync()).ShouldBe(["after", "taken"]);
    }

    [Fact]
    public async Task A_set_that_is_too_big_goes_by_itself()
    {
        WriteSet big = new();
        for (var i = 0; i < 5000; i++) big.Rows.AddRange(Insert($"big{i:0000}").Rows);
        (await TogetherAsync(Insert("a"), big, Insert("b"), Insert("c"))).ShouldAllBe(f => f == null);
        writer.Groups.ShouldBe([1, 1, 1, 2]);
        (await IdsAsync()).Count.ShouldBe(5004);
    }

    [Fact]
    public async Task A_connection_that_is_lost_in_the_middle_fails_the_whole_group_and_the_next_goes_on()
    {
        if (!TestDatabase.UsesPostgres) return;
        writer.Go();
        await lane.WriteAsync(Insert("first"), CancellationToken.None);
        await host.InAsync<OrdersDb>(async db =>
        {
            // The group hangs on a row that somebody else holds, and there its connection is cut.
            await using var transaction = await db.Database.BeginTransactionAsync();
            await db.Database.ExecuteSqlAsync($"SELECT 1 FROM things WHERE id = 'first' FOR UPDATE");
            var group = new[] { lane.WriteAsync(Insert("lost"), CancellationToken.None), lane.WriteAsync(Rename("first", 0), CancellationToken.None), lane.WriteAsync(Insert("also lost"), CancellationToken.None) };
            var cut = 0;
            while (cut == 0)
                cut = await db.Database.SqlQuery<int>($"SELECT count(pg_terminate_backend(pid))::int AS \"Value\" FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").SingleAsync();
            await Should.ThrowAsync<DbUpdateException>(() => group[1]);
            foreach (var set in group.Where(s => s.IsFaulted)) set.Exception!.InnerException!.InnerException.ShouldBeAssignableTo<NpgsqlException>()!.IsTransient.ShouldBeTrue();
        });
        await lane.WriteAsync(Insert("after"), CancellationToken.None);
        (await IdsAsync()).ShouldContain("after");
        (await host.InAsync<OrdersDb, ThingRow>(db => db.Things.SingleAsync(t => t.Id == "first"))).Name.ShouldBe("thing");
    }

    [Fact]
    public void Rows_are_locked_in_one_order_and_facts_come_last_of_all()
    {
        WriteSet one = Insert("z"), two = Insert("a");
        one.Rows.AddRange(Rename("y", 1).Rows);
        two.Rows.AddRange(Rename("b", 1).Rows);
        one.Facts.AddRange(Insert("fact 1").Rows);
        two.Facts.AddRange(Insert("fact 2").Rows);
        WriteGroup group = new([one, two]);
        group.Rows.Select(w => ((ThingRow)w.Row!).Id).ShouldBe(["b", "y", "a", "z"]);
        group.Last.Select(w => ((ThingRow)w.Row!).Id).ShouldBe(["fact 1", "fact 2"]);
    }

    WriteSet Insert(params string[] ids)
    {
        WriteSet set = new();
        foreach (var id in ids)
        {
            ThingRow row = new() { Id = id, Name = "thing", MadeTime = host.Clock.GetUtcNow() };
            set.Rows.Add(things.InsertOf(row, things.ValuesOf(row)));
        }

        return set;
    }

    WriteSet Rename(string id, long read)
    {
        ThingRow row = new() { Id = id, Name = $"read as {read}", MadeTime = host.Clock.GetUtcNow(), Version = read + 1 };
        WriteSet set = new();
        UInt128 changed = 0;
        for (var i = 0; i < things.Columns.Count; i++)
            if (things.Columns[i].Name is "name" or "version") changed |= UInt128.One << i;
        set.Rows.Add(things.UpdateOf(row, things.ValuesOf(row), changed, _ => read));
        return set;
    }

    // While one set holds the lane, the others come together.
    async Task<Exception?[]> TogetherAsync(params WriteSet[] sets)
    {
        var first = lane.WriteAsync(Insert("first"), CancellationToken.None);
        await writer.CameAsync();
        var all = sets.Select(set => lane.WriteAsync(set, CancellationToken.None)).ToList();
        writer.Go();
        await first;
        return await Task.WhenAll(all.Select(async task =>
        {
            try
            {
                await task;
                return null;
            }
            catch (Exception fault)
            {
                return fault;
            }
        }));
    }

    Task<List<string>> IdsAsync() => host.InAsync<OrdersDb, List<string>>(db => db.Things.Select(t => t.Id).OrderBy(id => id).ToListAsync());

    Func<(long Commits, long Sets, long Statements)> Counted()
    {
        var meter = host.Services.GetRequiredService<LaneMeter>().Meter;
        Dictionary<string, long> counts = new(StringComparer.Ordinal);
        MeterListener listener = new()
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter == meter) listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => counts[instrument.Name] = counts.GetValueOrDefault(instrument.Name) + value);
        listener.Start();
        return () =>
        {
            listener.Dispose();
            return (counts.GetValueOrDefault("write_commits"), counts.GetValueOrDefault("write_sets"), counts.GetValueOrDefault("write_statements"));
        };
    }
}
