using Doseline.Execution.V1;
using Doseline.Testing;

namespace Doseline.Execution.Tests.Cells;

/// <summary>A used hot cell is turned around: cleaned out, surveyed, cleaned, and used again the next day.</summary>
public sealed class TurnaroundTests
{
    [Fact]
    [Requirement("P02", "A039", "A109")]
    public async Task The_next_batch_is_made_in_the_same_cell_once_it_was_cleaned_out_surveyed_and_cleaned()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession);
        var meter = await shift.Plant.AddAsync("SM-1", EquipmentClass.Instrument);
        await shift.MakeAsync();
        HotCellsService.HotCellsServiceClient cells = new(platform.AsNamed("Olive", "operator"));

        var used = await shift.Plant.CellAsync();
        used.Items.Select(i => i.Kind).ShouldBe([CellItemKind.Other, CellItemKind.Unexplained], ignoreOrder: true);
        used.Remaining.Select(r => r.Nuclide).ShouldBe(["Lu-177", "Lu-177m"]);
        (await Codes(() => cells.SurveyCellAsync(Survey(shift, meter, 50)).ResponseAsync)).ShouldBe(["HOT_CELL_NOT_CLEANED_OUT"]);
        (await Codes(() => shift.Plant.CleanAsync(shift.Plant.HotCell))).ShouldBe(["HOT_CELL_NOT_CLEANED_OUT"]);

        await shift.EmptyCellAsync();
        var empty = await shift.Plant.CellAsync();
        empty.Remaining.ShouldBeEmpty();
        empty.Unexplained[0].ActivityBq.ShouldBeGreaterThan(1e6, "only a survey says that it is not in the cell");
        empty.Clear.ShouldBeFalse();

        // The first survey finds too much; it is wiped, and the next one clears the cell.
        var first = await cells.SurveyCellAsync(Survey(shift, meter, 5e5));
        first.Survey.Passed.ShouldBeFalse();
        first.Clearance.ShouldBeNull();
        var wipes = (await cells.RecordCellWasteAsync(Wipes(shift, platform.Now, 2e6))).Item;
        await shift.TakeOutAsync(wipes.WasteId);
        (await shift.Plant.CellAsync()).Clear.ShouldBeFalse("what a survey found, a computation does not take away");
        var second = await cells.SurveyCellAsync(Survey(shift, meter, 50));
        second.Clearance.Basis.ShouldBe(ClearanceBasis.Survey);
        second.Clearance.ClearedBy.ShouldBe("Olive");
        second.Clearance.FoundBq.ShouldBeLessThan(second.Clearance.LimitBq);
        (await shift.Plant.CleanAsync(shift.Plant.HotCell)).State.ShouldBe(EquipmentState.Clean);

        var ready = await shift.Plant.CellAsync();
        ready.Phase.ShouldBe(HotCellPhase.Free);
        ready.Items.ShouldBeEmpty();
        await platform.SettleAsync();
        var found = platform.Facts<WasteArisen>().Single(w => w.WasteId == wipes.WasteId);
        found.FromKind.ShouldBe(HoldingKind.Waste, "it comes out of what the balance could not place");
        found.Contents.Select(c => c.Nuclide).ShouldBe(["Lu-177", "Lu-177m"]);

        await shift.AgainAsync("order-11");
        await shift.MakeAsync();
        (await shift.BatchAsync()).State.ShouldBe(BatchState.Ready);

        var log = (await shift.Plant.Floor.ListEquipmentLogAsync(new ListEquipmentLogRequest { EquipmentId = shift.Plant.HotCell })).Entries.Select(e => e.Event).Reverse().ToList();
        log.ShouldBe(
        [
            EquipmentEvent.Cleaned, EquipmentEvent.Used, EquipmentEvent.WasteFound, EquipmentEvent.WasteFound, EquipmentEvent.Left, EquipmentEvent.WasteOut,
            EquipmentEvent.Surveyed, EquipmentEvent.WasteFound, EquipmentEvent.WasteOut, EquipmentEvent.Surveyed, EquipmentEvent.Clear, EquipmentEvent.Cleaned, EquipmentEvent.Used,
            EquipmentEvent.WasteFound, EquipmentEvent.WasteFound, EquipmentEvent.Left,
        ]);
    }

    [Fact]
    [Requirement("P02")]
    public async Task Where_everything_was_found_the_computation_clears_the_cell_as_soon_as_all_is_out()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession);
        await shift.ToDispensingAsync();
        await shift.FillAsync();
        // A little more than what is left by the other measurements: nothing is unexplained.
        var rest = Shift.IssuedGBq - 0.1 - shift.Orders.Count * 7.4 * Math.Pow(2, 1 / 6.6443);
        await shift.ResidueAsync(rest);
        (await shift.FinishAsync()).Balance.UnexplainedFraction.ShouldBeLessThan(0);
        (await shift.Plant.CellAsync()).Clear.ShouldBeFalse();

        await shift.EmptyCellAsync();

        var cell = await shift.Plant.CellAsync();
        cell.Clear.ShouldBeTrue();
        cell.Clearance.Basis.ShouldBe(ClearanceBasis.Computation);
        cell.Clearance.ClearedBy.ShouldNotBeEmpty();
        cell.Clearance.FoundBq.ShouldBe(0);
    }

    [Fact]
    [Requirement("P02")]
    public async Task A_spill_stays_in_the_cell_until_a_survey_does_not_find_it()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession);
        var meter = await shift.Plant.AddAsync("SM-1", EquipmentClass.Instrument);
        await shift.ToDispensingAsync();
        await shift.FillAsync();
        await shift.Operator.RecordWasteAsync(new RecordWasteRequest
        {
            RequestId = TestPlatform.RequestId(), BatchId = shift.BatchId, Kind = MovementKind.Loss, Activity = Plant.Lutetium(0.2, platform.Now), Note = "drop on the floor",
        });
        await shift.ResidueAsync(Shift.IssuedGBq - 0.7 - shift.Orders.Count * 7.4 * Math.Pow(2, 1 / 6.6443));
        await shift.FinishAsync();
        await shift.TakeOutAsync((await shift.Plant.CellAsync()).Items.Single(i => i.Kind is CellItemKind.Other).WasteId);

        (await shift.Plant.CellAsync()).Remaining.Sum(r => r.ActivityBq).ShouldBe(0.2e9, 0.2e9 * 2e-3);
        await new HotCellsService.HotCellsServiceClient(platform.As("radiation_safety")).SurveyCellAsync(Survey(shift, meter, 50));

        var cell = await shift.Plant.CellAsync();
        cell.Clear.ShouldBeTrue();
        cell.Items.ShouldBeEmpty();
    }

    [Fact]
    [Requirement("P02")]
    public async Task A_cell_that_was_cleaned_too_little_or_too_long_ago_takes_no_batch()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession);
        EquipmentService.EquipmentServiceClient quality = new(platform.As("qa"));
        var rules = (await quality.PutCleaningRulesAsync(new PutCleaningRulesRequest
        {
            RequestId = TestPlatform.RequestId(), Reason = "validated",
            Rules = new CleaningRules
            {
                SiteId = Plant.Site, Source = "site to set", ValidFor = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromMinutes(30)),
                Rules = { new CleaningRule { Change = UseChange.SameProduct, Level = 2 } },
            },
        })).Rules;
        await platform.AdvanceAsync(shift.Run.StartTime.ToDateTimeOffset() - platform.Now);
        (await Codes(shift.BeginAsync)).ShouldBe(["CLEANING_LAPSED"]);

        foreach (var item in new[] { shift.Plant.HotCell, shift.Plant.Synthesiser }) await shift.Plant.CleanAsync(item);
        rules.ValidFor = null;
        await quality.PutCleaningRulesAsync(new PutCleaningRulesRequest { RequestId = TestPlatform.RequestId(), Reason = "validated for longer", Rules = rules });
        await shift.MakeAsync();
        await shift.EmptyCellAsync();
        var meter = await shift.Plant.AddAsync("SM-1", EquipmentClass.Instrument);
        await new HotCellsService.HotCellsServiceClient(platform.As("operator")).SurveyCellAsync(Survey(shift, meter, 50));
        await shift.Plant.CleanAsync(shift.Plant.HotCell);
        await shift.AgainAsync("order-12", clean: false);
        (await Codes(shift.BeginAsync)).ShouldBe(["CLEANING_NOT_ENOUGH"]);
        (await shift.Plant.CleanAsync(shift.Plant.HotCell, level: 2)).Cleaning.Level.ShouldBe(2);
        await shift.BeginAsync();
    }

    static SurveyCellRequest Survey(Shift shift, string meter, double cpm) => new()
    {
        RequestId = TestPlatform.RequestId(), HotCellId = shift.Plant.HotCell, InstrumentId = meter, BackgroundCpm = 42, CountSeconds = 60, Efficiency = 0.1,
        Readings = { new CellReading { Place = "floor", GrossCpm = cpm, MeasuredCm2 = 100, StandsForCm2 = 10_000 } },
    };

    static RecordCellWasteRequest Wipes(Shift shift, DateTimeOffset now, double bq) => new()
    {
        RequestId = TestPlatform.RequestId(), HotCellId = shift.Plant.HotCell, Kind = CellItemKind.Wipes, Activity = Plant.Lutetium(bq / Plant.GBq, now),
    };

    static async Task<IEnumerable<string>> Codes(Func<Task> call) => (await TestPlatform.RefusalsAsync(call)).Select(r => r.Code);
}
