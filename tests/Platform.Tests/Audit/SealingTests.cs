using Doseline.Audit.V1;
using Doseline.Platform.Audit;
using Doseline.Platform.Audit.Sealing;
using Doseline.Platform.Audit.Export;
using Doseline.Platform.Messaging;
using Doseline.Platform.Tests.Auth;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Audit;

public sealed class SealingTests
{
    [Fact]
    public async Task Rows_are_sealed_on_their_schedule_and_an_untouched_trail_verifies()
    {
        await using var host = await StageHost.StartAsync("--Audit:SealEvery=00:01:00", "--Audit:HeadEvery=1.00:00:00");
        await host.ChangeAsync("a", 3);
        await host.SettleAsync();
        (await HeadsAsync(host)).ShouldBeEmpty();
        host.Clock.MoveTo(host.Clock.GetUtcNow().AddMinutes(1));
        await host.SettleAsync();
        (await HeadsAsync(host)).ShouldHaveSingleItem().TreeSize.ShouldBe(3);
        await host.ChangeAsync("b", 2);
        host.Clock.MoveTo(host.Clock.GetUtcNow().AddMinutes(1));
        await host.SettleAsync();

        var heads = await HeadsAsync(host);
        heads.Select(h => (h.Number, h.TreeSize)).ShouldBe([(1, 3), (2, 5)]);
        heads[1].PreviousHash.ShouldBe(TreeHeads.HashOf(heads[0].ToWire("orders")));
        var verified = await host.VerifyAsync(heads[0].ToWire("orders"));
        verified.Findings.ShouldBeEmpty();
        verified.RecordCount.ShouldBe(5);
    }

    [Fact]
    [Requirement("A179")]
    public async Task The_key_of_seals_is_changed_under_a_running_service_and_what_was_sealed_before_verifies_by_its_earlier_half()
    {
        await using var host = await StageHost.StartAsync();
        await host.ChangeAsync("a", 2);
        var early = await host.SealAsync();
        var folder = host.Services.GetRequiredService<IConfiguration>()["Keys:Directory"]!;
        var (key, half) = (Path.Combine(folder, "audit-seal-orders.pem"), Path.Combine(folder, "audit-seal-orders.pub"));
        var (first, second) = (File.ReadAllText(key), TestKeys.New());
        File.WriteAllText(half, TestKeys.HalfOf(first) + "\n" + TestKeys.HalfOf(second));
        File.WriteAllText(key, second);

        await host.ChangeAsync("b", 1);
        var late = await host.SealAsync();
        late.KeyId.ShouldNotBe(early.KeyId);
        (await host.VerifyAsync(early)).Findings.ShouldBeEmpty();
        File.WriteAllText(half, TestKeys.HalfOf(second));
        (await host.VerifyAsync()).Findings.ShouldContain(f => f.Fault == TrailFault.KeyUnknown, "the earlier head is nobody's any more");
    }

