using Doseline.Common.V1;
using Doseline.EndToEnd.Tests.Stories;
using Doseline.Operations.V1;
using Doseline.Testing;

namespace Doseline.EndToEnd.Tests.Slips;

/// <summary>Whoever makes a dose sometimes puts the point in the wrong place, or reads one unit for another: what they type is questioned before it is recorded.</summary>
public sealed class SlipTests
{
    /// <summary>P05: so much of the slips is caught.</summary>
    const double CaughtMin = 0.95;

    public static TheoryData<string> Products() => [.. Story.Products];

    [Theory]
    [Requirement("P05")]
    [MemberData(nameof(Products))]
    public async Task Of_the_slips_of_a_decimal_point_or_a_unit_in_every_figure_on_the_way_of_a_dose_nearly_all_are_questioned_and_nothing_that_is_right_is(string product)
    {
        List<Slip> slips = [];
        await using var story = await Story.BeginAsync(product, through: platform => new SlippingHands(platform, slips));
        await story.MakeAsync();
        await story.ReleaseAsync();
        await story.PackAsync();

        var missed = slips.Where(s => !s.Caught).Select(s => s.ToString()).ToList();
        slips.Select(s => s.Method).Distinct().Count().ShouldBeGreaterThanOrEqualTo(7, string.Join(' ', slips.Select(s => s.Method).Distinct()));
        (1 - (double)missed.Count / slips.Count).ShouldBeGreaterThanOrEqualTo(CaughtMin, $"{missed.Count} of {slips.Count} were taken:\n{string.Join('\n', missed)}");
        // The story came to its end: of what was typed as it was, nothing was questioned.
        foreach (var service in new[] { "execution", "quality", "shipping", "inventory" })
        {
            (await new PlausibilityService.PlausibilityServiceClient(story.People.Qa).ListSecondLooksAsync(new ListSecondLooksRequest { Service = service })).Looks.ShouldBeEmpty();
        }
    }

    [Fact]
    [Requirement("P05")]
    public void Every_request_with_an_activity_a_volume_an_amount_or_a_dose_rate_that_somebody_measured_can_be_questioned_or_says_why_not()
    {
        var silent = ContractRequests.Measured().Where(m => m.FindFieldByName("second_look")?.MessageType != SecondLook.Descriptor).Select(m => m.Name).Order(StringComparer.Ordinal);
        silent.ShouldBe(ContractRequests.NotQuestioned.Keys.Order(StringComparer.Ordinal));
    }
}
