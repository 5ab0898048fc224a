using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;

namespace Doseline.Execution.Domain;

/// <summary>What must be there before production is complete, and before a record may close.</summary>
public static class Finishing
{
    /// <summary>Everything that keeps production from being complete.</summary>
    public static List<Refusal> Production(BatchFacts batch)
    {
        List<Refusal> refusals = [];
        var resource = $"batches/{batch.Id}";
        if (batch.State is not BatchState.Running)
            refusals.Add(Refusal.State(resource, "BATCH_NOT_RUNNING", $"The batch is {batch.State}.").With("state", batch.State));
        foreach (var (step, state) in batch.Steps.Where(s => s.State is not StepState.Complete))
            refusals.Add(Refusal.State($"{resource}/steps/{step}", state is StepState.Performed ? "STEP_NOT_VERIFIED" : "STEP_NOT_COMPLETE", $"Step '{step}' is {state}.").With("step_id", step).With("state", state));
        refusals.AddRange(Unsigned(batch));
        refusals.AddRange(Exceptions(batch));
        foreach (var dose in batch.Doses.Where(d => d.State is DoseState.Planned or DoseState.InProduction))
            refusals.Add(Refusal.State($"doses/{dose.Id}", "DOSE_NOT_DISPENSED", "A dose is neither dispensed nor lost.").With("dose_id", dose.Id));
        return refusals;
    }

    /// <summary>Everything that keeps the record from closing (A017, A052, A053).</summary>
    public static List<Refusal> Closing(BatchFacts batch)
    {
        List<Refusal> refusals = [];
        var resource = $"batches/{batch.Id}";
        if (batch.State is BatchState.Closed)
            refusals.Add(Refusal.State(resource, "RECORD_CLOSED", "The record is closed."));
        if (batch.State is BatchState.Running)
            refusals.Add(Refusal.State(resource, "PRODUCTION_NOT_COMPLETE", "Production is not complete."));
        refusals.AddRange(Unsigned(batch));
        refusals.AddRange(Exceptions(batch));
        foreach (var dose in batch.Doses.Where(d => !d.IsSettled))
        {
            refusals.Add(dose.InTransit
                ? Refusal.State($"doses/{dose.Id}", "SHIPMENT_PENDING", "The dose was handed over and neither delivered nor voided.").With("dose_id", dose.Id).With("delivery_time", dose.Delivery)
                : Refusal.State($"doses/{dose.Id}", "DOSE_NOT_SETTLED", $"The dose is {dose.State} and {dose.Disposition}: neither delivered nor lost.").With("dose_id", dose.Id).With("state", dose.State).With("disposition", dose.Disposition));
        }

        return refusals;
    }

    /// <summary>Yield of a synthesis: bulk over what was issued, both at end of synthesis, as a fraction; null while nothing was issued.</summary>
    public static double? Yield(CalibratedActivity bulk, IReadOnlyList<Movement> movements, DateTimeOffset endOfSynthesis)
    {
        var issued = movements.Where(m => m is { Kind: MovementKind.Issued, Activity: not null }).Sum(m => m.Activity!.At(endOfSynthesis).Bq);
        return issued > 0 ? bulk.At(endOfSynthesis).Bq / issued : null;
    }

    static IEnumerable<Refusal> Unsigned(BatchFacts batch) => batch.SignaturesMissing.Select(s =>
        Refusal.State($"batches/{batch.Id}/steps/{s.Step}", "STEP_NOT_SIGNED", $"Step '{s.Step}' has no signature of who {s.Meaning} it.").With("step_id", s.Step).With("meaning", s.Meaning));

    static IEnumerable<Refusal> Exceptions(BatchFacts batch) => batch.OpenExceptions.Select(e =>
        Refusal.State($"exceptions/{e.Id}", "EXCEPTION_OPEN", $"Exception {e.Code} is open.").With("exception_id", e.Id).With("exception_code", e.Code));
}

/// <summary>What the rules of finishing look at.</summary>
/// <param name="Id">Batch.</param>
/// <param name="State">State.</param>
/// <param name="Steps">Steps in order with their states.</param>
/// <param name="Doses">Doses.</param>
/// <param name="OpenExceptions">Open exceptions.</param>
public sealed record BatchFacts(
    string Id, BatchState State, IReadOnlyList<(string Step, StepState State)> Steps, IReadOnlyList<Dose> Doses, IReadOnlyList<(string Id, string Code)> OpenExceptions)
{
    /// <summary>Steps that lack a signature which the recipe asks for, with what it would declare.</summary>
    public IReadOnlyList<(string Step, string Meaning)> SignaturesMissing { get; init; } = [];
}
