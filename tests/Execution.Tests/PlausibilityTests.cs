using Doseline.Common.V1;
using Doseline.Execution.V1;
using Doseline.Kernel.Rules;
using Doseline.Operations.V1;
using Doseline.Testing;

namespace Doseline.Execution.Tests;

/// <summary>A value that is unlike what is usual is questioned before it is recorded, and recorded with who looked twice.</summary>
public sealed class PlausibilityTests
{
    readonly FakePossession possession = new();

    [Fact]
    [Requirement("P05")]
    public async Task A_yield_of_five_hundred_percent_and_a_tenfold_dose_are_questioned_and_change_nothing()
    {
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession);
        await shift.BeginAsync();
        await shift.PrepareAsync();
        var before = await shift.RecordAsync();

        var refused = (await TestPlatform.RefusalsAsync(() => shift.SynthesiseAsync(yield: 5))).ShouldHaveSingleItem();
        (refused.Code, refused.Subject, refused.Numbers["measure"]).ShouldBe((Plausible.Code, "bulk", "yield_fraction"));
        double.Parse(refused.Numbers["value_fraction"], System.Globalization.CultureInfo.InvariantCulture).ShouldBe(5, 1e-9);
        double.Parse(refused.Numbers["plausible_maximum_fraction"], System.Globalization.CultureInfo.InvariantCulture).ShouldBe(1.05, 0.1);
        var after = await shift.RecordAsync();
        (after.Batch.RecordVersion, after.Batch.EndOfSynthesisTime).ShouldBe((before.Batch.RecordVersion + 1, null), "only the step was begun");
        after.Exceptions.ShouldBeEmpty();

