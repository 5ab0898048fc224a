using Doseline.Inventory.V1;
using Doseline.Testing;

namespace Doseline.Inventory.Tests;

/// <summary>Whoever comes at once stays under a limit together: of the licence, of a room, of the site that something is sent to.</summary>
public sealed class ConcurrentLimitTests
{
    static readonly string[] OutOfBreath = ["DATABASE_UNAVAILABLE", "TOO_MANY_CALLS"];

    [Fact]
    [Requirement("A037")]
    public async Task A_thousand_receipts_at_once_never_exceed_the_licence_together()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform, licenceBq: 50e9);
        (await AtOnceAsync(Receipts(plant, 1000))).ShouldBe(Split(50, 950, "LICENCE_LIMIT_EXCEEDED"), ignoreOrder: true);
        (await plant.TotalAsync()).ShouldBe(50e9, 1);
    }

    [Fact]
    [Requirement("A006", "A036", "A037")]
    public async Task Receipts_and_moves_into_a_room_at_once_never_exceed_its_limit_together()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform, storeBq: 50e9);
        var lots = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => plant.ReceiveAsync(1e9, "store-b")));
        var moves = lots.Select(lot => new MoveHoldingRequest { RequestId = TestPlatform.RequestId(), HoldingId = lot.LotId, FromRoomId = "store-b", ToRoomId = "store-a" })
            .Select<MoveHoldingRequest, Func<Task>>(move => async () => await plant.Moves.MoveHoldingAsync(move));
        (await AtOnceAsync(Mixed(moves, Receipts(plant, 60)))).ShouldBe(Split(50, 70, "ROOM_LIMIT_EXCEEDED"), ignoreOrder: true);
        (await plant.PossessionAsync()).Groups.Where(group => group.RoomId == "store-a").Sum(group => group.Possessed.ActivityBq).ShouldBe(50e9, 1);
    }

    [Fact]
    [Requirement("A037")]
    public async Task What_comes_from_another_site_at_once_never_exceeds_the_licence_of_the_one_that_receives_it()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        await plant.Sites.PutSiteAsync(new PutSiteRequest { RequestId = TestPlatform.RequestId(), Site = new Site { SiteId = "pa1", Name = "PA", Zone = "America/New_York" } });
        await plant.RoomAsync("pa-store", RoomKind.Storage, 1e15, more: room => room.SiteId = "pa1");
        await plant.LicenceAsync(25e9, licence => (licence.SiteId, licence.Number) = ("pa1", "37-1"));
        var lots = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => plant.ReceiveAsync(1e9)));
        foreach (var lot in lots) await plant.Moves.SendToSiteAsync(new SendToSiteRequest { RequestId = TestPlatform.RequestId(), HoldingId = lot.LotId, ToSiteId = "pa1", Reason = "help out" });
        var receipts = lots.Select(lot => new ReceiveFromSiteRequest { RequestId = TestPlatform.RequestId(), HoldingId = lot.LotId, SiteId = "pa1", RoomId = "pa-store" })
            .Select<ReceiveFromSiteRequest, Func<Task>>(receive => async () => await plant.Moves.ReceiveFromSiteAsync(receive));
        (await AtOnceAsync(receipts)).ShouldBe(Split(25, 35, "LICENCE_LIMIT_EXCEEDED"), ignoreOrder: true);
        (await plant.Possession.GetPossessionAsync(new GetPossessionRequest { SiteId = "pa1" })).Totals.ShouldHaveSingleItem().ActivityBq.ShouldBe(25e9, 1);
        // What was refused is possessed by the sender still.
        (await plant.TotalAsync()).ShouldBe(35e9, 1);
    }

    static Dictionary<string, int> Split(int done, int refused, string code) => new(StringComparer.Ordinal) { ["done"] = done, [code] = refused };

    static IEnumerable<Func<Task>> Receipts(Plant plant, int count) =>
        Enumerable.Range(0, count).Select(_ => plant.Receipt(1e9)).Select<ReceiveLotRequest, Func<Task>>(receipt => async () => await plant.Lots.ReceiveLotAsync(receipt));

    static IEnumerable<Func<Task>> Mixed(IEnumerable<Func<Task>> some, IEnumerable<Func<Task>> others) => some.Zip(others).SelectMany(pair => new[] { pair.First, pair.Second });

    // How often each end was said, of calls that all begin before any has ended. Whom a machine out of breath sends away asks the same again, with fewer others.
    static async Task<Dictionary<string, int>> AtOnceAsync(IEnumerable<Func<Task>> calls)
    {
        Dictionary<string, int> ends = new(StringComparer.Ordinal);
        List<Func<Task>> open = [.. calls];
        for (var together = open.Count; open.Count > 0; together = 40)
        {
            List<Func<Task>> next = [.. open.Skip(together)];
            foreach (var (call, said) in await Task.WhenAll(open.Take(together).Select(async call => (call, Said: await EndAsync(call)))))
            {
                if (OutOfBreath.Contains(said, StringComparer.Ordinal)) next.Add(call);
                else ends[said] = ends.GetValueOrDefault(said) + 1;
            }

            open = next;
        }

        return ends;
    }

    static async Task<string> EndAsync(Func<Task> call)
    {
        try
        {
            await call();
            return "done";
        }
        catch (Grpc.Core.RpcException fault)
        {
            return Platform.Rpc.RpcErrors.Read(fault) is [var refusal] ? refusal.Code : fault.ToString();
        }
    }
}
