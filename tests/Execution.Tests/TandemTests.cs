using Doseline.Execution.V1;
using Doseline.Testing;

namespace Doseline.Execution.Tests;

/// <summary>Several people work at one batch at the same time, inside and outside of the cell: whoever is later is decided on what was there before, and nobody's entry is lost.</summary>
public sealed class TandemTests
{
    readonly FakePossession possession = new();

    [Fact]
    [Requirement("A236")]
    public async Task Who_performs_and_who_verifies_write_at_once()
    {
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession);
        await shift.ToDispensingAsync();
        foreach (var order in shift.Orders) await shift.DispenseAsync(order);
        await shift.CompleteAsync("dispense");
        var before = await shift.BatchAsync();

        // The performer bags what is left in the cell while a colleague verifies what was dispensed.
        var bagged = Enumerable.Range(0, 4).Select(_ => shift.ResidueAsync(0.001)).ToList();
        await Task.WhenAll([shift.VerifyAsync("dispense"), .. bagged]);

        var after = await shift.RecordAsync();
        after.Batch.RecordVersion.ShouldBe(before.RecordVersion + 5);
        after.Steps.Single(s => s.StepId == "dispense").State.ShouldBe(BatchStepState.Complete);
        Residues(after).ShouldBe(bagged.Select(b => b.Result.WasteId), ignoreOrder: true);
    }

    [Fact]
    [Requirement("A236")]
    public async Task Who_dispenses_in_the_cell_and_who_clears_up_outside_of_it_write_at_once()
    {
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession);
        await shift.ToDispensingAsync();
        var before = await shift.BatchAsync();

        var doses = shift.Orders.Select(o => shift.DispenseAsync(o)).ToList();
        var bagged = Enumerable.Range(0, 4).Select(_ => shift.ResidueAsync(0.001)).ToList();
        await Task.WhenAll([.. doses, .. bagged]);

        var after = await shift.RecordAsync();
        after.Batch.RecordVersion.ShouldBe(before.RecordVersion + doses.Count + bagged.Count);
        after.Doses.Count(d => d.Record.State is DoseState.Dispensed).ShouldBe(doses.Count);
        Residues(after).ShouldBe(bagged.Select(b => b.Result.WasteId), ignoreOrder: true);
    }

    static IEnumerable<string> Residues(BatchRecord record) => record.Movements.Where(m => m.Kind is MovementKind.Residue).Select(m => m.ReferenceId);
}
