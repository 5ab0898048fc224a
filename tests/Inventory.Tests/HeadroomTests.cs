using Doseline.Inventory.V1;
using Doseline.Testing;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Inventory.Tests;

public sealed class HeadroomTests
{
    [Fact]
    public async Task Headroom_shows_limits_now_and_at_their_peak_ahead()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform, licenceBq: 100e9, storeBq: 200e9);
        await plant.ReceiveAsync(40e9);
        await plant.Lots.ExpectReceiptAsync(new ExpectReceiptRequest
        {
            RequestId = TestPlatform.RequestId(), SiteId = Plant.Site, RoomId = "store-a", MaterialCode = "LU177-NCA", Form = "solution", Use = "manufacture",
            Contents = { plant.Activity(50e9, after: Plant.LutetiumHalfLife) }, ArrivalTime = (platform.Now + Plant.LutetiumHalfLife).ToWireTime(),
        });
        var limits = (await plant.Possession.GetHeadroomAsync(new GetHeadroomRequest { SiteId = Plant.Site, Nuclide = "Lu-177", Window = Duration.FromTimeSpan(TimeSpan.FromDays(30)) })).Limits;
        var line = limits.Single(limit => limit.LimitId == "licences/29-00001-01/lines/6.A");
        (line.LimitBq, line.TotalBq, line.HeadroomBq).ShouldBe((100e9, 40e9, 60e9));
        line.PeakBq.ShouldBe(70e9, 1);
        line.PeakTime.ToDateTimeOffset().ShouldBe(platform.Now + Plant.LutetiumHalfLife);
    }

    [Fact]
    [Requirement("A005")]
    public async Task Headroom_of_a_past_instant_is_what_the_ledger_says_of_it_and_of_what_was_known()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform, licenceBq: 100e9, storeBq: 200e9);
        var lot = await plant.ApprovedAsync(80e9);
        var first = platform.Now;
        await platform.AdvanceAsync(TimeSpan.FromHours(1));
        await plant.LicenceAsync(500e9, licence => (licence.Amendment, licence.EffectiveTime) = (1, first.AddMinutes(-10).ToWireTime()));
        await plant.ReceiveAsync(90e9);
        await plant.Execution.IssueToBatchAsync(plant.Issue(lot, 30e9));
        await platform.AdvanceAsync(TimeSpan.FromDays(7));

        async Task<Headroom> AtAsync(DateTimeOffset? asOf, DateTimeOffset? known = null) => (await plant.Possession.GetHeadroomAsync(new GetHeadroomRequest
        {
            SiteId = Plant.Site, Nuclide = "Lu-177", AsOfTime = asOf?.ToWireTime(), KnownTime = known?.ToWireTime(),
        })).Limits.Single(limit => limit.LimitId == "licences/29-00001-01/lines/6.A");

        var now = await AtAsync(null);
        now.TotalBq.ShouldBe((await plant.TotalAsync()), 1);
        var then = await AtAsync(first);
        (then.LimitBq, then.TotalBq, then.HeadroomBq).ShouldBe((500e9, 80e9, 420e9));
        // As it was known then, the amendment was not there.
        var known = await AtAsync(first, first);
        (known.LimitBq, known.TotalBq).ShouldBe((100e9, 80e9));
        (await AtAsync(first.AddSeconds(-1))).TotalBq.ShouldBe(0);
        (await TestPlatform.RefusalsAsync(() => plant.Possession.GetHeadroomAsync(new GetHeadroomRequest
        {
            SiteId = Plant.Site, AsOfTime = first.ToWireTime(), Window = Duration.FromTimeSpan(TimeSpan.FromDays(1)),
        }).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe("WINDOW_OF_PAST");
    }
}
