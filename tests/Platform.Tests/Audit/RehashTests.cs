using Doseline.Platform.Audit.Sealing;
using Doseline.Platform.Messaging;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Audit;

/// <summary>What was altered in the database after it was sealed is noticed by the running service itself, within the time stated.</summary>
public sealed class RehashTests
{
    static readonly TimeSpan Within = TimeSpan.FromHours(6);

    [Theory]
    [Requirement("A096")]
    [InlineData("UPDATE audit SET actor = 'person:mallory' WHERE entity_id = 'a' AND version = 2")]
    [InlineData("UPDATE audit SET changes = '{\"amount\":[1,9]}' WHERE entity_id = 'b' AND version = 3")]
    [InlineData("UPDATE audit SET hash = 'x' WHERE entity_id = 'a' AND version = 1")]
    [InlineData("DELETE FROM audit WHERE entity_id = 'a' AND version = 3")]
    [InlineData("DELETE FROM audit WHERE entity_id = 'a' AND version = 3; DELETE FROM audit_leaves WHERE leaf_index = 2")]
    [InlineData("UPDATE audit_leaves SET leaf_hash = (SELECT leaf_hash FROM audit_leaves WHERE leaf_index = 0) WHERE leaf_index = 5")]
    [InlineData("UPDATE audit_leaves SET leaf_index = -1 WHERE leaf_index = 3; UPDATE audit_leaves SET leaf_index = 3 WHERE leaf_index = 4; UPDATE audit_leaves SET leaf_index = 4 WHERE leaf_index = -1")]
    [InlineData("UPDATE audit_heads SET root_hash = 'aa' WHERE number = 1")]
    public async Task Whatever_is_altered_rings_the_alarm_within_the_time_stated_and_untouched_it_never_rings(string sql)
    {
        await using var host = await StageHost.StartAsync();
        await host.ChangeAsync("a", 4);
        await host.ChangeAsync("b", 3);
        await host.SealAsync();
        await PassAsync(host, Within);
        Fault(host).ShouldBeNull();
        await host.TamperAsync(sql.Split(';', StringSplitOptions.TrimEntries));
        await PassAsync(host, Within + TimeSpan.FromMinutes(1));
        Fault(host).ShouldNotBeNull();
    }

    [Fact]
    [Requirement("A096")]
    public async Task A_row_anywhere_in_a_trail_of_several_blocks_is_looked_at_once_a_round_also_when_the_process_is_another()
    {
        await using var host = await StageHost.StartAsync();
        await host.ChangeAsync("a", 300);
        await host.ChangeAsync("b", 300);
        await host.SealAsync();
        await PassAsync(host, Within + TimeSpan.FromMinutes(2));
        Fault(host).ShouldBeNull("blocks and their way to the root are what was signed");
        await host.TamperAsync("UPDATE audit SET reason = 'as planned' WHERE entity_id = 'b' AND version = 299");
        await PassAsync(host, TimeSpan.FromHours(2));
        Fault(host).ShouldBeNull("the last block comes at the end of a round");
        // Another replica goes on where this one stood, as after a restart.
        await host.Pump("orders", PumpNames.Rehash).ShouldBeAssignableTo<IHandsOver>()!.HandOverAsync(CancellationToken.None);
        await using var twin = await host.TwinAsync();
        await PassAsync(twin, Within - TimeSpan.FromHours(2) + TimeSpan.FromMinutes(2));
        Fault(twin).ShouldNotBeNull().ShouldContain("b version 299");
    }

    [Fact]
    public async Task A_node_put_right_by_whoever_rewrote_the_leaves_does_not_lead_to_the_signed_root()
    {
        await using var host = await StageHost.StartAsync();
        await host.ChangeAsync("a", 300);
        await host.ChangeAsync("b", 300);
        await host.SealAsync();
        await host.TamperAsync("UPDATE audit_nodes SET hash = (SELECT leaf_hash FROM audit_leaves WHERE leaf_index = 1) WHERE node_index = 0");
        await PassAsync(host, Within + TimeSpan.FromMinutes(1));
        Fault(host).ShouldNotBeNull();
    }

    static string? Fault(StageHost host) => host.Services.GetRequiredService<AuditMeter>().FaultOf("orders");

    // Minute by minute, only what hashes again: the sealer would notice some of it at its own next round.
    static async Task PassAsync(StageHost host, TimeSpan time)
    {
        var pump = host.Pump("orders", PumpNames.Rehash);
        for (var end = host.Clock.GetUtcNow() + time; host.Clock.GetUtcNow() < end;)
        {
            host.Clock.MoveTo(host.Clock.GetUtcNow().AddMinutes(1));
            while (await pump.PumpAsync(CancellationToken.None) > 0)
            {
            }
        }
    }
}
