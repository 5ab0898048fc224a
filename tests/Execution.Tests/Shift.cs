using Doseline.Execution.V1;
using Doseline.Inventory.V1;
using Doseline.Kernel.Ids;
using Doseline.Orders.V1;
using Doseline.Platform.Rpc;
using Doseline.Quality.V1;
using Doseline.Shipping.V1;
using Doseline.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Doseline.Execution.Tests;

/// <summary>A shift at the plant: an operator and a verifier make a batch of the orders of one run.</summary>
sealed class Shift(TestPlatform platform, Plant plant, FakePossession possession)
{
    /// <summary>Activity issued to a batch, in gigabecquerels.</summary>
    public const double IssuedGBq = 40;

    public TestPlatform Platform => platform;
    public Plant Plant => plant;
    public FakePossession Possession => possession;
    public BatchesService.BatchesServiceClient Operator => new(platform.As("operator"));
    public BatchesService.BatchesServiceClient Verifier => new(platform.As("verifier"));
    public BatchesService.BatchesServiceClient Qa => new(platform.As("qa"));
    public BatchRecordsService.BatchRecordsServiceClient Records => new(platform.As("auditor"));
    public DoseRecordsService.DoseRecordsServiceClient Doses => new(platform.As("auditor"));

    public Run Run { get; private set; } = new();
    public string BatchId { get; private set; } = "";
    public List<OrderAccepted> Orders { get; } = [];

    DateTimeOffset synthesisBegun;

    /// <summary>A platform with a plant, a run and accepted orders in it.</summary>
    public static async Task<Shift> StartAsync(TestPlatform platform, FakePossession possession, int orders = 2)
    {
        Shift shift = new(platform, await Plant.StartAsync(platform), possession);
        shift.Run = await shift.Plant.RunAsync();
        for (var i = 1; i <= orders; i++) await shift.OrderAsync($"order-{i}");
        return shift;
    }

    /// <summary>A platform whose Inventory is the given one.</summary>
    public static Task<TestPlatform> PlatformAsync(FakePossession possession) => Testing.TestPlatform.StartAsync(configure: builder =>
    {
        Staff.LetIn(builder);
        builder.Services.Replace(ServiceDescriptor.Scoped<PossessionService.PossessionServiceClient>(_ => possession));
    });

    /// <summary>The next run in the same cell, with an order in it.</summary>
    public async Task AgainAsync(string order, bool clean = true)
    {
        if (clean) await plant.CleanAsync(plant.Synthesiser);
        await TakeAsync(await plant.RunAsync(TimeSpan.FromHours(20)), order);
        await platform.AdvanceAsync(Run.StartTime.ToDateTimeOffset() - platform.Now);
    }

    /// <summary>Takes up another run, with an order in it.</summary>
    public async Task TakeAsync(Run run, string order)
    {
        Orders.Clear();
        Run = run;
        await OrderAsync(order);
    }

    public static string DoseOf(string order) => Id.From("dose", order);

    /// <summary>Reserves room and accepts an order as Orders does.</summary>
    public async Task<OrderAccepted> OrderAsync(string order)
    {
        var reserved = await plant.Orders.ReserveAsync(Plant.Wish(order, Run));
        var end = Run.EndOfSynthesisTime.ToDateTimeOffset();
        OrderAccepted accepted = new()
        {
            OrderId = order,
            ProductCode = Plant.Product,
            ProductVersion = 1,
            SiteId = Plant.Site,
            CustomerId = "customer-1",
            Wanted = Plant.Lutetium(7.4, end + TimeSpan.FromDays(1)),
            ToleranceFraction = 0.1,
            WindowStartTime = (end + TimeSpan.FromHours(24)).ToWire(),
            WindowEndTime = (end + TimeSpan.FromHours(26)).ToWire(),
            WindowZone = "America/New_York",
            ReservationId = reserved.ReservationId,
            RunId = reserved.Run.RunId,
            EndOfSynthesisTime = reserved.Run.EndOfSynthesisTime,
            ReleaseByTime = (end + TimeSpan.FromHours(6)).ToWire(),
            CutoffTime = (end + TimeSpan.FromHours(8)).ToWire(),
            DeliveryTime = (end + TimeSpan.FromHours(20)).ToWire(),
            CarrierServiceId = "carrier-1",
            ExpireTime = (end + TimeSpan.FromDays(3)).ToWire(),
            RecipeCode = Plant.RecipeCode,
        };
        Orders.Add(accepted);
        await platform.GiveAsync(order, accepted);
        return accepted;
    }

    public async Task<Batch> BeginAsync()
    {
        await platform.AdvanceAsync(Run.StartTime.ToDateTimeOffset() - platform.Now);
        var started = await Operator.StartBatchAsync(new StartBatchRequest { RequestId = TestPlatform.RequestId(), RunId = Run.RunId });
        BatchId = started.Batch.BatchId;
        return started.Batch;
    }

