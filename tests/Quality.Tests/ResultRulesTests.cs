using System.Globalization;
using Doseline.Quality.Domain;
using Doseline.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Doseline.Quality.Tests;

public sealed class ResultRulesTests
{
    static SpecTest Limits(double? low, double? high) => new("T", "Test", "AM-1", "%", low, high, "", TestedOn.Batch, NeededBy.Release);

    static readonly SpecTest Text = new("A", "Appearance", "AM-1", "", null, null, "CLEAR", TestedOn.Dose, NeededBy.Release);

    [Theory]
    [Requirement("A019")]
    [InlineData("95", true)]
    [InlineData("94.9999999999", false)]
    [InlineData("105", true)]
    [InlineData("105.0000000001", false)]
    [InlineData(" 98.7 ", true)]
    [InlineData("9.87e1", true)]
    [InlineData("-1", false)]
    public void A_number_is_compared_unrounded_with_its_limits(string value, bool passes) =>
        ResultRules.Judge(Limits(95, 105), new MeasuredValue(value, "%", "AM-1")).OrThrow().Finding.ShouldBe(passes ? Finding.Pass : Finding.OutOfSpecification);

    [Theory]
    [InlineData("98,7", "VALUE_NOT_A_NUMBER")]
    [InlineData("high", "VALUE_NOT_A_NUMBER")]
    [InlineData("NaN", "VALUE_NOT_A_NUMBER")]
    [InlineData("1e999", "VALUE_NOT_A_NUMBER")]
    [InlineData("<95", "VALUE_UNDECIDABLE")]
    [InlineData(">95", "VALUE_UNDECIDABLE")]
    [InlineData("", "FIELD_REQUIRED")]
    public void What_is_no_number_or_could_go_either_way_is_refused(string value, string code) =>
        ResultRules.Judge(Limits(95, 105), new MeasuredValue(value, "%", "AM-1")).Refusals.ShouldHaveSingleItem().Code.ShouldBe(code);

    [Fact]
    public void Less_than_passes_a_highest_value_that_it_cannot_exceed_and_more_than_a_lowest_one()
    {
        ResultRules.Judge(Limits(null, 17.5), new MeasuredValue("<0.25", "%", "AM-1")).OrThrow().ShouldBe(new Judgement(0.25, Finding.Pass));
        ResultRules.Judge(Limits(null, 17.5), new MeasuredValue("<20", "%", "AM-1")).Refusals.ShouldHaveSingleItem().Code.ShouldBe("VALUE_UNDECIDABLE");
        ResultRules.Judge(Limits(95, null), new MeasuredValue(">99", "%", "AM-1")).OrThrow().Finding.ShouldBe(Finding.Pass);
    }

    [Fact]
    public void Unit_and_method_must_be_the_ones_specified_and_all_reasons_come_at_once() =>
        ResultRules.Judge(Limits(95, 105), new MeasuredValue("x", "mg", "AM-2")).Refusals.Select(r => r.Code).ShouldBe(["METHOD_NOT_SPECIFIED", "UNIT_NOT_SPECIFIED", "VALUE_NOT_A_NUMBER"]);

    [Fact]
    public void A_text_passes_only_as_expected()
    {
        ResultRules.Judge(Text, new MeasuredValue("CLEAR", "", "AM-1")).OrThrow().Finding.ShouldBe(Finding.Pass);
        ResultRules.Judge(Text, new MeasuredValue("TURBID", "", "AM-1")).OrThrow().Finding.ShouldBe(Finding.OutOfSpecification);
    }

    [Fact]
    public void A_number_passes_exactly_when_it_lies_within_its_limits()
    {
        var numbers = ArbMap.Default.ArbFor<(NormalFloat Value, NormalFloat A, NormalFloat B)>();
        Prop.ForAll(numbers, n =>
        {
            var (low, high) = (Math.Min(n.A.Get, n.B.Get), Math.Max(n.A.Get, n.B.Get));
            var judged = ResultRules.Judge(Limits(low, high), new MeasuredValue(n.Value.Get.ToString("R", CultureInfo.InvariantCulture), "%", "AM-1")).OrThrow();
            return judged.Number == n.Value.Get && (judged.Finding is Finding.Pass) == (low <= n.Value.Get && n.Value.Get <= high);
        }).Holds();
    }

    [Fact]
    public void A_specification_that_cannot_judge_is_refused_with_every_reason()
    {
        List<Kernel.Rules.Refusal> refusals = [];
        SpecificationRules.Check(
        [
            Limits(5, 1), Limits(null, null), Limits(double.NaN, null) with { Code = "U", Unit = "" }, Text with { Code = "V", Low = 1, Unit = "%" }, Text with { Code = "", Method = "" },
        ], refusals);
        refusals.Select(r => r.Code).ShouldBe(
            ["LIMITS_CROSSED", "LIMIT_MISSING", "LIMIT_NOT_FINITE", "UNIT_MISSING", "LIMIT_OF_TEXT", "UNIT_OF_TEXT", "FIELD_REQUIRED", "FIELD_REQUIRED", "TEST_CODE_TWICE"]);
    }
}