    [Fact]
    public async Task A_head_is_signed_although_nothing_is_new_so_that_an_old_one_shows_its_age()
    {
        await using var host = await StageHost.StartAsync("--Audit:HeadEvery=06:00:00");
        await host.ChangeAsync("a", 1);
        await host.SealAsync();
        for (var i = 0; i < 3; i++)
        {
            await host.SettleAsync();
            host.Clock.MoveTo(host.Clock.GetUtcNow().AddHours(6));
        }

        await host.SettleAsync();
        var heads = await HeadsAsync(host);
        heads.Count.ShouldBe(4);
        heads.ShouldAllBe(h => h.TreeSize == 1);
        (await host.VerifyAsync()).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_row_that_is_committed_long_after_higher_numbers_were_sealed_gets_the_next_leaf()
    {
        await using var host = await StageHost.StartAsync("--Audit:LookBack=5");
        await host.ChangeAsync("a", 5);
        await host.SealAsync();
        // As on PostgreSQL, where numbers are drawn before the commit: rows come in below what is sealed, near and far.
        var last = await host.InAsync<OrdersDb, AuditRow>(db => db.AuditTrail.OrderByDescending(r => r.Seq).FirstAsync());
        await host.TamperAsync("UPDATE audit_leaves SET seq = seq * 10", "UPDATE audit SET seq = seq * 10");
        foreach (var (seq, id) in new[] { ((last.Seq * 10) - 2, "near"), (1, "far") })
        {
            var row = last with { Seq = seq, EntityId = id, Version = 1, PreviousHash = "", Hash = "" };
            await host.InAsync<OrdersDb>(async db =>
            {
                db.Add(row with { Hash = AuditChain.HashOf(row) });
                await db.SaveChangesAsync();
            });
        }

        var sealer = host.Services.GetRequiredService<AuditSealer>();
        var near = await host.InAsync<OrdersDb, (long Sealed, TreeHead?)>(db => sealer.SealAsync(db, everywhere: false, sign: false, default));
        near.Sealed.ShouldBe(1);
        var far = await host.InAsync<OrdersDb, (long Sealed, TreeHead?)>(db => sealer.SealAsync(db, everywhere: true, sign: false, default));
        far.Sealed.ShouldBe(1);
        var leaves = await host.InAsync<OrdersDb, List<LeafRow>>(db => db.Leaves.OrderBy(l => l.LeafIndex).ToListAsync());
        leaves[^2].Seq.ShouldBe((last.Seq * 10) - 2);
        leaves[^1].Seq.ShouldBe(1);
    }

    [Fact]
    public async Task What_follows_a_row_that_was_committed_late_waits_for_its_leaf()
    {
        await using var host = await StageHost.StartAsync("--Audit:LookBack=5");
        await host.ChangeAsync("a", 5);
        await host.SealAsync();
        var last = await host.InAsync<OrdersDb, AuditRow>(db => db.AuditTrail.OrderByDescending(r => r.Seq).FirstAsync());
        await host.TamperAsync("UPDATE audit_leaves SET seq = seq * 10", "UPDATE audit SET seq = seq * 10");
        foreach (var (seq, version) in new[] { (1L, 1L), (last.Seq * 11, 2L) })
        {
            var row = last with { Seq = seq, EntityId = "late", Version = version, PreviousHash = "", Hash = "" };
            await host.InAsync<OrdersDb>(async db =>
            {
                db.Add(row with { Hash = AuditChain.HashOf(row) });
                await db.SaveChangesAsync();
            });
        }

        var (count, _) = await host.InAsync<OrdersDb, (long Sealed, TreeHead?)>(db => host.Services.GetRequiredService<AuditSealer>().SealAsync(db, everywhere: false, sign: false, default));
        count.ShouldBe(2);
        var leaves = await host.InAsync<OrdersDb, List<LeafRow>>(db => db.Leaves.OrderBy(l => l.LeafIndex).ToListAsync());
        leaves[^2].Seq.ShouldBe(1);
        leaves[^1].Seq.ShouldBe(last.Seq * 11);
    }

    [Fact]
    [Requirement("A095")]
    public async Task Two_sealers_and_many_writers_make_one_tree_with_every_row_once()
    {
        // So short that a slow commit is left behind by the others: what follows it then waits for it.
        await using var host = await StageHost.StartAsync("--Audit:LookBack=5");
        await using var twin = await host.TwinAsync();
        async Task WriteAndSealAsync(StageHost at, string id)
        {
            for (var i = 0; i < 10; i++)
            {
                await at.ChangeAsync(id, 1);
                await at.InAsync<OrdersDb>(db => at.Services.GetRequiredService<AuditSealer>().SealAsync(db, everywhere: false, sign: false, default));
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => WriteAndSealAsync(i % 2 == 0 ? host : twin, $"t{i}")));
        var head = await host.SealAsync();
        head.TreeSize.ShouldBe(120);
        (await host.InAsync<OrdersDb, int>(db => db.AuditTrail.CountAsync(r => !db.Leaves.Any(l => l.Seq == r.Seq)))).ShouldBe(0);
        (await host.VerifyAsync()).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_sealer_that_dies_before_it_commits_has_done_nothing()
    {
        await using var host = await StageHost.StartAsync();
        await host.ChangeAsync("a", 4);
        await host.SealAsync();
        await host.ChangeAsync("a", 3);
        await host.InAsync<OrdersDb>(async db =>
        {
            await Should.ThrowAsync<InvalidOperationException>(() => db.InTransactionAsync<int>(async () =>
            {
                await host.Services.GetRequiredService<AuditSealer>().SealAsync(db, false, true, default);
                throw new InvalidOperationException("killed");
            }, default));
        });
        // What died is not remembered as signed either, or a sealer would never go on.
        await using var next = await host.TwinAsync();
        (await next.SealAsync()).ShouldSatisfyAllConditions(h => h.TreeSize.ShouldBe(7), h => h.Number.ShouldBe(2));
        (await next.VerifyAsync()).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Proofs_in_a_large_tree_lead_to_its_root_and_read_few_blocks()
    {
        await using var host = await StageHost.StartAsync();
        const int count = 66_321;
        MerkleFrontier tree = new();
        await host.InAsync<OrdersDb>(async db =>
        {
            var leaf = Merkle.LeafHash([1, 2, 3]);
            await db.Database.ExecuteSqlAsync($"INSERT INTO audit_leaves (leaf_index, seq, leaf_hash) WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {count - 1}) SELECT i, i + 1, {leaf} FROM n");
            for (var i = 0; i < count; i++) tree.Append(leaf, (level, index, root) => db.Add(new NodeRow { Level = level, NodeIndex = index, Hash = root }));
            await db.SaveChangesAsync();
            foreach (var size in new long[] { 1, 255, 256, 257, 65_535, 65_536, 65_537, 66_000, count })
            {
                var root = (await new TreeReader(db).FrontierAsync(size, default)).Root();
                if (size == count) root.ShouldBe(tree.Root());
                foreach (var index in new[] { 0, size / 2, size - 1 })
                {
                    var proof = await new TreeReader(db).HashesAsync(Merkle.InclusionPath(index, size), default);
                    Merkle.IsIncluded(leaf, index, size, proof, root).ShouldBeTrue($"{index} of {size}");
                }

                var consistency = await new TreeReader(db).HashesAsync(Merkle.ConsistencyPath(size, count), default);
                Merkle.IsConsistent(size, root, count, tree.Root(), consistency).ShouldBeTrue($"{size} to {count}");
            }
        });
    }

    [Fact]
    public async Task What_waits_to_be_sealed_and_how_long_is_a_metric()
    {
        await using var host = await StageHost.StartAsync();
        await host.ChangeAsync("a", 2);
        host.Clock.MoveTo(host.Clock.GetUtcNow().AddMinutes(5));
        var sealer = host.Services.GetRequiredService<AuditSealer>();
        var (count, oldest) = await host.InAsync<OrdersDb, (long, DateTimeOffset?)>(db => sealer.UnsealedAsync(db, default));
        (count, oldest).ShouldBe((2, TestPlatform.Start));
        host.Pump("orders", PumpNames.Seal).ShouldNotBeNull();
        await host.SealAsync();
        (await host.InAsync<OrdersDb, (long Count, DateTimeOffset?)>(db => sealer.UnsealedAsync(db, default))).Count.ShouldBe(0);
    }

    static Task<List<HeadRow>> HeadsAsync(StageHost host) => host.InAsync<OrdersDb, List<HeadRow>>(db => db.Heads.OrderBy(h => h.Number).ToListAsync());
}
