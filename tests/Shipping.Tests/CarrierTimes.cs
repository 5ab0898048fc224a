using Doseline.Shipping.Domain;

namespace Doseline.Shipping.Tests;

public sealed class CarrierTimes
{
    static CarrierOffer Offer(int minute, params int[] days) => new()
    {
        Id = "c", Carrier = "Courier", CustomerId = "", PickupWeekdays = days, CutoffMinuteOfDay = minute, Zone = "America/New_York",
        Transit = TimeSpan.FromHours(14), Mode = CarriageMode.Road, ExclusiveUse = false, Active = true,
    };

    [Theory]
    [InlineData("2026-11-23T17:59:00Z", "2026-11-23T18:00:00Z")]
    [InlineData("2026-11-23T18:00:00Z", "2026-11-23T18:00:00Z")]
    [InlineData("2026-11-23T18:00:01Z", "2026-11-24T18:00:00Z")]
    [InlineData("2026-11-27T19:00:00Z", "2026-11-30T18:00:00Z")]
    public void The_next_cut_off_is_read_on_the_wall_clock_of_the_site(string from, string cutoff) =>
        Offer(13 * 60, 1, 2, 3, 4, 5).NextCutoff(DateTimeOffset.Parse(from, System.Globalization.CultureInfo.InvariantCulture))
            .ShouldBe(DateTimeOffset.Parse(cutoff, System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public void A_service_of_one_weekday_comes_a_week_later() =>
        Offer(13 * 60, 1).NextCutoff(new DateTimeOffset(2026, 11, 23, 18, 0, 1, TimeSpan.Zero)).ShouldBe(new DateTimeOffset(2026, 11, 30, 18, 0, 0, TimeSpan.Zero));

    [Fact]
    public void A_cut_off_in_the_hour_that_comes_twice_is_the_earlier_one() =>
        // 2026-11-01 01:30 comes twice in New York; by the offset before the change it is 05:30 UTC.
        Offer(90, 7).NextCutoff(new DateTimeOffset(2026, 10, 31, 12, 0, 0, TimeSpan.Zero)).ShouldBe(new DateTimeOffset(2026, 11, 1, 5, 30, 0, TimeSpan.Zero));
}
