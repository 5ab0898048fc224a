using Doseline.Platform.Audit;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Tests.Audit;

/// <summary>Tampering by whoever has the database: the append-only triggers are taken off first, as such a person would.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    StageHost host = null!;

    public async Task InitializeAsync()
    {
        host = await StageHost.StartAsync();
        foreach (var id in new[] { "a", "b" })
        {
            await ChangeAsync(db => db.Things.Add(new ThingRow { Id = id, Name = $"thing {id}", Amount = 0.1, Note = null, MadeTime = db.Now }));
            await ChangeAsync(async db => (await db.Things.SingleAsync(t => t.Id == id)).Amount = 1e-7 / 3);
            await ChangeAsync(async db => (await db.Things.SingleAsync(t => t.Id == id)).Sealed = true);
            await ChangeAsync(async db => (await db.Things.SingleAsync(t => t.Id == id)).Note = "é\"'");
        }
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    [Requirement("A242")]
    public async Task A_trail_that_nobody_touched_is_whole() => (await FindAsync()).ShouldBeEmpty();

    [Theory]
    [Requirement("A129", "A189")]
    [InlineData(-600)]
    [InlineData(600)]
    public async Task A_node_whose_clock_is_off_writes_no_entry_out_of_order(int seconds)
    {
        await using var test = await TestDatabase.CreateAsync();
        await using var right = await StageHost.OnAsync(test);
        await using var off = await StageHost.OnAsync(test);
        var beginning = right.Clock.GetUtcNow().AddHours(1);
        for (var minute = 0; minute < 12; minute++)
        {
            right.Clock.MoveTo(beginning.AddMinutes(minute));
            off.Clock.MoveTo(beginning.AddMinutes(minute).AddSeconds(seconds));
            await (minute % 3 == 1 ? off : right).ChangeAsync("c", 1);
            await (minute % 2 == 1 ? off : right).ChangeAsync($"d{minute % 2}", 1);
        }

        foreach (var id in new[] { "c", "d0", "d1" })
        {
            var trail = await right.InAsync<OrdersDb, List<AuditRow>>(db => db.AuditTrail.Where(r => r.EntityId == id).OrderBy(r => r.Version).ToListAsync());
            trail.Select(r => r.Time).ShouldBeInOrder(SortDirection.Ascending);
            trail.Select(r => r.Time).Distinct().Count().ShouldBe(trail.Count);
            trail.OrderBy(r => r.Seq).Select(r => r.Version).ShouldBe(trail.Select(r => r.Version));
        }

        (await right.InAsync<OrdersDb, List<AuditFinding>>(async db => await AuditVerifier.VerifyAsync(db).ToListAsync())).ShouldBeEmpty();
    }

    [Clause("21 CFR 11.10(e)")]
    [Fact]
    [Requirement("A095", "A096", "A129", "A242")]
    public async Task Versions_run_without_gap_and_time_never_backwards_though_the_clock_stands_still()
    {
        var trail = await host.InAsync<OrdersDb, List<AuditRow>>(db => db.AuditTrail.Where(r => r.EntityId == "a").OrderBy(r => r.Version).ToListAsync());
        trail.Select(r => r.Version).ShouldBe([1, 2, 3, 4]);
        trail.Zip(trail.Skip(1)).ShouldAllBe(pair => pair.Second.Time > pair.First.Time);
        trail[2].Changes.ShouldBe("{\"sealed\":[false,true]}");
        trail.ShouldAllBe(r => r.Actor == "service:orders" && r.Zone == "UTC" && r.OffsetMinutes == 0);
    }

    [Clause("21 CFR 11.10(a)", "21 CFR 11.10(e)")]
    [Theory]
    [Requirement("A095", "A096", "A242")]
    [InlineData("UPDATE audit SET actor = 'person:mallory' WHERE entity_id = 'a' AND version = 2", AuditFault.Edited, 2)]
    [InlineData("UPDATE audit SET changes = '{\"amount\":[0.1,5]}' WHERE entity_id = 'a' AND version = 2", AuditFault.Edited, 2)]
    [InlineData("UPDATE audit SET time = time - 600000000 WHERE entity_id = 'a' AND version = 3", AuditFault.TimeReversed, 3)]
    [InlineData("DELETE FROM audit WHERE entity_id = 'a' AND version = 1", AuditFault.MissingVersion, 2)]
    [InlineData("DELETE FROM audit WHERE entity_id = 'a' AND version = 3", AuditFault.MissingVersion, 4)]
    [InlineData("DELETE FROM audit WHERE entity_id = 'a' AND version = 3; UPDATE audit SET version = 3 WHERE entity_id = 'a' AND version = 4", AuditFault.BrokenLink, 3)]
    [InlineData("DELETE FROM audit WHERE entity_id = 'a' AND version = 4", AuditFault.HeadMismatch, 3)]
    [InlineData("DELETE FROM audit WHERE entity_id = 'a'", AuditFault.RecordWithoutTrail, 0)]
    [InlineData("UPDATE audit SET version = 9 WHERE entity_id = 'a' AND version = 2; UPDATE audit SET version = 2 WHERE entity_id = 'a' AND version = 3; UPDATE audit SET version = 3 WHERE entity_id = 'a' AND version = 9", AuditFault.BrokenLink, 2)]
    [InlineData("UPDATE things SET amount = 7 WHERE id = 'a'", AuditFault.RecordEdited, 4)]
    [InlineData("UPDATE things SET note = NULL WHERE id = 'a'", AuditFault.RecordEdited, 4)]
    [InlineData("UPDATE things SET version = 3 WHERE id = 'a'", AuditFault.HeadMismatch, 4)]
    [InlineData("DELETE FROM things WHERE id = 'a'", AuditFault.RecordMissing, 4)]
    [InlineData("UPDATE audit SET entity = 'nothings' WHERE entity_id = 'a'", AuditFault.UnknownEntity, 4)]
    public async Task Tampering_is_found_where_it_was_done(string sql, AuditFault fault, long version)
    {
        await TamperAsync(sql);
        var findings = await FindAsync();
        findings.ShouldContain(f => f.EntityId == "a" && f.Fault == fault && f.Version == version);
        findings.ShouldAllBe(f => f.EntityId == "a");
    }

    [Fact]
    [Requirement("A242")]
    public async Task A_row_inserted_with_a_hash_that_fits_is_found_by_the_record()
    {
        var last = await host.InAsync<OrdersDb, AuditRow>(db => db.AuditTrail.SingleAsync(r => r.EntityId == "a" && r.Version == 4));
        var forged = last with { Seq = 0, Version = 5, Time = last.Time.AddTicks(1), Changes = "{}", PreviousHash = last.Hash, Hash = "" };
        forged = forged with { Hash = AuditChain.HashOf(forged) };
        await host.InAsync<OrdersDb>(async db =>
        {
            db.Add(forged);
            await db.SaveChangesAsync();
        });
        (await FindAsync()).ShouldHaveSingleItem().Fault.ShouldBe(AuditFault.HeadMismatch);
    }

    [Fact]
    [Requirement("A242")]
    public async Task A_record_inserted_past_the_application_is_found()
    {
        await TamperAsync("INSERT INTO things (id, name, amount, sealed, made_time, version, changed_time, audit_hash) SELECT 'x', name, amount, sealed, made_time, version, changed_time, audit_hash FROM things WHERE id = 'a'");
        (await FindAsync()).ShouldHaveSingleItem().Fault.ShouldBe(AuditFault.RecordWithoutTrail);
    }

    [Clause("21 CFR 11.10(c)", "21 CFR 11.10(e)")]
    [Fact]
    [Requirement("A095", "A096", "A242")]
    public async Task The_database_and_the_application_both_refuse_to_change_the_trail()
    {
        await host.InAsync<OrdersDb>(async db =>
        {
            (await Should.ThrowAsync<System.Data.Common.DbException>(() => db.Database.ExecuteSqlRawAsync("UPDATE audit SET actor = 'x'"))).Message.ShouldContain("append-only");
            (await Should.ThrowAsync<System.Data.Common.DbException>(() => db.Database.ExecuteSqlRawAsync("DELETE FROM audit"))).Message.ShouldContain("append-only");
            db.Remove(await db.Set<AuditRow>().FirstAsync());
            await Should.ThrowAsync<InvalidOperationException>(() => db.SaveChangesAsync());
        });
        await host.InAsync<OrdersDb>(async db =>
        {
            db.Things.Remove(await db.Things.FirstAsync());
            await Should.ThrowAsync<InvalidOperationException>(() => db.SaveChangesAsync());
        });
    }

    async Task ChangeAsync(Action<OrdersDb> change) => await ChangeAsync(db =>
    {
        change(db);
        return Task.CompletedTask;
    });

    Task ChangeAsync(Func<OrdersDb, Task> change) => host.InAsync<OrdersDb>(async db =>
    {
        await change(db);
        await db.SaveChangesAsync();
    });

    Task<List<AuditFinding>> FindAsync() => host.InAsync<OrdersDb, List<AuditFinding>>(async db => await AuditVerifier.VerifyAsync(db).ToListAsync());

    Task TamperAsync(string sql) => host.InAsync<OrdersDb>(async db =>
    {
        await db.Database.ExecuteSqlRawAsync(db.Database.IsSqlite()
            ? "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete"
            : "DROP TRIGGER audit_append_only ON audit");
        await db.Database.ExecuteSqlRawAsync(sql.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));
    });
}
