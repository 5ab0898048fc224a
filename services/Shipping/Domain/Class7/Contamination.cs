using Doseline.Kernel.Rules;

namespace Doseline.Shipping.Domain.Class7;

/// <summary>A wipe of the outside of a package.</summary>
public sealed record WipeReading
{
    const double SecondsPerMinute = 60;

    /// <summary>True when alpha emitters other than low-toxicity ones were counted; false for beta, gamma and low-toxicity alpha.</summary>
    public required bool IsAlpha { get; init; }

    /// <summary>Net counts per minute; not negative.</summary>
    public required double NetCountsPerMinute { get; init; }

    /// <summary>Counts per decay, over 0 to 1.</summary>
    public required double CounterEfficiency { get; init; }

    /// <summary>Area wiped in cm², over 0.</summary>
    public required double AreaCm2 { get; init; }

    /// <summary>Part of the removable contamination taken up, over 0 to 1.</summary>
    public required double WipeEfficiency { get; init; }

    /// <summary>Removable contamination in Bq/cm²: net cpm / (counter efficiency × area × wipe efficiency), per second.</summary>
    public double BqPerCm2 => NetCountsPerMinute / SecondsPerMinute / (CounterEfficiency * AreaCm2 * WipeEfficiency);
}

/// <summary>Contamination rules (49 CFR 173.443(a) Table 9).</summary>
public static class ContaminationRules
{
    /// <summary>Reasons why a set of wipes does not show a package clean.</summary>
    /// <param name="wipes">Wipes.</param>
    /// <param name="hasAlpha">True when the contents emit alpha radiation: an alpha wipe is then needed too.</param>
    /// <param name="data">Tables.</param>
    public static List<Refusal> Findings(IReadOnlyList<WipeReading> wipes, bool hasAlpha, Class7Data data)
    {
        List<Refusal> findings = [];
        foreach (var wipe in wipes)
        {
            var limit = data.Limit(wipe.IsAlpha ? "contamination_alpha_max" : "contamination_beta_gamma_max");
            if (wipe.BqPerCm2 > limit)
            {
                findings.Add(Refusal.State("survey.wipes", "CONTAMINATION_ABOVE_LIMIT", $"Removable contamination is {wipe.BqPerCm2:G4} Bq/cm²; {limit:G4} is allowed.")
                    .With("contamination_bq_per_cm2", wipe.BqPerCm2).With("limit_bq_per_cm2", limit).With("is_alpha", wipe.IsAlpha));
            }
        }

        if (!wipes.Any(wipe => !wipe.IsAlpha))
            findings.Add(Refusal.Invalid("survey.wipes", "WIPE_MISSING", "A wipe counted for beta and gamma radiation is needed.").With("radiation", "BETA_GAMMA"));
        if (hasAlpha && !wipes.Any(wipe => wipe.IsAlpha))
            findings.Add(Refusal.Invalid("survey.wipes", "WIPE_MISSING", "The contents emit alpha radiation: a wipe counted for alpha is needed.").With("radiation", "ALPHA"));
        return findings;
    }

    /// <summary>True when the inside of an emptied packaging is clean enough for an empty package (49 CFR 173.428: 100 times the limit).</summary>
    public static bool InsideIsEmpty(WipeReading inside, Class7Data data) =>
        inside.BqPerCm2 <= data.Limit("empty_internal_factor") * data.Limit(inside.IsAlpha ? "contamination_alpha_max" : "contamination_beta_gamma_max");
}
