using Doseline.Execution.Domain.Cells;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;

namespace Doseline.Execution.Domain;

/// <summary>What the values of a batch are held against before they are recorded: each other, what was ordered, and what earlier batches of the product were like.</summary>
/// <remarks>
/// The bounds here are wide enough for work that goes as it should and too narrow for a slip of the decimal point or of the unit; no rule gives them, and a site sets
/// its own (PlausibilityService.PutBounds).
/// </remarks>
public static class BatchMeasures
{
    /// <summary>Activity issued to a batch, with what was issued before, against what its run is to yield.</summary>
    public static Measure Issued { get; } = new("issued_over_planned", "The activity issued to the batch, against what its run is to yield,", 0.5, 4);

    /// <summary>Yield of the synthesis, as a fraction. Unless set: half of the least that the recipe expects, to all that was issued and the tolerance of the balance.</summary>
    public static Measure Yield { get; } = new("yield_fraction", "The yield");

    /// <summary>Volume of the bulk in millilitres (mL). Unless set: a third to three times of what earlier batches of the product had, once there were three.</summary>
    public static Measure BulkVolume { get; } = new("bulk_volume_ml", "The volume of the bulk", 1 / 3.0, 3);

    /// <summary>Time from the start of the batch to the end of synthesis against the plan of the run.</summary>
    public static Measure Duration { get; } = new("duration_over_planned", "The time until the end of synthesis", 0.25, 4);

    /// <summary>Activity of a dose against what was ordered, at the instant of the order.</summary>
    public static Measure Dose { get; } = new("dose_over_ordered", "The activity of the dose, against what was ordered,", 0.5, 2);

    /// <summary>Volume of a part of the bulk against what holds its activity there: it is the same liquid.</summary>
    public static Measure PartVolume { get; } = new("volume_over_activity", "The volume, against what of the bulk holds that activity,", 0.5, 2);

    /// <summary>Activity of a piece of waste as a fraction of what was issued. Unless set: up to what of the batch is not accounted for otherwise.</summary>
    public static Measure Waste { get; } = new("waste_fraction", "The activity, as a part of what was issued,");

    /// <summary>A value of a step against its limits. Unless set: as far outside of them again as they are apart, or a third and three times of one limit alone.</summary>
    public static Measure StepValue { get; } = new("step_value", "The value");

    /// <summary>Every measure of a batch.</summary>
    public static IReadOnlyList<Measure> All { get; } = [Issued, Yield, BulkVolume, Duration, Dose, PartVolume, Waste, StepValue];

    /// <summary>Of material that is issued.</summary>
    /// <param name="product">Product.</param>
    /// <param name="material">Material.</param>
    /// <param name="activity">Activity issued.</param>
    /// <param name="lines">What was issued before.</param>
    /// <param name="planned">What the run is to yield.</param>
    public static Asked? OfIssue(string product, string material, CalibratedActivity activity, IReadOnlyList<Movement> lines, CalibratedActivity planned)
    {
        var at = activity.Reference;
        // The last of several lots is not small, it is the rest.
        var before = lines.Where(m => m is { Kind: MovementKind.Issued, Activity: not null }).Sum(m => m.Activity!.At(at).Bq);
        return Issued.Against(product, material, "activity.activity_bq", "bq", before + activity.Amount.Bq, planned.At(at).Bq, at);
    }

    /// <summary>Of an end of synthesis.</summary>
    /// <param name="product">Product.</param>
    /// <param name="recipe">Recipe.</param>
    /// <param name="yield">Yield, as a fraction.</param>
    /// <param name="volumeMl">Volume of the bulk in millilitres (mL).</param>
    /// <param name="earlierMl">Volumes of earlier batches.</param>
    /// <param name="took">From the start of the batch to the end of synthesis.</param>
    /// <param name="planned">What the run plans for that.</param>
    public static IEnumerable<Asked?> OfEndOfSynthesis(string product, Recipe recipe, double yield, double volumeMl, IEnumerable<double> earlierMl, TimeSpan took, TimeSpan planned) =>
    [
        Yield.Within(product, "", "bulk", "fraction", yield, recipe.YieldMin / 2, 1 + recipe.BalanceTolerance),
        BulkVolume.AgainstUsual(product, "", "volume_ml", "ml", volumeMl, earlierMl),
        Duration.Against(product, "", "end_of_synthesis_time", "seconds", took.TotalSeconds, planned.TotalSeconds),
    ];

    /// <summary>Of a part of the bulk: a dose or a sample.</summary>
    /// <param name="product">Product.</param>
    /// <param name="part">Its activity.</param>
    /// <param name="volumeMl">Its volume in millilitres (mL).</param>
    /// <param name="bulk">Activity of the bulk.</param>
    /// <param name="bulkMl">Volume of the bulk in millilitres (mL).</param>
    public static Asked? OfPart(string product, CalibratedActivity part, double volumeMl, CalibratedActivity bulk, double bulkMl) =>
        PartVolume.Against(product, "", "volume_ml", "ml", volumeMl, part.Amount.Bq / bulk.At(part.Reference).Bq * bulkMl);

    /// <summary>Of a dose, as measured.</summary>
    /// <param name="product">Product.</param>
    /// <param name="measured">As measured.</param>
    /// <param name="ordered">As ordered.</param>
    public static Asked? OfDose(string product, CalibratedActivity measured, CalibratedActivity ordered) =>
        Dose.Against(product, "", "reading.activity_bq", "bq", measured.Amount.Bq, ordered.At(measured.Reference).Bq, measured.Reference);

    /// <summary>Of what is left over.</summary>
    /// <param name="product">Product.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="activity">Its activity.</param>
    /// <param name="lines">What was issued and what became of it.</param>
    /// <param name="tolerance">Tolerance of the activity balance, as a fraction of what was issued: the room for errors of measurement.</param>
    public static Asked? OfWaste(string product, CellItemKind kind, CalibratedActivity activity, IReadOnlyList<Movement> lines, double tolerance)
    {
        var at = activity.Reference;
        var issued = Sum(lines.Where(m => m.Kind is MovementKind.Issued));
        var left = issued - Sum(lines.Where(m => m.Kind is not MovementKind.Issued));
        return issued > 0 ? Waste.Within(product, kind.ToString().ToLowerInvariant(), "activity", "fraction", activity.Amount.Bq / issued, 0, Math.Max(0, left) / issued + tolerance) : null;

        double Sum(IEnumerable<Movement> of) => of.Where(m => m.Activity is not null).Sum(m => m.Activity!.At(at).Bq);
    }

    /// <summary>Of the values of a step.</summary>
    /// <param name="product">Product.</param>
    /// <param name="step">Step.</param>
    /// <param name="entered">Values as entered, in the order of the request.</param>
    public static IEnumerable<Asked?> OfStep(string product, RecipeStep step, IReadOnlyList<EnteredValue> entered) => entered.Select((value, index) =>
    {
        if (value.Number is not { } number || step.Inputs.FirstOrDefault(i => i.Code == value.Code) is not { } input || (input.Minimum ?? input.Maximum) is null) return null;
        var (low, high) = Plausible.Around(input.Minimum, input.Maximum);
        return StepValue.Within(product, $"{step.Id}/{value.Code}", $"values[{index}].{(value.Type is InputType.Duration ? "duration" : "number")}", value.Type is InputType.Duration ? "seconds" : input.Unit, number, low, high);
    });
}
