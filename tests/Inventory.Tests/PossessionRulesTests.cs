using Doseline.Inventory.Domain;
using Doseline.Kernel.Decay;
using Doseline.Testing;
using FsCheck.Fluent;

namespace Doseline.Inventory.Tests;

public sealed class PossessionRulesTests
{
    static readonly DateTimeOffset T0 = TestPlatform.Start;
    static readonly string Version = NuclideData.Current.Version;

    static BookedLine Line(string nuclide, double bq, DateTimeOffset? at = null) => new(nuclide, bq, at ?? T0, Version);

    static HeldItem Item(string id, string room, params BookedLine[] lines) => new(new Place(id, Account.Lot, "s", room, "solution", "manufacture"), StatusClass.Approved, lines);

    static Room RoomOf(string id, params RoomNuclide[] nuclides) => new() { Id = id, SiteId = "s", Name = id, Kind = RoomKind.Storage, Nuclides = nuclides is [] ? [new("*", null)] : nuclides };

    static Licence LicenceOf(params LicenceLine[] lines) => new() { Number = "L", Amendment = 0, Jurisdiction = "NRC", Effective = T0.AddDays(-1), Expire = T0.AddDays(4000), Lines = [.. lines.Select(line => line.Uses is [] ? line with { Uses = ["manufacture"] } : line)] };

    static SiteState State(Licence licence, params HeldItem[] held) => new("s", [RoomOf("a"), RoomOf("b")], [licence], held);

    [Theory]
    [InlineData(500e9, 20e9, 0.2e9, true)]
    [InlineData(500e9, 20e9, 0.2000001e9, false)]
    [InlineData(500.001e9, 20e9, 0.2e9, false)]
    public void The_unity_rule_allows_equality_and_nothing_more(double lutetium, double actinium, double radium, bool admitted)
    {
        // licensing.md section 2: 500/1000 + 20/50 + 0.2/2 = 1.0 is allowed, anything more refused.
        var licence = LicenceOf(
            new() { LineId = "1", Nuclide = "Lu-177", LimitBq = 1000e9, UnityGroup = "g" },
            new() { LineId = "2", Nuclide = "Ac-225", LimitBq = 50e9, UnityGroup = "g" },
            new() { LineId = "3", Nuclide = "Ra-223", LimitBq = 2e9, UnityGroup = "g" });
        var decision = PossessionRules.Admit(new Arrival(Item("new", "a", Line("Ra-223", radium)), T0), State(licence, Item("x", "a", Line("Lu-177", lutetium)), Item("y", "b", Line("Ac-225", actinium))));
        decision.Accepted.ShouldBe(admitted);
        if (!admitted) decision.Refusals.ShouldHaveSingleItem().Code.ShouldBe("UNITY_RULE_EXCEEDED");
    }

    [Fact]
    [Requirement("A085")]
    public void The_worked_vector_holds_with_the_half_life_it_was_made_with()
    {
        // licensing.md: Lu-177 1000 GBq held 13.294 d is 250 GBq with T½ = 6.647 d (ICRP-107).
        var data = NuclideData.Current.WithHalfLives("icrp-107", new Dictionary<string, HalfLife>(StringComparer.Ordinal) { ["Lu-177"] = new("6.647", "d") });
        var activity = CalibratedActivity.Create("Lu-177", 1000e9, T0, data, "x").OrThrow();
        activity.At(T0.AddDays(13.294)).Bq.ShouldBe(250e9, 1e-3);
    }

    [Fact]
    [Requirement("A036", "E09")]
    public void A_daughter_with_a_line_of_its_own_is_tested_at_its_peak()
    {
        // 1000 MBq Ra-225 grow at most about 443 MBq Ac-225 after some 17.5 d (decaymath.md D17, ICRP half-lives).
        SiteState Site(double limit) => State(LicenceOf(new() { LineId = "1", Nuclide = "Ra-225", LimitBq = 2e9 }, new() { LineId = "2", Nuclide = "Ac-225", LimitBq = limit }));
        var arrival = new Arrival(Item("new", "a", Line("Ra-225", 1000e6)), T0);
        PossessionRules.Admit(arrival, Site(450e6)).Accepted.ShouldBeTrue();
        var refusal = PossessionRules.Admit(arrival, Site(430e6)).Refusals.ShouldHaveSingleItem();
        refusal.Code.ShouldBe("LICENCE_LIMIT_EXCEEDED");
        var days = (DateTimeOffset.Parse(refusal.Numbers["binding_time"], System.Globalization.CultureInfo.InvariantCulture) - T0).TotalDays;
        days.ShouldBe(17.5, 0.2);
        double.Parse(refusal.Numbers["arriving_bq"], System.Globalization.CultureInfo.InvariantCulture).ShouldBe(443e6, 2e6);
    }

