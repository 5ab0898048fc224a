using Doseline.Kernel.Rules;

namespace Doseline.Waste.Domain;

/// <summary>States of a container; the numbers are those of the wire.</summary>
public enum ContainerState
{
    /// <summary>Takes items.</summary>
    Open = 1,

    /// <summary>Closed; decays.</summary>
    Closed = 2,

    /// <summary>Has reached its criterion; may be surveyed.</summary>
    Eligible = 3,

    /// <summary>Surveyed and indistinguishable from background.</summary>
    Surveyed = 4,

    /// <summary>Disposed of.</summary>
    Disposed = 5,
}

/// <summary>What may go into a container and when a container may leave.</summary>
public static class WasteRules
{
    /// <summary>
    /// Reasons against an item in a container by its nuclides. Material of the carrier-added route is kept out of short-lived bins
    /// even where no long-lived isomer was measured, because it has to be expected (licensing.md L4, Lu-177m in 176Lu(n,γ)177Lu).
    /// </summary>
    /// <param name="item">What is in the item.</param>
    /// <param name="carrierAdded">True when it comes from carrier-added material.</param>
    /// <param name="policy">Policy of the container.</param>
    /// <param name="resource">The item, for refusals.</param>
    /// <param name="now">Instant of the decision.</param>
    public static IEnumerable<Refusal> AgainstItem(Contents item, bool carrierAdded, ContainerPolicy policy, string resource, DateTimeOffset now)
    {
        if (!policy.DecayInStorage) yield break;
        var present = item.Lines.Select(line => line.Nuclide.Symbol).ToHashSet(StringComparer.Ordinal);
        foreach (var (nuclide, peakBq) in item.Peaks(now))
        {
            var days = nuclide.HalfLifeSeconds / 86_400;
            if (days <= policy.MaxHalfLifeDays || peakBq <= policy.SignificanceBq) continue;
            var grows = !present.Contains(nuclide.Symbol);
            yield return Refusal.State(resource, grows ? "PROGENY_TOO_LONG_LIVED" : "HALF_LIFE_TOO_LONG",
                    $"{nuclide.Symbol} has a half-life of {days:G6} d; the container takes up to {policy.MaxHalfLifeDays:G6} d.")
                .With("nuclide", nuclide.Symbol).With("half_life_days", days).With("half_life_max_days", policy.MaxHalfLifeDays).With("peak_bq", peakBq)
                .With("significance_bq", policy.SignificanceBq).With("policy_source", policy.Source);
        }

        if (carrierAdded)
        {
            yield return Refusal.State(resource, "CARRIER_ADDED_NOT_ELIGIBLE", "Carrier-added material may hold a long-lived isomer and does not go into decay in storage.")
                .With("half_life_max_days", policy.MaxHalfLifeDays).With("policy_source", policy.Source);
        }
    }

    /// <summary>Reasons against a survey (10 CFR 35.92 and 35.2092: background, surface reading, most sensitive scale, no interposed shielding); the meter is judged by <see cref="InstrumentRules"/>.</summary>
    public static IEnumerable<Refusal> AgainstSurvey(
        ContainerState state, DateTimeOffset? eligible, double backgroundCpm, double surfaceCpm, bool noShielding, bool mostSensitive, string resource)
    {
        if (state is not (ContainerState.Eligible or ContainerState.Surveyed))
            yield return Refusal.State(resource, "CONTAINER_NOT_ELIGIBLE", "The container has not decayed to its criterion.").With("eligible_time", eligible).With("state", state.ToString().ToUpperInvariant());
        if (!(backgroundCpm > 0) || !double.IsFinite(backgroundCpm)) yield return Refusal.Invalid("background_cpm", "NUMBER_NOT_POSITIVE", "A background is greater than 0.").With("value", backgroundCpm);
        if (!(surfaceCpm > 0) || !double.IsFinite(surfaceCpm)) yield return Refusal.Invalid("surface_cpm", "NUMBER_NOT_POSITIVE", "A reading is greater than 0.").With("value", surfaceCpm);
        if (!noShielding) yield return Refusal.Invalid("no_interposed_shielding", "SHIELDING_INTERPOSED", "The surface is surveyed with no interposed shielding.");
        if (!mostSensitive) yield return Refusal.Invalid("most_sensitive_scale", "SCALE_NOT_MOST_SENSITIVE", "The meter is set to its most sensitive scale.");
    }

    /// <summary>Reasons against a disposal.</summary>
    /// <param name="state">State of the container.</param>
    /// <param name="policy">Its policy.</param>
    /// <param name="byDecay">True for release after decay in storage, false for transfer.</param>
    /// <param name="labelsRemoved">True when radiation labels were removed or obliterated.</param>
    /// <param name="transfer">Receiver, place and manifest (10 CFR 20.2006); all three needed for a transfer, and none for a release.</param>
    /// <param name="resource">The container, for refusals.</param>
    public static IEnumerable<Refusal> AgainstDisposal(ContainerState state, ContainerPolicy policy, bool byDecay, bool labelsRemoved, TransferOf transfer, string resource)
    {
        if (state is ContainerState.Disposed) yield return Refusal.State(resource, "CONTAINER_DISPOSED", "The container was disposed of already.");
        else if (state is ContainerState.Open) yield return Refusal.State(resource, "CONTAINER_OPEN", "Close the container first.");
        if (byDecay && !policy.DecayInStorage) yield return Refusal.State(resource, "DECAY_IN_STORAGE_NOT_ALLOWED", "The policy of the container allows transfer only.").With("policy_source", policy.Source);
        if (byDecay && state is (ContainerState.Closed or ContainerState.Eligible))
            yield return Refusal.State(resource, "SURVEY_REQUIRED", "Only a survey that cannot be told from background releases it; waiting does not.").With("state", state.ToString().ToUpperInvariant());
        if (byDecay && !labelsRemoved) yield return Refusal.Invalid("labels_removed", "LABELS_NOT_REMOVED", "Radiation labels are removed or obliterated first.");
        foreach (var (text, field) in new[] { (transfer.TransfereeId, "transferee_id"), (transfer.DeliveryPlace, "delivery_place"), (transfer.ManifestNumber, "manifest_number") })
        {
            if (!byDecay && string.IsNullOrWhiteSpace(text)) yield return Refusal.Invalid(field, "FIELD_REQUIRED", $"{field} is required for a transfer.");
            else if (byDecay && text is not "") yield return Refusal.Invalid(field, "FIELD_NOT_EXPECTED", $"{field} is for a transfer.");
            else if (text.Length > TransferOf.LengthMax) yield return Refusal.Invalid(field, "TEXT_TOO_LONG", $"{field} has at most {TransferOf.LengthMax} characters.").With("length_max", TransferOf.LengthMax);
        }
    }
}

/// <summary>What is said of a transfer.</summary>
/// <param name="TransfereeId">Licensee on file that receives it.</param>
/// <param name="DeliveryPlace">Place of delivery.</param>
/// <param name="ManifestNumber">Number of the manifest.</param>
public sealed record TransferOf(string TransfereeId, string DeliveryPlace, string ManifestNumber)
{
    /// <summary>Characters of each at most.</summary>
    public const int LengthMax = 200;
}
