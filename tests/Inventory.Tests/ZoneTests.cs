using Doseline.Inventory.Domain;
using Doseline.Inventory.V1;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Time;
using Doseline.Testing;
using DomainLicence = Doseline.Inventory.Domain.Licence;

namespace Doseline.Inventory.Tests;

/// <summary>What a licence counts at an instant is the same wherever the instant was typed.</summary>
public sealed class ZoneTests
{
    static readonly DateTimeOffset Year = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> AllZones => [.. Zones.All];

    /// <summary>Every quarter of an hour around every change of offset of a year, gaps and doubled hours, and instants by chance: reference instants, arrivals, amendments and the question itself are typed there.</summary>
    [Theory, MemberData(nameof(AllZones))]
    [Requirement("A062")]
    public void The_total_of_a_licence_at_an_instant_is_the_same_in_every_zone(string zone)
    {
        var random = new Random(zone.Length + zone[0]);
        List<DateTimeOffset> asked = [.. ChangesOf(zone).SelectMany(change => Enumerable.Range(-12, 25).Select(quarter => change.AddMinutes(15 * quarter)))];
        asked.AddRange(Enumerable.Range(0, 10).Select(_ => Year.AddMinutes(random.Next(365 * 24 * 60))));
        var changes = ChangesOf(zone) is [var first, ..] all ? (first, all[^1]) : (Year.AddDays(80), Year.AddDays(300));
        var plain = StateOf(changes, instant => instant);
        var there = StateOf(changes, instant => Typed(instant, zone));
        foreach (var instant in asked)
        {
            var expected = Forecast.Of(plain, instant, TimeSpan.Zero);
            var actual = Forecast.Of(there, Typed(instant, zone), TimeSpan.Zero);
            actual.Select(limit => (limit.Scope.Id, limit.Scope.LimitBq, limit.TotalBq))
                .ShouldBe(expected.Select(limit => (limit.Scope.Id, limit.Scope.LimitBq, limit.TotalBq)), $"{zone} {instant:O}");
        }
    }

    [Fact]
    [Requirement("A062")]
    public async Task The_zone_of_a_site_changes_no_total_of_its_licence()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.BuildAsync(platform);
        await plant.ReceiveAsync(100e9, "store-a", plant.Activity(1e6, "Lu-177m"));
        await platform.AdvanceAsync(TimeSpan.FromHours(3));
        List<DateTimeOffset> asked = [platform.Now - TimeSpan.FromHours(2), platform.Now + TimeSpan.FromDays(200)];
        async Task<string> TotalsAsync()
        {
            List<string> totals = [];
            foreach (var instant in asked)
                totals.Add((await plant.Possession.GetHeadroomAsync(new GetHeadroomRequest { SiteId = Plant.Site, AsOfTime = instant.ToWireTime() })).ToString());
            return string.Join('\n', totals);
        }

        var expected = await TotalsAsync();
        expected.ShouldContain("licences/29-00001-01/lines/6.A");
        var site = (await plant.Sites.ListSitesAsync(new ListSitesRequest())).Sites.Single(site => site.SiteId == Plant.Site);
        foreach (var zone in Zones.All)
        {
            site.Zone = zone;
            site = (await plant.Sites.PutSiteAsync(new PutSiteRequest { RequestId = TestPlatform.RequestId(), Site = site, Reason = "moved" })).Site;
            (await TotalsAsync()).ShouldBe(expected, zone);
        }
    }

    static SiteState StateOf((DateTimeOffset First, DateTimeOffset Last) changes, Func<DateTimeOffset, DateTimeOffset> typed)
    {
        var version = NuclideData.Current.Version;
        BookedLine Line(string nuclide, double bq, DateTimeOffset reference) => new(nuclide, bq, typed(reference), version);
        HeldItem Item(string id, DateTimeOffset? from, params BookedLine[] lines) =>
            new(new Place(id, Account.Lot, "s", "a", "solution", "manufacture"), StatusClass.Approved, lines, from is { } at ? typed(at) : null);
        DomainLicence LicenceOf(int amendment, DateTimeOffset effective, double limitBq) => new()
        {
            Number = "L", Amendment = amendment, Jurisdiction = "NRC", Effective = typed(effective), Expire = typed(Year.AddYears(9)),
            Lines =
            [
                new() { LineId = "1", Nuclide = "Lu-177", Uses = ["manufacture"], LimitBq = limitBq },
                new() { LineId = "2", Nuclide = "Ac-225", Uses = ["manufacture"], LimitBq = limitBq },
            ],
        };
        return new SiteState("s",
            [new Domain.Room { Id = "a", SiteId = "s", Name = "a", Kind = Domain.RoomKind.Storage, Nuclides = [new("*", 1e13)] }],
            [LicenceOf(0, Year.AddYears(-1), 1e12), LicenceOf(1, changes.First, 2e12), LicenceOf(2, changes.Last.AddMinutes(45), 3e12)],
            [
                Item("x", null, Line("Lu-177", 7.4e11, changes.First.AddMinutes(-30)), Line("Lu-177m", 1e8, Year)),
                Item("y", changes.First.AddMinutes(15), Line("Ac-225", 3e9, changes.First.AddMinutes(20))),
                Item("z", changes.Last.AddMinutes(-15), Line("Lu-177", 1e11, changes.Last.AddMinutes(15))),
            ]);
    }

    // To a quarter of an hour, at which clocks change today, everywhere.
    static List<DateTimeOffset> ChangesOf(string zone) =>
    [
        .. Enumerable.Range(0, 365).Select(day => Year.AddDays(day)).Where(day => Zones.OffsetAt(day, zone) != Zones.OffsetAt(day.AddDays(1), zone))
            .Select(day => Enumerable.Range(1, 24 * 4).Select(quarter => day.AddMinutes(15 * quarter)).First(instant => Zones.OffsetAt(instant, zone) != Zones.OffsetAt(day, zone))),
    ];

    static DateTimeOffset Typed(DateTimeOffset instant, string zone)
    {
        var shown = Zones.Show(instant, zone);
        return Zones.Resolve(shown.Local, zone, shown.Offset, "t").OrThrow().Instant;
    }
}
