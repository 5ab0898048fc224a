using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;
using Doseline.Platform.Rpc;
using Doseline.Shipping.Data;
using Doseline.Shipping.Domain;
using Doseline.Shipping.Domain.Class7;
using Wire = Doseline.Shipping.V1;

namespace Doseline.Shipping.Api;

/// <summary>Hands packages over, takes them back, and records their delivery.</summary>
public sealed class HandOver(ShippingDb db, PackageReads reads, Papers papers, ReleaseGate release)
{
    const int ReasonLengthMax = 500;

    /// <summary>Ships. Quality is asked first; then everything here is read, so that what was decided on is what is saved.</summary>
    public async Task<Wire.ShipPackageResponse> ShipAsync(Wire.ShipPackageRequest request, CancellationToken cancel)
    {
        List<Refusal> refusals = [];
        refusals.RequireText(request.TrackingReference, "tracking_reference");
        refusals.RequireText(request.SealId, "seal_id");
        refusals.ThrowIfAny();
        // The version read here fences the save: whoever changes the package meanwhile makes this call fail.
        var row = await reads.ToChangeAsync(request.PackageId, request.Version, cancel);
        if (ShipGate.Closed(row.Id, row.State) is { } closed) throw new RefusedException(closed);
        var doses = row.ReadDoses();
        var (certified, unreleased) = await release.CheckAsync(doses, row.SiteId, cancel);
        refusals.AddRange(unreleased);

        await db.LoadAsync(db.Each<OrderCopy>(doses.Select(dose => dose.OrderId)), db.One<CustomerCopy>(row.CustomerId),
            db.One<ShipperProfileRow>(row.SiteId), db.One<PackagingRow>(row.PackagingId), db.Each<SurveyRow>(row.SurveyId is { } counts ? [counts] : []), cancel);
        var promises = await reads.PromisesAsync(doses, cancel);
        var plan = (await reads.PlanAsync(row, request.CarrierServiceId, promises, cancel)).OrAdd(refusals);
        var source = plan is null || row.SurveyId is null ? null : (await papers.SourceAsync(row, doses, plan, cancel)).OrAdd(refusals);
        refusals.AddRange(ShipGate.Check(await ViewAsync(row, doses, promises, source, request.SealId, cancel)));
        refusals.AddRange(await LicenceAsync(row, doses, plan?.Delivery ?? db.Now, cancel));
        refusals.ThrowIfAny();

        row.Attempt++;
        row.State = PackageState.Shipped;
        row.CarrierServiceId = plan!.Offer.Id;
        var shipment = new ShipmentRow
        {
            Id = db.Ids.New(),
            PackageId = row.Id,
            Attempt = row.Attempt,
            CarrierServiceId = plan.Offer.Id,
            Carrier = plan.Offer.Carrier,
            TrackingReference = request.TrackingReference,
            ShipTime = db.Now,
            PlannedDeliveryTime = plan.Delivery,
            TransportIndexTenths = source!.Classification.TransportIndexTenths,
            Doses = Json.Write(certified),
        };
        db.Put(shipment);
        var shipped = new Wire.PackageShipped
        {
            PackageId = row.Id,
            PackageNumber = row.Number,
            SiteId = row.SiteId,
            CustomerId = row.CustomerId,
            Doses = { certified.Select(Of) },
            Carrier = shipment.Carrier,
            TrackingReference = shipment.TrackingReference,
            TransportIndexTenths = shipment.TransportIndexTenths,
            ShipTime = shipment.ShipTime.ToWire(),
        };
        db.Publish(row.Id, shipped);
        return await db.AnswerAsync(new Wire.ShipPackageResponse { Package = await reads.ToWireAfterSaveAsync(row, cancel) }, cancel);
    }

