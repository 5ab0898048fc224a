using Doseline.Kernel.Rules;
using Doseline.Testing;

namespace Doseline.Kernel.Tests.Rules;

/// <summary>What is questioned before it is recorded.</summary>
public sealed class PlausibleTests
{
    static readonly Measure Measure = new("value", "The value", 0.2, 5);

    [Theory]
    [Requirement("P05")]
    [InlineData(85.0, 95.0, 90.0)]
    [InlineData(4.5, 7.0, 5.8)]
    [InlineData(-250.0, -50.0, -120.0)]
    [InlineData(2.75, null, 3.4)]
    [InlineData(0.5, 1000.0, 30.0)]
    public void Limits_leave_room_around_them_and_none_for_a_slip(double? minimum, double? maximum, double right)
    {
        var (low, high) = Plausible.Around(minimum, maximum);
        if (minimum is { } least) low.ShouldBeLessThan(least);
        if (maximum is { } most) high.ShouldBeGreaterThan(most);
        Measure.Within("", "", "value", "1", right, low, high).IsPlausible.ShouldBeTrue();
        // Limits that are themselves further apart than a slip cannot tell one.
        foreach (var factor in maximum / minimum > 100 ? [] : new[] { 10, 1000, 0.1, 0.001 })
            Measure.Within("", "", "value", "1", right * factor, low, high).IsPlausible.ShouldBeFalse($"{right * factor} in {low} to {high}");
    }

    [Fact]
    public void An_upper_limit_alone_tells_of_what_is_far_above_it_and_no_limit_tells_of_nothing()
    {
        Plausible.Around(null, 14).ShouldBe((0, 42));
        Plausible.Around(null, null).ShouldBe((double.MinValue, double.MaxValue));
        Measure.Within("", "", "value", "1", 1e300, double.MinValue, double.MaxValue).IsPlausible.ShouldBeTrue();
    }

    [Fact]
    [Requirement("P05")]
    public void What_is_usual_is_known_from_three_on_and_one_that_was_odd_does_not_move_it()
    {
        Plausible.Usual([1, 1]).ShouldBeNull();
        Plausible.Usual([1, 1000, 1.1]).ShouldBe(1.1);
        Measure.AgainstUsual("", "", "value", "1", 1e9, [1, 1]).IsPlausible.ShouldBeTrue();
        Measure.AgainstUsual("", "", "value", "1", 11, [1, 1000, 1.1]).IsPlausible.ShouldBeFalse();
        Measure.AgainstUsual("", "", "value", "1", 5.5, [1, 1000, 1.1]).IsPlausible.ShouldBeTrue("the bound itself is plausible");
        Measure.Against("", "", "value", "bq", 5, 0).ShouldBeNull("of what nothing is expected nothing can be said");
    }

    [Fact]
    [Requirement("P05")]
    public void A_question_names_value_bounds_and_measure_and_is_answered_by_field()
    {
        var odd = Measure.Within("", "", "reading", "bq", 70, 1, 9);
        var asked = Plausible.Judge([odd, Measure.Within("", "", "volume", "ml", 5, 1, double.MaxValue)], [], "").Refusals.ShouldHaveSingleItem();
        (asked.Code, asked.Subject).ShouldBe((Plausible.Code, "reading"));
        asked.Numbers.ShouldBe(new Dictionary<string, string> { ["measure"] = "value", ["value_bq"] = "70", ["plausible_minimum_bq"] = "1", ["plausible_maximum_bq"] = "9" }, ignoreOrder: true);
        Measure.Against("", "", "reading", "bq", 70, 1, DateTimeOffset.UnixEpoch)!.Question.Numbers["reference_time"].ShouldBe("1970-01-01T00:00:00Z", "an activity is one of an instant");
        Measure.Within("", "", "volume", "ml", -5, 0, double.MaxValue).Question.Numbers.Keys.ShouldNotContain("plausible_maximum_ml", "there is none");
        Plausible.Judge([odd], ["reading"], "measured again").Value.ShouldBe([odd]);
        Plausible.Judge([odd], ["reading"], " ").Refusals.ShouldHaveSingleItem().Code.ShouldBe("FIELD_REQUIRED");
        Plausible.Judge([odd], ["volume"], "measured again").Refusals.Select(r => r.Code).ShouldBe([Plausible.Code, "SECOND_LOOK_NOT_ASKED"]);
    }
}