    public async Task<StartStepResponse> StepAsync(string step, params string[] equipment)
    {
        var begun = await Operator.StartStepAsync(new StartStepRequest { RequestId = TestPlatform.RequestId(), BatchId = BatchId, StepId = step, EquipmentIds = { equipment } });
        if (step is "synthesis") synthesisBegun = platform.Now;
        return begun;
    }

    public async Task<CompleteStepResponse> CompleteAsync(string step, params StepValue[] values) => await Operator.CompleteStepAsync(
        new CompleteStepRequest { RequestId = TestPlatform.RequestId(), BatchId = BatchId, StepId = step, Values = { values } });

    public async Task VerifyAsync(string step) => await Verifier.VerifyStepAsync(new VerifyStepRequest { RequestId = TestPlatform.RequestId(), BatchId = BatchId, StepId = step });

    /// <summary>Clears the line and issues the materials.</summary>
    public async Task PrepareAsync()
    {
        await StepAsync("clear");
        await CompleteAsync("clear", new StepValue { Code = "cleared", Boolean = true });
        await VerifyAsync("clear");
        await StepAsync("lutetium");
        await IssueAsync();
        await CompleteAsync("lutetium");
        await StepAsync("precursor");
        await Operator.IssueMaterialAsync(new IssueMaterialRequest { RequestId = TestPlatform.RequestId(), BatchId = BatchId, StepId = "precursor", LotId = "lot-2", Quantity = 1.5 });
        await CompleteAsync("precursor");
    }

    public async Task<IssueMaterialResponse> IssueAsync() => await Operator.IssueMaterialAsync(new IssueMaterialRequest
    {
        RequestId = TestPlatform.RequestId(),
        BatchId = BatchId,
        StepId = "lutetium",
        LotId = "lot-1",
        Activity = Plant.Lutetium(IssuedGBq, platform.Now),
    });

    /// <summary>Carries out synthesis with a yield and measures the bulk.</summary>
    public async Task<RecordEndOfSynthesisResponse> SynthesiseAsync(double yield = 0.96, TimeSpan? takes = null)
    {
        await StepAsync("synthesis", plant.Synthesiser);
        await platform.AdvanceAsync(takes ?? TimeSpan.FromHours(1));
        return await EndSynthesisAsync(yield);
    }

    /// <summary>Measures the bulk of a synthesis that runs.</summary>
    public async Task<RecordEndOfSynthesisResponse> EndSynthesisAsync(double yield = 0.96) => await Operator.RecordEndOfSynthesisAsync(new RecordEndOfSynthesisRequest
    {
        RequestId = TestPlatform.RequestId(),
        BatchId = BatchId,
        EndOfSynthesisTime = platform.Now.ToWire(),
        Bulk = Plant.Lutetium(yield * IssuedGBq * Math.Pow(2, -(platform.Now - synthesisBegun).TotalHours / (6.6443 * 24)) / 1.02, platform.Now),
        VolumeMl = 20,
        InstrumentId = plant.Calibrator,
        Geometry = "10 mL vial",
    });

    public async Task<CompleteStepResponse> CheckTemperatureAsync(double celsius = 90)
    {
        await StepAsync("temperature");
        return await CompleteAsync("temperature", new StepValue { Code = "temperature", Number = celsius });
    }

    /// <summary>A request that dispenses what the order wants, times a factor.</summary>
    public DispenseDoseRequest DispenseRequest(OrderAccepted order, double times = 1)
    {
        var days = (order.Wanted.ReferenceTime.ToDateTimeOffset() - platform.Now).TotalDays;
        return new DispenseDoseRequest
        {
            RequestId = TestPlatform.RequestId(),
            BatchId = BatchId,
            DoseId = DoseOf(order.OrderId),
            Reading = Plant.Lutetium(times * 7.4 * Math.Pow(2, days / 6.6443) / 1.02, platform.Now),
            VolumeMl = 4,
            InstrumentId = plant.Calibrator,
            Geometry = "10 mL vial",
        };
    }

    public async Task<DispenseDoseResponse> DispenseAsync(OrderAccepted order, double times = 1) => await Operator.DispenseDoseAsync(DispenseRequest(order, times));

    /// <summary>Everything up to the dispensing step, running.</summary>
    public async Task ToDispensingAsync()
    {
        await BeginAsync();
        await PrepareAsync();
        await SynthesiseAsync();
        await CompleteAsync("synthesis");
        await CheckTemperatureAsync();
        await StepAsync("dispense", plant.Calibrator);
    }

