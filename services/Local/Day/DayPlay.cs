using Doseline.Local.Day.Files;
using Doseline.Local.Simulation;
using Doseline.Orders.V1;

namespace Doseline.Local.Day;

/// <summary>Plays a day: every act at its instant, in order, each through the API of the service that owns it.</summary>
sealed class DayPlay : IDisposable
{
    static readonly TimeSpan FillAfterSynthesis = TimeSpan.FromMinutes(45);
    static readonly TimeSpan CleanOutAfterFill = TimeSpan.FromMinutes(20);
    static readonly TimeSpan Wiping = TimeSpan.FromMinutes(10);
    static readonly TimeSpan WipesOut = TimeSpan.FromMinutes(5);
    static readonly TimeSpan Counting = TimeSpan.FromMinutes(15);
    static readonly TimeSpan CleanAgainBeforeStart = TimeSpan.FromHours(1);
    static readonly TimeSpan LabelAfterFill = TimeSpan.FromMinutes(10);
    static readonly TimeSpan SampleOutAfterTest = TimeSpan.FromMinutes(5);
    static readonly TimeSpan ReplanAfterReject = TimeSpan.FromMinutes(10);
    static readonly TimeSpan WorkAfterBreakdown = TimeSpan.FromMinutes(30);
    static readonly TimeSpan ReviewOfWork = TimeSpan.FromMinutes(30);
    static readonly TimeSpan CleanAfterRelease = TimeSpan.FromMinutes(15);
    static readonly TimeSpan TestBeforeRelease = TimeSpan.FromMinutes(20);
    static readonly TimeSpan PackAfterRelease = TimeSpan.FromMinutes(15);
    static readonly TimeSpan HandOverBeforeCutoff = TimeSpan.FromMinutes(25);
    static readonly TimeSpan SecondOffer = TimeSpan.FromMinutes(15);
    static readonly TimeSpan WrongProofStep = TimeSpan.FromMinutes(10);
    static readonly TimeSpan BillAfterDelivery = TimeSpan.FromHours(1);
    static readonly TimeSpan LabWorksAhead = TimeSpan.FromHours(12);
    static readonly TimeSpan SettleAfterResult = TimeSpan.FromHours(1);
    static readonly TimeSpan ConsigneeAsked = TimeSpan.FromHours(2);
    static readonly TimeSpan Afterwards = TimeSpan.FromMinutes(5);

    readonly DayInput input;
    readonly ISimulation platform;
    readonly DayProgress progress;
    readonly PriorityQueue<Func<Task>, (DateTimeOffset Time, int Order)> agenda = new();
    readonly Dictionary<string, string> deviations = new(StringComparer.Ordinal);
    int planned;

    /// <summary>Plans a day.</summary>
    /// <param name="input">The day's files.</param>
    /// <param name="platform">What it is played on.</param>
    /// <param name="progress">Told what happens.</param>
    /// <param name="journal">Keeps refusals across a day that was cut off.</param>
    /// <param name="passwords">Passwords of the day's people; null for stand-ins with development tokens, where a test has no provider to sign in to.</param>
    public DayPlay(DayInput input, ISimulation platform, DayProgress progress, DayJournal journal, DayPasswords? passwords = null)
    {
        (this.input, this.platform, this.progress) = (input, platform, progress);
        DayKeys keys = new(input.Seed);
        People = new DayPeople(platform, keys, passwords);
        Setup = new DaySetup(input, People, keys);
        Receipts = new DayReceipts(People, keys, journal);
        Orders = new DayOrders(input, People, keys, journal);
        Batches = new DayBatches(input, People, keys, Setup, Receipts, Orders, journal);
        Labels = new DayLabels(input, People, keys);
        Quality = new DayQuality(input, People, keys, Setup);
        Shipping = new DayShipping(input, People, keys, Setup, journal);
        Waste = new DayWaste(input, People, keys);
        Cells = new DayCells(input, People, keys, Setup, Batches, Waste, journal);
        Upkeep = new DayUpkeep(input, People, keys, Setup);
        Recalls = new DayRecalls(People, keys, journal);
    }

    public DayPeople People { get; }
    public DaySetup Setup { get; }
    public DayReceipts Receipts { get; }
    public DayOrders Orders { get; }
    public DayBatches Batches { get; }
    public DayLabels Labels { get; }
    public DayQuality Quality { get; }
    public DayShipping Shipping { get; }
    public DayWaste Waste { get; }
    public DayCells Cells { get; }
    public DayUpkeep Upkeep { get; }
    public DayRecalls Recalls { get; }

    /// <summary>Carries out one act, given its title; a simulation tries again what failed.</summary>
    public Func<string, Func<Task>, Task> Perform { get; init; } = (_, act) => act();

    // The instant the act at hand was planned for: a day that goes on after it was cut off asks the very same again.
    DateTimeOffset Now { get; set; }

