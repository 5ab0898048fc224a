using Doseline.Execution.V1;
using Doseline.Kernel.Rules;
using Doseline.Local.Day;
using Doseline.Local.Day.Files;
using Doseline.Local.Simulation;
using Doseline.Orders.V1;
using Doseline.Quality.V1;
using Doseline.Shipping.V1;
using Doseline.Testing;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Spectre.Console;

namespace Doseline.EndToEnd.Tests.Stories;

/// <summary>
/// One order of a day and everybody who has to do with it, on a fake clock: a demonstration tells what they do, in the order of the batch record.
/// The day is the folder that <c>DOSELINE_DEMO_DAY</c> names, so that whoever looks on may bring their own nuclides, rooms and licences.
/// </summary>
sealed class Story : IAsyncDisposable
{
    static readonly TimeSpan FillAfterSynthesis = TimeSpan.FromMinutes(45);
    static readonly TimeSpan LabelAfterFill = TimeSpan.FromMinutes(10);
    static readonly TimeSpan TestAfterFill = TimeSpan.FromMinutes(30);
    static readonly Lazy<DayInput> Day = new(() => DayFiles.Read(Environment.GetEnvironmentVariable("DOSELINE_DEMO_DAY") ?? SampleDay.Folder));

    readonly DayPlay play;

