using Doseline.Common.V1;
using Doseline.Execution.V1;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Execution.Tests;

/// <summary>A small plant: one site with a hot cell, a synthesiser, a dose calibrator and a recipe for a lutetium product.</summary>
sealed class Plant(TestPlatform platform)
{
    public const string Site = "site-1";
    public const string Product = "LU-PSMA";
    public const string RecipeCode = "LU177-PSMA";
    public const string Use = "manufacture";
    public const double GBq = 1e9;

    public TestPlatform Platform => platform;
    public RecipesService.RecipesServiceClient Recipes => new(platform.As("master_data_steward"));
    public RecipesService.RecipesServiceClient Approver => new(platform.As("qa"));
    public EquipmentService.EquipmentServiceClient Equipment => new(platform.As("master_data_steward"));
    public EquipmentService.EquipmentServiceClient Floor => new(platform.As("operator"));
    public SchedulerService.SchedulerServiceClient Planner => new(platform.As("planner"));
    public SchedulerService.SchedulerServiceClient Orders => new(platform.AsService("orders", "supply_desk"));

    public string HotCell { get; private set; } = "";
    public string Synthesiser { get; private set; } = "";
    public string Calibrator { get; private set; } = "";

    public static async Task<Plant> StartAsync(TestPlatform platform)
    {
        Plant plant = new(platform);
        plant.HotCell = await plant.AddAsync("HC-1", EquipmentClass.HotCell);
        plant.Synthesiser = await plant.AddAsync("SYN-1", EquipmentClass.Synthesiser);
        plant.Calibrator = await plant.AddAsync("DC-1", EquipmentClass.DoseCalibrator);
        await plant.ApproveAsync(await plant.DraftAsync(Recipe()));
        return plant;
    }

    public async Task<string> AddAsync(string code, EquipmentClass kind, TimeSpan? qualifiedFor = null)
    {
        Equipment item = new()
        {
            Code = code,
            EquipmentClass = kind,
            SiteId = Site,
            RoomId = "room-1",
            QualificationDueTime = (platform.Now + (qualifiedFor ?? TimeSpan.FromDays(300))).ToWire(),
            ClearanceLimitBq = kind is EquipmentClass.HotCell ? 1e6 : 0,
        };
        if (kind is EquipmentClass.DoseCalibrator or EquipmentClass.Instrument) item.CalibrationDueTime = (platform.Now + TimeSpan.FromDays(30)).ToWire();
        if (kind is EquipmentClass.DoseCalibrator) item.CrossCalibrations.Add(new CrossCalibration { Nuclide = "Lu-177", Geometry = "10 mL vial", Setting = "450", Factor = 1.02 });

        var put = await Equipment.PutEquipmentAsync(new PutEquipmentRequest { RequestId = TestPlatform.RequestId(), Equipment = item });
        await CleanAsync(put.Equipment.EquipmentId);
        return put.Equipment.EquipmentId;
    }

    /// <summary>Records a cleaning.</summary>
    public async Task<Equipment> CleanAsync(string equipmentId, int level = 1) => (await Floor.RecordCleaningAsync(new RecordCleaningRequest
    {
        RequestId = TestPlatform.RequestId(), EquipmentId = equipmentId, Level = level, Procedure = "SOP-CL-03",
    })).Equipment;

    /// <summary>A hot cell.</summary>
    public async Task<HotCell> CellAsync(string? cellId = null) => (await Floor.GetHotCellAsync(new GetHotCellRequest { HotCellId = cellId ?? HotCell })).HotCell;

    public async Task<RecipeVersion> DraftAsync(Recipe recipe) =>
        (await Recipes.PutRecipeAsync(new PutRecipeRequest { RequestId = TestPlatform.RequestId(), Recipe = recipe })).Recipe;

    public async Task<RecipeVersion> ApproveAsync(RecipeVersion draft, DateTimeOffset? effective = null) =>
        (await Approver.ApproveRecipeAsync(new ApproveRecipeRequest
        {
            RequestId = TestPlatform.RequestId(),
            Code = draft.Recipe.Code,
            Version = draft.Version,
            Etag = draft.Etag,
            EffectiveTime = effective.ToWire(),
        })).Recipe;

