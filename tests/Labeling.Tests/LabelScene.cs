using Doseline.Common.V1;
using Doseline.Execution.V1;
using Doseline.Labeling.V1;
using Doseline.Testing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Doseline.Labeling.Tests;

/// <summary>A platform whose batch record is a page the test writes.</summary>
sealed class LabelScene : IAsyncDisposable
{
    public const string Zpl = "^XA^PW600^LL400^FO20,20^A0N,28^FD{product_name} {nuclide}^FS^FO20,60^A0N,24^FDLot {batch_number} copy {copy_number}^FS"
        + "^FO20,90^A0N,24^FD{calibration_mbq} MBq ({calibration_mci} mCi) at {calibration_time_local} / {calibration_time_utc}^FS"
        + "^FO20,120^A0N,24^FD{volume_ml} mL, expires {expire_time_local} / {expire_time_utc}^FS^FO420,200^FD{data_matrix}^FS^XZ";

    readonly FakeRecords records;

    LabelScene(TestPlatform platform, FakeRecords records) => (Platform, this.records) = (platform, records);

    public TestPlatform Platform { get; }

    /// <summary>The record of the one dose; changed by tests as execution would change it.</summary>
    public DoseRecord Record => records.Record;

    public LabelsService.LabelsServiceClient Labels(string role = "operator") => new(Platform.As(role));
    public TemplatesService.TemplatesServiceClient Templates(string role = "qa") => new(Platform.As(role));

    public static async Task<LabelScene> StartAsync()
    {
        FakeRecords page = new();
        var platform = await TestPlatform.StartAsync(configure: builder =>
        {
            builder.Services.RemoveAll<DoseRecordsService.DoseRecordsServiceClient>();
            builder.Services.AddScoped<DoseRecordsService.DoseRecordsServiceClient>(_ => page);
        });
        LabelScene scene = new(platform, page);
        await scene.ApproveAsync((await scene.Templates("master_data_steward").PutTemplateAsync(Draft())).Template);
        return scene;
    }

    public static PutTemplateRequest Draft(long version = 1, string zpl = Zpl) => new()
    {
        RequestId = TestPlatform.RequestId(), Code = "VIAL", TemplateVersion = version, Zpl = zpl, WidthMm = 60, HeightMm = 40, Zone = "America/New_York",
        EffectiveTime = Timestamp.FromDateTimeOffset(TestPlatform.Start),
    };

    public Task<ApproveTemplateResponse> ApproveAsync(Template template, string role = "qa") => Templates(role)
        .ApproveTemplateAsync(new ApproveTemplateRequest { RequestId = TestPlatform.RequestId(), TemplateId = template.TemplateId, Version = template.Version }).ResponseAsync;

    public static PrintDoseLabelRequest PrintRequest() => new() { RequestId = TestPlatform.RequestId(), DoseId = "dose-1", Printer = "zebra-1" };

    public static ReprintDoseLabelRequest ReprintRequest() => new()
    {
        RequestId = TestPlatform.RequestId(), DoseId = "dose-1", Printer = "zebra-1", ReprintReason = ReprintReason.Damaged, Reason = "Torn when it was put on.",
    };

    public async Task<(Label Label, LabelContent Content)> PrintAsync()
    {
        var response = await Labels().PrintDoseLabelAsync(PrintRequest());
        return (response.Label, response.Content);
    }

    public async Task<Label> ReportAsync(string printId, PrintState state) =>
        (await Labels().ReportPrintResultAsync(new ReportPrintResultRequest { RequestId = TestPlatform.RequestId(), PrintId = printId, State = state })).Label;

    public static VerifyLabelRequest Scan(string printId, string scan) => new() { RequestId = TestPlatform.RequestId(), PrintId = printId, Scan = scan };

    public async Task<Label> VerifyAsync(string printId, string scan) => (await Labels().VerifyLabelAsync(Scan(printId, scan))).Label;

    public async Task<Label> ApplyAsync(string printId) =>
        (await Labels().MarkAppliedAsync(new MarkAppliedRequest { RequestId = TestPlatform.RequestId(), PrintId = printId })).Label;

    public Task<IReadOnlyList<Kernel.Rules.Refusal>> PrintRefusalsAsync() => TestPlatform.RefusalsAsync(() => Labels().PrintDoseLabelAsync(PrintRequest()).ResponseAsync);

    public ValueTask DisposeAsync() => Platform.DisposeAsync();

    sealed class FakeRecords : DoseRecordsService.DoseRecordsServiceClient
    {
        public DoseRecord Record { get; } = new()
        {
            DoseId = "dose-1", OrderId = "order-1", BatchId = "batch-1", BatchNumber = "LU2611A", ProductCode = "LU-PSMA", ProductName = "Lutetium (¹⁷⁷Lu) PSMA ^_~",
            SiteId = "site-1", RoomId = "hot-1", VolumeMl = 10.25, RecordVersion = 4, State = DoseState.Dispensed, InstrumentId = "CRC-55",
            Measured = new CalibratedActivity { Nuclide = "Lu-177", ActivityBq = 8.1234567e9, ReferenceTime = Timestamp.FromDateTimeOffset(TestPlatform.Start), DataVersion = "nubase2020-1" },
            Ordered = new CalibratedActivity { Nuclide = "Lu-177", ActivityBq = 7.4e9, ReferenceTime = Timestamp.FromDateTimeOffset(TestPlatform.Start.AddHours(24)), DataVersion = "nubase2020-1" },
            ExpireTime = Timestamp.FromDateTimeOffset(TestPlatform.Start.AddHours(48).AddSeconds(59)),
        };

        public override AsyncUnaryCall<GetDoseRecordResponse> GetDoseRecordAsync(GetDoseRecordRequest request, Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default) =>
            new(Task.FromResult(new GetDoseRecordResponse { Record = Record.Clone() }), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
    }
}
