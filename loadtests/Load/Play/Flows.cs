using Doseline.Execution.V1;
using Doseline.Load.Drive;
using Doseline.Local.Day;
using Doseline.Local.Day.Files;
using Doseline.Operations.V1;
using Doseline.Platform.Rpc;
using Grpc.Core;

namespace Doseline.Load.Play;

/// <summary>
/// Doses from order to door. A flow orders the doses of one batch, makes, labels, tests, releases, packs, ships, delivers and bills them: the
/// acts of the sample day's people, on the real clock and many at a time.
/// </summary>
sealed class Flows : IDisposable
{
    // How long one act is asked for before the flow counts as failed.
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // What is not there yet is asked for again after twice as long each time: a platform that is quick is not waited for, a slow one not swamped.
    static readonly TimeSpan First = TimeSpan.FromMilliseconds(10), Longest = TimeSpan.FromMilliseconds(500);

    readonly DayInput input;
    readonly DayKeys keys;
    readonly DayPeople desks;
    readonly DaySetup setup;
    readonly DayReceipts receipts;
    readonly DayOrders orders;
    readonly DoseRecordsService.DoseRecordsServiceClient records;
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("doseline-flows-");

    public Flows(People people, string sample, int count, DateTimeOffset now)
    {
        input = FlowDay.Of(sample, count, now);
        keys = new DayKeys(input.Seed);
        desks = new DayPeople(new LoadedPlatform(people), keys, passwords: null);
        setup = new DaySetup(input, desks, keys);
        receipts = new DayReceipts(desks, keys, JournalOf("day"));
        orders = new DayOrders(input, desks, keys, JournalOf("orders"));
        records = new DoseRecordsService.DoseRecordsServiceClient(desks.Auditor);
    }

    /// <summary>Enters master data, plans the runs and receives the lots.</summary>
    public async Task EnterAsync()
    {
        await setup.EnterAsync();
        await SetBoundsAsync();
        await AgainAsync(setup.PlanRunsAsync);
        foreach (var lot in input.Deliveries) await AgainAsync(() => receipts.ReceiveAsync(lot));
    }

    // A flow takes seconds for what its recipe takes an hour for. A build that is compared and asks about nothing has no bounds to set.
    async Task SetBoundsAsync()
    {
        try
        {
            await new PlausibilityService.PlausibilityServiceClient(desks.Qa).PutBoundsAsync(new PutBoundsRequest
            {
                RequestId = keys.Of("plausible"), Service = "execution", Reason = "flows on the real clock",
                Bounds = new PlausibleBounds { Measure = "duration_over_planned", Minimum = 0, Maximum = 10 },
            });
        }
        catch (RpcException unknown) when (unknown.StatusCode is StatusCode.Unimplemented)
        {
        }
    }

    /// <summary>Waits until what was entered is in force.</summary>
    public async Task InForceAsync(CancellationToken cancel)
    {
        if (input.Prices.Max(p => p.Effective) - TimeProvider.System.GetUtcNow() is { Ticks: > 0 } rest) await Task.Delay(rest, cancel);
    }

    /// <summary>One batch, from the orders of its doses to their doors.</summary>
    /// <returns><see cref="Tally.Ok"/>, or what ended it.</returns>
    public async Task<string> FlowAsync(int number)
    {
        try
        {
            foreach (var order in orders.All.Skip(number * FlowDay.Doses).Take(FlowDay.Doses))
            {
                await orders.PlaceAsync(order);
                if (order.Refusals is [var first, ..]) return first.Code;
            }

            await MakeAsync(number);
            return Tally.Ok;
        }
        catch (RpcException fault)
        {
            return RpcErrors.Read(fault) is [var first, ..] ? $"{fault.StatusCode} {first.Code}" : $"{fault.StatusCode}";
        }
        catch (TimeoutException late)
        {
            return late.Message;
        }
    }

    /// <summary>Orders and doses of every batch that was made.</summary>
    public IReadOnlyList<(string Order, string Dose)> Made => [.. orders.All.Where(o => o.DoseId is not "" and not null).Select(o => (o.Accepted!.OrderId, o.DoseId))];

    /// <summary>What a scanner reads from the label of every dose that was made.</summary>
    public IReadOnlyList<string> Scans => [.. orders.All.Where(o => o.Scan is not "").Select(o => o.Scan)];

    /// <inheritdoc/>
    public void Dispose()
    {
        desks.Dispose();
        folder.Delete(recursive: true);
    }

    async Task MakeAsync(int number)
    {
        var (mine, journal) = (FlowDay.FlowOf(input, number), JournalOf($"flow-{number}"));
        DayBatches floor = new(mine, desks, keys, setup, receipts, orders, journal);
        DayLabels labels = new(mine, desks, keys);
        DayQuality quality = new(mine, desks, keys, setup);
        DayShipping shipping = new(mine, desks, keys, setup, journal);
        var batch = floor.All[number];
        var (run, now) = (batch.Run, TimeProvider.System.GetUtcNow());

        // The last doses of a run may be another flow's orders.
        await UntilAsync(() => orders.InRun(setup.Runs[run.Run].RunId).Count() == FlowDay.Doses, "RUN_NOT_FULL");
        foreach (var order in orders.InRun(setup.Runs[run.Run].RunId).ToList())
            await AgainAsync(() => records.GetDoseRecordAsync(new GetDoseRecordRequest { DoseId = order.DoseId }).ResponseAsync);
        await AgainAsync(() => floor.StartAsync(batch, now));
        await floor.SynthesiseAsync(batch, TimeProvider.System);
        now = TimeProvider.System.GetUtcNow();
        await floor.FillAsync(batch, now);
        foreach (var order in batch.Doses) await AgainAsync(() => labels.LabelAsync(order));
        now = TimeProvider.System.GetUtcNow();
        await AgainAsync(() => quality.TestAsync(run, batch.Batch!.BatchId, batch.SampleId, now));
        await AgainAsync(() => quality.ReleaseAsync(run, batch.Batch!.BatchId, batch.Doses.Select(o => o.DoseId), batch.Batch.RecordVersion, batch.Batch.RecordHash));
        foreach (var order in batch.Doses)
        {
            await AgainAsync(() => shipping.PackAsync(order, TimeProvider.System));
            await AgainAsync(() => shipping.ShipAsync(order, TimeProvider.System.GetUtcNow()));
            now = TimeProvider.System.GetUtcNow();
            await AgainAsync(() => shipping.DeliverAsync(order, now));
            await AgainAsync(() => orders.InvoiceAsync(order));
        }
    }

    DayJournal JournalOf(string name) => new(Path.Combine(folder.FullName, name + ".json"));

    // Facts are still on their way when the next act is asked for; asked again it is the same request, so that it happens once.
    static async Task AgainAsync(Func<Task> act)
    {
        var (wait, until) = (First, TimeProvider.System.GetUtcNow() + Patience);
        while (true)
        {
            try
            {
                await act();
                return;
            }
            catch (RpcException fault) when (fault.StatusCode is StatusCode.FailedPrecondition or StatusCode.NotFound && TimeProvider.System.GetUtcNow() < until)
            {
                await Task.Delay(wait);
                wait = wait * 2 < Longest ? wait * 2 : Longest;
            }
        }
    }

    static async Task UntilAsync(Func<bool> holds, string otherwise)
    {
        for (var until = TimeProvider.System.GetUtcNow() + Patience; !holds();)
        {
            if (TimeProvider.System.GetUtcNow() > until) throw new TimeoutException(otherwise);
            await Task.Delay(First);
        }
    }
}