    /// <summary>Plays the day to its end.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        await PlayAsync(DateTimeOffset.MaxValue, cancel);
        // It ends when the last dose is delivered, or gone.
        var end = DateTimeOffset.MinValue;
        await Perform("the end", async () => end = await EndAsync());
        await platform.AdvanceToAsync(end + Afterwards, cancel);
        await Perform("waste", Waste.StoreAsync);
        await platform.SettleAsync(cancel);
    }

    /// <summary>Plays the day up to an instant and leaves it there, with everything half done that is half done then.</summary>
    /// <param name="until">Last instant; nothing planned for later happens.</param>
    /// <param name="cancel">Stops it between two acts.</param>
    public async Task RunUntilAsync(DateTimeOffset until, CancellationToken cancel)
    {
        await PlayAsync(until, cancel);
        await platform.AdvanceToAsync(until, cancel);
        await platform.SettleAsync(cancel);
    }

    /// <inheritdoc/>
    public void Dispose() => People.Dispose();

    async Task PlayAsync(DateTimeOffset until, CancellationToken cancel)
    {
        await People.EnterAsync();
        At(input.Start, "master data", async () =>
        {
            await Setup.EnterAsync();
            await platform.SettleAsync(cancel);
            await Setup.PlanRunsAsync();
            foreach (var work in input.Maintenance) await Upkeep.OpenAsync(work);
        });
        foreach (var work in input.Maintenance) Work(work);
        foreach (var breakdown in input.Incidents.Where(i => i.Kind is "breakdown")) At(breakdown.From!.Value, $"{breakdown.Equipment} breaks", () => BreakAsync(breakdown, cancel));
        foreach (var delivery in input.Deliveries) At(delivery.Arrive, $"receive {delivery.Lot}", () => Receipts.ReceiveAsync(delivery));
        foreach (var order in Orders.All) At(order.Input.Place, $"order {order.Input.Order}", () => Orders.PlaceAsync(order));
        foreach (var batch in Batches.All)
        {
            At(batch.Run.Start - CleanAgainBeforeStart, $"ready {batch.Run.HotCell} for {batch.Run.Run}", () => batch.IsCancelled ? Task.CompletedTask : Cells.RefreshAsync(batch.Run));
            At(batch.Run.Start, $"start {batch.Run.Run}", () => StartAsync(batch));
        }

        while (agenda.TryPeek(out _, out var next) && next.Time <= until)
        {
            agenda.TryDequeue(out var act, out var when);
            await platform.AdvanceToAsync(when.Time, cancel);
            Now = when.Time;
            await act!();
            await platform.SettleAsync(cancel);
            progress.Done(agenda.Count);
        }
    }

    void At(DateTimeOffset time, string title, Func<Task> act) =>
        agenda.Enqueue(async () => { progress.Doing(title, Now); await Perform(title, act); }, (time, planned++));

    async Task StartAsync(DayBatch batch)
    {
        if (batch.IsCancelled) return;
        if (!Orders.InRun(Setup.Runs[batch.Run.Run].RunId).Any())
        {
            await Setup.CancelRunAsync(batch.Run.Run, "nobody ordered a dose of it");
            return;
        }

        var synthesis = Now + input.Recipes[batch.Run.Recipe].SynthesisDuration.ToTimeSpan();
        var release = synthesis + input.Recipes[batch.Run.Recipe].ReleaseDuration.ToTimeSpan();
        await Batches.StartAsync(batch, Now);
        At(synthesis, $"synthesis {batch.Run.Run}", () => Batches.SynthesiseAsync(batch, platform.Clock));
        At(synthesis + FillAfterSynthesis, $"fill {batch.Run.Run}", () => Batches.FillAsync(batch, platform.Clock.GetUtcNow()));
        TurnAround(batch, synthesis + FillAfterSynthesis + CleanOutAfterFill);
        foreach (var order in Orders.InRun(Setup.Runs[batch.Run.Run].RunId)) At(synthesis + FillAfterSynthesis + LabelAfterFill, $"label {order.Input.Order}", () => Labels.LabelAsync(order));
        At(release - TestBeforeRelease, $"test {batch.Run.Run}", () => TestAsync(batch));
        At(release, $"decide {batch.Run.Run}", () => DecideAsync(batch));
    }

    void TurnAround(DayBatch batch, DateTimeOffset begin)
    {
        var (cell, wiped) = (batch.Run.HotCell, begin + Wiping);
        At(begin, $"clean out {cell}", () => Cells.CleanOutAsync(batch));
        At(wiped, $"wipe {cell}", () => Cells.WipeAsync(batch, platform.Clock.GetUtcNow()));
        At(wiped + WipesOut, $"wipes out of {cell}", () => Cells.WipesOutAsync(batch));
        At(wiped + WipesOut + Counting, $"survey {cell}", () => Cells.SurveyAsync(batch, Now));
        At(wiped + WipesOut + Counting + Counting, $"clean {cell}", () => Cells.CleanAsync(batch));
    }

    async Task TestAsync(DayBatch batch)
    {
        deviations[batch.Run.Run] = await Quality.TestAsync(batch.Run, batch.Batch!.BatchId, batch.SampleId, Now);
        // What still grows on a plate is not thrown away; a batch that failed is tested no further.
        if (deviations[batch.Run.Run].Length == 0 && Quality.Pending(batch.Run.Product).Any()) return;
        await DiscardAsync(batch);
    }

    async Task DiscardAsync(DayBatch batch)
    {
        await Quality.DiscardAsync(batch.Run, batch.SampleId);
        At(Now + SampleOutAfterTest, $"sample of {batch.Run.Run} to waste", () => Cells.SampleOutAsync(batch));
    }

    async Task DecideAsync(DayBatch batch)
    {
        var doses = batch.Doses.Select(o => o.DoseId).ToList();
        if (deviations[batch.Run.Run] is { Length: > 0 } deviation)
        {
            await Quality.RejectAsync(batch.Run, batch.Batch!.BatchId, doses, deviation);
            At(Now + ReplanAfterReject, $"rejected doses of {batch.Run.Run} to waste", () => Cells.DosesOutAsync(batch, doses));
            if (input.Incidents.Any(i => i.Replan && i.Run == batch.Run.Run))
            {
                foreach (var order in batch.Doses) At(Now + ReplanAfterReject, $"replan {order.Input.Order}", () => Orders.ReplaceAsync(order));
            }

            return;
        }

        List<TestInput> pending = [.. Quality.Pending(batch.Run.Product)];
        if (pending is [])
        {
            await Quality.ReleaseAsync(batch.Run, batch.Batch!.BatchId, doses, batch.Batch.RecordVersion, batch.Batch.RecordHash);
        }
        else
        {
            await Quality.ReleaseConditionallyAsync(batch.Run, batch.Batch!.BatchId, doses, batch.Batch.RecordVersion, batch.Batch.RecordHash);
            var positive = input.Incidents.FirstOrDefault(i => i.Kind is "late_positive" && i.Run == batch.Run.Run);
            var read = positive is null ? pending.Min(t => t.ResultWithin!.Value) - LabWorksAhead : TimeSpan.FromDays(positive.Value);
            At(Now + read, $"late results of {batch.Run.Run}", () => EndTestsAsync(batch, pending, positive));
        }

        foreach (var order in batch.Doses) At(Now + PackAfterRelease, $"pack {order.Input.Order}", () => PackAsync(order, batch));
    }

    async Task EndTestsAsync(DayBatch batch, List<TestInput> pending, Incident? positive)
    {
        var (run, id) = (batch.Run, batch.Batch!.BatchId);
        foreach (var test in pending)
        {
            var result = await Quality.EndAsync(run, id, batch.SampleId, test, positive?.Test == test.Test, Now);
            if (result.DeviationId.Length > 0) deviations[run.Run] = result.DeviationId;
        }

        await DiscardAsync(batch);
        if (deviations[run.Run].Length == 0) At(Now + SettleAfterResult, $"settle {run.Run}", () => SettleAsync(batch));
        else Recall(batch);
    }

    async Task SettleAsync(DayBatch batch)
    {
        // A dose that was held on its way is decided on by itself.
        var conditional = await Quality.ConditionalAsync(batch.Batch!.BatchId);
        if (conditional is not []) await Quality.ReleaseAsync(batch.Run, batch.Batch.BatchId, conditional, batch.Batch.RecordVersion, batch.Batch.RecordHash);
    }

    // The list stands with the result; what takes time is asking.
    void Recall(DayBatch batch)
    {
        var (run, id, asked) = (batch.Run, batch.Batch!.BatchId, Now);
        List<DayOrder> left = [.. batch.Doses.Where(o => Shipping.ByDose.ContainsKey(o.DoseId))];
        At(asked + SettleAfterResult, $"close recall of {run.Run} too early", () => Recalls.CloseAsync(run.Run, id, tooEarly: true));
        foreach (var order in left) At(asked += ConsigneeAsked, $"{order.Input.Customer} answers about {order.Input.Order}", () => Recalls.AnswerAsync(order, id, Now));
        At(asked += SettleAfterResult, $"reject {run.Run}", () => Quality.RejectAsync(run, id, batch.Doses.Select(o => o.DoseId), deviations[run.Run], "filter failed after its test"));
        At(asked + SettleAfterResult, $"close recall of {run.Run}", () => Recalls.CloseAsync(run.Run, id, tooEarly: false));
    }

    async Task PackAsync(DayOrder order, DayBatch batch)
    {
        if (input.Incidents.FirstOrDefault(i => i.Kind is "held_dose" && i.Order == order.Input.Order) is { } hold)
        {
            await Quality.HoldAsync(order, batch.Batch!.BatchId, hold.Reason);
            At(Milestone(order, MilestoneKind.Expiry) + Afterwards, $"dose of {order.Input.Order} to waste", () => Cells.DosesOutAsync(batch, [order.DoseId]));
            return;
        }

        await Shipping.PackAsync(order, platform.Clock);
        At(Milestone(order, MilestoneKind.Ship) - HandOverBeforeCutoff, $"ship {order.Input.Order}", () => ShipAsync(order));
    }

    async Task ShipAsync(DayOrder order)
    {
        await Shipping.ShipAsync(order, Now);
        if (Shipping.IsBack(order)) At(Now + SecondOffer, $"ship again {order.Input.Order}", () => Shipping.ShipAgainAsync(order));
        var delivery = Milestone(order, MilestoneKind.Delivery);
        if (input.Incidents.FirstOrDefault(i => i.Kind is "late_flight" && i.Customer == order.Input.Customer && i.IsOn(delivery, input.ZoneOf(order.Input.Site))) is { } late)
        {
            delivery += TimeSpan.FromHours(late.Value);
            // Who waits for a dose gets it as soon as it is there and looked at.
            var ready = delivery + input.Products.Single(p => p.Product == order.Input.Product).ReceiveBefore;
            if (ready > order.Administration) order.GivenLate = ready;
        }

        if (input.Incidents.FirstOrDefault(i => i.Kind is "wrong_proof" && i.Order == order.Input.Order) is { } wrong) ProveWrongly(order, wrong, delivery);
        At(delivery, $"deliver {order.Input.Order}", () => Shipping.DeliverAsync(order, Now));
        At(delivery + BillAfterDelivery, $"bill {order.Input.Order}", () => Orders.InvoiceAsync(order));
    }

    // Another box was scanned: that closes the record of the batch, and the dose is billed; QA takes the proof back before the dose arrives.
    void ProveWrongly(DayOrder order, Incident wrong, DateTimeOffset delivery)
    {
        At(delivery - (3 * WrongProofStep), $"deliver {order.Input.Order} wrongly", () => Shipping.DeliverAsync(order, Now, "wrong"));
        At(delivery - (2 * WrongProofStep), $"bill {order.Input.Order} wrongly", () => Orders.InvoiceAsync(order, "wrong"));
        At(delivery - WrongProofStep, $"withdraw the delivery of {order.Input.Order}", () => Shipping.WithdrawAsync(order, wrong.Reason));
    }

    // Work on equipment, from its begin to the cleaning after its release.
    void Work(MaintenanceInput work)
    {
        At(work.Start, $"work on {work.Equipment}", () => Upkeep.StartAsync(work));
        At(work.End, $"{work.Order} is done", () => Upkeep.FinishAsync(work));
        At(work.End + ReviewOfWork, $"release {work.Equipment}", () => Upkeep.ReleaseAsync(work, Now));
        At(work.End + ReviewOfWork + CleanAfterRelease, $"clean {work.Equipment} after work", () => Cells.CleanAfterWorkAsync(work.Equipment, work.Order));
    }

    async Task BreakAsync(Incident breakdown, CancellationToken cancel)
    {
        await Upkeep.BreakAsync(breakdown);
        var repair = DayUpkeep.RepairOf(breakdown, Upkeep.SiteOf(breakdown.Equipment));
        await Upkeep.OpenAsync(repair);
        Work(repair with { Start = repair.Start + WorkAfterBreakdown });
        if (Batches.All.FirstOrDefault(b => b.Run.Run == breakdown.Run) is not { } batch) return;
        batch.IsCancelled = true;
        var moved = Orders.InRun(Setup.Runs[batch.Run.Run].RunId).ToList();
        await Setup.CancelRunAsync(batch.Run.Run, breakdown.Reason);
        await platform.SettleAsync(cancel);
        foreach (var order in moved) await Orders.MoveAsync(order, breakdown.Reason);
    }

    // What is neither delivered nor gone yet goes at its expiry.
    async Task<DateTimeOffset> EndAsync()
    {
        var end = platform.Clock.GetUtcNow();
        foreach (var order in Orders.All.Where(o => o.Accepted is not null))
        {
            var expiry = Milestone(order, MilestoneKind.Expiry);
            if (expiry > end && (await Orders.NowAsync(order)).State is not (OrderState.Delivered or OrderState.Invoiced or OrderState.Cancelled or OrderState.Lost)) end = expiry;
        }

        return end;
    }

    static DateTimeOffset Milestone(DayOrder order, MilestoneKind kind) => order.Accepted!.Promise.Milestones.Single(m => m.Kind == kind).At.Time.ToDateTimeOffset();
}
