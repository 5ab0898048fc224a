using Doseline.Execution.Domain;
using Doseline.Kernel.Decay;
using Doseline.Testing;
using FsCheck.Fluent;

namespace Doseline.Execution.Tests;

/// <summary>Pure rules.</summary>
public sealed class RuleTests
{
    static readonly DateTimeOffset Start = TestPlatform.Start;

    static CalibratedActivity Lu(double bq, TimeSpan after) => CalibratedActivity.Create("Lu-177", bq, Start + after, NuclideData.Current, "test").OrThrow();

    static Movement Line(MovementKind kind, CalibratedActivity activity) => new(kind, "x", activity, [], 1);

    [Fact]
    [Requirement("A109")]
    public void What_is_split_at_any_times_balances_whenever_it_was_measured() =>
        Prop.ForAll(
            Gen.Choose(1, 1000).Three().ToArbitrary(), Gen.Choose(0, 10_000).Three().ToArbitrary(), (parts, minutes) =>
            {
                var (a, b, c) = parts;
                var (ta, tb, tc) = minutes;
                var issued = Lu((a + b + c) * 1e6, TimeSpan.Zero);
                // A part of the sample, measured at its own time.
                CalibratedActivity Part(int share, int at) => Lu(share * 1e6, TimeSpan.Zero).ReferredTo(Start + TimeSpan.FromMinutes(at));
                var balance = ActivityBalance.Of(
                [
                    Line(MovementKind.Issued, issued), Line(MovementKind.Dispensed, Part(a, ta)), Line(MovementKind.Sample, Part(b, tb)), Line(MovementKind.Residue, Part(c, tc)),
                ], 1e-9)!;
                return balance.InTolerance && Math.Abs(balance.UnexplainedFraction) < 1e-12;
            }).Holds();

    [Fact]
    [Requirement("A109")]
    public void What_is_missing_is_unexplained_by_exactly_its_share() =>
        Prop.ForAll(Gen.Choose(0, 100).ToArbitrary(), percent =>
        {
            var balance = ActivityBalance.Of([Line(MovementKind.Issued, Lu(1e9, TimeSpan.Zero)), Line(MovementKind.Dispensed, Lu(1e7 * (100 - percent), TimeSpan.Zero))], 0.05)!;
            return Math.Abs(balance.UnexplainedFraction - percent / 100.0) < 1e-12 && balance.InTolerance == balance.UnexplainedFraction <= 0.05;
        }).Holds();

    [Fact]
    public void Impurities_follow_the_share_of_the_product_nuclide() =>
        Prop.ForAll(Gen.Choose(1, 100).ToArbitrary(), Gen.Choose(0, 5000).ToArbitrary(), (percent, minutes) =>
        {
            var impurity = CalibratedActivity.Create("Lu-177m", 1e5, Start, NuclideData.Current, "test").OrThrow();
            Movement issued = new(MovementKind.Issued, "lot", Lu(1e9, TimeSpan.Zero), [impurity], 0);
            var part = Lu(1e7 * percent, TimeSpan.Zero).ReferredTo(Start + TimeSpan.FromMinutes(minutes));
            var contents = Dispensing.Contents(part, [issued]);
            return contents.Count == 2 && Math.Abs(contents[1].At(Start).Bq - 1e3 * percent) < 1e-6 * percent;
        }).Holds();

    [Theory]
    [Requirement("A016")]
    [InlineData(80, true)]
    [InlineData(95, true)]
    [InlineData(79.999, false)]
    [InlineData(95.001, false)]
    public void Limits_are_inside_the_range(double value, bool inLimit)
    {
        StepInput input = new("t", InputType.Number, "Cel", 80, 95, [], null, false);
        RecipeStep step = new("s", "p", "t", StepKind.InProcessCheck, [input], [], false, [], "");
        StepRules.Values(step, [new EnteredValue("t", InputType.Number, "", value)]).OrThrow().Single().InLimit.ShouldBe(inLimit);
    }

    [Fact]
    public void States_have_the_numbers_of_the_wire()
    {
        Same<RunState, V1.RunState>();
        Same<RecipeState, V1.RecipeState>();
        Same<BatchState, V1.BatchState>();
        Same<StepState, V1.BatchStepState>();
        Same<MovementKind, V1.MovementKind>();
        Same<ExceptionState, V1.BatchExceptionState>();
        Same<StepKind, V1.StepKind>();
        Same<InputType, V1.InputType>();
        Same<EquipmentClass, V1.EquipmentClass>();
        Same<EquipmentState, V1.EquipmentState>();
        Same<Domain.Cells.CellItemKind, V1.CellItemKind>();
        Same<Domain.Cells.ClearanceBasis, V1.ClearanceBasis>();
        Same<Domain.Upkeep.UseChange, V1.UseChange>();
        Same<Domain.Upkeep.EquipmentEvent, V1.EquipmentEvent>();
        Same<Domain.Upkeep.MaintenanceKind, V1.MaintenanceKind>();
        Same<Domain.Upkeep.MaintenanceState, V1.MaintenanceState>();
        Enum.GetValues<DoseLoss>().Cast<int>().ShouldBe(Enum.GetValues<V1.DoseLossCause>().Cast<int>());

        static void Same<TDomain, TWire>() where TDomain : struct, Enum where TWire : struct, Enum =>
            Enum.GetValues<TDomain>().Select(v => ($"{v}", Convert.ToInt32(v, System.Globalization.CultureInfo.InvariantCulture))).Where(v => v.Item2 > 0)
                .ShouldBe(Enum.GetValues<TWire>().Select(v => ($"{v}", Convert.ToInt32(v, System.Globalization.CultureInfo.InvariantCulture))).Where(v => v.Item2 > 0));
    }
}