    /// <summary>Dispenses every dose, takes the sample and records the residue.</summary>
    public async Task FillAsync()
    {
        foreach (var order in Orders) await DispenseAsync(order);
        await CompleteAsync("dispense");
        await VerifyAsync("dispense");
        await StepAsync("sample");
        await Operator.TakeSampleAsync(new TakeSampleRequest { RequestId = TestPlatform.RequestId(), BatchId = BatchId, StepId = "sample", Activity = Plant.Lutetium(0.1 / 1.02, platform.Now), VolumeMl = 0.05, InstrumentId = plant.Calibrator, Geometry = "10 mL vial" });
        await CompleteAsync("sample");
    }

    public async Task<RecordWasteResponse> ResidueAsync(double gbq) => await Operator.RecordWasteAsync(new RecordWasteRequest
    {
        RequestId = TestPlatform.RequestId(),
        BatchId = BatchId,
        Kind = MovementKind.Residue,
        Activity = Plant.Lutetium(gbq, platform.Now),
    });

    /// <summary>Takes everything out of the cell that lies in it, as Waste does when it is put into a container.</summary>
    public async Task EmptyCellAsync()
    {
        foreach (var item in (await plant.CellAsync()).Items.Where(i => i.Kind is not CellItemKind.Unexplained)) await TakeOutAsync(item.WasteId);
    }

    /// <summary>A waste item is put into a container in the waste room.</summary>
    public Task TakeOutAsync(string wasteId) => platform.GiveAsync(wasteId, new Waste.V1.WasteMoved { WasteId = wasteId, SiteId = Plant.Site, RoomId = "waste-room" });

    public async Task<FinishProductionResponse> FinishAsync() => await Operator.FinishProductionAsync(new FinishProductionRequest { RequestId = TestPlatform.RequestId(), BatchId = BatchId });

    /// <summary>A batch whose production is complete.</summary>
    public async Task MakeAsync()
    {
        await ToDispensingAsync();
        await FillAsync();
        await ResidueAsync(IssuedGBq - 0.5 - Orders.Count * 7.4 * Math.Pow(2, 1 / 6.6443) - 0.1);
        (await FinishAsync()).Exceptions.ShouldBeEmpty();
        await platform.SettleAsync();
    }

    public Task DecideAsync(string order, Disposition to) => platform.GiveAsync(DoseOf(order), platform.Signer.Released(new DoseDispositionChanged
    {
        DoseId = DoseOf(order),
        BatchId = BatchId,
        OrderId = order,
        From = Disposition.Pending,
        To = to,
        CertificateId = to is Disposition.Released ? $"certificate-{order}" : "",
        SignerName = "Quinn",
        SignatureMeaning = "release",
        SignatureTime = platform.Now.ToWire(),
    }));

    public PackageShipped Package(string order) => new()
    {
        PackageId = $"package-{order}",
        PackageNumber = $"P-{order}",
        SiteId = Plant.Site,
        CustomerId = "customer-1",
        Doses = { new ShippedDose { DoseId = DoseOf(order), OrderId = order, CertificateId = $"certificate-{order}" } },
        Carrier = "Swift",
        TrackingReference = $"T-{order}",
        TransportIndexTenths = 4,
        ShipTime = platform.Now.ToWire(),
    };

    public Task ShipAsync(string order) => platform.GiveAsync($"package-{order}", Package(order));

    public Task VoidAsync(string order) => platform.GiveAsync($"package-{order}", new ShipmentVoided
    {
        PackageId = $"package-{order}",
        Doses = { Package(order).Doses },
        SiteId = Plant.Site,
        Reason = "refused",
        VoidTime = platform.Now.ToWire(),
    });

    public Task DeliverAsync(string order) => platform.GiveAsync($"package-{order}", new PackageDelivered
    {
        PackageId = $"package-{order}",
        Doses = { Package(order).Doses },
        DeliveryTime = platform.Now.ToWire(),
        Recipient = "R. Ceiver",
        Intact = true,
    });

    public Task WithdrawAsync(string order) => platform.GiveAsync($"package-{order}", new DeliveryWithdrawn
    {
        PackageId = $"package-{order}",
        Doses = { Package(order).Doses },
        SiteId = Plant.Site,
        Reason = "another box",
        WithdrawTime = platform.Now.ToWire(),
    });

    public async Task<Batch> BatchAsync() => (await Records.GetBatchAsync(new GetBatchRequest { BatchId = BatchId })).Batch;

    public async Task<BatchRecord> RecordAsync() => (await Records.GetBatchRecordAsync(new GetBatchRecordRequest { BatchId = BatchId })).Record;

    public async Task<DoseRecord> DoseAsync(string order) => (await Doses.GetDoseRecordAsync(new GetDoseRecordRequest { DoseId = DoseOf(order) })).Record;
}
