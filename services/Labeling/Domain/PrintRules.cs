using Doseline.Kernel.Rules;

namespace Doseline.Labeling.Domain;

/// <summary>What stands for or against printing a label of a dose.</summary>
/// <param name="DoseId">Dose.</param>
/// <param name="Dispensed">True once the record has a measured activity.</param>
/// <param name="Expire">Instant after which it may not be given (UTC); null when the record does not say.</param>
/// <param name="Disposition">Quality's last word as far as it was heard; none until then.</param>
/// <param name="LostCause">Why execution lost it; empty when it did not.</param>
/// <param name="HasTemplate">True when an approved template is in force for it.</param>
public sealed record DoseStanding(string DoseId, bool Dispensed, DateTimeOffset? Expire, QualityStatus Disposition, string LostCause, bool HasTemplate);

/// <summary>Says whether a label may be printed.</summary>
public static class PrintRules
{
    /// <summary>Every reason against a label; empty when it may be printed.</summary>
    public static List<Refusal> Refusals(DoseStanding dose, DateTimeOffset now)
    {
        var resource = $"doses/{dose.DoseId}";
        List<Refusal> refusals = [];
        if (!dose.Dispensed)
            refusals.Add(Refusal.State(resource, "DOSE_NOT_DISPENSED", "The record has no measured activity: the dose is not dispensed."));
        if (dose.Disposition is QualityStatus.Quarantine)
            refusals.Add(Refusal.State(resource, "DOSE_ON_HOLD", "Quality has put the dose on hold."));
        if (dose.Disposition is QualityStatus.Rejected)
            refusals.Add(Refusal.State(resource, "DOSE_REJECTED", "Quality has rejected the dose."));
        if (dose.LostCause.Length > 0)
            refusals.Add(Refusal.State(resource, "DOSE_LOST", "Execution has given the dose up.").With("cause", dose.LostCause));
        if (dose.Expire is { } expire && expire <= now)
            refusals.Add(Refusal.State(resource, "DOSE_EXPIRED", "The dose is past its expiry.").With("expire_time", expire).With("now_time", now));
        if (!dose.HasTemplate)
            refusals.Add(Refusal.State(resource, "TEMPLATE_MISSING", "No approved label template is in force for the product and market."));
        return refusals.ConvertAll(r => r.With("dose_id", dose.DoseId));
    }
}
