using Doseline.Quality.V1;
using Doseline.Testing;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Quality.Tests;

public sealed class InstrumentGateTests : IAsyncLifetime
{
    TestPlatform platform = null!;
    QualityScene scene = null!;

    public static TheoryData<string> Flaws => [.. TestInstruments.Flaws.Keys];

    public async Task InitializeAsync()
    {
        platform = await TestPlatform.StartAsync(configure: Staff.LetIn);
        scene = new QualityScene(platform);
        await scene.SpecifyAsync();
        await scene.StartAsync();
        await scene.DispenseAsync("dose-1");
    }

    public async Task DisposeAsync() => await platform.DisposeAsync();

    [Theory]
    [Requirement("A020")]
    [MemberData(nameof(Flaws))]
    public async Task A_result_of_an_instrument_that_was_not_fit_when_it_was_read_is_refused_and_nothing_is_recorded(string flaw)
    {
        await platform.FlawAsync(flaw, "site-1");
        (await TestPlatform.RefusalsAsync(() => scene.Results().RecordResultAsync(Read("RCP", "98.7")).ResponseAsync)).Select(refusal => refusal.Code).ShouldBe([TestInstruments.Flaws[flaw]]);
        (await scene.Results().ListResultsAsync(new ListResultsRequest { BatchId = QualityScene.Batch })).Results.ShouldBeEmpty();
    }

    [Fact]
    [Requirement("A020")]
    public async Task What_was_read_before_the_instrument_left_service_counts_and_what_is_seen_needs_no_calibration()
    {
        await platform.InstrumentAsync(TestInstruments.Doubtful, "site-1", told => told.CalibrationDueTime = Timestamp.FromDateTimeOffset(platform.Now.AddHours(1)));
        await platform.AdvanceAsync(TimeSpan.FromHours(1));
        await platform.InstrumentAsync(TestInstruments.Doubtful, "site-1", told => told.InService = false, platform.Now);
        var result = (await scene.Results().RecordResultAsync(Read("RCP", "98.7"))).Result;
        (result.InstrumentId, result.InstrumentCode).ShouldBe((TestInstruments.Doubtful, TestInstruments.Doubtful));

        await platform.InstrumentAsync("booth", "site-1", told => told.CalibrationDueTime = null);
        var look = scene.Result("APPEARANCE", "CLEAR", "dose-1");
        look.InstrumentId = "booth";
        (await scene.Results().RecordResultAsync(look)).Result.InstrumentCode.ShouldBe("booth");
    }

    [Fact]
    [Requirement("A139")]
    public async Task An_instrument_is_read_by_whoever_is_trained_on_what_it_names()
    {
        await platform.InstrumentAsync(TestInstruments.Doubtful, "site-1", told => told.Procedure = TestInstruments.Procedure);
        await platform.AdvanceAsync(TimeSpan.FromHours(1));
        var request = Read("RCP", "98.7");
        await TestInstruments.ReadByTheTrainedAloneAsync(platform, "qc_analyst", at => new ResultsService.ResultsServiceClient(at).RecordResultAsync(request).ResponseAsync);
        (await scene.Results().ListResultsAsync(new ListResultsRequest { BatchId = QualityScene.Batch })).Results.ShouldHaveSingleItem().InstrumentId.ShouldBe(TestInstruments.Doubtful);
    }

    RecordResultRequest Read(string test, string value)
    {
        var request = scene.Result(test, value);
        request.InstrumentId = TestInstruments.Doubtful;
        request.MeasureTime = Timestamp.FromDateTimeOffset(platform.Now.AddMinutes(-30));
        return request;
    }
}