    /// <summary>Plans a run; synthesis takes one hour, release five hours after it.</summary>
    public async Task<Run> RunAsync(TimeSpan? startsIn = null, int capacity = 4, double yieldGBq = 60, string? hotCell = null)
    {
        var start = platform.Now + (startsIn ?? TimeSpan.FromHours(1));
        return (await Planner.PlanRunAsync(new PlanRunRequest
        {
            RequestId = TestPlatform.RequestId(),
            SiteId = Site,
            ProductCode = Product,
            RecipeCode = RecipeCode,
            HotCellId = hotCell ?? HotCell,
            StartTime = start.ToWire(),
            DoseCapacity = capacity,
            Yield = Lutetium(yieldGBq, start + TimeSpan.FromHours(1)),
        })).Run;
    }

    public static ReserveRequest Wish(string order, Run run, double gbq = 7.4) => new()
    {
        RequestId = TestPlatform.RequestId(),
        OrderId = order,
        ProductCode = Product,
        SiteId = Site,
        ReleaseByTime = (run.ReleaseTime.ToDateTimeOffset() + TimeSpan.FromHours(1)).ToWire(),
        NotBeforeTime = (run.EndOfSynthesisTime.ToDateTimeOffset() - TimeSpan.FromHours(2)).ToWire(),
        Wanted = Lutetium(gbq, run.EndOfSynthesisTime.ToDateTimeOffset() + TimeSpan.FromDays(1)),
    };

    public static CalibratedActivity Lutetium(double gbq, DateTimeOffset at) => new() { Nuclide = "Lu-177", ActivityBq = gbq * GBq, ReferenceTime = at.ToWire() };

    public static Recipe Recipe(string title = "Enter the temperature of the reaction") => new()
    {
        Code = RecipeCode,
        ProductCode = Product,
        ProductName = "Lutetium PSMA",
        Nuclide = "Lu-177",
        SynthesisDuration = TimeSpan.FromHours(1).ToDuration(),
        DispensingDuration = TimeSpan.FromHours(1).ToDuration(),
        ReleaseDuration = TimeSpan.FromHours(5).ToDuration(),
        ShelfLife = TimeSpan.FromDays(3).ToDuration(),
        YieldFractionMin = 0.85,
        YieldFractionMax = 1.0,
        BalanceToleranceFraction = 0.05,
        Materials =
        {
            new RecipeMaterial { Code = "LU-CHLORIDE", Use = Use, Radioactive = true },
            new RecipeMaterial { Code = "PRECURSOR", Unit = "mg" },
        },
        UnitProcedures =
        {
            new UnitProcedure
            {
                Id = "make",
                Title = "Make",
                Operations =
                {
                    new Operation
                    {
                        Id = "prepare",
                        Title = "Prepare",
                        Steps =
                        {
                            Step("clear", StepKind.LineClearance, Check("cleared"), verified: true),
                            Step("lutetium", StepKind.MaterialIssue, material: "LU-CHLORIDE"),
                            Step("precursor", StepKind.MaterialIssue, material: "PRECURSOR"),
                        },
                    },
                    new Operation
                    {
                        Id = "react",
                        Title = "React",
                        Steps =
                        {
                            Step("synthesis", StepKind.Synthesis, equipment: EquipmentClass.Synthesiser),
                            Step("temperature", StepKind.InProcessCheck, new StepInput { Code = "temperature", Title = title, Type = InputType.Number, Unit = "Cel", Minimum = 80, Maximum = 95 }),
                        },
                    },
                    new Operation
                    {
                        Id = "fill",
                        Title = "Fill",
                        Steps =
                        {
                            Step("dispense", StepKind.Dispense, verified: true, equipment: EquipmentClass.DoseCalibrator),
                            Step("sample", StepKind.Sample),
                        },
                    },
                },
            },
        },
    };

    public static RecipeStep Step(string id, StepKind kind, StepInput? input = null, bool verified = false, string material = "", EquipmentClass equipment = default)
    {
        RecipeStep step = new() { Id = id, Title = id, Kind = kind, NeedsVerification = verified, MaterialCode = material };
        if (input is not null) step.Inputs.Add(input);
        if (equipment is not EquipmentClass.Unspecified) step.EquipmentClasses.Add(equipment);
        return step;
    }

    public static StepInput Check(string code) => new() { Code = code, Title = code, Type = InputType.Boolean, Expected = true };
}
