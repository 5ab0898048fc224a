using Doseline.Orders.Data;
using Doseline.Orders.Domain;
using Doseline.Platform.Rpc;

namespace Doseline.Orders.Api;

/// <summary>Orders on the wire, as far as the caller may see them, and the facts about them.</summary>
public sealed class OrderWriting(OrdersDb db)
{
    /// <summary>Orders with the deviations on them, in the order given.</summary>
    public async Task<List<V1.Order>> WriteAsync(IReadOnlyList<OrderRow> rows, CancellationToken cancel)
    {
        List<string> batches = [.. rows.Select(r => r.BatchId).Where(b => b is not "").Distinct(StringComparer.Ordinal)];
        var deviations = batches is [] ? [] : await db.List<DeviationRow>().Among(nameof(DeviationRow.BatchId), batches).By(nameof(DeviationRow.Id)).ReadAsync(null, cancel);
        return [.. rows.Select(row => Write(row, [.. deviations.Where(d => d.BatchId == row.BatchId && (d.DoseId is "" || d.DoseId == row.DoseId))], row.Version))];
    }

    /// <summary>An order that the current save changes: it answers with the version the save will give it.</summary>
    public V1.Order Changed(OrderRow row) => Write(row, [], row.Version + 1);

    /// <summary>The price of an order.</summary>
    public static V1.FrozenPrice PriceOf(OrderRow row) =>
        new() { PriceId = row.PriceId, PriceVersion = row.PriceVersion, Currency = row.Currency, MinorUnits = row.MinorUnits };

    /// <summary>The fact of an accepted order; no patient token, no price.</summary>
    public static V1.OrderAccepted Accepted(OrderRow row, Product product) => new()
    {
        OrderId = row.Id,
        ProductCode = row.ProductCode,
        ProductVersion = row.ProductVersion,
        SiteId = row.SiteId,
        CustomerId = row.CustomerId,
        Wanted = row.Ordered.ToWire(),
        ToleranceFraction = row.ToleranceFraction,
        WindowStartTime = row.WindowStartTime.ToWire(),
        WindowEndTime = row.WindowEndTime.ToWire(),
        WindowZone = row.WindowZone,
        ReservationId = row.ReservationId,
        RunId = row.RunId,
        EndOfSynthesisTime = row.EndOfSynthesisTime.ToWire(),
        ReleaseByTime = row.ReleaseByTime.ToWire(),
        CutoffTime = row.CutoffTime.ToWire(),
        DeliveryTime = row.PlannedDeliveryTime.ToWire(),
        CarrierServiceId = row.CarrierServiceId,
        ExpireTime = row.ExpireTime.ToWire(),
        RecipeCode = product.RecipeCode,
    };

    V1.Order Write(OrderRow row, List<DeviationRow> deviations, long version)
    {
        var (caller, ordered) = (db.Request.Caller, row.Ordered);
        return new V1.Order
        {
            OrderId = row.Id,
            Version = version,
            State = (V1.OrderState)row.State,
            ProductCode = row.ProductCode,
            ProductVersion = row.ProductVersion,
            CustomerId = row.CustomerId,
            CustomerCode = row.CustomerCode,
            Wanted = ordered.ToWire(),
            ToleranceFraction = row.ToleranceFraction,
            WindowStart = row.WindowStartTime.In(row.WindowZone),
            WindowEnd = row.WindowEndTime.In(row.WindowZone),
            PatientToken = Access.SeesPatients(caller, row.SiteId) ? row.PatientToken : "",
            ExternalReference = row.ExternalReference,
            Promise = PromiseWire.Write(row, ordered),
            Price = Access.SeesPrices(caller) ? PriceOf(row) : null,
            DoseId = row.DoseId,
            BatchId = row.BatchId,
            AtRisk = row.AtRisk,
            Risk = row.AtRisk ? row.Risk : "",
            PromiseBroken = row.PromiseBroken,
            LossCause = row.LossCause,
            OpenDeviationIds = { deviations.Where(d => !d.Closed).Select(d => d.Id) },
            ClosedDeviationIds = { deviations.Where(d => d.Closed).Select(d => d.Id) },
            CapaReferences = { deviations.Select(d => d.CapaReference).Where(c => c is not "").Distinct(StringComparer.Ordinal) },
            AcceptTime = row.AcceptTime.ToWire(),
            ReleaseTime = row.ReleaseTime.ToWire(),
            ShipTime = row.ShipTime.ToWire(),
            DeliveryTime = row.DeliveryTime.ToWire(),
            CertificateId = row.CertificateId,
            RecallId = row.RecallId,
            RecallReason = row.RecallReason,
            RecallOpen = row.RecallOpen,
            PackageId = row.PackageId,
            InvoiceId = row.InvoiceId,
            CancelCause = row.CancelCause is "" ? V1.CancelCause.Unspecified : Enum.Parse<V1.CancelCause>(row.CancelCause),
        };
    }
}
