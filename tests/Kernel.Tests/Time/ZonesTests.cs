using Doseline.Kernel.Time;
using Doseline.Testing;

namespace Doseline.Kernel.Tests.Time;

public sealed class ZonesTests
{
    static DateTimeOffset Utc(int year, int month, int day, int hour = 0, int minute = 0) => new(year, month, day, hour, minute, 0, TimeSpan.Zero);

    [Theory]
    [Requirement("A075")]
    [InlineData("America/New_York")]
    [InlineData("Europe/Amsterdam")]
    [InlineData("Asia/Kathmandu")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("UTC")]
    public void The_spans_of_a_zone_say_of_every_instant_what_its_clock_shows(string zone)
    {
        var spans = Zones.SpansOf(zone, Utc(2000, 1, 1), Utc(2200, 1, 1));
        spans[0].Start.ShouldBeNull();
        spans.Skip(1).Select(s => s.Start!.Value).ShouldBeInOrder();
        Random random = new(Chance.Seed);
        var edges = spans.Skip(1).SelectMany(s => new[] { s.Start!.Value.AddTicks(-1), s.Start.Value });
        foreach (var instant in Enumerable.Range(0, 500).Select(_ => Utc(2000, 1, 1).AddSeconds(random.NextInt64(200L * 365 * 86_400))).Concat(edges))
        {
            var span = spans.Last(s => s.Start is null || s.Start <= instant);
            var shown = Zones.Show(instant, zone);
            span.Offset.ShouldBe(shown.Offset, $"{instant:O}");
            if (shown.Abbreviation is not "") span.Name.ShouldBe(shown.Abbreviation);
        }
    }

    [Fact]
    [Requirement("A062")]
    public void A_skipped_hour_is_refused_with_the_gap_and_its_neighbours()
    {
        var refusal = Zones.Resolve(new DateTime(2027, 3, 14, 2, 30, 0), "America/New_York", null, "start").Refusals.ShouldHaveSingleItem();
        refusal.Code.ShouldBe("LOCAL_TIME_IN_GAP");
        refusal.Subject.ShouldBe("start");
        refusal.Numbers["gap_start"].ShouldBe("2027-03-14T02:00:00");
        refusal.Numbers["gap_end"].ShouldBe("2027-03-14T03:00:00");
        refusal.Numbers["nearest_before"].ShouldBe("2027-03-14T01:59:00");
        refusal.Numbers["nearest_after"].ShouldBe("2027-03-14T03:00:00");
        refusal.Numbers["instant_of_gap"].ShouldBe("2027-03-14T07:00:00Z");
        refusal.Numbers["tzdb_version"].ShouldBe(Zones.TzdbVersion);
    }

    [Fact]
    [Requirement("A062")]
    public void A_doubled_hour_is_refused_with_both_instants()
    {
        var refusal = Zones.Resolve(new DateTime(2026, 11, 1, 1, 30, 0), "America/New_York", null, "start").Refusals.ShouldHaveSingleItem();
        refusal.Code.ShouldBe("LOCAL_TIME_AMBIGUOUS");
        (refusal.Numbers["instant_first"], refusal.Numbers["utc_offset_first"]).ShouldBe(("2026-11-01T05:30:00Z", "-04:00"));
        (refusal.Numbers["instant_second"], refusal.Numbers["utc_offset_second"]).ShouldBe(("2026-11-01T06:30:00Z", "-05:00"));
    }

    [Theory]
    [InlineData(-4, "2026-11-01 01:30 EDT (UTC-04:00)")]
    [InlineData(-5, "2026-11-01 01:30 EST (UTC-05:00)")]
    public void An_offset_decides_a_doubled_hour(double hours, string shown) =>
        Zones.Resolve(new DateTime(2026, 11, 1, 1, 30, 0), "America/New_York", TimeSpan.FromHours(hours), "start").OrThrow().ToString().ShouldBe(shown);

    [Theory]
    [InlineData("2026-11-01T01:30", -6, "LOCAL_TIME_AMBIGUOUS")]
    [InlineData("2026-07-01T13:00", -5, "UTC_OFFSET_WRONG")]
    [InlineData("2027-03-14T02:30", -5, "LOCAL_TIME_IN_GAP")]
    public void An_offset_that_does_not_fit_is_refused(string local, double hours, string code) =>
        Zones.Resolve(Zones.ParseLocal(local, "t").OrThrow(), "America/New_York", TimeSpan.FromHours(hours), "t").Refusals.ShouldHaveSingleItem().Code.ShouldBe(code);

    [Fact]
    public void Everything_wrong_is_said_at_once() =>
        Zones.Resolve(new DateTime(1066, 10, 14, 9, 0, 0), "Eastern", null, "t").Refusals.Select(refusal => refusal.Code)
            .ShouldBe(["ZONE_UNKNOWN", "LOCAL_TIME_OUT_OF_RANGE"]);

    [Theory]
    [InlineData("2026-10-13T04:30", null)]
    [InlineData("2026-10-13T04:30:15", null)]
    [InlineData("2026-10-13T04:30:15.25", null)]
    [InlineData("2026-10-13 04:30", null)]
    [InlineData("2026-10-13", "TIME_OF_DAY_MISSING")]
    [InlineData("2026-10-13T24:00", "LOCAL_TIME_MALFORMED")]
    [InlineData("2026-10-13T04:30Z", "LOCAL_TIME_MALFORMED")]
    [InlineData("2026-10-13T04:30-04:00", "LOCAL_TIME_MALFORMED")]
    [InlineData("10/13/2026 04:30", "LOCAL_TIME_MALFORMED")]
    [InlineData("2026-02-30T04:30", "LOCAL_TIME_MALFORMED")]
    [InlineData("", "LOCAL_TIME_MALFORMED")]
    [InlineData(null, "LOCAL_TIME_MALFORMED")]
    public void Local_times_are_read_strictly(string? text, string? code)
    {
        var read = Zones.ParseLocal(text, "t");
        if (code is null) read.OrThrow().Kind.ShouldBe(DateTimeKind.Unspecified);
        else read.Refusals.ShouldHaveSingleItem().Code.ShouldBe(code);
    }

