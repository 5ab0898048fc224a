using Doseline.Common.V1;
using Doseline.Execution.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Platform.Tests.Rpc;

/// <summary>Instants and activities are UTC, complete and within their range, or they are refused with the field that is at fault.</summary>
public sealed class WireTypesTests
{
    static readonly Timestamp Reference = new() { Seconds = 1_795_000_000 };

    public static TheoryData<string, CalibratedActivity?, string, string> Activities => new()
    {
        { "absent", null, "ACTIVITY_REQUIRED", "wanted" },
        { "nuclide unknown", new() { Nuclide = "Lu-1777", ActivityBq = 1, ReferenceTime = Reference }, "NUCLIDE_UNKNOWN", "wanted.nuclide" },
        { "not a number", new() { Nuclide = "Lu-177", ActivityBq = double.NaN, ReferenceTime = Reference }, "ACTIVITY_NOT_A_NUMBER", "wanted.activity_bq" },
        { "negative", new() { Nuclide = "Lu-177", ActivityBq = -1, ReferenceTime = Reference }, "ACTIVITY_NEGATIVE", "wanted.activity_bq" },
        { "without its instant", new() { Nuclide = "Lu-177", ActivityBq = 1 }, "REFERENCE_TIME_MISSING", "wanted.reference_time" },
        { "at no instant", new() { Nuclide = "Lu-177", ActivityBq = 1, ReferenceTime = new() { Seconds = long.MaxValue } }, "TIME_OUT_OF_RANGE", "wanted.reference_time" },
        { "of unknown data", new() { Nuclide = "Lu-177", ActivityBq = 1, ReferenceTime = Reference, DataVersion = "1" }, "DATA_VERSION_UNKNOWN", "wanted.data_version" },
    };

    [Theory]
    [Requirement("A004", "A184")]
    [MemberData(nameof(Activities))]
    public void An_activity_that_is_not_whole_is_refused(string what, CalibratedActivity? sent, string code, string field)
    {
        what.ShouldNotBeEmpty();
        var refusal = sent.Read("wanted").Refusals.ShouldHaveSingleItem();
        (refusal.Kind, refusal.Code, refusal.Subject).ShouldBe((RefusalKind.Invalid, code, field));
    }

    [Theory]
    [Requirement("A074")]
    [InlineData(-1L, 0)]
    [InlineData(946_684_799L, 999_999_999)]
    [InlineData(7_258_118_400L, 0)]
    [InlineData(long.MaxValue, 0)]
    [InlineData(long.MinValue, 0)]
    [InlineData(1_795_000_000L, -1)]
    [InlineData(1_795_000_000L, 1_000_000_000)]
    public void An_instant_outside_the_years_2000_to_2199_is_refused(long seconds, int nanos) =>
        new Timestamp { Seconds = seconds, Nanos = nanos }.Read("due_time").Refusals.ShouldHaveSingleItem().Code.ShouldBe("TIME_OUT_OF_RANGE");

    [Fact]
    public void An_absent_instant_is_refused() => ((Timestamp?)null).Read("due_time").Refusals.ShouldHaveSingleItem().Code.ShouldBe("TIME_REQUIRED");

    [Fact]
    [Requirement("A074")]
    public void An_instant_comes_back_as_it_was_sent_to_the_tick_and_in_utc() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).Two().ToArbitrary(),
        two =>
        {
            var (seconds, ticks) = two;
            var sent = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(seconds).AddTicks(ticks % TimeSpan.TicksPerSecond).ToOffset(TimeSpan.FromHours(seconds % 14));
            var read = sent.ToWire().Read("due_time").OrThrow();
            (read, read.Offset).ShouldBe((sent, TimeSpan.Zero));
        }).Holds();

    [Fact]
    public void An_activity_comes_back_as_it_was_sent_to_the_last_bit() => Prop.ForAll(
        ArbMap.Default.GeneratorFor<NormalFloat>().Select(f => Math.Abs(f.Get)).ToArbitrary(),
        bq =>
        {
            var sent = new CalibratedActivity { Nuclide = "Lu-177", ActivityBq = bq, ReferenceTime = Reference };
            var back = sent.Read("wanted").OrThrow().ToWire();
            (back.Nuclide, back.ActivityBq, back.ReferenceTime).ShouldBe((sent.Nuclide, sent.ActivityBq, sent.ReferenceTime));
            back.DataVersion.ShouldNotBeEmpty();
        }).Holds();

    [Fact]
    [Requirement("A184")]
    public void A_request_is_searched_to_its_depth_for_what_nothing_behind_it_can_hold()
    {
        List<Refusal> refusals = [];
        WellFormed.Check(new PlanRunRequest
        {
            RequestId = "a\0b",
            StartTime = new Timestamp { Seconds = long.MinValue },
            Yield = new CalibratedActivity { Nuclide = "Lu-\0", ActivityBq = double.NegativeInfinity, ReferenceTime = new Timestamp { Nanos = -5 } },
        }, refusals);
        WellFormed.Check(new PutEquipmentRequest { Equipment = new Equipment { EquipmentClass = (EquipmentClass)99, CrossCalibrations = { new CrossCalibration(), new CrossCalibration { Nuclide = "\0" } } } }, refusals);
        WellFormed.Check(new PutRecipeRequest { Recipe = new Recipe { SynthesisDuration = new Duration { Seconds = 1, Nanos = -1 } } }, refusals);
        WellFormed.Check(new DispenseDoseRequest { VolumeMl = double.NaN }, refusals);
        refusals.Select(r => (r.Subject, r.Code)).ShouldBe(
        [
            ("yield.activity_bq", "NUMBER_NOT_FINITE"),
            ("volume_ml", "NUMBER_NOT_FINITE"),
            ("request_id", "TEXT_MALFORMED"),
            ("start_time", "TIME_OUT_OF_RANGE"),
            ("yield.nuclide", "TEXT_MALFORMED"),
            ("yield.reference_time", "TIME_OUT_OF_RANGE"),
            ("equipment.equipment_class", "VALUE_UNKNOWN"),
            ("equipment.cross_calibrations[1].nuclide", "TEXT_MALFORMED"),
            ("recipe.synthesis_duration", "DURATION_OUT_OF_RANGE"),
        ], ignoreOrder: true);
    }
}
