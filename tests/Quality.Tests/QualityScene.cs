using Doseline.Common.V1;
using Doseline.Execution.V1;
using Doseline.Quality.V1;
using Doseline.Shipping.V1;
using Doseline.Testing;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Quality.Tests;

/// <summary>A batch of two doses as execution tells it, and the calls the tests make about it.</summary>
sealed class QualityScene(TestPlatform platform)
{
    public const string Batch = "batch-1";
    public const string Hash = "aa11";
    public const string Instrument = "HPLC-2";

    /// <summary>Incubation of the sterility test, USP 71.</summary>
    public static readonly TimeSpan Incubation = TimeSpan.FromDays(14);
    public static readonly string[] Doses = ["dose-1", "dose-2"];

    public SpecificationsService.SpecificationsServiceClient Specifications(string role = "qa") => new(platform.As(role));
    public ResultsService.ResultsServiceClient Results(string role = "qc_analyst") => new(platform.As(role));
    public DeviationsService.DeviationsServiceClient Deviations(string role = "qa") => new(platform.As(role));
    public DispositionService.DispositionServiceClient Dispositions(string role = "qa") => new(platform.As(role));
    public CertificateService.CertificateServiceClient Certificates => new(platform.AsService("shipping", "shipping"));
    public RecallsService.RecallsServiceClient Recalls(string role = "qa") => new(platform.As(role));
    public AnalysisService.AnalysisServiceClient Analyses => new(platform.As("auditor"));

    public static PutSpecificationRequest Draft(long version = 1) => new()
    {
        RequestId = TestPlatform.RequestId(),
        ProductCode = "LU-PSMA",
        SpecificationVersion = version,
        ProductName = "Lutetium (177Lu) PSMA injection",
        DosageForm = "solution for injection",
        EffectiveTime = Timestamp.FromDateTimeOffset(TestPlatform.Start),
        Tests =
        {
            new SpecificationTest { Code = "RCP", Name = "Radiochemical purity", Method = "AM-014 v3", Unit = "%", Low = 95, Scope = TestScope.Batch, Timing = TestTiming.BeforeRelease },
            new SpecificationTest { Code = "ENDOTOXIN", Name = "Bacterial endotoxins", Method = "AM-020 v1", Unit = "EU/mL", High = 17.5, Scope = TestScope.Batch, Timing = TestTiming.BeforeRelease },
            new SpecificationTest { Code = "APPEARANCE", Name = "Appearance", Method = "AM-001 v2", ExpectedText = "CLEAR", Scope = TestScope.Dose, Timing = TestTiming.BeforeRelease },
            new SpecificationTest { Code = "STERILITY", Name = "Sterility", Method = "AM-030 v1", ExpectedText = "NO GROWTH", Scope = TestScope.Batch, Timing = TestTiming.AfterRelease,
                ResultWithin = Duration.FromTimeSpan(Incubation), PendingBasis = "21 CFR 211.165(a)" },
        },
    };

    public async Task<Specification> SpecifyAsync(long version = 1)
    {
        var draft = (await Specifications("master_data_steward").PutSpecificationAsync(Draft(version))).Specification;
        return (await Specifications().ApproveSpecificationAsync(new ApproveSpecificationRequest
        {
            RequestId = TestPlatform.RequestId(), SpecificationId = draft.SpecificationId, Version = draft.Version,
        })).Specification;
    }

    public async Task StartAsync()
    {
        await platform.InstrumentAsync(Instrument, "site-1");
        await platform.GiveAsync(Batch, new BatchStarted { BatchId = Batch, BatchNumber = "LU2611A", SiteId = "site-1", ProductCode = "LU-PSMA", DoseIds = { Doses } });
        await platform.GiveAsync(Batch, new SampleTaken { SampleId = "sample-1", BatchId = Batch, SiteId = "site-1", RoomId = "qc", Activity = Activity(1e7) });
    }

    public Task DispenseAsync(string dose) => platform.GiveAsync(dose, new DoseDispensed
    {
        DoseId = dose, BatchId = Batch, OrderId = "order-" + dose, SiteId = "site-1", RoomId = "hot-1", ProductCode = "LU-PSMA",
        Measured = Activity(7.4e9), VolumeMl = 10, ExpireTime = Timestamp.FromDateTimeOffset(TestPlatform.Start.AddHours(48)),
    });

    public Task CompleteAsync(long recordVersion = 7, string hash = Hash) => platform.GiveAsync(Batch, new BatchReadyForDisposition
    {
        BatchId = Batch, BatchNumber = "LU2611A", SiteId = "site-1", ProductCode = "LU-PSMA", RecordVersion = recordVersion, RecordHash = hash,
        EndOfSynthesisTime = Timestamp.FromDateTimeOffset(TestPlatform.Start),
        Doses =
        {
            Doses.Select(d => new BatchDose
            {
                DoseId = d, OrderId = "order-" + d, ExpireTime = Timestamp.FromDateTimeOffset(TestPlatform.Start.AddHours(48)),
                ReleaseByTime = Timestamp.FromDateTimeOffset(TestPlatform.Start.AddHours(5)),
            }),
        },
    });

