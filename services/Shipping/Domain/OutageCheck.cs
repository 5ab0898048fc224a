using System.Globalization;
using System.Text.Json;
using Doseline.Kernel.Rules;

namespace Doseline.Shipping.Domain;

/// <summary>A signature in an outage authorisation, as far as its rules look at it.</summary>
/// <param name="SignerId">Who signed.</param>
/// <param name="IsAuthorisation">True when it declares an outage authorisation for the method that gives one.</param>
/// <param name="ContentHash">Hash of what was signed.</param>
/// <param name="Rights">What the signer was then, and where.</param>
public sealed record OutageSigner(string SignerId, bool IsAuthorisation, string ContentHash, IReadOnlyList<Right> Rights);

/// <summary>Whether an outage authorisation, checked without asking anybody, lets a dose leave (A204). What does not fit denies.</summary>
public static class OutageCheck
{
    /// <summary>Every reason why the authorisation does not cover the dose now.</summary>
    /// <param name="authorisationId">Authorisation.</param>
    /// <param name="content">Canonical JSON that both persons are said to have signed.</param>
    /// <param name="contentHash">Its hash, computed here.</param>
    /// <param name="first">First signature; null when it is not genuine.</param>
    /// <param name="second">Second signature; null when it is not genuine.</param>
    /// <param name="siteId">Site the package leaves.</param>
    /// <param name="doseId">Dose.</param>
    /// <param name="now">Now (UTC).</param>
    public static List<Refusal> Refusals(string authorisationId, string content, string contentHash, OutageSigner? first, OutageSigner? second, string siteId, string doseId, DateTimeOffset now)
    {
        List<Refusal> refusals = [];
        var resource = $"outages/{authorisationId}";
        foreach (var (signer, which) in new[] { (first, "first"), (second, "second") })
        {
            if (signer is null || !signer.IsAuthorisation || signer.ContentHash != contentHash || !signer.Rights.Any(r => r.Role is Roles.Qa && r.At(siteId)))
                refusals.Add(Refusal.State(resource, "OUTAGE_SIGNATURE_INVALID", $"The {which} signature is not one of QA of this site under this authorisation.").With("site_id", siteId).With("authorisation_id", authorisationId).With("person", which));
        }

        if (first is not null && first.SignerId == second?.SignerId)
            refusals.Add(Refusal.State(resource, "OUTAGE_SIGNED_BY_ONE", "One person signed twice.").With("signer_id", first.SignerId));
        if (Scope.Read(content) is not { } scope)
        {
            refusals.Add(Refusal.State(resource, "OUTAGE_CONTENT_INVALID", "What was signed names no site, doses and end."));
            return refusals;
        }

        if (scope.SiteId != siteId || !scope.DoseIds.Contains(doseId, StringComparer.Ordinal))
            refusals.Add(Refusal.State(resource, "OUTAGE_SCOPE_EXCEEDED", "The authorisation is for other doses.").With("dose_id", doseId).With("site_id", siteId));
        if (scope.Expire <= now)
            refusals.Add(Refusal.State(resource, "OUTAGE_EXPIRED", "The authorisation has ended.").With("expire_time", scope.Expire).With("now_time", now));
        return refusals;
    }

    // What the two persons signed is the authority, not the fact around it.
    sealed record Scope(string SiteId, IReadOnlyList<string> DoseIds, DateTimeOffset Expire)
    {
        public static Scope? Read(string content)
        {
            try
            {
                using var document = JsonDocument.Parse(content);
                var request = document.RootElement.GetProperty("request");
                return new Scope(
                    request.GetProperty("siteId").GetString()!, [.. request.GetProperty("doseIds").EnumerateArray().Select(d => d.GetString()!)],
                    DateTimeOffset.Parse(request.GetProperty("expireTime").GetString()!, CultureInfo.InvariantCulture));
            }
            catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentNullException)
            {
                return null;
            }
        }
    }
}
