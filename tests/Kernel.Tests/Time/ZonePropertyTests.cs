using Doseline.Kernel.Decay;
using Doseline.Kernel.Time;
using Doseline.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Doseline.Kernel.Tests.Time;

public sealed class ZonePropertyTests
{
    static readonly DateTimeOffset From = new(1971, 1, 1, 0, 0, 0, TimeSpan.Zero);
    static readonly DateTimeOffset To = new(2040, 1, 1, 0, 0, 0, TimeSpan.Zero);

    static readonly Gen<DateTimeOffset> Instants =
        Gen.Choose(0, (int)((To - From).TotalMinutes)).Select(minute => From.AddMinutes(minute));

    public static TheoryData<string> AllZones => [.. Zones.All];

    /// <summary>Every quarter of an hour of the days around every change of offset, and a coarse walk between: every zone, 1971 to 2040.</summary>
    [Theory, MemberData(nameof(AllZones))]
    [Requirement("A062", "A075")]
    public void Every_gap_and_doubled_hour_is_noticed_and_every_other_time_round_trips(string zone)
    {
        var dose = CalibratedActivity.Create("F-18", 370e6, new DateTimeOffset(2026, 10, 13, 12, 0, 0, TimeSpan.Zero), NuclideData.Current, "dose").OrThrow();
        foreach (var change in ChangesOf(zone))
        {
            for (var instant = change.AddHours(-3); instant < change.AddHours(3); instant = instant.AddMinutes(15)) RoundTrips(instant, zone, dose);
            var (before, after) = (Zones.OffsetAt(change.AddTicks(-1), zone), Zones.OffsetAt(change, zone));
            var middle = change.UtcDateTime + before + (after - before) / 2;
            // A gap where clocks go forward, a doubled time where they go back.
            if (middle.Year >= Zones.YearMin)
                Zones.Resolve(middle, zone, null, "t").Refusals.ShouldHaveSingleItem().Code.ShouldBe(after > before ? "LOCAL_TIME_IN_GAP" : "LOCAL_TIME_AMBIGUOUS");
        }
    }

    [Fact]
    [Requirement("A062", "A075")]
    public void The_same_instant_is_the_same_activity_however_it_was_typed() => Prop.ForAll((
        from instant in Instants
        from zone in Gen.Elements(Zones.All.ToArray())
        from other in Gen.Elements(Zones.All.ToArray())
        from symbol in Gen.Elements("Lu-177", "Ac-225", "Pb-212", "Tc-99m", "Th-229")
        select (instant, zone, other, symbol)).ToArbitrary(), drawn =>
    {
        var reference = drawn.instant.AddHours(-40);
        var here = Typed(drawn.instant, drawn.zone);
        var there = Typed(drawn.instant, drawn.other);
        CalibratedActivity At(DateTimeOffset calibrated) => CalibratedActivity.Create(drawn.symbol, 7.4e9, calibrated, NuclideData.Current, "dose").OrThrow();
        return here == there
            && At(Typed(reference, drawn.zone)).At(there) == At(Typed(reference, drawn.other)).At(here)
            // An offset of those days may have seconds, which a DateTimeOffset cannot.
            && At(reference).At(here.ToOffset(TimeSpan.FromMinutes((int)Zones.OffsetAt(here, drawn.zone).TotalMinutes))) == At(reference).At(drawn.instant);
    }).Holds(1000);

    [Fact]
    public void The_next_time_of_day_is_near_and_shows_it() => Prop.ForAll((
        from instant in Instants
        from zone in Gen.Elements(Zones.All.ToArray())
        from minute in Gen.Choose(0, 24 * 60 - 1)
        select (instant, zone, time: TimeOnly.MinValue.AddMinutes(minute))).ToArbitrary(), drawn =>
    {
        var next = Zones.NextAt(drawn.instant, drawn.zone, drawn.time);
        var previous = Zones.PreviousAt(drawn.instant, drawn.zone, drawn.time);
        return previous.Instant <= drawn.instant && drawn.instant <= next.Instant && next.Instant - previous.Instant <= TimeSpan.FromHours(51)
            && Zones.PreviousAt(next.Instant, drawn.zone, drawn.time) == next && Zones.NextAt(previous.Instant, drawn.zone, drawn.time) == previous;
    }).Holds(1000);

    static void RoundTrips(DateTimeOffset instant, string zone, CalibratedActivity dose)
    {
        var shown = Zones.Show(instant, zone);
        var read = Zones.Resolve(shown.Local, zone, shown.Offset, "t").OrThrow();
        read.ShouldBe(shown);
        read.Instant.ShouldBe(instant);
        dose.DecayFactor(read.Instant).ShouldBe(dose.DecayFactor(instant));
        if (Zones.Resolve(shown.Local, zone, null, "t") is { Accepted: true } certain) certain.Value.Instant.ShouldBe(instant);
    }

    // Found from the outside, by bisection of the offset, so that the test does not ask the code where to look.
    static IEnumerable<DateTimeOffset> ChangesOf(string zone)
    {
        for (var day = From; day < To; day = day.AddDays(14))
        {
            if (Zones.OffsetAt(day, zone) == Zones.OffsetAt(day.AddDays(14), zone)) continue;
            var (early, late) = (day, day.AddDays(14));
            while (late - early > TimeSpan.FromTicks(1))
            {
                var middle = early + (late - early) / 2;
                if (Zones.OffsetAt(middle, zone) == Zones.OffsetAt(early, zone)) early = middle;
                else late = middle;
            }

            yield return late;
        }
    }

    static DateTimeOffset Typed(DateTimeOffset instant, string zone)
    {
        var shown = Zones.Show(instant, zone);
        return Zones.Resolve(shown.Local, zone, shown.Offset, "t").OrThrow().Instant;
    }
}
