using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Units;

namespace Doseline.Execution.Domain;

/// <summary>What a master recipe must be before anybody may approve it, and who may.</summary>
public static class RecipeRules
{
    /// <summary>Longest planned duration; beyond it a typing error is likelier than a plan.</summary>
    public static readonly TimeSpan DurationMax = TimeSpan.FromDays(30);

    const int StepsMax = 500;

    /// <summary>Checks a draft; every flaw at once.</summary>
    public static Decision<Recipe> Check(Recipe recipe, NuclideData data)
    {
        List<Refusal> refusals = [];
        refusals.RequireText(recipe.Code, "recipe.code", 64);
        refusals.RequireText(recipe.ProductCode, "recipe.product_code", 64);
        refusals.AddRange(BatchNumbers.Against(recipe.ProductCode, "recipe.product_code"));
        refusals.RequireText(recipe.ProductName, "recipe.product_name");
        if (data.Find(recipe.Nuclide) is null or { IsStable: true })
            refusals.Add(Refusal.Invalid("recipe.nuclide", "NUCLIDE_UNKNOWN", $"'{recipe.Nuclide}' is not a radionuclide of data {data.Version}.").With("nuclide", recipe.Nuclide));
        Duration(recipe.Synthesis, "recipe.synthesis_duration", refusals);
        Duration(recipe.Dispensing, "recipe.dispensing_duration", refusals);
        Duration(recipe.Release, "recipe.release_duration", refusals);
        Duration(recipe.ShelfLife, "recipe.shelf_life", refusals);
        if (recipe.Release < recipe.Dispensing)
        {
            refusals.Add(Refusal.Invalid("recipe.release_duration", "RELEASE_BEFORE_DISPENSED", "release_duration includes dispensing and cannot be shorter than it.")
                .With("dispensing_seconds", recipe.Dispensing.TotalSeconds).With("release_seconds", recipe.Release.TotalSeconds));
        }
        if (recipe.ShelfLife > TimeSpan.Zero && recipe.ShelfLife <= recipe.Release)
        {
            refusals.Add(Refusal.Invalid("recipe.shelf_life", "SHELF_LIFE_TOO_SHORT", "A dose would expire before it could be released.")
                .With("release_seconds", recipe.Release.TotalSeconds).With("shelf_life_seconds", recipe.ShelfLife.TotalSeconds));
        }
        if (!(recipe.YieldMin >= 0) || !(recipe.YieldMax > recipe.YieldMin) || double.IsInfinity(recipe.YieldMax))
        {
            refusals.Add(Refusal.Invalid("recipe.yield_fraction_min", "YIELD_RANGE_INVALID", "yield_fraction_min must be at least 0 and below yield_fraction_max.")
                .With("yield_fraction_min", recipe.YieldMin).With("yield_fraction_max", recipe.YieldMax));
        }
        if (!(recipe.BalanceTolerance > 0) || !(recipe.BalanceTolerance < 1))
            refusals.Add(Refusal.Invalid("recipe.balance_tolerance_fraction", "TOLERANCE_INVALID", "balance_tolerance_fraction lies between 0 and 1.").With("value", recipe.BalanceTolerance));
        Materials(recipe, refusals);
        Steps(recipe, refusals);
        return refusals is [] ? recipe : refusals;
    }

    /// <summary>Whether a person may approve a draft from an instant on.</summary>
    /// <param name="authorId">Who wrote it.</param>
    /// <param name="approverId">Who approves it.</param>
    /// <param name="effective">First instant of use; null for now.</param>
    /// <param name="latestEffective">Effective time of the latest approved version; null when there is none.</param>
    /// <param name="now">Now.</param>
    /// <returns>The effective time.</returns>
    public static Decision<DateTimeOffset> Approve(string authorId, string approverId, DateTimeOffset? effective, DateTimeOffset? latestEffective, DateTimeOffset now)
    {
        List<Refusal> refusals = [];
        var from = effective ?? now;
        if (authorId == approverId)
            refusals.Add(Refusal.Denied("recipe", "SECOND_PERSON_NEEDED", "A recipe is approved by another person than its author."));
        if (from < now)
            refusals.Add(Refusal.Invalid("effective_time", "EFFECTIVE_TIME_IN_PAST", "A recipe cannot come into force in the past.").With("effective_time", from).With("now_time", now));
        if (latestEffective is { } latest && from <= latest)
        {
            refusals.Add(Refusal.Invalid("effective_time", "EFFECTIVE_TIME_NOT_AFTER_EARLIER_VERSION", "A later version comes into force after the versions before it.")
                .With("effective_time", from).With("earlier_version_effective_time", latest));
        }
        return refusals is [] ? from : refusals;
    }

