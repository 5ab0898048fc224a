using Doseline.Testing;
using Doseline.Waste.V1;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Waste.Tests;

public sealed class InstrumentGateTests
{
    public static TheoryData<string> Flaws => [.. TestInstruments.Flaws.Keys.Where(flaw => !flaw.EndsWith("after it was read", StringComparison.Ordinal))];

    [Theory]
    [Requirement("A020")]
    [MemberData(nameof(Flaws))]
    public async Task A_container_is_not_surveyed_with_a_meter_that_is_not_fit_whatever_due_date_is_typed(string flaw)
    {
        await using var platform = await Bench.PlatformAsync();
        Bench bench = new(platform);
        var container = await DecayedAsync(bench);
        await platform.FlawAsync(flaw, Bench.Site);
        var request = Bench.Survey(container);
        request.Instrument = TestInstruments.Doubtful;
        request.CalibrationDueTime = Timestamp.FromDateTimeOffset(TestPlatform.Start.AddYears(10));
        (await TestPlatform.RefusalsAsync(async () => await bench.Waste.SurveyContainerAsync(request))).Select(refusal => refusal.Code).ShouldBe([TestInstruments.Flaws[flaw]]);
        var kept = (await bench.GetAsync(container)).Container;
        (kept.State, kept.Survey).ShouldBe((ContainerState.Eligible, null));
    }

    [Fact]
    [Requirement("A020")]
    public async Task The_record_of_a_survey_says_which_meter_it_was_and_until_when_it_was_calibrated()
    {
        await using var platform = await Bench.PlatformAsync();
        Bench bench = new(platform);
        var container = await DecayedAsync(bench);
        var due = Timestamp.FromDateTimeOffset(platform.Now.AddDays(30));
        await platform.InstrumentAsync("m", Bench.Site, told => (told.Code, told.CalibrationDueTime) = ("SM-7", due));
        var request = Bench.Survey(container);
        request.Instrument = "m";
        var survey = (await bench.Waste.SurveyContainerAsync(request)).Container.Survey;
        (survey.InstrumentId, survey.Instrument, survey.CalibrationDueTime).ShouldBe(("m", "SM-7", due));
    }

    [Fact]
    [Requirement("A139")]
    public async Task A_meter_is_read_by_whoever_is_trained_on_what_it_names()
    {
        await using var platform = await Bench.PlatformAsync();
        Bench bench = new(platform);
        var container = await DecayedAsync(bench);
        await platform.InstrumentAsync("m", Bench.Site, told => told.Procedure = TestInstruments.Procedure);
        var request = Bench.Survey(container);
        request.Instrument = "m";
        await TestInstruments.ReadByTheTrainedAloneAsync(platform, "radiation_safety", at => new WasteService.WasteServiceClient(at).SurveyContainerAsync(request).ResponseAsync);
        (await bench.GetAsync(container)).Container.Survey.InstrumentId.ShouldBe("m");
    }

    static async Task<Container> DecayedAsync(Bench bench)
    {
        await bench.ArisesAsync("w1", "b1", bench.Activity("Lu-177", 1));
        var container = await bench.CloseAsync(await bench.AddAsync(await bench.OpenAsync(), "w1"));
        await bench.SettleAsync();
        return container;
    }
}
