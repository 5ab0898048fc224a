using Doseline.Execution.Domain;
using Doseline.Execution.V1;
using Doseline.Testing;

namespace Doseline.Execution.Tests;

/// <summary>Batch numbers must fit into the code on a dose's label.</summary>
public sealed class BatchNumberTests
{
    static readonly DateOnly Day = new(2026, 11, 23);

    [Theory]
    [InlineData("LU177-PSMA", 0, "LU177-PSMA-261123-01")]
    [InlineData("RA223", 98, "RA223-261123-99")]
    public void A_number_has_at_most_the_characters_of_a_label(string product, int earlier, string number)
    {
        BatchNumbers.Next(product, Day, earlier).Value.ShouldBe(number);
        number.Length.ShouldBeLessThanOrEqualTo(BatchNumbers.LengthMax);
    }

    [Fact]
    public void The_hundredth_batch_of_a_day_is_refused() => BatchNumbers.Next("RA223", Day, 99).Refusals.Single().Code.ShouldBe("BATCH_NUMBERS_USED_UP");

    [Theory]
    [InlineData("LU177-PSMA1", "PRODUCT_CODE_TOO_LONG_FOR_LABEL")]
    [InlineData("LU 177", "PRODUCT_CODE_NOT_PRINTABLE")]
    [InlineData("LÜ177", "PRODUCT_CODE_NOT_PRINTABLE")]
    public async Task A_recipe_whose_batches_no_label_could_carry_is_refused(string product, string code)
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.StartAsync(platform);
        var recipe = Plant.Recipe();
        (recipe.Code, recipe.ProductCode) = ("OTHER", product);
        // A unit of readings, in which no material is counted.
        recipe.Materials.Single(m => m.Code == "PRECURSOR").Unit = "%";
        (await TestPlatform.RefusalsAsync(async () => await plant.Recipes.PutRecipeAsync(new PutRecipeRequest { RequestId = TestPlatform.RequestId(), Recipe = recipe })))
            .Select(r => r.Code).ShouldBe([code, "UNIT_UNKNOWN"], ignoreOrder: true);
    }
}