    static void Duration(TimeSpan value, string field, List<Refusal> refusals)
    {
        if (value <= TimeSpan.Zero || value > DurationMax)
            refusals.Add(Refusal.Invalid(field, "DURATION_OUT_OF_RANGE", $"{field} must be longer than nothing and at most {DurationMax.TotalDays} days.").With("seconds", value.TotalSeconds));
    }

    static void Materials(Recipe recipe, List<Refusal> refusals)
    {
        foreach (var (material, index) in recipe.Materials.Select((m, i) => (m, i)))
        {
            refusals.RequireText(material.Code, $"recipe.materials[{index}].code", 64);
            if (material.Radioactive) refusals.RequireText(material.Use, $"recipe.materials[{index}].use", 64);
            else UnitTable.Read(material.Unit, $"recipe.materials[{index}].unit").OrAdd(refusals);
        }

        foreach (var twice in recipe.Materials.GroupBy(m => m.Code, StringComparer.Ordinal).Where(g => g.Count() > 1))
            refusals.Add(Refusal.Invalid("recipe.materials", "CODE_TWICE", $"Material {twice.Key} is named twice.").With("code", twice.Key));
    }

    static void Steps(Recipe recipe, List<Refusal> refusals)
    {
        if (recipe.Steps.Count is 0 or > StepsMax)
            refusals.Add(Refusal.Invalid("recipe.unit_procedures", "STEP_COUNT_INVALID", $"A recipe has 1 to {StepsMax} steps.").With("step_count", recipe.Steps.Count));
        foreach (var twice in recipe.Steps.GroupBy(s => s.Id, StringComparer.Ordinal).Where(g => g.Count() > 1))
            refusals.Add(Refusal.Invalid("recipe.unit_procedures", "STEP_ID_TWICE", $"Step id '{twice.Key}' is used twice.").With("step_id", twice.Key));
        var synthesis = recipe.Steps.Count(s => s.Kind is StepKind.Synthesis);
        if (synthesis != 1)
            refusals.Add(Refusal.Invalid("recipe.unit_procedures", "SYNTHESIS_STEP_COUNT_INVALID", "A recipe has exactly one synthesis step.").With("step_count", synthesis));
        var dispense = recipe.Steps.Count(s => s.Kind is StepKind.Dispense);
        if (dispense != 1)
            refusals.Add(Refusal.Invalid("recipe.unit_procedures", "DISPENSE_STEP_COUNT_INVALID", "A recipe has exactly one dispensing step.").With("step_count", dispense));
        if (!recipe.Steps.Any(s => s.Kind is StepKind.MaterialIssue && recipe.Material(s.MaterialCode) is { Radioactive: true }))
            refusals.Add(Refusal.Invalid("recipe.unit_procedures", "NO_RADIOACTIVE_ISSUE", "A recipe issues at least one radioactive material, or its balance has nothing to balance."));
        else if (recipe.Steps.TakeWhile(s => s.Kind is not StepKind.Synthesis).All(s => s.Kind is not StepKind.MaterialIssue || recipe.Material(s.MaterialCode) is not { Radioactive: true }))
            refusals.Add(Refusal.Invalid("recipe.unit_procedures", "SYNTHESIS_BEFORE_MATERIAL", "A radioactive material is issued, and so verified, before the synthesis that uses it begins."));
        foreach (var step in recipe.Steps) Step(recipe, step, refusals);
    }

