using Doseline.Audit.V1;
using Doseline.Platform.Audit.Export;
using Doseline.Platform.Audit.Sealing;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Audit;

/// <summary>Tampering by whoever owns the database, past triggers, after the rows were sealed: every kind is found, and what was altered is named.</summary>
public sealed class SealTamperTests : IAsyncLifetime
{
    StageHost host = null!;
    TreeHead kept = null!;

    public async Task InitializeAsync()
    {
        host = await StageHost.StartAsync();
        await host.ChangeAsync("a", 4);
        await host.ChangeAsync("b", 3);
        kept = await host.SealAsync();
        await host.ChangeAsync("a", 2);
        await host.ChangeAsync("b", 1);
        await host.SealAsync();
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    [Requirement("A217")]
    public async Task A_trail_that_nobody_touched_verifies_whole_in_part_and_from_an_earlier_head()
    {
        (await host.VerifyAsync(kept)).Findings.ShouldBeEmpty();
        foreach (var filter in new TrailFilter[] { new() { EntityId = "b" }, new() { Action = "update" }, new() { EntityId = "nobody" } })
            host.Verify(await host.ExportAsync(filter, kept.TreeSize), kept).Findings.ShouldBeEmpty(filter.ToString());
    }

    [Theory]
    [Requirement("A095", "A096", "A242")]
    // Edited: a person, a value, a time, the reason, and even with a hash that fits.
    [InlineData("UPDATE audit SET actor = 'person:mallory' WHERE entity_id = 'a' AND version = 2", TrailFault.RecordEdited, 1)]
    [InlineData("UPDATE audit SET changes = '{\"amount\":[1,9]}' WHERE entity_id = 'b' AND version = 3", TrailFault.RecordEdited, 6)]
    [InlineData("UPDATE audit SET time = time + 1 WHERE entity_id = 'a' AND version = 1", TrailFault.RecordEdited, 0)]
    [InlineData("UPDATE audit SET hash = 'x' WHERE entity_id = 'a' AND version = 1", TrailFault.RecordEdited, 0)]
    // Swapped between entities.
    [InlineData("UPDATE audit SET entity_id = 'x' WHERE entity_id = 'a' AND version = 3; UPDATE audit SET entity_id = 'a' WHERE entity_id = 'b' AND version = 3; UPDATE audit SET entity_id = 'b' WHERE entity_id = 'x'", TrailFault.RecordEdited, 2)]
    // Deleted: a row alone, and the row with its leaf.
    [InlineData("DELETE FROM audit WHERE entity_id = 'a' AND version = 3", TrailFault.RecordMissing, 2)]
    [InlineData("DELETE FROM audit WHERE entity_id = 'a' AND version = 3; DELETE FROM audit_leaves WHERE leaf_index = 2", TrailFault.RecordMissing, 2)]
    // Truncated: the last rows, and with their leaves.
    [InlineData("DELETE FROM audit WHERE entity_id = 'b' AND version = 4", TrailFault.RecordMissing, 9)]
    [InlineData("DELETE FROM audit WHERE entity_id = 'b' AND version = 4; DELETE FROM audit_leaves WHERE leaf_index = 9", TrailFault.RecordMissing, 9)]
    // Reordered: two leaves change places, with or without their hashes.
    [InlineData("UPDATE audit_leaves SET seq = -1 WHERE leaf_index = 3; UPDATE audit_leaves SET seq = 4 WHERE leaf_index = 4; UPDATE audit_leaves SET seq = 5 WHERE leaf_index = 3", TrailFault.RecordNotAsSealed, 3)]
    [InlineData("UPDATE audit_leaves SET leaf_index = -1 WHERE leaf_index = 3; UPDATE audit_leaves SET leaf_index = 3 WHERE leaf_index = 4; UPDATE audit_leaves SET leaf_index = 4 WHERE leaf_index = -1", TrailFault.RootMismatch, 0)]
    // A leaf that somebody made anew, in the first head's rows and in the second's.
    [InlineData("UPDATE audit_leaves SET leaf_hash = (SELECT leaf_hash FROM audit_leaves WHERE leaf_index = 0) WHERE leaf_index = 5", TrailFault.RecordNotAsSealed, 5)]
    public async Task What_was_altered_is_named(string sql, TrailFault fault, long leaf)
    {
        // The number of a row on PostgreSQL begins at 1 as on SQLite, and nothing was rolled back here.
        await host.TamperAsync(sql.Split(';', StringSplitOptions.TrimEntries));
        var found = await host.VerifyAsync();
        found.Findings[0].ShouldSatisfyAllConditions(f => f.Fault.ShouldBe(fault, f.ToString()), f => f.Leaf.ShouldBe(leaf, f.ToString()));
    }

    [Fact]
    [Requirement("A217")]
    public async Task A_record_rewritten_with_every_hash_and_its_leaf_no_longer_has_the_signed_root()
    {
        await RewriteAsync(withHeads: false);
        var found = (await host.VerifyAsync()).Findings;
        found.ShouldHaveSingleItem().ShouldSatisfyAllConditions(f => f.Fault.ShouldBe(TrailFault.RootMismatch), f => f.Detail.ShouldContain("Rows 0 to 6"));
        // In part the proofs, made of what stands there now, do not lead to what was signed.
        host.Verify(await host.ExportAsync(new TrailFilter { EntityId = "a" })).Findings.ShouldContain(f => f.Fault == TrailFault.ProofWrong);
    }

    [Fact]
    [Requirement("A217")]
    public async Task Whoever_signs_anew_with_another_key_is_found_by_the_key_and_whoever_has_the_key_by_the_head_that_was_kept()
    {
        await RewriteAsync(withHeads: true);
        (await host.VerifyAsync()).Findings.ShouldBeEmpty("nothing but a head kept elsewhere tells of a thief of the key");
        (await host.VerifyAsync(kept)).Findings.ShouldContain(f => f.Fault == TrailFault.NotConsistent);
        host.Verify(await host.ExportAsync(new TrailFilter { EntityId = "b" }, kept.TreeSize), kept).Findings.ShouldContain(f => f.Fault == TrailFault.NotConsistent);

        var lines = await host.ExportAsync();
        using var other = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        using TrailVerification verification = new([other]);
        foreach (var line in lines) verification.Take(line);
        verification.Finish();
        verification.Findings[0].Fault.ShouldBe(TrailFault.KeyUnknown);
    }

    [Fact]
    [Requirement("A217")]
    public async Task An_old_head_put_back_is_found()
    {
        var latest = await host.SealAsync();
        // Rows, leaves and heads as they were at the first head: only who kept a later head can tell.
        await host.TamperAsync("DELETE FROM audit_heads WHERE number > 1", "DELETE FROM audit_leaves WHERE leaf_index >= 7", "DELETE FROM audit WHERE seq > 7");
        (await host.VerifyAsync()).Findings.ShouldBeEmpty();
        (await host.VerifyAsync(latest)).Findings.ShouldHaveSingleItem().Fault.ShouldBe(TrailFault.HeadOlder);
        host.Verify(await host.ExportAsync(new TrailFilter { EntityId = "a" }), latest).Findings.ShouldContain(f => f.Fault == TrailFault.HeadOlder);
        // The sealer that signed the later head notices by itself, and signs nothing.
        (await Should.ThrowAsync<SealBrokenException>(() => host.SealAsync())).Message.ShouldContain("put back");
    }

    [Theory]
    [InlineData("DELETE FROM audit_heads WHERE number = 1", TrailFault.HeadChainBroken)]
    [InlineData("UPDATE audit_heads SET tree_size = 6 WHERE number = 1", TrailFault.HeadForged)]
    [InlineData("UPDATE audit_heads SET time = time + 1 WHERE number = 2", TrailFault.HeadForged)]
    [InlineData("UPDATE audit_heads SET signature = 'AAAA' WHERE number = 2", TrailFault.HeadForged)]
    public async Task A_head_that_was_altered_or_dropped_is_found(string sql, TrailFault fault)
    {
        await host.TamperAsync(sql);
        (await host.VerifyAsync()).Findings[0].Fault.ShouldBe(fault);
    }

    [Theory]
    [InlineData("UPDATE audit_leaves SET leaf_hash = (SELECT leaf_hash FROM audit_leaves WHERE leaf_index = 0) WHERE leaf_index = 5")]
    [InlineData("DELETE FROM audit_leaves WHERE leaf_index = 9")]
    [InlineData("INSERT INTO audit_leaves (leaf_index, seq, leaf_hash) SELECT 10, 999, leaf_hash FROM audit_leaves WHERE leaf_index = 0")]
    [InlineData("DELETE FROM audit_heads WHERE number = 2")]
    [InlineData("UPDATE audit_heads SET root_hash = 'aa' WHERE number = 2")]
    public async Task A_sealer_signs_nothing_over_a_tree_that_is_not_the_one_that_was_signed(string sql)
    {
        await host.TamperAsync(sql);
        await host.ChangeAsync("a", 1);
        await Should.ThrowAsync<SealBrokenException>(() => host.SealAsync());
        // Neither does one that has only just started.
        await using var fresh = await host.TwinAsync();
        await Should.ThrowAsync<SealBrokenException>(() => fresh.SealAsync());
        host.Services.GetRequiredService<AuditMeter>().FaultOf("orders").ShouldNotBeNull();
    }

    [Fact]
    public async Task A_file_with_lines_left_out_added_or_changed_places_is_found()
    {
        var lines = await host.ExportAsync();
        var some = await host.ExportAsync(new TrailFilter { EntityId = "a" });
        Faults([.. lines.SkipLast(1)]).ShouldContain(TrailFault.Incomplete);
        Faults([.. lines.Skip(1)]).ShouldContain(TrailFault.Incomplete);
        Faults([.. lines.Take(3), .. lines.Skip(4)]).ShouldContain(TrailFault.RecordMissing);
        Faults([.. lines.Take(3), lines[2], .. lines.Skip(3)]).ShouldContain(TrailFault.RecordMisplaced);
        Faults([.. lines.Take(2), lines[3], lines[2], .. lines.Skip(4)]).ShouldContain(TrailFault.RecordMisplaced);
        Faults([.. lines, lines[^1]]).ShouldContain(TrailFault.Incomplete);
        Faults([.. some.Take(2), .. some.Skip(3)]).ShouldContain(TrailFault.Incomplete);
        Faults([.. some.Take(2), lines[6], .. some.Skip(2)]).ShouldContain(TrailFault.ProofWrong);
        Faults([]).ShouldContain(TrailFault.Incomplete);

        List<TrailFault> Faults(List<ExportLine> of) => [.. host.Verify(of).Findings.Select(f => f.Fault)];
    }

    // Rewrites the second row of "a" and all that follows from it, as someone would who owns the database and, with heads, the key.
    async Task RewriteAsync(bool withHeads)
    {
        await host.TamperAsync();
        await host.InAsync<OrdersDb>(async db =>
        {
            var trail = await db.AuditTrail.Where(r => r.EntityId == "a").OrderBy(r => r.Version).ToListAsync();
            var previous = trail[0].Hash;
            foreach (var row in trail.Skip(1))
            {
                var changed = row with { ActorName = row.Version == 2 ? "Mallory" : row.ActorName, PreviousHash = previous };
                var hash = previous = Platform.Audit.AuditChain.HashOf(changed);
                var leaf = Merkle.LeafHash(Convert.FromHexString(hash));
                await db.Database.ExecuteSqlAsync($"UPDATE audit SET actor_name = {changed.ActorName}, previous_hash = {changed.PreviousHash}, hash = {hash} WHERE seq = {row.Seq}");
                await db.Database.ExecuteSqlAsync($"UPDATE audit_leaves SET leaf_hash = {leaf} WHERE seq = {row.Seq}");
            }

            if (withHeads) await db.Database.ExecuteSqlAsync($"DELETE FROM audit_heads WHERE number > 0");
            if (!withHeads) return;
            MerkleFrontier tree = new();
            foreach (var leaf in await db.Leaves.OrderBy(l => l.LeafIndex).Select(l => l.LeafHash).ToListAsync()) tree.Append(leaf);
            var key = host.Services.GetRequiredService<Platform.Auth.KeyStore>().Standing(TreeHeads.KeyOf("orders"));
            TreeHead head = new() { Service = "orders", TreeId = kept.TreeId, Number = 1, TreeSize = tree.Size, RootHash = Convert.ToHexStringLower(tree.Root()), Time = kept.Time };
            db.Add(Platform.Signing.SignedDocument.Sign(head, key).ToRow());
            await db.SaveChangesAsync();
        });
    }
}