    [Fact]
    [Requirement("A071", "A072", "E06")]
    public void What_is_not_authorised_is_refused_with_its_reason()
    {
        var licence = LicenceOf(new LicenceLine { LineId = "1", Nuclide = "Lu-177", Forms = ["solution"], Uses = ["manufacture"], RoomIds = ["a"], LimitBq = 1e12 });
        string Code(HeldItem item, Licence with, DateTimeOffset? at = null) => PossessionRules.Admit(new Arrival(item, at ?? T0), State(with)).Refusals.ShouldHaveSingleItem().Code;
        var item = Item("new", "a", Line("Lu-177", 1));
        PossessionRules.Admit(new Arrival(item, T0), State(licence)).Accepted.ShouldBeTrue();
        Code(item with { Place = item.Place with { RoomId = "b" } }, licence).ShouldBe("ROOM_NOT_AUTHORISED");
        Code(item with { Place = item.Place with { RoomId = "c" } }, licence with { Lines = [licence.Lines[0] with { RoomIds = [] }] }).ShouldBe("ROOM_NOT_AUTHORISED");
        Code(item with { Place = item.Place with { Use = "research" } }, licence).ShouldBe("USE_NOT_AUTHORISED");
        Code(item with { Place = item.Place with { Form = "sealed" } }, licence).ShouldBe("FORM_NOT_AUTHORISED");
        // A line without a use authorises nothing, not everything.
        Code(item, licence with { Lines = [licence.Lines[0] with { Uses = [] }] }).ShouldBe("USE_NOT_AUTHORISED");
        Code(item, licence with { Expire = T0 }).ShouldBe("LICENCE_EXPIRED");
        Code(Item("new", "a", Line("Ac-225", 1)), licence).ShouldBe("NUCLIDE_NOT_LICENSED");
    }

    [Fact]
    [Requirement("A065")]
    public void What_no_line_covers_counts_on_every_line_of_its_nuclide()
    {
        var licence = LicenceOf(new LicenceLine { LineId = "1", Nuclide = "Lu-177", RoomIds = ["a"], LimitBq = 100e9 });
        var waste = Item("w", "b", Line("Lu-177", 60e9));
        var refusal = PossessionRules.Admit(new Arrival(Item("new", "a", Line("Lu-177", 41e9)), T0), State(licence, waste)).Refusals.ShouldHaveSingleItem();
        refusal.Numbers["total_bq"].ShouldBe("60000000000");
        PossessionRules.Admit(new Arrival(Item("new", "a", Line("Lu-177", 40e9)), T0), State(licence, waste)).Accepted.ShouldBeTrue();
    }

    [Fact]
    [Requirement("A036")]
    public void A_move_inside_the_licence_adds_nothing_to_it_even_when_it_is_full()
    {
        var licence = LicenceOf(new LicenceLine { LineId = "1", Nuclide = "Lu-177", LimitBq = 100e9 });
        var held = Item("x", "a", Line("Lu-177", 100e9));
        var moved = held with { Place = held.Place with { RoomId = "b" } };
        PossessionRules.Admit(new Arrival(moved, T0, held), State(licence, held)).Accepted.ShouldBeTrue();
    }

    [Fact]
    [Requirement("A036", "A037")]
    public void No_sequence_of_admitted_arrivals_exceeds_a_limit_at_any_instant()
    {
        var licence = LicenceOf(new LicenceLine { LineId = "1", Nuclide = "Lu-177", LimitBq = 100e9 });
        var arrivals = Gen.Zip(Gen.Choose(1, 60), Gen.Choose(0, 400)).ListOf().Select(list => list.ToList());
        Prop.ForAll(arrivals.ToArbitrary(), list =>
        {
            List<HeldItem> held = [];
            foreach (var ((gigabecquerels, hours), place) in list.OrderBy(one => one.Item2).Select((one, place) => (one, place)))
            {
                var time = T0.AddHours(hours);
                var item = Item($"i{place}", place % 2 == 0 ? "a" : "b", Line("Lu-177", gigabecquerels * 1e9, time));
                if (PossessionRules.Admit(new Arrival(item, time), State(licence, [.. held])).Accepted) held.Add(item with { From = time });
            }

            return Enumerable.Range(0, 500).All(hour => held.Sum(item => item.ActivityAt("Lu-177", T0.AddHours(hour))) <= 100e9);
        }).Holds();
    }

    [Fact]
    [Requirement("A010")]
    public void Adding_booked_lines_agrees_with_adding_their_activities_at_any_later_instant()
    {
        Prop.ForAll<int, int, int>((first, second, hours) =>
        {
            var (left, right) = (Line("Lu-177", first * 1e6, T0.AddHours(second % 500)), Line("Lu-177", second * 1e6, T0.AddHours(first % 500)));
            var at = T0.AddHours(500 + Math.Abs(hours % 5000));
            var expected = left.At(at) + right.At(at);
            return Math.Abs(left.Plus(right).At(at) - expected) <= 1e-9 * (Math.Abs(left.At(at)) + Math.Abs(right.At(at)));
        }).Holds();
    }
}