    static void Step(Recipe recipe, RecipeStep step, List<Refusal> refusals)
    {
        refusals.RequireText(step.Id, $"{step.Path}.id", 64);
        refusals.RequireText(step.Title, $"{step.Path}.title", 500);
        if (step.Kind is StepKind.Unspecified || !Enum.IsDefined(step.Kind))
            refusals.Add(Refusal.Invalid($"{step.Path}.kind", "STEP_KIND_REQUIRED", $"Step '{step.Id}' needs a kind."));
        if (step.Kind is StepKind.MaterialIssue != (step.MaterialCode is not ""))
            refusals.Add(Refusal.Invalid($"{step.Path}.material_code", "MATERIAL_OF_STEP_INVALID", "A material is named in a material issue step, and only there."));
        if (step.MaterialCode is not "" && recipe.Material(step.MaterialCode) is null)
            refusals.Add(Refusal.Invalid($"{step.Path}.material_code", "MATERIAL_NOT_IN_RECIPE", $"Material {step.MaterialCode} is not among the materials of the recipe.").With("material_code", step.MaterialCode));
        foreach (var role in step.PerformerRoles.Where(r => !Roles.All.Contains(r, StringComparer.Ordinal)))
            refusals.Add(Refusal.Invalid($"{step.Path}.performer_roles", "ROLE_UNKNOWN", $"'{role}' is not a role.").With("role", role));
        if (step.Procedure is not "") refusals.RequireText(step.Procedure, $"{step.Path}.procedure", 64);
        foreach (var meaning in step.SignatureMeanings.Where(m => m is not (RecipeStep.Performed or RecipeStep.Verified)))
            refusals.Add(Refusal.Invalid($"{step.Path}.signature_meanings", "SIGNATURE_MEANING_UNKNOWN", $"A step is signed as '{RecipeStep.Performed}' or '{RecipeStep.Verified}'.").With("meaning", meaning));
        if (step.Signs(RecipeStep.Verified) && !step.NeedsVerification)
            refusals.Add(Refusal.Invalid($"{step.Path}.signature_meanings", "SIGNATURE_WITHOUT_VERIFICATION", $"Step '{step.Id}' is not verified, so no verifier can sign it."));
        if (step.EquipmentClasses.Any(c => c is EquipmentClass.Unspecified || !Enum.IsDefined(c)))
            refusals.Add(Refusal.Invalid($"{step.Path}.equipment_classes", "EQUIPMENT_CLASS_REQUIRED", $"Step '{step.Id}' names a class of equipment that does not exist."));
        foreach (var twice in step.Inputs.GroupBy(i => i.Code, StringComparer.Ordinal).Where(g => g.Count() > 1))
            refusals.Add(Refusal.Invalid($"{step.Path}.inputs", "CODE_TWICE", $"Input {twice.Key} is asked for twice.").With("code", twice.Key));
        foreach (var (input, index) in step.Inputs.Select((i, n) => (i, n))) Input(input, $"{step.Path}.inputs[{index}]", refusals);
    }

    static void Input(StepInput input, string path, List<Refusal> refusals)
    {
        refusals.RequireText(input.Code, $"{path}.code", 64);
        if (input.Type is InputType.Unspecified || !Enum.IsDefined(input.Type))
            refusals.Add(Refusal.Invalid($"{path}.type", "INPUT_TYPE_REQUIRED", $"Input '{input.Code}' needs a type."));
        if (input.Type is InputType.Number) refusals.RequireText(input.Unit, $"{path}.unit", 32);
        if (input.Type is InputType.Code && input.Choices.Count == 0)
            refusals.Add(Refusal.Invalid($"{path}.choices", "CHOICES_REQUIRED", $"Input '{input.Code}' needs its choices."));
        var limited = input.Type is InputType.Number or InputType.Duration;
        if (!limited && (input.Minimum ?? input.Maximum) is not null)
            refusals.Add(Refusal.Invalid($"{path}.minimum", "LIMIT_NOT_APPLICABLE", "Only numbers and durations have limits."));
        if (input.Minimum is { } low && !double.IsFinite(low) || input.Maximum is { } high && !double.IsFinite(high) || input.Minimum > input.Maximum)
            refusals.Add(Refusal.Invalid($"{path}.minimum", "LIMITS_INVALID", "Limits are finite, and the lower is not above the upper.").With("minimum", input.Minimum).With("maximum", input.Maximum));
    }
}