    /// <summary>Specification, batch, doses, completion and passing results: everything but the decision.</summary>
    /// <param name="sterile">False while the sterility test is under way.</param>
    public async Task ReadyAsync(bool sterile = true)
    {
        await SpecifyAsync();
        await StartAsync();
        foreach (var dose in Doses) await DispenseAsync(dose);
        await CompleteAsync();
        await RecordAsync("RCP", "98.7");
        await RecordAsync("ENDOTOXIN", "<0.25");
        foreach (var dose in Doses) await RecordAsync("APPEARANCE", "CLEAR", dose);
        if (sterile) await RecordAsync("STERILITY", "NO GROWTH");
    }

    public static ReleaseDosesConditionallyRequest Conditionally(params string[] doses) => new()
    {
        RequestId = TestPlatform.RequestId(), BatchId = Batch, DoseIds = { doses }, RecordVersion = 7, RecordHash = Hash, PendingTestCodes = { "STERILITY" },
    };

    /// <summary>Hands one dose to a carrier.</summary>
    public Task ShipAsync(string dose) => platform.GiveAsync("shipping", "package-" + dose, new PackageShipped
    {
        PackageId = "package-" + dose, SiteId = "site-1", CustomerId = "clinic-" + dose, Doses = { new ShippedDose { DoseId = dose, OrderId = "order-" + dose } },
        ShipTime = Timestamp.FromDateTimeOffset(platform.Now),
    });

    /// <summary>Brings one dose to its consignee.</summary>
    public Task DeliverAsync(string dose) => platform.GiveAsync("shipping", "package-" + dose, new PackageDelivered
    {
        PackageId = "package-" + dose, Doses = { new ShippedDose { DoseId = dose, OrderId = "order-" + dose } }, DeliveryTime = Timestamp.FromDateTimeOffset(platform.Now), Intact = true,
    });

    public RecordResultRequest Result(string test, string value, string dose = "", string repeat = "") => new()
    {
        RequestId = TestPlatform.RequestId(),
        BatchId = Batch,
        DoseId = dose,
        SampleId = dose is "" ? "sample-1" : "",
        TestCode = test,
        Method = Draft().Tests.First(t => t.Code == test).Method,
        InstrumentId = Instrument,
        RawValue = value,
        Unit = Draft().Tests.First(t => t.Code == test).Unit,
        MeasureTime = Timestamp.FromDateTimeOffset(platform.Now),
        RepeatReason = repeat,
    };

    public async Task<Result> RecordAsync(string test, string value, string dose = "", string repeat = "") =>
        (await Results().RecordResultAsync(Result(test, value, dose, repeat))).Result;

    /// <summary>Investigates a result out of specification, finds a cause in the laboratory, has it tested again by plan, and invalidates it.</summary>
    public async Task InvalidateAsync(Result bad, string value)
    {
        const string Second = "another analyst";
        InvestigationsService.InvestigationsServiceClient qa = new(platform.As("qa")), other = new(platform.AsNamed("another qa", "qa"));
        var id = bad.InvestigationId;
        await qa.RecordLaboratoryPhaseAsync(new RecordLaboratoryPhaseRequest { RequestId = TestPlatform.RequestId(), InvestigationId = id, Version = 1, Finding = CauseFinding.Assignable, Text = "A speck on the glass." });
        await qa.PlanRetestAsync(new PlanRetestRequest
        {
            RequestId = TestPlatform.RequestId(), InvestigationId = id, Version = 2, RetestCount = 1, SampleId = bad.SampleId, AnalystId = $"person:{Second}", AnalystName = Second, Rationale = "Wiped and looked at again.",
        });
        await other.ApproveRetestAsync(new ApproveRetestRequest { RequestId = TestPlatform.RequestId(), InvestigationId = id, Version = 3 });
        await new ResultsService.ResultsServiceClient(platform.AsNamed(Second, "qc_analyst")).RecordResultAsync(Result(bad.TestCode, value, bad.DoseId, "By the retest plan."));
        await qa.ConcludeInvestigationAsync(new ConcludeInvestigationRequest
        {
            RequestId = TestPlatform.RequestId(), InvestigationId = id, Version = 4, Conclusion = InvestigationConclusion.Invalidated, Text = "The speck was on the outside.",
        });
    }

    public static ReleaseDosesRequest Release(params string[] doses) =>
        new() { RequestId = TestPlatform.RequestId(), BatchId = Batch, DoseIds = { doses }, RecordVersion = 7, RecordHash = Hash };

    public async Task<ReleaseCertificate> ReleaseOneAsync(string dose = "dose-1")
    {
        var certificate = (await Dispositions().ReleaseDosesAsync(Release(dose))).Certificates.ShouldHaveSingleItem();
        await platform.SettleAsync();
        return certificate;
    }

    public async Task<DoseDisposition> DispositionAsync(string dose) =>
        (await Dispositions("auditor").GetDispositionAsync(new GetDispositionRequest { DoseId = dose })).Disposition;

    public async Task<Disposition> StateAsync(string dose) => (await DispositionAsync(dose)).State;

    public Task<IReadOnlyList<Kernel.Rules.Refusal>> CheckRefusalsAsync(string dose, ReleaseCertificate? certificate) =>
        TestPlatform.RefusalsAsync(() => Certificates.CheckCertificateAsync(new CheckCertificateRequest { DoseId = dose, Certificate = certificate }).ResponseAsync);

    static CalibratedActivity Activity(double bq) =>
        new() { Nuclide = "Lu-177", ActivityBq = bq, ReferenceTime = Timestamp.FromDateTimeOffset(TestPlatform.Start), DataVersion = "nubase2020-1" };
}