        await shift.EndSynthesisAsync();
        await shift.CompleteAsync("synthesis");
        await shift.CheckTemperatureAsync();
        await shift.StepAsync("dispense", shift.Plant.Calibrator);
        (await TestPlatform.RefusalsAsync(() => shift.DispenseAsync(shift.Orders[0], times: 0.1))).Select(r => r.Numbers["measure"]).ShouldBe(["dose_over_ordered", "volume_over_activity"]);
        (await shift.DoseAsync(shift.Orders[0].OrderId)).Measured.ShouldBeNull();
        await shift.DispenseAsync(shift.Orders[0]);
    }

    [Fact]
    [Requirement("P05")]
    public async Task A_value_that_is_right_all_the_same_is_recorded_with_who_looked_twice_and_how_they_know()
    {
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession);
        await shift.ToDispensingAsync();
        var asked = shift.DispenseRequest(shift.Orders[0], times: 0.4);
        (await TestPlatform.RefusalsAsync(() => shift.Operator.DispenseDoseAsync(asked).ResponseAsync)).Select(r => r.Subject).ShouldBe(["reading.activity_bq", "volume_ml"]);

        asked.SecondLook = new SecondLook { Fields = { "volume_ml" }, Reason = "read again" };
        (await CodesAsync(shift, asked)).ShouldBe([Plausible.Code], "of one field only");
        asked.SecondLook = new SecondLook { Fields = { "reading.activity_bq", "volume_ml" } };
        (await CodesAsync(shift, asked)).ShouldBe(["FIELD_REQUIRED"], "how is it known");
        asked.SecondLook.Reason = "measured again in the other calibrator; the line was not primed";
        asked.SecondLook.Fields.Add("instrument_id");
        (await CodesAsync(shift, asked)).ShouldBe(["SECOND_LOOK_NOT_ASKED"], "who confirms everything was asked nothing");
        asked.SecondLook.Fields.Remove("instrument_id");
        (await shift.Operator.DispenseDoseAsync(asked)).Exceptions.ShouldHaveSingleItem().Code.ShouldBe("DOSE_OUT_OF_TOLERANCE", "what is out of tolerance is still an exception");

        var looks = (await new PlausibilityService.PlausibilityServiceClient(platform.As("qa")).ListSecondLooksAsync(new ListSecondLooksRequest { Service = "execution", RecordId = shift.BatchId })).Looks;
        looks.Select(l => l.Measure).ShouldBe(["dose_over_ordered", "volume_over_activity"], ignoreOrder: true);
        looks.Single(l => l.Measure == "dose_over_ordered").ReferenceTime.ShouldBe(asked.Reading.ReferenceTime);
        looks.ShouldAllBe(l => l.Reason == asked.SecondLook.Reason && l.PersonName != "" && l.Value > 0 && l.Maximum > l.Minimum);
    }

    [Fact]
    [Requirement("P05")]
    public async Task Bounds_are_data_of_quality_by_product_and_item_and_the_nearest_win()
    {
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession);
        PlausibilityService.PlausibilityServiceClient bounds = new(platform.As("qa"));
        await shift.BeginAsync();
        await shift.PrepareAsync();
        (await TestPlatform.RefusalsAsync(() => PutAsync(bounds, new PlausibleBounds { Measure = "colour", Minimum = 0, Maximum = 1 }))).ShouldHaveSingleItem().Code.ShouldBe("MEASURE_UNKNOWN");
        (await TestPlatform.RefusalsAsync(() => PutAsync(bounds, new PlausibleBounds { Measure = "yield_fraction", Minimum = 1, Maximum = 1 }))).ShouldHaveSingleItem().Code.ShouldBe("BOUNDS_INVALID");
        (await TestPlatform.RefusalsAsync(() => PutAsync(bounds, new PlausibleBounds { Measure = "yield_fraction", Item = "x", Minimum = 0, Maximum = 1 }))).ShouldHaveSingleItem().Code.ShouldBe("FIELD_REQUIRED");
        (await TestPlatform.RefusalsAsync(() => PutAsync(new(platform.As("operator")), new PlausibleBounds { Measure = "yield_fraction", Minimum = 0, Maximum = 9 }))).ShouldHaveSingleItem().Code.ShouldBe("ROLE_NOT_ALLOWED");

        var product = (await shift.BatchAsync()).ProductCode;
        await PutAsync(bounds, new PlausibleBounds { Measure = "yield_fraction", Minimum = 0.99, Maximum = 1 });
        (await TestPlatform.RefusalsAsync(() => shift.SynthesiseAsync())).ShouldHaveSingleItem().Numbers["plausible_minimum_fraction"].ShouldBe("0.99");
        var set = await PutAsync(bounds, new PlausibleBounds { Measure = "yield_fraction", ProductCode = product, Minimum = 0.97, Maximum = 1 });
        (await TestPlatform.RefusalsAsync(() => shift.EndSynthesisAsync())).ShouldHaveSingleItem().Numbers["plausible_minimum_fraction"].ShouldBe("0.97");
        (await TestPlatform.RefusalsAsync(() => PutAsync(bounds, new PlausibleBounds { Measure = "yield_fraction", ProductCode = product, Minimum = 0.5, Maximum = 1 }))).ShouldHaveSingleItem().Code.ShouldBe("VERSION_STALE");
        set.Minimum = 0.5;
        set = await PutAsync(bounds, set);
        (await PutAsync(bounds, set)).Version.ShouldBe(set.Version, "nothing was changed");
        await shift.EndSynthesisAsync();
        (await bounds.ListBoundsAsync(new ListBoundsRequest { Service = "execution" })).Bounds.Select(b => (b.ProductCode, b.Minimum)).ShouldBe([("", 0.99), (product, 0.5)]);
    }

    static async Task<PlausibleBounds> PutAsync(PlausibilityService.PlausibilityServiceClient client, PlausibleBounds bounds) =>
        (await client.PutBoundsAsync(new PutBoundsRequest { RequestId = TestPlatform.RequestId(), Service = "execution", Bounds = bounds, Reason = "what the module has done in a year" })).Bounds;

    static async Task<IEnumerable<string>> CodesAsync(Shift shift, DispenseDoseRequest asked)
    {
        asked.RequestId = TestPlatform.RequestId();
        return (await TestPlatform.RefusalsAsync(() => shift.Operator.DispenseDoseAsync(asked).ResponseAsync)).Select(r => r.Code);
    }
}