    /// <summary>Compensates a shipment that did not happen: nothing left, and the package can be offered again.</summary>
    public async Task<Wire.VoidShipmentResponse> VoidAsync(Wire.VoidShipmentRequest request, CancellationToken cancel)
    {
        List<Refusal> refusals = [];
        refusals.RequireText(request.Reason, "reason", ReasonLengthMax);
        refusals.ThrowIfAny();
        var row = await reads.ToChangeAsync(request.PackageId, request.Version, cancel);
        var shipment = await UnderwayAsync(row, cancel);
        shipment.VoidTime = db.Now;
        shipment.VoidReason = request.Reason;
        row.ReopenedCount++;
        row.CarrierServiceId = "";
        if (request.SealIntact)
        {
            // The package came back as it was measured; only its paper named the carrier, the offer and the delivery.
            row.State = PackageState.Surveyed;
            row.PaperBasis = "";
        }
        else
        {
            row.Open(db.Now);
            row.Incidents = Json.Write<List<string>>([.. row.ReadIncidents(), "SEAL_BROKEN_AT_RETURN"]);
        }

        db.Publish(row.Id, new Wire.ShipmentVoided
        {
            PackageId = row.Id,
            Doses = { shipment.ReadDoses().Select(Of) },
            SiteId = row.SiteId,
            Reason = request.Reason,
            VoidTime = db.Now.ToWire(),
        });
        return await db.AnswerAsync(new Wire.VoidShipmentResponse { Package = await reads.ToWireAfterSaveAsync(row, cancel) }, cancel);
    }

    /// <summary>Records proof of delivery; a seal that is broken, or not the one applied, is an incident.</summary>
    public async Task<Wire.RecordDeliveryResponse> DeliverAsync(Wire.RecordDeliveryRequest request, CancellationToken cancel)
    {
        List<Refusal> refusals = [];
        refusals.RequireText(request.Recipient, "recipient");
        refusals.RequireText(request.Condition, "condition", ReasonLengthMax);
        var time = request.DeliveryTime.Read("delivery_time").OrAdd(refusals);
        refusals.ThrowIfAny();
        var row = await reads.ToChangeAsync(request.PackageId, request.Version, cancel);
        var shipment = await UnderwayAsync(row, cancel);
        new EventSpan(db.Now).After("shipment", shipment.ShipTime).Against("delivery_time", time).ToList().ThrowIfAny();

        var sameSeal = request.SealId == row.SealId;
        var proof = new DeliveryProof(time, request.Recipient, request.Condition, request.SealId, request.SealIntact && sameSeal);
        row.Delivery = Json.Write(proof);
        row.State = PackageState.Delivered;
        List<string> incidents = row.ReadIncidents();
        if (!request.SealIntact) incidents.Add("SEAL_BROKEN");
        if (!sameSeal) incidents.Add("SEAL_DIFFERS");
        row.Incidents = Json.Write(incidents);
        db.Publish(row.Id, new Wire.PackageDelivered
        {
            PackageId = row.Id,
            Doses = { shipment.ReadDoses().Select(Of) },
            DeliveryTime = time.ToWire(),
            Recipient = proof.Recipient,
            Intact = proof.Intact,
        });
        return await db.AnswerAsync(new Wire.RecordDeliveryResponse { Package = await reads.ToWireAfterSaveAsync(row, cancel) }, cancel);
    }

    /// <summary>Compensates a delivery that did not happen: the carrier has the package, and it is delivered or voided from there.</summary>
    public async Task<Wire.WithdrawDeliveryResponse> WithdrawAsync(Wire.WithdrawDeliveryRequest request, CancellationToken cancel)
    {
        List<Refusal> refusals = [];
        refusals.RequireText(request.Reason, "reason", ReasonLengthMax);
        refusals.ThrowIfAny();
        var row = await reads.ToChangeAsync(request.PackageId, request.Version, cancel);
        if (row.State is not PackageState.Delivered)
            throw new RefusedException(Refusal.State($"packages/{row.Id}", "PACKAGE_NOT_DELIVERED", "The package has no proof of delivery.").With("state", row.State));
        var shipment = (await reads.ShipmentsAsync(row, cancel)).Single(r => r.Attempt == row.Attempt);
        row.Delivery = null;
        row.State = PackageState.Shipped;
        db.Publish(row.Id, new Wire.DeliveryWithdrawn
        {
            PackageId = row.Id,
            Doses = { shipment.ReadDoses().Select(Of) },
            SiteId = row.SiteId,
            Reason = request.Reason,
            WithdrawTime = db.Now.ToWire(),
        });
        return await db.AnswerAsync(new Wire.WithdrawDeliveryResponse { Package = await reads.ToWireAfterSaveAsync(row, cancel) }, cancel);
    }

