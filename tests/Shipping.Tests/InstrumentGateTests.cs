using Doseline.Shipping.V1;
using Doseline.Testing;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Shipping.Tests;

public sealed class InstrumentGateTests
{
    public static TheoryData<string> Flaws => [.. TestInstruments.Flaws.Keys];

    [Theory]
    [Requirement("A020")]
    [MemberData(nameof(Flaws))]
    public async Task A_survey_with_a_meter_that_was_not_fit_when_it_was_read_is_refused_whatever_due_date_is_typed(string flaw)
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var open = await dock.PackAsync("dose-1");
        await dock.Platform.FlawAsync(flaw, Dock.Site);
        (await Dock.RefusedAsync(() => dock.SurveyAsync(open, change: request =>
        {
            request.Survey.InstrumentId = TestInstruments.Doubtful;
            request.Survey.CalibrationDueTime = Timestamp.FromDateTimeOffset(TestPlatform.Start.AddYears(10));
            request.Survey.SurveyTime = Timestamp.FromDateTimeOffset(dock.Platform.Now.AddMinutes(-30));
        }))).ShouldBe([TestInstruments.Flaws[flaw]]);
        var kept = await dock.ReadAsync(open);
        (kept.State, kept.Survey).ShouldBe((PackageState.Open, null));
    }

    [Fact]
    [Requirement("A139")]
    public async Task A_meter_is_read_by_whoever_is_trained_on_what_it_names()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        await dock.Platform.InstrumentAsync("m", Dock.Site, told => told.Procedure = TestInstruments.Procedure);
        var open = await dock.PackAsync("dose-1");
        var request = dock.ToSurvey(open, change: survey => survey.Survey.InstrumentId = "m");
        await TestInstruments.ReadByTheTrainedAloneAsync(dock.Platform, "shipping", at => new PackagesService.PackagesServiceClient(at).RecordSurveyAsync(request).ResponseAsync);
        (await dock.ReadAsync(open)).Survey.InstrumentId.ShouldBe("m");
    }

    [Fact]
    [Requirement("A020")]
    public async Task The_record_of_a_survey_says_which_meter_it_was_and_until_when_it_was_calibrated()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var due = Timestamp.FromDateTimeOffset(TestPlatform.Start.AddDays(30));
        await dock.Platform.InstrumentAsync("m", Dock.Site, told => (told.Code, told.CalibrationDueTime) = ("SM-7", due));
        var survey = (await dock.SurveyAsync(await dock.PackAsync("dose-1"), change: request =>
        {
            request.Survey.InstrumentId = "m";
            request.Survey.CalibrationDueTime = Timestamp.FromDateTimeOffset(TestPlatform.Start.AddYears(10));
        })).Survey!;
        (survey.InstrumentId, survey.InstrumentCode, survey.CalibrationDueTime).ShouldBe(("m", "SM-7", due));
    }
}
