using Doseline.Kernel.Rules;

namespace Doseline.Quality.Domain;

/// <summary>What QA found about a dose of an outage authorisation.</summary>
public enum OutageVerdict
{
    /// <summary>Not decided.</summary>
    Open,

    /// <summary>Not shipped under the authorisation.</summary>
    NotUsed,

    /// <summary>Shipped, and Quality would have let it go.</summary>
    Confirmed,

    /// <summary>Shipped, and Quality would not have let it go.</summary>
    NotConfirmed,
}

/// <summary>A dose that somebody wants to ship without asking.</summary>
/// <param name="Id">Dose.</param>
/// <param name="SiteId">Site.</param>
/// <param name="State">Disposition.</param>
/// <param name="Expire">Instant after which it may not be given (UTC).</param>
/// <param name="LostCause">Why execution lost it; empty when it did not.</param>
public sealed record DoseForOutage(string Id, string SiteId, QualityStatus State, DateTimeOffset Expire, string LostCause);

/// <summary>
/// Break-glass: denied unless everything fits (A204). It waives Quality's answer at the door, never the release: every dose is released beforehand.
/// </summary>
public static class OutageRules
{
    /// <summary>Most doses of one authorisation: an outage release is an exception, not a mode of working.</summary>
    public const int DosesMax = 50;

    /// <summary>Longest authorisation.</summary>
    public static readonly TimeSpan SpanMax = TimeSpan.FromHours(24);

    /// <summary>Every reason why the authorisation is denied.</summary>
    /// <param name="siteId">Site.</param>
    /// <param name="named">Doses named.</param>
    /// <param name="known">Those of them that exist.</param>
    /// <param name="expire">End asked for (UTC).</param>
    /// <param name="unreconciledId">Authorisation of the site that waits to be reconciled; null for none.</param>
    /// <param name="now">Now (UTC).</param>
    public static List<Refusal> Authorise(string siteId, IReadOnlyList<string> named, IReadOnlyList<DoseForOutage> known, DateTimeOffset expire, string? unreconciledId, DateTimeOffset now)
    {
        List<Refusal> refusals = [];
        if (named.Count is 0 or > DosesMax)
            refusals.Add(Refusal.Invalid("dose_ids", "DOSE_COUNT_INVALID", $"An authorisation names 1 to {DosesMax} doses.").With("dose_count", named.Count).With("dose_count_max", DosesMax));
        if (expire <= now)
            refusals.Add(Refusal.Invalid("expire_time", "EXPIRY_IN_PAST", "An authorisation ends after it begins.").With("expire_time", expire).With("now_time", now));
        if (expire > now + SpanMax)
            refusals.Add(Refusal.Invalid("expire_time", "EXPIRY_TOO_LATE", $"An authorisation ends within {SpanMax.TotalHours} hours.").With("expire_time", expire).With("latest_time", now + SpanMax));
        if (unreconciledId is not null)
            refusals.Add(Refusal.State($"sites/{siteId}", "OUTAGE_NOT_RECONCILED", "What was done under the last authorisation of the site is not reconciled.").With("authorisation_id", unreconciledId));
        foreach (var unknown in named.Except(known.Select(d => d.Id), StringComparer.Ordinal))
            refusals.Add(Refusal.Missing($"doses/{unknown}", "DOSE_UNKNOWN", $"Quality knows no dose {unknown}.").With("dose_id", unknown));
        foreach (var dose in known) refusals.AddRange(Dose(siteId, dose, now));
        return refusals;
    }

    /// <summary>Every reason why what was done is not reconciled yet.</summary>
    /// <param name="id">Authorisation.</param>
    /// <param name="expire">Its end (UTC).</param>
    /// <param name="reconciled">When it was reconciled (UTC); null when it was not.</param>
    /// <param name="doses">Its doses, and whether each was shipped under it.</param>
    /// <param name="findings">What was found, by dose.</param>
    /// <param name="now">Now (UTC).</param>
    public static List<Refusal> Reconcile(
        string id, DateTimeOffset expire, DateTimeOffset? reconciled, IReadOnlyDictionary<string, bool> doses, IReadOnlyList<(string DoseId, OutageVerdict Finding)> findings, DateTimeOffset now)
    {
        List<Refusal> refusals = [];
        var resource = $"outages/{id}";
        if (reconciled is not null)
            refusals.Add(Refusal.State(resource, "OUTAGE_RECONCILED", "The authorisation was reconciled before.").With("reconcile_time", reconciled));
        if (expire > now && doses.Values.Contains(false))
            refusals.Add(Refusal.State(resource, "OUTAGE_NOT_ENDED", "Doses may still be shipped under the authorisation.").With("expire_time", expire).With("now_time", now));
        foreach (var (dose, index) in findings.Select((f, i) => (f.DoseId, i)).Where(f => !doses.ContainsKey(f.DoseId)))
            refusals.Add(Refusal.Invalid($"findings[{index}].dose_id", "DOSE_NOT_AUTHORISED", "The dose is not of this authorisation.").With("dose_id", dose));
        foreach (var (dose, shipped) in doses)
        {
            OutageVerdict[] found = [.. findings.Where(f => f.DoseId == dose).Select(f => f.Finding)];
            if (found is not [var finding] || finding is OutageVerdict.Open)
                refusals.Add(Refusal.Invalid("findings", "DOSE_NOT_ACCOUNTED_FOR", "Every dose is accounted for, once.").With("dose_id", dose));
            else if (shipped == (finding is OutageVerdict.NotUsed))
                refusals.Add(Refusal.State($"doses/{dose}", "FINDING_CONTRADICTS_SHIPMENT", shipped ? "Shipping handed the dose over under this authorisation." : "Shipping did not hand the dose over under this authorisation.").With("dose_id", dose));
        }

        return refusals;
    }

    static IEnumerable<Refusal> Dose(string siteId, DoseForOutage dose, DateTimeOffset now)
    {
        var resource = $"doses/{dose.Id}";
        if (dose.SiteId != siteId)
            yield return Refusal.State(resource, "DOSE_OF_OTHER_SITE", "The dose is of another site.").With("dose_id", dose.Id).With("site_id", dose.SiteId);
        if (dose.State is not QualityStatus.Released)
            yield return Refusal.State(resource, "DOSE_NOT_RELEASED", $"The dose is {StatusModel.Name(dose.State)}; an outage waives no release.").With("dose_id", dose.Id).With("state", StatusModel.Name(dose.State));
        if (dose.Expire <= now)
            yield return Refusal.State(resource, "DOSE_EXPIRED", "The dose is past its expiry.").With("dose_id", dose.Id).With("expire_time", dose.Expire);
        if (dose.LostCause.Length > 0)
            yield return Refusal.State(resource, "DOSE_LOST", "Execution has given the dose up.").With("dose_id", dose.Id).With("cause", dose.LostCause);
    }
}
