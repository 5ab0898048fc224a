using Doseline.Execution.V1;
using Doseline.Kernel.Decay;
using Doseline.Local.Day.Files;
using Doseline.Platform.Rpc;

namespace Doseline.Local.Day;

/// <summary>What the day knows of a batch.</summary>
sealed class DayBatch(RunInput run)
{
    public RunInput Run => run;

    /// <summary>The batch as last answered; null before it was started.</summary>
    public Batch? Batch { get; set; }

    /// <summary>True when its run was cancelled.</summary>
    public bool IsCancelled { get; set; }

    /// <summary>QC sample.</summary>
    public string SampleId { get; set; } = "";

    /// <summary>Doses that were dispensed.</summary>
    public List<DayOrder> Doses { get; } = [];

    /// <summary>Waste items that it left in its cell.</summary>
    public List<string> Leftovers { get; } = [];

    /// <summary>Wipes with which the cell was decontaminated; empty before.</summary>
    public string WipesId { get; set; } = "";
}

/// <summary>The hot cells: carries out the recipe of a batch, step by step, as operator and verifier.</summary>
sealed class DayBatches(DayInput input, DayPeople people, DayKeys keys, DaySetup setup, DayReceipts receipts, DayOrders orders, DayJournal journal)
{
    /// <summary>Geometry in which doses are measured.</summary>
    public const string Geometry = "30 mL vial";

    // Where what was issued ends, as shares of it: most in the bulk, some in each thing of the module, and a little where only wipes find it.
    const double YieldFraction = 0.93;
    const double BulkMl = 200;
    const double SampleFraction = 0.002;
    static readonly (CellItemKind Kind, double Fraction)[] Left = [(CellItemKind.Column, 0.042), (CellItemKind.Tubing, 0.011), (CellItemKind.Filter, 0.006), (CellItemKind.Other, 0.009)];

    // How far a reading may be off.
    const double BulkError = 0.005;
    const double ResidueError = 0.02;

    // A dispenser gives a little more or less than it is told.
    const double DoseError = 0.01;

    readonly BatchesService.BatchesServiceClient floor = new(people.Operator);
    readonly BatchRecordsService.BatchRecordsServiceClient records = new(people.Operator);
    readonly BatchesService.BatchesServiceClient verifier = new(people.Verifier);

    /// <summary>Batches of the day.</summary>
    public IReadOnlyList<DayBatch> All { get; } = [.. input.Runs.Select(r => new DayBatch(r))];

    /// <summary>Starts a batch and prepares its cell: clearance, checks, issue of the starting material.</summary>
    public async Task StartAsync(DayBatch batch, DateTimeOffset now)
    {
        var run = batch.Run;
        batch.Batch = (await floor.StartBatchAsync(new StartBatchRequest { RequestId = keys.Of("batch", run.Run), RunId = setup.Runs[run.Run].RunId })).Batch;
        await StepAsync(batch, "line-clearance", new StepValue { Code = "clear", Boolean = true });
        batch.Batch = (await verifier.VerifyStepAsync(new VerifyStepRequest { RequestId = keys.Of("verify", run.Run), BatchId = Id(batch), StepId = "line-clearance" })).Batch;
        await StepAsync(batch, "cell-check", new StepValue { Code = "pressure", Number = -120 });
        await BeginAsync(batch, "issue");
        await floor.IssueMaterialAsync(new IssueMaterialRequest
        {
            RequestId = keys.Of("issue", run.Run), BatchId = Id(batch), StepId = "issue", LotId = receipts.Lots[run.Lot].LotId, Activity = LotActivity(run, now).ToWire(),
        });
        await CompleteAsync(batch, "issue");
    }

    /// <summary>Ends the synthesis: reaction, bulk measurement, filtration.</summary>
    public async Task SynthesiseAsync(DayBatch batch, TimeProvider clock)
    {
        var recipe = input.Recipes[batch.Run.Recipe];
        var limits = recipe.UnitProcedures.SelectMany(u => u.Operations).SelectMany(o => o.Steps).Single(s => s.Id == "reaction-temperature").Inputs[0];
        await StepAsync(batch, "reaction-temperature", new StepValue { Code = "temperature", Number = (limits.Minimum + limits.Maximum) / 2 });
        await BeginAsync(batch, "synthesis");
        // People write down when it was, which is not when it was planned where something held them up.
        var now = journal.TimeOf($"end of synthesis {batch.Run.Run}", clock.GetUtcNow());
        var bulk = LotActivity(batch.Run, now);
        await floor.RecordEndOfSynthesisAsync(new RecordEndOfSynthesisRequest
        {
            RequestId = keys.Of("eos", batch.Run.Run), BatchId = Id(batch), EndOfSynthesisTime = now.ToWire(), Bulk = bulk.WithAmount(bulk.Amount * YieldFraction * Read(BulkError, batch.Run.Run, "bulk")).ToWire(), VolumeMl = BulkMl, InstrumentId = CalibratorOf(batch.Run), Geometry = Geometry,
        });
        await CompleteAsync(batch, "synthesis");
        await StepAsync(batch, "filter", new StepValue { Code = "bubble-point", Number = 3.4 });
    }

    /// <summary>Dispenses every dose with what its patient needs, takes the sample, measures what is left and finishes production.</summary>
    public async Task FillAsync(DayBatch batch, DateTimeOffset now)
    {
        now = journal.TimeOf($"fill {batch.Run.Run}", now);
        await DispenseAsync(batch, now);
        await SampleAsync(batch, now);
        await FinishAsync(batch, now);
    }

