using Doseline.Kernel.Signing;
using Doseline.Platform.Rpc;
using Doseline.Shipping.Data;
using Doseline.Shipping.Domain;
using Doseline.Shipping.Domain.Class7;
using Wire = Doseline.Shipping.V1;

namespace Doseline.Shipping.Api;

/// <summary>Everything a shipping paper says, gathered at one moment.</summary>
sealed record PaperSource(
    PackageRow Package, IReadOnlyList<DoseInPackage> Doses, PackageClassification Classification, CarriagePlan Plan,
    CustomerCopy Customer, ShipperProfileRow Profile, PackagingSpec Packaging)
{
    /// <summary>Fingerprint of all that the paper says but its instant: as long as it stays the same, the paper on the package is true.</summary>
    public string Basis()
    {
        string[] parts =
        [
            Package.Id, $"{Package.ContentVersion}", Package.SurveyId ?? "", Package.SealId, Package.Doses, Package.ChemicalForm, Package.CustomerId,
            Classification.UnNumber, $"{Classification.Category}", $"{Classification.TransportIndexTenths}", $"{Classification.IsReportableQuantity}",
            string.Join(' ', Classification.PrintedNuclides), Classification.Class7DataVersion, Classification.NuclideDataVersion,
            Plan.Offer.Id, Plan.Offer.Carrier, $"{Plan.Offer.Mode}", $"{Plan.Delivery.UtcTicks}",
            Customer.Name, Customer.Address, Customer.LicenceNumber,
            $"{Profile.Version}", Packaging.Name, Packaging.SpecificationMark, $"{Packaging.Kind}",
        ];
        return Digest.Of(Json.Write(parts));
    }

    /// <summary>The paper (49 CFR 172.201 to 172.204), without its pages.</summary>
    public Wire.ShippingPaper Write(int paperVersion, DateTimeOffset offer, string signerName, string signerId, string reprintReason)
    {
        // 49 CFR 172.200(b): excepted packages need no paper unless they hold a reportable quantity; exempt ones are no hazardous material.
        var labelled = Classification.Category != Category.None;
        var required = labelled || Classification.IsReportableQuantity;
        var measured = Doses.SelectMany(dose => dose.Contents).Select(part => part.ToActivity()).ToList();
        var atOffer = Contents.At(measured, offer, Class7Data.Current);
        var atDelivery = Contents.At(measured, Plan.Delivery > offer ? Plan.Delivery : offer, Class7Data.Current);
        var isExempt = Classification.UnNumber is "";
        return new Wire.ShippingPaper
        {
            PackageId = Package.Id,
            PackageNumber = Package.Number,
            PaperVersion = paperVersion,
            Required = required,
            BasicDescription = isExempt
                ? "Not regulated as Class 7 (49 CFR 173.403: below exemption values)"
                : $"{(Classification.IsReportableQuantity ? "RQ, " : "")}{Classification.UnNumber}, {Classification.ShippingName}, 7",
            Nuclides = { Classification.PrintedNuclides.Select(nuclide => NuclideOf(nuclide, measured, atOffer, atDelivery, offer)) },
            Form = $"{LicenceRules.FormText(new MaterialForm(Package.PhysicalForm))}, {Package.ChemicalForm}",
            TotalText = ActivityText.Of(atOffer.Amounts.Sum(amount => amount.Bq)),
            CategoryText = PaperWords.Of(Classification.Category),
            TransportIndexText = Classification.Category > Category.WhiteI ? PaperWords.TransportIndex(Classification.TransportIndexTenths) : "",
            Statements = { PaperWords.Statements(Classification, Plan.Offer, Profile.AirDeclarationText) },
            PackagesText = $"1 {PaperWords.Of(Classification.Kind)}, {Packaging.Name}{(Packaging.SpecificationMark is "" ? "" : $", {Packaging.SpecificationMark}")}",
            ConsignorLines = { Lines(Profile.ShipperName, Profile.Address) },
            ConsigneeLines = { Lines(Customer.Name, Customer.Address), $"Licence {Customer.LicenceNumber}" },
            EmergencyPhone = Profile.EmergencyPhone,
            EmergencyLines = { new[] { Profile.EmergencyProvider, Profile.EmergencyInformation }.Where(line => line is not "") },
            CertificationText = required ? Profile.CertificationText : "",
            SignerName = signerName,
            SignerId = signerId,
            Doses = { Doses.Select(dose => new Wire.PaperDose { DoseId = dose.DoseId, OrderId = dose.OrderId, BatchNumber = dose.BatchNumber, ProductName = dose.ProductName }) },
            Carrier = Plan.Offer.Carrier,
            OfferTime = offer.ToWire(),
            DeliveryTime = Plan.Delivery.ToWire(),
            NuclideDataVersion = Classification.NuclideDataVersion,
            Class7DataVersion = Classification.Class7DataVersion,
            ReprintReason = reprintReason,
        };
    }

    Wire.PaperNuclide NuclideOf(string nuclide, List<Kernel.Decay.CalibratedActivity> measured, Contents atOffer, Contents atDelivery, DateTimeOffset offer) => new()
    {
        Nuclide = nuclide,
        Calibrated = { measured.Where(part => part.Nuclide.Symbol == nuclide).Select(part => part.ToWire()) },
        AtShip = Amount(atOffer, nuclide, offer),
        AtDelivery = Amount(atDelivery, nuclide, Plan.Delivery),
        Text = ActivityText.Of(BqOf(atOffer, nuclide)),
    };

    static List<string> Lines(string name, string address) => [name, .. Json.Read<List<string>>(address)];

    static double BqOf(Contents contents, string nuclide) => contents.Amounts.FirstOrDefault(amount => amount.Nuclide.Symbol == nuclide)?.Bq ?? 0;

    static Common.V1.CalibratedActivity Amount(Contents contents, string nuclide, DateTimeOffset instant) =>
        new() { Nuclide = nuclide, ActivityBq = BqOf(contents, nuclide), ReferenceTime = instant.ToWire(), DataVersion = contents.DataVersion };
}