    Story(TestPlatform platform, ISimulation people, DayInput input, string folder)
    {
        (Platform, Input) = (platform, input);
        var quiet = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null), Interactive = InteractionSupport.No });
        play = new DayPlay(input, people, new DayProgress(quiet, null), new DayJournal(Path.Combine(folder, "story.journal.json")));
    }

    /// <summary>Products of the day that a run makes.</summary>
    public static IReadOnlyList<string> Products => [.. Day.Value.Products.Select(p => p.Product).Where(p => Day.Value.Runs.Any(r => r.Product == p))];

    public TestPlatform Platform { get; }
    public DayInput Input { get; }
    public DayPeople People => play.People;
    public DayOrder Order => play.Orders.All[0];
    public DayBatch Batch => play.Batches.All[0];
    public DayShipping Shipping => play.Shipping;
    public DayReceipts Receipts => play.Receipts;
    public RunInput Run => Batch.Run;
    public string BatchId => Batch.Batch!.BatchId;
    public string DoseId => Order.DoseId;
    public DateTimeOffset Now => Platform.Now;

    /// <summary>Instrument of the site for a method of quality control.</summary>
    public string Instrument(string method) => play.Setup.Equipment[$"{Run.Site}-{method}"];

    DateTimeOffset Synthesised => Run.Start + Input.Recipes[Run.Recipe].SynthesisDuration.ToTimeSpan();
    DateTimeOffset Filled => Synthesised + FillAfterSynthesis;

    /// <summary>Sets the scene: master data is entered, and the run is planned.</summary>
    /// <param name="product">Product whose first order the story is about.</param>
    /// <param name="configure">Last word on registrations.</param>
    /// <param name="clock">The clock; null for a new one.</param>
    /// <param name="alter">Changes what the files say.</param>
    /// <param name="postgres">Null follows the environment.</param>
    /// <param name="through">What people reach the platform through; null for nothing.</param>
    /// <param name="replicas">How many replicas people reach in turn.</param>
    public static async Task<Story> BeginAsync(
        string product, Action<WebApplicationBuilder>? configure = null, SimulatedClock? clock = null, Func<DayInput, RunInput, DayInput>? alter = null, bool? postgres = null,
        Func<ISimulation, ISimulation>? through = null, int replicas = 1)
    {
        var run = Day.Value.Runs.First(r => r.Product == product);
        var order = Day.Value.Orders.First(o => o.Product == product && o.Site == run.Site && o.ExpectedAccepted);
        var input = Day.Value.Only([order.Order], [run.Run]) with { Incidents = [] };
        if (alter is not null) input = alter(input, run);
        clock ??= new SimulatedClock(input.Start);
        clock.MoveTo(input.Start);
        var platform = await TestPlatform.StartAsync(postgres, configure, clock, replicas);
        Story story = new(platform, through?.Invoke(platform.Replicas) ?? platform.Replicas, input, Directory.CreateTempSubdirectory("doseline-story-").FullName);
        await story.play.Setup.EnterAsync();
        await platform.SettleAsync();
        await story.play.Setup.PlanRunsAsync();
        await platform.SettleAsync();
        return story;
    }

    /// <summary>Every step from the order to a dose on the shelf, tested and undecided.</summary>
    public async Task MakeAsync()
    {
        await OrderAndReceiveAsync();
        await StartAsync();
        await SynthesiseAsync();
        await DispenseAsync();
        await FinishAsync();
        await LabelAsync();
        await TestAsync();
    }

    /// <summary>The order is placed and the starting material received, in the order in which they come.</summary>
    public async Task OrderAndReceiveAsync()
    {
        List<(DateTimeOffset Time, Func<Task> Act)> acts =
            [.. Input.Deliveries.Select(d => (d.Arrive, (Func<Task>)(() => play.Receipts.ReceiveAsync(d)))), (Order.Input.Place, () => play.Orders.PlaceAsync(Order))];
        foreach (var (time, act) in acts.OrderBy(a => a.Time)) await AtAsync(time, act);
        Order.Refusals.ShouldBeEmpty();
    }

    public Task StartAsync() => AtAsync(Run.Start, () => play.Batches.StartAsync(Batch, Now));

    public Task SynthesiseAsync() => AtAsync(Synthesised, () => play.Batches.SynthesiseAsync(Batch, Platform.Clock));

    public Task DispenseAsync() => AtAsync(Filled, async () =>
    {
        await play.Batches.DispenseAsync(Batch, Now);
        await play.Batches.SampleAsync(Batch, Now);
    });

    public Task FinishAsync() => AtAsync(Now, () => play.Batches.FinishAsync(Batch, Now));

    public Task LabelAsync() => AtAsync(Filled + LabelAfterFill, () => play.Labels.LabelAsync(Order));

    public Task TestAsync() => AtAsync(Filled + TestAfterFill, () => play.Quality.TestAsync(Run, BatchId, Batch.SampleId, Now));

    /// <summary>QA releases the dose on the record as it is known to Quality.</summary>
    public Task ReleaseAsync() => ReleaseAsync(People.Qa);

    public Task ReleaseAsync(CallInvoker who) => AtAsync(Now, async () =>
    {
        var seen = await new DispositionService.DispositionServiceClient(People.Qa).GetBatchReviewAsync(new GetBatchReviewRequest { BatchId = BatchId });
        await new DispositionService.DispositionServiceClient(who).ReleaseDosesAsync(new ReleaseDosesRequest
        {
            RequestId = TestPlatform.RequestId(), BatchId = BatchId, DoseIds = { DoseId }, RecordVersion = seen.RecordVersion, RecordHash = seen.RecordHash, Reason = "record and results reviewed",
        });
    });

    public Task PackAsync() => AtAsync(Now + TimeSpan.FromMinutes(5), () => play.Shipping.PackAsync(Order, Platform.Clock));

    public Task ShipAsync() => AtAsync(Now, () => play.Shipping.ShipAsync(Order, Now));

    /// <summary>Somebody tries to hand the package over as it stands.</summary>
    public async Task ForceShipmentAsync()
    {
        PackagesService.PackagesServiceClient packages = new(People.Shipper);
        var package = (await packages.ListPackagesAsync(new ListPackagesRequest { SiteId = Run.Site, DoseId = DoseId })).Packages.Single();
        await packages.ShipPackageAsync(new ShipPackageRequest { RequestId = TestPlatform.RequestId(), PackageId = package.PackageId, Version = package.Version, TrackingReference = "TRK-0", SealId = package.SealId });
    }

    /// <summary>From the order to the hand of the carrier.</summary>
    public async Task ToShippedAsync()
    {
        await MakeAsync();
        await ReleaseAsync();
        await PackAsync();
        await ShipAsync();
    }

    public Task DeliverAsync() => AtAsync(Milestone(MilestoneKind.Delivery), () => play.Shipping.DeliverAsync(Order, Now));

    public Task BillAsync() => AtAsync(Now, () => play.Orders.InvoiceAsync(Order));

    /// <summary>Waits until then, does it, and lets everything it causes happen.</summary>
    public async Task AtAsync(DateTimeOffset time, Func<Task> act)
    {
        await Platform.Host.AdvanceToAsync(time);
        await act();
        await Platform.SettleAsync();
    }

    /// <summary>Codes a call is refused with.</summary>
    public static async Task<IReadOnlyList<string>> CodesAsync(Func<Task> call) => [.. (await TestPlatform.RefusalsAsync(call)).Select(r => r.Code)];

    /// <summary>Everything a call is refused with.</summary>
    public static Task<IReadOnlyList<Refusal>> RefusalsAsync(Func<Task> call) => TestPlatform.RefusalsAsync(call);

    /// <summary>The order as Orders has it now.</summary>
    public Task<Order> OrderNowAsync() => play.Orders.NowAsync(Order);

    /// <summary>The batch record as Execution has it now.</summary>
    public async Task<BatchRecord> RecordAsync() =>
        (await new BatchRecordsService.BatchRecordsServiceClient(People.Auditor).GetBatchRecordAsync(new GetBatchRecordRequest { BatchId = BatchId })).Record;

    public DateTimeOffset Milestone(MilestoneKind kind) => Order.Accepted!.Promise.Milestones.Single(m => m.Kind == kind).At.Time.ToDateTimeOffset();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Platform.DisposeAsync();
}
