using Doseline.Kernel.Rules;
using Doseline.Kernel.Units;

namespace Doseline.Inventory.Domain;

/// <summary>How a transferee's authorisation was verified; the numbers are those of the wire.</summary>
public enum Verification
{
    /// <summary>A current copy of the licence was read.</summary>
    LicenceCopy = 1,

    /// <summary>Written certification.</summary>
    WrittenCertification = 2,

    /// <summary>Oral certification for an emergency shipment.</summary>
    OralCertification = 3,

    /// <summary>Compiled by a reporting service.</summary>
    ReportingService = 4,

    /// <summary>The issuing agency was asked.</summary>
    IssuingAgency = 5,
}

/// <summary>What a transferee is authorised for.</summary>
/// <param name="Name">Name.</param>
/// <param name="LicenceNumber">Licence number.</param>
/// <param name="IssuingAgency">Agency.</param>
/// <param name="Expire">Instant at which the licence ends.</param>
/// <param name="Method">How it was verified.</param>
/// <param name="Nuclides">Nuclides; <c>*</c> for any.</param>
/// <param name="Forms">Forms; empty for any.</param>
/// <param name="LimitBq">Most of each nuclide in becquerels.</param>
/// <param name="Places">Authorised places of receipt.</param>
public sealed record Transferee(
    string Name, string LicenceNumber, string IssuingAgency, DateTimeOffset Expire, Verification Method,
    IReadOnlyList<string> Nuclides, IReadOnlyList<string> Forms, double LimitBq, IReadOnlyList<string> Places);

/// <summary>Before a transfer the licensee verifies that the transferee may have type, form and quantity (10 CFR 30.41(c) and (d)).</summary>
public static class TransferRules
{
    /// <summary>Every reason against a transfer.</summary>
    /// <param name="items">What is transferred together: the quantity is that of all of it.</param>
    /// <param name="transferee">Evidence.</param>
    /// <param name="deliveryPlace">Place of delivery.</param>
    /// <param name="time">Instant of transfer.</param>
    public static IEnumerable<Refusal> Against(IReadOnlyCollection<HeldItem> items, Transferee transferee, string deliveryPlace, DateTimeOffset time)
    {
        var resource = $"transferees/{transferee.LicenceNumber}";
        if (!Enum.IsDefined(transferee.Method))
            yield return Refusal.Invalid("transferee.method", "VERIFICATION_REQUIRED", "Name how the transferee's authorisation was verified.");
        if (transferee.Expire <= time)
            yield return Refusal.State(resource, "TRANSFEREE_LICENCE_EXPIRED", $"Licence {transferee.LicenceNumber} has ended.").With("expire_time", transferee.Expire).With("transfer_time", time);
        foreach (var nuclide in items.SelectMany(item => item.Lines).Select(line => line.Nuclide).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var bq = items.Sum(item => item.ActivityAt(nuclide, time));
            if (!transferee.Nuclides.Contains(nuclide, StringComparer.Ordinal) && !transferee.Nuclides.Contains(Licence.Any, StringComparer.Ordinal))
            {
                yield return Refusal.State(resource, "TRANSFEREE_NUCLIDE_NOT_AUTHORISED", $"{transferee.Name} is not authorised for {nuclide}.").With("nuclide", nuclide);
            }
            else if (bq > transferee.LimitBq)
            {
                yield return Refusal.State(resource, "TRANSFEREE_QUANTITY_EXCEEDED", $"{ActivityWords.Of(bq, nuclide)} of {nuclide} are more than {transferee.Name} may receive.")
                    .With("nuclide", nuclide).With("limit_bq", transferee.LimitBq).With("total_bq", bq).With("excess_bq", bq - transferee.LimitBq);
            }
        }

        foreach (var form in items.Select(item => item.Place.Form).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Where(form => transferee.Forms is not [] && !transferee.Forms.Contains(form, StringComparer.Ordinal)))
            yield return Refusal.State(resource, "TRANSFEREE_FORM_NOT_AUTHORISED", $"{transferee.Name} is not authorised for the form '{form}'.").With("form", form);
        if (!transferee.Places.Contains(deliveryPlace, StringComparer.Ordinal))
            yield return Refusal.State(resource, "TRANSFEREE_PLACE_NOT_AUTHORISED", $"'{deliveryPlace}' is not an authorised place of {transferee.Name}.").With("place", deliveryPlace);
    }
}