    async Task<GateView> ViewAsync(PackageRow row, IReadOnlyList<DoseInPackage> doses, IReadOnlyList<OrderPromise> promises, PaperSource? source, string sealRead, CancellationToken cancel)
    {
        List<string> ids = [.. doses.Select(dose => dose.DoseId)];
        var (labels, hints) = await db.LoadAsync(db.All<LabelCopy>(nameof(LabelCopy.DoseId), ids), db.Each<DoseHintRow>(ids), cancel);
        var survey = await reads.SurveyAsync(row, cancel);
        return new GateView
        {
            PackageId = row.Id,
            State = row.State,
            Doses = doses,
            Orders = promises,
            Labelled = labels.Where(label => label is { Verified: true, Voided: false }).Select(label => label.DoseId).ToHashSet(StringComparer.Ordinal),
            Lost = hints.Where(hint => hint.LostCause is not "").Select(hint => hint.DoseId).ToHashSet(StringComparer.Ordinal),
            Survey = survey is null ? null : new SurveyEvidence(survey.ContentVersion, survey.SurveyTime, survey.CalibrationDueTime),
            ContentVersion = row.ContentVersion,
            ContentTime = row.ContentTime,
            SealApplied = row.SealId,
            SealRead = sealRead,
            PaperBasis = row.PaperBasis,
            // Without a plan there is nothing to compare with, and the plan's own reasons stand already.
            BasisNow = source?.Basis() ?? row.PaperBasis,
            Now = db.Now,
        };
    }

    async Task<List<Refusal>> LicenceAsync(PackageRow row, IReadOnlyList<DoseInPackage> doses, DateTimeOffset delivery, CancellationToken cancel)
    {
        var customer = await db.LoadAsync<CustomerCopy>(cancel, row.CustomerId);
        var data = Class7Data.Current;
        var atDelivery = Contents.At([.. doses.SelectMany(dose => dose.Contents).Select(part => part.ToActivity())], delivery, data);
        // What the delivery is of: the product nuclides, and whatever weighs enough to stand on the paper.
        HashSet<string> counted = new(MixtureRules.Printed(atDelivery.Amounts, specialForm: false, data), StringComparer.Ordinal);
        counted.UnionWith(doses.Select(dose => dose.Contents[0].Nuclide));
        return LicenceRules.Check(
            customer?.ToLicence(), row.CustomerId, [.. atDelivery.Amounts.Where(amount => counted.Contains(amount.Nuclide.Symbol))],
            new MaterialForm(row.PhysicalForm), row.ChemicalForm, db.Now, delivery);
    }

    async Task<ShipmentRow> UnderwayAsync(PackageRow row, CancellationToken cancel) =>
        row.State == PackageState.Shipped
            ? (await reads.ShipmentsAsync(row, cancel)).Single(r => r.Attempt == row.Attempt)
            : throw new RefusedException(Refusal.State($"packages/{row.Id}", "PACKAGE_NOT_SHIPPED", "The package is not with a carrier.").With("state", row.State));

    static Wire.ShippedDose Of(CertifiedDose dose) => new() { DoseId = dose.DoseId, OrderId = dose.OrderId, CertificateId = dose.CertificateId, OutageAuthorisationId = dose.OutageAuthorisationId };
}
