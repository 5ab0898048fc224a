using System.Globalization;
using Doseline.Kernel.Rules;

namespace Doseline.Execution.Domain;

/// <summary>The order of steps, who may carry them out, and what their values must be.</summary>
public static class StepRules
{
    /// <summary>Whether a step may begin now.</summary>
    /// <param name="recipe">Control recipe.</param>
    /// <param name="states">State of every step of the recipe.</param>
    /// <param name="stepId">Step.</param>
    /// <param name="roles">Roles of the caller.</param>
    /// <param name="equipment">Equipment the caller names.</param>
    /// <param name="batchId">Batch.</param>
    /// <param name="siteId">Site of the batch.</param>
    /// <param name="now">Now.</param>
    public static Decision<RecipeStep> Start(
        Recipe recipe, IReadOnlyDictionary<string, StepState> states, string stepId, IReadOnlyList<string> roles,
        IReadOnlyList<Equipment> equipment, string batchId, string siteId, DateTimeOffset now)
    {
        if (recipe.Step(stepId) is not { } step) return Unknown(stepId);
        List<Refusal> refusals = [];
        var resource = $"batches/{batchId}/steps/{stepId}";
        if (states[stepId] is not StepState.Open)
            refusals.Add(Refusal.State(resource, "STEP_NOT_OPEN", $"Step '{stepId}' is {states[stepId]}; only an open step can begin.").With("state", states[stepId]));
        // P11-06 (21 CFR 11.10(f)): a step out of order is refused, not queued.
        else if (recipe.Steps.TakeWhile(s => s.Id != stepId).FirstOrDefault(s => states[s.Id] is not StepState.Complete) is { } before)
            refusals.Add(Refusal.State(resource, "STEP_OUT_OF_SEQUENCE", $"Step '{before.Id}' comes before '{stepId}' and is {states[before.Id]}.").With("next_step_id", before.Id).With("state", states[before.Id]));
        refusals.AddRange(Role(step, roles, resource));
        foreach (var kind in step.EquipmentClasses.Where(c => equipment.All(e => e.Class != c)))
            refusals.Add(Refusal.Invalid("equipment_ids", "EQUIPMENT_MISSING", $"Step '{stepId}' needs a {kind}.").With("equipment_class", kind));
        foreach (var item in equipment)
        {
            if (item.SiteId != siteId)
                refusals.Add(Refusal.Invalid("equipment_ids", "EQUIPMENT_AT_OTHER_SITE", $"{item.Code} is at site {item.SiteId}.").With("equipment_id", item.Id).With("site_id", item.SiteId));
            refusals.AddRange(EquipmentRules.Use(item, batchId, now));
        }

        return refusals is [] ? step : refusals;
    }

    /// <summary>Reads and judges the values of a step; a value out of limit is accepted and marked, a malformed one is refused.</summary>
    public static Decision<List<InputValue>> Values(RecipeStep step, IReadOnlyList<EnteredValue> entered)
    {
        List<Refusal> refusals = [];
        List<InputValue> values = [];
        foreach (var input in step.Inputs)
        {
            var of = entered.Where(e => e.Code == input.Code).ToList();
            if (of is [] && !input.MayBeLeftOut)
                refusals.Add(Refusal.Invalid("values", "VALUE_REQUIRED", $"Step '{step.Id}' needs a value of {input.Code}.").With("code", input.Code).With("type", input.Type));
            if (of.Count > 1)
                refusals.Add(Refusal.Invalid("values", "VALUE_TWICE", $"{input.Code} was given {of.Count} times.").With("code", input.Code));
            if (of is [var one] && Value(input, one).OrAdd(refusals) is { } value) values.Add(value);
        }

        foreach (var stray in entered.Where(e => step.Inputs.All(i => i.Code != e.Code)))
            refusals.Add(Refusal.Invalid("values", "VALUE_NOT_ASKED_FOR", $"Step '{step.Id}' asks for no {stray.Code}.").With("code", stray.Code));
        return refusals is [] ? values : refusals;
    }

    /// <summary>Whether a running step has all it needs to be completed, apart from its values.</summary>
    /// <param name="step">Step.</param>
    /// <param name="state">Its state.</param>
    /// <param name="roles">Roles of the caller.</param>
    /// <param name="done">What the batch has recorded for it.</param>
    /// <param name="batchId">Batch.</param>
    public static List<Refusal> Complete(RecipeStep step, StepState state, IReadOnlyList<string> roles, StepProgress done, string batchId)
    {
        List<Refusal> refusals = [];
        var resource = $"batches/{batchId}/steps/{step.Id}";
        if (state is not StepState.Running)
            refusals.Add(Refusal.State(resource, "STEP_NOT_RUNNING", $"Step '{step.Id}' is {state}; only a running step can be completed.").With("state", state));
        refusals.AddRange(Role(step, roles, resource));
        if (step.Kind is StepKind.MaterialIssue && !done.MaterialIssued)
            refusals.Add(Refusal.State(resource, "MATERIAL_NOT_ISSUED", $"Nothing of {step.MaterialCode} was issued in step '{step.Id}'.").With("material_code", step.MaterialCode));
        if (step.Kind is StepKind.Synthesis && !done.EndOfSynthesisRecorded)
            refusals.Add(Refusal.State(resource, "END_OF_SYNTHESIS_NOT_RECORDED", "End of synthesis and the bulk are recorded before the synthesis step is complete."));
        if (step.Kind is StepKind.Dispense && done.DosesToDispense > 0)
            refusals.Add(Refusal.State(resource, "DOSES_NOT_DISPENSED", $"{done.DosesToDispense} doses are neither dispensed nor lost.").With("dose_count", done.DosesToDispense));
        if (step.Kind is StepKind.Sample && !done.SampleTaken)
            refusals.Add(Refusal.State(resource, "SAMPLE_NOT_TAKEN", $"No sample was taken in step '{step.Id}'."));
        return refusals;
    }

