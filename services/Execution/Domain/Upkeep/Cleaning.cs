using Doseline.Execution.Domain.Cells;
using Doseline.Kernel.Rules;

namespace Doseline.Execution.Domain.Upkeep;

/// <summary>A cleaning as the record has it.</summary>
/// <param name="Level">Level; 1 is the least.</param>
/// <param name="Procedure">Procedure that was followed.</param>
/// <param name="Time">When.</param>
/// <param name="ById">Who cleaned.</param>
/// <param name="By">Printed name of who cleaned.</param>
public sealed record Cleaning(int Level, string Procedure, DateTimeOffset Time, string ById, string By);

/// <summary>What the next use of equipment is to the last one; the numbers are those of the wire.</summary>
public enum UseChange
{
    /// <summary>The same product again.</summary>
    SameProduct = 1,

    /// <summary>Another product of the same nuclide.</summary>
    OtherProduct = 2,

    /// <summary>Another nuclide.</summary>
    OtherNuclide = 3,
}

/// <summary>A rule of cleaning.</summary>
/// <param name="Change">Change it is for.</param>
/// <param name="Level">Least level before that use.</param>
public sealed record CleaningRule(UseChange Change, int Level);

/// <summary>Rules of a site for cleaning between uses: data of the installation.</summary>
/// <param name="SiteId">Site.</param>
/// <param name="Rules">One rule a change.</param>
/// <param name="ValidFor">How long equipment stays clean; null for ever.</param>
/// <param name="Source">Where the figures come from.</param>
public sealed record CleaningRules(string SiteId, IReadOnlyList<CleaningRule> Rules, TimeSpan? ValidFor, string Source)
{
    /// <summary>Greatest level.</summary>
    public const int LevelMax = 9;

    /// <summary>A site that has set none: any cleaning will do, and none lapses.</summary>
    public static CleaningRules None(string siteId) => new(siteId, [], null, "");

    /// <summary>What a use is to the one before; null when there was none.</summary>
    public static UseChange? ChangeOf(string? lastProduct, string? lastNuclide, string product, string nuclide) =>
        lastProduct is null || lastNuclide is null ? null
        : lastNuclide != nuclide ? UseChange.OtherNuclide
        : lastProduct != product ? UseChange.OtherProduct : UseChange.SameProduct;

    /// <summary>When a cleaning no longer counts; null when it does not lapse.</summary>
    public DateTimeOffset? LapseOf(Cleaning cleaning) => ValidFor is { } span ? cleaning.Time + span : null;

    /// <summary>Checks what was sent.</summary>
    public Decision<CleaningRules> Check()
    {
        List<Refusal> refusals = [];
        refusals.RequireText(SiteId, "rules.site_id", 64);
        refusals.RequireText(Source, "rules.source", 500);
        foreach (var (rule, at) in Rules.Select((r, i) => (r, i)))
        {
            if (!Enum.IsDefined(rule.Change)) refusals.Add(Refusal.Invalid($"rules.rules[{at}].change", "FIELD_REQUIRED", "A rule is for a change."));
            refusals.AddRange(Level(rule.Level, $"rules.rules[{at}].level"));
        }

        foreach (var twice in Rules.GroupBy(r => r.Change).Where(g => g.Count() > 1))
            refusals.Add(Refusal.Invalid("rules.rules", "RULE_TWICE", $"Two rules are for {twice.Key}.").With("change", twice.Key));
        if (ValidFor <= TimeSpan.Zero) refusals.Add(Refusal.Invalid("rules.valid_for", "DURATION_OUT_OF_RANGE", "valid_for is longer than nothing."));
        return refusals is [] ? this : refusals;
    }

    /// <summary>Every reason why equipment cannot be cleaned now.</summary>
    /// <param name="equipment">Equipment.</param>
    /// <param name="contents">What lies in it, for a hot cell.</param>
    /// <param name="level">Level.</param>
    /// <param name="procedure">Procedure.</param>
    public static List<Refusal> AgainstCleaning(Equipment equipment, CellContents contents, int level, string procedure)
    {
        List<Refusal> refusals = [];
        refusals.RequireText(procedure, "procedure", 64);
        refusals.AddRange(Level(level, "level"));
        if (equipment.BatchId is { } batch)
            refusals.Add(Refusal.State($"equipment/{equipment.Id}", "EQUIPMENT_OCCUPIED", $"{equipment.Code} is in use by a batch.").With("batch_id", batch));
        else if (equipment.State is not (EquipmentState.Dirty or EquipmentState.Clean))
            refusals.Add(Refusal.State($"equipment/{equipment.Id}", "EQUIPMENT_NOT_USABLE", $"{equipment.Code} is {equipment.State}.").With("state", equipment.State));
        refusals.AddRange(CellRules.CleanedOut(equipment, contents));
        return refusals;
    }

    /// <summary>Why clean equipment is not clean enough for a use: its cleaning lapsed, or is of too low a level for what changes.</summary>
    /// <param name="equipment">Equipment; what is not clean at all is refused elsewhere.</param>
    /// <param name="product">Product of the use.</param>
    /// <param name="nuclide">Nuclide of the use.</param>
    /// <param name="now">Now.</param>
    public IEnumerable<Refusal> Against(Equipment equipment, string product, string nuclide, DateTimeOffset now)
    {
        if (equipment.State is not EquipmentState.Clean || equipment.IsShared) yield break;
        var resource = $"equipment/{equipment.Id}";
        if (equipment.Cleaning is not { } cleaning)
        {
            if (Rules is not [] || ValidFor is not null) yield return Refusal.State(resource, "CLEANING_NOT_RECORDED", $"No cleaning of {equipment.Code} is recorded.").With("source", Source);
            yield break;
        }

        if (LapseOf(cleaning) is { } lapse && now >= lapse)
            yield return Refusal.State(resource, "CLEANING_LAPSED", $"The cleaning of {equipment.Code} no longer counts.").With("expire_time", lapse).With("now_time", now).With("source", Source);
        if (ChangeOf(equipment.LastProduct, equipment.LastNuclide, product, nuclide) is { } change && Rules.FirstOrDefault(r => r.Change == change) is { } rule && cleaning.Level < rule.Level)
        {
            yield return Refusal.State(resource, "CLEANING_NOT_ENOUGH", $"Between {equipment.LastProduct} and {product} {equipment.Code} needs a cleaning of level {rule.Level}; it had one of level {cleaning.Level}.")
                .With("change", change).With("level", cleaning.Level).With("level_min", rule.Level).With("source", Source);
        }
    }

    static IEnumerable<Refusal> Level(int level, string field)
    {
        if (level is < 1 or > LevelMax) yield return Refusal.Invalid(field, "LEVEL_OUT_OF_RANGE", $"{field} lies between 1 and {LevelMax}.").With("level", level);
    }
}
