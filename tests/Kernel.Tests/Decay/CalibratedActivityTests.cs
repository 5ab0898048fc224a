using Doseline.Kernel.Decay;
using Doseline.Testing;

namespace Doseline.Kernel.Tests.Decay;

public sealed class CalibratedActivityTests
{
    static readonly DateTimeOffset Noon = new(2026, 10, 13, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [Requirement("A004")]
    [InlineData("Lu-178", 1, true, "NUCLIDE_UNKNOWN")]
    [InlineData("lu-177", 1, true, "NUCLIDE_UNKNOWN")]
    [InlineData("Rn-222", 1, true, "NUCLIDE_UNKNOWN")]
    [InlineData(null, 1, true, "NUCLIDE_UNKNOWN")]
    [InlineData("Hf-177", 1, true, "NUCLIDE_STABLE")]
    [InlineData("Lu-177", double.NaN, true, "ACTIVITY_NOT_A_NUMBER")]
    [InlineData("Lu-177", -1, true, "ACTIVITY_NEGATIVE")]
    [InlineData("Lu-177", double.PositiveInfinity, true, "ACTIVITY_INFINITE")]
    [InlineData("Lu-177", double.NegativeInfinity, true, "ACTIVITY_NEGATIVE", "ACTIVITY_INFINITE")]
    [InlineData("Lu-177", 1, false, "REFERENCE_TIME_MISSING")]
    [InlineData("Xx-1", double.NaN, false, "NUCLIDE_UNKNOWN", "ACTIVITY_NOT_A_NUMBER", "REFERENCE_TIME_MISSING")]
    public void Bad_values_are_refused_with_every_reason(string? nuclide, double bq, bool dated, params string[] codes)
    {
        var refusals = CalibratedActivity.Create(nuclide, bq, dated ? Noon : null, NuclideData.Current, "dose").Refusals;
        refusals.Select(refusal => refusal.Code).ShouldBe(codes);
        refusals.ShouldAllBe(refusal => refusal.Subject.StartsWith("dose."));
    }

    [Fact]
    public void An_activity_keeps_its_reference_in_utc_and_its_data_version()
    {
        var dose = CalibratedActivity.Create("Lu-177", 7.4e9, Noon.ToOffset(TimeSpan.FromHours(-7)), NuclideData.Current, "dose").OrThrow();
        dose.Reference.Offset.ShouldBe(TimeSpan.Zero);
        dose.Reference.ShouldBe(Noon);
        dose.DataVersion.ShouldBe("nubase2020-1");
        dose.At(Noon).Bq.ShouldBe(7.4e9);
    }

    [Fact]
    [Requirement("A154")]
    public void The_as_used_value_is_the_reference_value_times_the_recorded_factor()
    {
        var dose = CalibratedActivity.Create("Ac-225", 8e6, Noon, NuclideData.Current, "dose").OrThrow();
        var used = Noon.AddDays(10);
        dose.At(used).Bq.ShouldBe(dose.Amount.Bq * dose.DecayFactor(used));
        dose.At(used).In(ActivityUnit.MBq).ShouldPrint("3.97742259449");
    }

    [Fact]
    public void Another_reference_is_the_same_sample()
    {
        var dose = CalibratedActivity.Create("Lu-177", 7.4e9, Noon, NuclideData.Current, "dose").OrThrow();
        var moved = dose.ReferredTo(Noon.AddDays(3));
        moved.DataVersion.ShouldBe(dose.DataVersion);
        moved.Reference.ShouldBe(Noon.AddDays(3));
        moved.At(Noon.AddHours(-5)).Bq.ShouldAgree(dose.At(Noon.AddHours(-5)).Bq);
    }

    [Fact]
    public void It_says_when_an_activity_is_reached()
    {
        var dose = CalibratedActivity.Create("F-18", 370e6, Noon, NuclideData.Current, "dose").OrThrow();
        var half = dose.TimeUntil(dose.Amount / 2)!.Value;
        (half - Noon).TotalSeconds.ShouldBe(dose.Nuclide.HalfLifeSeconds, 1e-6);
        dose.TimeUntil(dose.Amount * 2).ShouldBe(Noon - (half - Noon));
        dose.TimeUntil(Activity.Zero).ShouldBeNull();
        dose.TimeUntil(new Activity(double.NaN)).ShouldBeNull();
        CalibratedActivity.Create("Th-229", 1e6, Noon, NuclideData.Current, "dose").OrThrow().TimeUntil(new Activity(1)).ShouldBeNull();
        dose.WithAmount(Activity.Zero).TimeUntil(new Activity(1)).ShouldBeNull();
    }

    [Fact]
    public void A_past_beyond_every_number_is_refused_not_printed()
    {
        var dose = CalibratedActivity.Create("F-18", 370e6, Noon, NuclideData.Current, "dose").OrThrow();
        dose.AtAsked(Noon.AddYears(-1), "as_of").Refusals.ShouldHaveSingleItem().Code.ShouldBe("INSTANT_TOO_EARLY");
        dose.AtAsked(Noon.AddHours(-1), "as_of").OrThrow().ShouldBe(dose.At(Noon.AddHours(-1)));
    }

    [Fact]
    public void What_was_stored_reads_back_or_is_damage()
    {
        var dose = CalibratedActivity.Create("Lu-177", 7.4e9, Noon, NuclideData.Current, "dose").OrThrow();
        CalibratedActivity.FromStored("Lu-177", 7.4e9, Noon, dose.DataVersion).ShouldBe(dose);
        Should.Throw<InvalidDataException>(() => CalibratedActivity.FromStored("Lu-177", 7.4e9, Noon, "nubase1900"));
        Should.Throw<InvalidDataException>(() => CalibratedActivity.FromStored("Lu-177", double.NaN, Noon, dose.DataVersion));
        Should.Throw<ArgumentOutOfRangeException>(() => dose.WithAmount(new Activity(-1)));
    }
}
