using Doseline.Execution.V1;
using Doseline.Quality.V1;
using Doseline.Shipping.V1;
using Doseline.Testing;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Shipping.Tests;

/// <summary>The gate against the quality service itself, with its signed certificates.</summary>
public sealed class WithQuality
{
    const string Batch = "batch-1";
    const string Hash = "aa11";

    [Fact]
    [Requirement("A051", "A063", "A087", "A151", "A160")]
    public async Task A_package_leaves_only_while_quality_says_released()
    {
        await using var dock = await Dock.OpenAsync(ownQuality: true);
        await dock.DoseAsync("dose-1", released: false);
        await dock.DoseAsync("dose-2", released: false);
        await ProduceAsync(dock);
        var surveyed = await dock.SurveyAsync(await dock.PackAsync("dose-1"));
        (await Dock.RefusedAsync(() => dock.PrintAsync(surveyed))).ShouldBe(["DOSE_NOT_RELEASED"]);

        await ReleaseAsync(dock, "dose-1");
        var ready = (await dock.PrintAsync(surveyed)).Package;
        await new DispositionService.DispositionServiceClient(dock.Platform.As("qa")).HoldDosesAsync(new HoldDosesRequest
        {
            RequestId = TestPlatform.RequestId(), BatchId = Batch, DoseIds = { "dose-1" }, ReferenceId = "DEV-1", Reason = "particle seen",
        });
        // The hold counts at once, whether or not its fact has arrived.
        (await dock.ShipRefusedAsync(ready)).ShouldBe(["DOSE_NOT_RELEASED"]);
        (await dock.ReadAsync(ready)).State.ShouldBe(PackageState.Papered);

        // Its neighbour of the same batch is released by itself and goes.
        await ReleaseAsync(dock, "dose-2");
        (await dock.ShipAsync(await dock.ReadyAsync("dose-2"))).State.ShouldBe(PackageState.Shipped);
    }

    static async Task ReleaseAsync(Dock dock, string dose) =>
        await new DispositionService.DispositionServiceClient(dock.Platform.As("qa")).ReleaseDosesAsync(new ReleaseDosesRequest
        {
            RequestId = TestPlatform.RequestId(), BatchId = Batch, DoseIds = { dose }, RecordVersion = 7, RecordHash = Hash,
        });

    static async Task ProduceAsync(Dock dock)
    {
        var platform = dock.Platform;
        string[] doses = ["dose-1", "dose-2"];
        var expiry = Timestamp.FromDateTimeOffset(TestPlatform.Start.AddHours(72));
        var draft = (await new SpecificationsService.SpecificationsServiceClient(platform.As("master_data_steward")).PutSpecificationAsync(new PutSpecificationRequest
        {
            RequestId = TestPlatform.RequestId(), ProductCode = "LU-PSMA", SpecificationVersion = 1, ProductName = "Lutetium PSMA", DosageForm = "solution for injection",
            EffectiveTime = Timestamp.FromDateTimeOffset(TestPlatform.Start),
            Tests = { new SpecificationTest { Code = "RCP", Name = "Radiochemical purity", Method = "AM-014 v3", Unit = "%", Low = 95, Scope = TestScope.Batch, Timing = TestTiming.BeforeRelease } },
        })).Specification;
        await new SpecificationsService.SpecificationsServiceClient(platform.As("qa")).ApproveSpecificationAsync(new ApproveSpecificationRequest
        {
            RequestId = TestPlatform.RequestId(), SpecificationId = draft.SpecificationId, Version = draft.Version,
        });
        await platform.InstrumentAsync("HPLC-2", Dock.Site);
        await platform.GiveAsync(Batch, new BatchStarted { BatchId = Batch, BatchNumber = "B-1", SiteId = Dock.Site, ProductCode = "LU-PSMA", DoseIds = { doses } });
        await platform.GiveAsync(Batch, new SampleTaken { SampleId = "sample-1", BatchId = Batch, SiteId = Dock.Site, RoomId = "qc", Activity = Calls.Activity("Lu-177", 1e7, TestPlatform.Start) });
        foreach (var dose in doses)
        {
            await platform.GiveAsync(dose, new DoseDispensed
            {
                DoseId = dose, BatchId = Batch, OrderId = $"order-{dose}", SiteId = Dock.Site, RoomId = "hot-1", ProductCode = "LU-PSMA",
                Measured = Calls.Activity("Lu-177", 7.4e9, TestPlatform.Start), VolumeMl = 8, ExpireTime = expiry,
            });
        }

        await platform.GiveAsync(Batch, new BatchReadyForDisposition
        {
            BatchId = Batch, BatchNumber = "B-1", SiteId = Dock.Site, ProductCode = "LU-PSMA", RecordVersion = 7, RecordHash = Hash, EndOfSynthesisTime = Timestamp.FromDateTimeOffset(TestPlatform.Start),
            Doses = { doses.Select(dose => new BatchDose { DoseId = dose, OrderId = $"order-{dose}", ExpireTime = expiry, ReleaseByTime = Timestamp.FromDateTimeOffset(Dock.Cutoff) }) },
        });
        await new ResultsService.ResultsServiceClient(platform.As("qc_analyst")).RecordResultAsync(new RecordResultRequest
        {
            RequestId = TestPlatform.RequestId(), BatchId = Batch, SampleId = "sample-1", TestCode = "RCP", Method = "AM-014 v3", InstrumentId = "HPLC-2", RawValue = "98.7", Unit = "%",
            MeasureTime = Timestamp.FromDateTimeOffset(platform.Now),
        });
    }
}