    [Theory]
    [Requirement("A062", "A075")]
    [InlineData("America/New_York", "2026-12-01 13:00 EST (UTC-05:00)")]
    [InlineData("America/Phoenix", "2026-12-01 11:00 MST (UTC-07:00)")]
    [InlineData("Asia/Kolkata", "2026-12-01 23:30 IST (UTC+05:30)")]
    [InlineData("Asia/Kathmandu", "2026-12-01 23:45 (UTC+05:45)")]
    [InlineData("Pacific/Chatham", "2026-12-02 07:45 (UTC+13:45)")]
    [InlineData("America/Sao_Paulo", "2026-12-01 15:00 (UTC-03:00)")]
    [InlineData("UTC", "2026-12-01 18:00 UTC (UTC+00:00)")]
    public void Times_show_abbreviation_and_offset(string zone, string shown)
    {
        var time = Zones.Show(Utc(2026, 12, 1, 18), zone);
        time.ToString().ShouldBe(shown);
        time.TimeText.ShouldBe(shown[11..]);
    }

    [Fact]
    [Requirement("A075")]
    public void The_zone_database_is_named() => Zones.TzdbVersion.ShouldMatch("^20[0-9]{2}[a-z]$");

    [Fact]
    public void An_unknown_zone_is_refused_when_asked_and_thrown_when_trusted()
    {
        Zones.Exists("America/New_York").ShouldBeTrue();
        Zones.Exists("america/new_york").ShouldBeFalse();
        Zones.Exists("UTC+05").ShouldBeFalse();
        Zones.Exists(null).ShouldBeFalse();
        Zones.ShowAsked(Utc(2026, 1, 1), "Mars/Olympus", "zone").Refusals.ShouldHaveSingleItem().Code.ShouldBe("ZONE_UNKNOWN");
        Should.Throw<ArgumentException>(() => Zones.OffsetAt(Utc(2026, 1, 1), "Mars/Olympus"));
    }

    [Fact]
    public void Europe_and_America_change_clocks_on_different_days()
    {
        TimeSpan Apart(DateTimeOffset instant) => Zones.OffsetAt(instant, "Europe/Rome") - Zones.OffsetAt(instant, "America/New_York");
        Apart(Utc(2027, 3, 1)).ShouldBe(TimeSpan.FromHours(6));
        Apart(Utc(2027, 3, 20)).ShouldBe(TimeSpan.FromHours(5));
        Apart(Utc(2027, 4, 1)).ShouldBe(TimeSpan.FromHours(6));
        Apart(Utc(2026, 10, 28)).ShouldBe(TimeSpan.FromHours(5));
    }

    [Fact]
    public void A_cut_off_is_found_across_a_clock_change()
    {
        // Friday noon New York; the next Monday 17:30 is after the change of 1 November 2026.
        var friday = Utc(2026, 10, 30, 16);
        Zones.NextAt(friday, "America/New_York", new TimeOnly(17, 30), DayOfWeek.Monday).ToString().ShouldBe("2026-11-02 17:30 EST (UTC-05:00)");
        Zones.PreviousAt(friday, "America/New_York", new TimeOnly(17, 30)).ToString().ShouldBe("2026-10-29 17:30 EDT (UTC-04:00)");
        Zones.NextAt(friday, "America/New_York", new TimeOnly(12, 0)).Instant.ShouldBe(friday);
        Zones.PreviousAt(friday, "America/New_York", new TimeOnly(12, 0)).Instant.ShouldBe(friday);
        Zones.NextAt(friday.AddTicks(1), "America/New_York", new TimeOnly(12, 0)).ToString().ShouldBe("2026-10-31 12:00 EDT (UTC-04:00)");
    }

    [Fact]
    public void A_cut_off_in_a_gap_is_its_end_and_in_a_doubled_hour_its_first_coming()
    {
        Zones.NextAt(Utc(2027, 3, 14, 5), "America/New_York", new TimeOnly(2, 30)).ToString().ShouldBe("2027-03-14 03:00 EDT (UTC-04:00)");
        Zones.NextAt(Utc(2026, 11, 1, 5), "America/New_York", new TimeOnly(1, 30)).ToString().ShouldBe("2026-11-01 01:30 EDT (UTC-04:00)");
        Zones.NextAt(Utc(2026, 11, 1, 6), "America/New_York", new TimeOnly(1, 30)).ToString().ShouldBe("2026-11-02 01:30 EST (UTC-05:00)");
    }

    [Fact]
    public void A_day_that_was_skipped_has_no_time()
    {
        Zones.OnDay(new DateOnly(2011, 12, 30), new TimeOnly(12, 0), "Pacific/Apia").ShouldBeNull();
        Zones.NextAt(Utc(2011, 12, 30, 8), "Pacific/Apia", new TimeOnly(12, 0)).ToString().ShouldStartWith("2011-12-31 12:00");
        Zones.StartOfDay(new DateOnly(2027, 3, 14), "America/New_York").ToString().ShouldBe("2027-03-14 00:00 EST (UTC-05:00)");
        Zones.DateAt(Utc(2026, 10, 13, 3), "America/New_York").ShouldBe(new DateOnly(2026, 10, 12));
    }
}
