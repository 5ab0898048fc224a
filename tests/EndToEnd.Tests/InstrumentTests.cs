using Doseline.Execution.V1;
using Doseline.Platform.Data;
using Doseline.Platform.Instruments;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.EndToEnd.Tests;

/// <summary>What services that judge readings know of equipment is what Execution has.</summary>
public sealed class InstrumentTests
{
    static readonly string[] Judges = ["quality", "shipping", "waste"];

    [Fact]
    [Requirement("A020")]
    public async Task What_becomes_of_an_instrument_at_Execution_is_known_to_all_who_judge_its_readings()
    {
        await using var platform = await TestPlatform.StartAsync();
        EquipmentService.EquipmentServiceClient stewards = new(platform.As("master_data_steward"));
        EquipmentService.EquipmentServiceClient operators = new(platform.As("operator"));
        MaintenanceService.MaintenanceServiceClient technician = new(platform.AsNamed("Terry", "operator"));
        MaintenanceService.MaintenanceServiceClient quality = new(platform.AsNamed("Quinn", "qa"));
        var meter = (await stewards.PutEquipmentAsync(new PutEquipmentRequest
        {
            RequestId = TestPlatform.RequestId(),
            Equipment = new Equipment { Code = "SM-1", EquipmentClass = EquipmentClass.Instrument, SiteId = "bos", RoomId = "pack", QualificationDueTime = (platform.Now + TimeSpan.FromDays(300)).ToWire(), CalibrationDueTime = (platform.Now + TimeSpan.FromDays(30)).ToWire() },
        })).Equipment;
        await SameAsync(platform, meter.EquipmentId, inService: true);

        await platform.AdvanceAsync(TimeSpan.FromHours(1));
        var changed = meter.Clone();
        (changed.Code, changed.CalibrationDueTime) = ("SM-1A", (platform.Now + TimeSpan.FromDays(20)).ToWire());
        meter = (await stewards.PutEquipmentAsync(new PutEquipmentRequest { RequestId = TestPlatform.RequestId(), Equipment = changed, Reason = "certificate read again" })).Equipment;
        await SameAsync(platform, meter.EquipmentId, inService: true);

        await operators.SetEquipmentStateAsync(new SetEquipmentStateRequest { RequestId = TestPlatform.RequestId(), EquipmentId = meter.EquipmentId, State = EquipmentState.OutOfService, Reason = "dropped" });
        await SameAsync(platform, meter.EquipmentId, inService: false);

        await platform.AdvanceAsync(TimeSpan.FromHours(1));
        var order = (await technician.OpenMaintenanceOrderAsync(new OpenMaintenanceOrderRequest
        {
            RequestId = TestPlatform.RequestId(), EquipmentId = meter.EquipmentId, Kind = MaintenanceKind.Calibration, Reason = "dropped", Plan = { "compare with the source" }, ResponsibleId = "person:Rita", ResponsibleName = "Rita",
            StartTime = platform.Now.ToWire(), EndTime = (platform.Now + TimeSpan.FromHours(2)).ToWire(),
        })).Order;
        order = (await technician.StartWorkAsync(new StartWorkRequest { RequestId = TestPlatform.RequestId(), OrderId = order.OrderId })).Order;
        await SameAsync(platform, meter.EquipmentId, inService: false);
        order = (await technician.FinishWorkAsync(new FinishWorkRequest { RequestId = TestPlatform.RequestId(), OrderId = order.OrderId, Evidence = { new WorkEvidence { Step = 1, Finding = "within 5 %", Reference = "C-9", Passed = true } } })).Order;
        await SameAsync(platform, meter.EquipmentId, inService: false);
        await quality.ReleaseToServiceAsync(new ReleaseToServiceRequest
        {
            RequestId = TestPlatform.RequestId(), OrderId = order.OrderId, Release = true, Etag = order.Etag, Reason = "calibrated", CalibrationDueTime = (platform.Now + TimeSpan.FromDays(365)).ToWire(),
        });
        await SameAsync(platform, meter.EquipmentId, inService: true);

        await operators.RecordCleaningAsync(new RecordCleaningRequest { RequestId = TestPlatform.RequestId(), EquipmentId = meter.EquipmentId, Level = 1, Procedure = "SOP-CL-03" });
        await SameAsync(platform, meter.EquipmentId, inService: true);
    }

    // Asked of Execution by its own interface, and of the others by what they keep.
    static async Task SameAsync(TestPlatform platform, string id, bool inService)
    {
        await platform.SettleAsync();
        var now = (await new EquipmentService.EquipmentServiceClient(platform.As("auditor")).ListEquipmentAsync(new ListEquipmentRequest { SiteId = "bos" })).Equipment.Single(e => e.EquipmentId == id);
        (now.State is not (EquipmentState.Maintenance or EquipmentState.OutOfService)).ShouldBe(inService);
        await using var scope = platform.Host.Services.CreateAsyncScope();
        var databases = platform.Host.Services.GetRequiredService<DatabaseTable>();
        foreach (var judge in Judges)
        {
            var told = await databases.Of(judge, scope.ServiceProvider).Set<InstrumentRow>().AsNoTracking().Where(row => row.EquipmentId == id).OrderByDescending(row => row.Position).FirstAsync();
            (told.Code, told.SiteId, told.InService, told.Kind, told.QualificationDueTime, told.CalibrationDueTime)
                .ShouldBe((now.Code, now.SiteId, inService, Kernel.Rules.InstrumentKind.Instrument, now.QualificationDueTime.ToDateTimeOffset(), now.CalibrationDueTime.ToDateTimeOffset()), judge);
        }
    }
}
