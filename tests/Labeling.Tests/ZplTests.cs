using Doseline.Labeling.Domain;

namespace Doseline.Labeling.Tests;

public sealed class ZplTests
{
    [Theory]
    [InlineData("^PQ3^XZ", "COMMAND_NOT_ALLOWED")]
    [InlineData("~DG^XZ", "COMMAND_NOT_ALLOWED")]
    [InlineData("^FO1,1^FH^FDx^FS^XZ", "COMMAND_NOT_ALLOWED")]
    [InlineData("^FO1,1^FD{patient_name}^FS^XZ", "PLACEHOLDER_UNKNOWN")]
    [InlineData("^FO{serial},1^XZ", "PLACEHOLDER_OUTSIDE_FIELD")]
    [InlineData("^FO1,1^FD{data_matrix}^FS^XZ", "DATA_MATRIX_NOT_ALONE")]
    [InlineData("^FO1,1^FDx{data_matrix}^FS^XZ", "DATA_MATRIX_NOT_ALONE")]
    [InlineData("^XA^XZ^XZ", "TEMPLATE_NOT_ONE_LABEL")]
    [InlineData("", "TEMPLATE_NOT_ONE_LABEL")]
    public void A_template_that_could_do_more_than_draw_one_label_is_refused(string ending, string code) =>
        Zpl.Check(LabelScene.Zpl[..^3] + ending).Refusals.ShouldHaveSingleItem().Code.ShouldBe(code);

    [Fact]
    public void A_template_that_leaves_out_what_the_law_wants_is_refused_with_every_missing_field() =>
        Zpl.Check("^XA^XZ").Refusals.Select(r => r.Numbers.GetValueOrDefault("placeholder")).ShouldBe(LabelRules.Needed);
}