    /// <summary>Whether a person may verify a step (two-person rule).</summary>
    public static Decision<bool> Verify(StepState state, string? performerId, string verifierId, string stepId, string batchId)
    {
        List<Refusal> refusals = [];
        var resource = $"batches/{batchId}/steps/{stepId}";
        if (state is not StepState.Performed)
            refusals.Add(Refusal.State(resource, "STEP_NOT_PERFORMED", $"Step '{stepId}' is {state}; a step is verified once it was performed and before it is complete.").With("state", state));
        if (performerId == verifierId)
            refusals.Add(Refusal.Denied(resource, "SECOND_PERSON_NEEDED", "A step is verified by another person than its performer."));
        return refusals is [] ? true : refusals;
    }

    static IEnumerable<Refusal> Role(RecipeStep step, IReadOnlyList<string> roles, string resource)
    {
        IReadOnlyList<string> needed = step.PerformerRoles is [] ? [Roles.Operator] : step.PerformerRoles;
        if (!needed.Any(roles.Contains))
            yield return Refusal.Denied(resource, "ROLE_NOT_ALLOWED", $"Step '{step.Id}' needs one of the roles {string.Join(", ", needed)}.").With("roles_needed", string.Join(',', needed));
    }

    static Decision<InputValue> Value(StepInput input, EnteredValue entered)
    {
        if (entered.Type != input.Type)
            return Refusal.Invalid($"values.{input.Code}", "VALUE_TYPE_WRONG", $"{input.Code} is a {input.Type}, not a {entered.Type}.").With("type_needed", input.Type).With("type_sent", entered.Type);
        if (entered.Number is { } number && !double.IsFinite(number))
            return Refusal.Invalid($"values.{input.Code}", "VALUE_NOT_FINITE", $"{input.Code} must be a finite number.");
        if (input.Type is InputType.Code && !input.Choices.Contains(entered.Text, StringComparer.Ordinal))
            return Refusal.Invalid($"values.{input.Code}", "VALUE_NOT_A_CHOICE", $"'{entered.Text}' is not a choice of {input.Code}.").With("choices", string.Join(',', input.Choices));
        if (input.Type is InputType.Equipment && entered.Text is "")
            return Refusal.Invalid($"values.{input.Code}", "FIELD_REQUIRED", $"{input.Code} names a piece of equipment.");
        var inLimit = input.Type switch
        {
            InputType.Number or InputType.Duration => !(entered.Number < input.Minimum) && !(entered.Number > input.Maximum),
            InputType.Boolean => input.Expected is null || entered.Text == (input.Expected.Value ? "true" : "false"),
            _ => true,
        };
        return new InputValue(input.Code, input.Type, entered.Number is { } n ? n.ToString("R", CultureInfo.InvariantCulture) : entered.Text, inLimit);
    }

    /// <summary>The refusal of a step that the recipe does not have.</summary>
    public static Refusal Unknown(string stepId) => Refusal.Missing($"steps/{stepId}", "STEP_UNKNOWN", $"The recipe has no step '{stepId}'.").With("step_id", stepId);
}

/// <summary>A value as a person sent it.</summary>
/// <param name="Code">Code of the input.</param>
/// <param name="Type">Type it was sent in; unspecified when nothing was sent.</param>
/// <param name="Text">Text of a boolean (true, false), code, RFC 3339 instant or equipment id; empty for numbers and durations.</param>
/// <param name="Number">A number, or a duration in seconds; null for other types.</param>
public sealed record EnteredValue(string Code, InputType Type, string Text, double? Number);

/// <summary>What a batch has recorded for a step.</summary>
/// <param name="MaterialIssued">True when its material was issued in it.</param>
/// <param name="EndOfSynthesisRecorded">True when end of synthesis is known.</param>
/// <param name="DosesToDispense">Doses of the batch neither dispensed nor lost.</param>
/// <param name="SampleTaken">True when a sample was taken in it.</param>
public sealed record StepProgress(bool MaterialIssued, bool EndOfSynthesisRecorded, int DosesToDispense, bool SampleTaken);
