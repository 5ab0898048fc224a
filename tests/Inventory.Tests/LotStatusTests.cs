using Doseline.Inventory.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Doseline.Testing;

namespace Doseline.Inventory.Tests;

/// <summary>A lot changes its status along the one table of the platform, whatever is asked for.</summary>
public sealed class LotStatusTests
{
    static readonly LotStatus[] All = [LotStatus.Quarantine, LotStatus.Approved, LotStatus.Rejected];

    [Fact]
    [Requirement("A110", "A142")]
    public async Task Every_pair_of_statuses_is_possible_or_refused_as_the_table_says_and_what_is_refused_changes_nothing()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        foreach (var from in All)
        {
            foreach (var to in All)
            {
                // A room of its own: what is rejected may not lie beside anything else.
                var room = $"{from}-{to}".ToLowerInvariant();
                await plant.RoomAsync(room, RoomKind.Storage, 1e15);
                var lot = await plant.ReceiveAsync(1e9, room);
                lot.Status.ShouldBe(LotStatus.Quarantine);
                if (from is not LotStatus.Quarantine) lot = (await plant.Qa.ChangeLotStatusAsync(Change(lot, from))).Lot;
                if (StatusModel.Transitions.Any(t => t.Key.Holder is StatusHolder.Lot && t.Key.From == from.ToStatus() && t.Value == to.ToStatus()))
                {
                    var changed = (await plant.Qa.ChangeLotStatusAsync(Change(lot, to))).Lot;
                    changed.Status.ShouldBe(to);
                }
                else
                {
                    var refusal = (await TestPlatform.RefusalsAsync(async () => await plant.Qa.ChangeLotStatusAsync(Change(lot, to)))).ShouldHaveSingleItem();
                    (refusal.Code, refusal.Subject, refusal.Numbers["state"]).ShouldBe(("LOT_TRANSITION_ILLEGAL", $"lots/{lot.LotId}", StatusModel.Name(from.ToStatus())));
                    (await plant.Lots.GetLotAsync(new GetLotRequest { LotId = lot.LotId })).Lot.ShouldBe(lot);
                }
            }
        }
    }

    static ChangeLotStatusRequest Change(Lot lot, LotStatus to) =>
        new() { RequestId = TestPlatform.RequestId(), LotId = lot.LotId, Status = to, Version = lot.Version, RecordId = "COA-1", Reason = "reviewed" };
}