    /// <summary>Dispenses every dose with what its patient needs.</summary>
    public async Task DispenseAsync(DayBatch batch, DateTimeOffset now)
    {
        var run = batch.Run;
        var calibrator = CalibratorOf(run);
        // A filling that was cut off is done again from the start, and the services answer what they answered.
        batch.Doses.Clear();
        await BeginAsync(batch, "dispense", calibrator);
        foreach (var order in orders.InRun(setup.Runs[run.Run].RunId))
        {
            var given = order.Accepted!.Wanted.Read("wanted").OrThrow().ReferredTo(now);
            var dispensed = await floor.DispenseDoseAsync(new DispenseDoseRequest
            {
                RequestId = keys.Of("dispense", order.Input.Order), BatchId = Id(batch), DoseId = order.DoseId, Reading = given.WithAmount(given.Amount * Read(DoseError, order.Input.Order, "dose")).ToWire(), VolumeMl = VolumeOf(run, given), InstrumentId = calibrator, Geometry = Geometry,
            });
            order.Measured = dispensed.Dose.Record.Measured;
            batch.Batch = dispensed.Batch;
            batch.Doses.Add(order);
        }

        await CompleteAsync(batch, "dispense");
    }

    string CalibratorOf(RunInput run) => setup.Equipment[input.Equipment.First(e => e.Class is "dose_calibrator" && e.Site == run.Site).Equipment];

    // What of the bulk holds that activity.
    double VolumeOf(RunInput run, CalibratedActivity part) => BulkMl * (part.Amount.Bq / (LotActivity(run, part.Reference).Amount.Bq * YieldFraction));

    /// <summary>Takes the sample for QC.</summary>
    public async Task SampleAsync(DayBatch batch, DateTimeOffset now)
    {
        var run = batch.Run;
        await BeginAsync(batch, "qc-sample");
        var sample = SampleOf(run, now);
        batch.SampleId = (await floor.TakeSampleAsync(new TakeSampleRequest { RequestId = keys.Of("sample", run.Run), BatchId = Id(batch), StepId = "qc-sample", Activity = sample.ToWire(), VolumeMl = VolumeOf(run, sample), InstrumentId = CalibratorOf(run), Geometry = Geometry })).SampleId;
        await CompleteAsync(batch, "qc-sample");
    }

    /// <summary>Takes out and measures what the module is left with, each thing by itself, and finishes production; what nobody found stays unexplained.</summary>
    public async Task FinishAsync(DayBatch batch, DateTimeOffset now)
    {
        var (run, issued) = (batch.Run, LotActivity(batch.Run, now));
        var rest = issued.Amount * YieldFraction - SampleOf(run, now).Amount - batch.Doses.Aggregate(Activity.Zero, (sum, o) => sum + o.Measured!.Read("measured").OrThrow().At(now));
        batch.Leftovers.Clear();
        foreach (var (kind, amount) in Left.Select(l => (l.Kind, Amount: issued.Amount * l.Fraction)).Append((Kind: CellItemKind.Vial, Amount: rest)).Where(l => l.Amount.Bq > 0))
        {
            var recorded = await floor.RecordWasteAsync(new RecordWasteRequest
            {
                RequestId = keys.Of("residue", run.Run, kind.ToString()), BatchId = Id(batch), Kind = MovementKind.Residue, Item = kind,
                Activity = issued.WithAmount(amount * Read(ResidueError, run.Run, kind.ToString())).ToWire(),
            });
            batch.Leftovers.Add(recorded.WasteId);
        }

        batch.Batch = (await floor.FinishProductionAsync(new FinishProductionRequest { RequestId = keys.Of("finish", run.Run), BatchId = Id(batch) })).Batch;
        var record = (await records.GetBatchRecordAsync(new GetBatchRecordRequest { BatchId = Id(batch) })).Record;
        batch.Leftovers.AddRange(record.Movements.Where(m => m.Kind is MovementKind.Remainder).Select(m => m.ReferenceId));
    }

    /// <summary>Activity of the lot of a run at an instant; the whole lot goes into the batch.</summary>
    public CalibratedActivity LotActivity(RunInput run, DateTimeOffset now) => input.Deliveries.Single(d => d.Lot == run.Lot).Activity!.ReferredTo(now);

    double Read(double error, params string[] of) => 1 + error * (2 * keys.Chance(["reading", .. of]) - 1);

    static string Id(DayBatch batch) => batch.Batch!.BatchId;

    CalibratedActivity SampleOf(RunInput run, DateTimeOffset now)
    {
        var lot = LotActivity(run, now);
        return lot.WithAmount(lot.Amount * SampleFraction);
    }

    async Task StepAsync(DayBatch batch, string step, params StepValue[] values)
    {
        await BeginAsync(batch, step);
        await CompleteAsync(batch, step, values);
    }

    async Task BeginAsync(DayBatch batch, string step, params string[] equipment)
    {
        string[] all = step is "cell-check" ? [setup.Equipment[batch.Run.HotCell]] : equipment;
        await floor.StartStepAsync(new StartStepRequest { RequestId = keys.Of("start", batch.Run.Run, step), BatchId = Id(batch), StepId = step, EquipmentIds = { all } });
    }

    async Task CompleteAsync(DayBatch batch, string step, params StepValue[] values) =>
        batch.Batch = (await floor.CompleteStepAsync(new CompleteStepRequest { RequestId = keys.Of("complete", batch.Run.Run, step), BatchId = Id(batch), StepId = step, Values = { values } })).Batch;
}
