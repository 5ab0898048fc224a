using Doseline.Kernel.Ids;
using Doseline.Kernel.Rules;
using Doseline.Orders.Data;
using Doseline.Orders.Domain;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Orders.Api;

/// <summary>Dose orders: placing, moving and cancelling. Reading and billing are in the other parts.</summary>
public sealed partial class OrdersApi(
    OrdersDb db, CatalogCache catalogs, OrderReading reading, Promises promises, OrderWriting writing, PageTokens pages, WatchSignals signals)
    : V1.OrdersService.OrdersServiceBase
{
    /// <inheritdoc/>
    public override async Task<V1.PlaceOrderResponse> PlaceOrder(V1.PlaceOrderRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var (question, price) = await reading.PlaceAsync(request, cancel);
        // The id belongs to the request, so that a repeat after a crash asks for the same reservation again.
        var orderId = db.Request.Derived("order");
        var promise = await promises.KeepAsync(question, orderId, replaces: "", cancel);
        var row = new OrderRow
        {
            Id = orderId,
            ProductCode = question.Product.Code,
            ProductVersion = question.Product.Version,
            CustomerId = question.Customer.Id,
            CustomerCode = question.Customer.Code,
            CustomerZone = question.Customer.Zone,
            PatientToken = request.PatientToken,
            ExternalReference = request.ExternalReference,
            Nuclide = question.Product.Nuclide,
            ToleranceFraction = question.Product.ToleranceFraction,
            PriceId = price.Id,
            PriceVersion = price.Version,
            Currency = price.Currency,
            MinorUnits = price.MinorUnits,
            AcceptTime = db.Now,
            AcceptedBy = db.Request.Caller.Subject,
            DoseId = Id.From("dose", orderId),
        };
        row.Take(promise);
        db.Put(row);
        db.Publish(orderId, OrderWriting.Accepted(row, question.Product));
        return await db.AnswerAsync(new V1.PlaceOrderResponse { Order = writing.Changed(row) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<V1.PreviewPromiseResponse> PreviewPromise(V1.PreviewPromiseRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var (question, price) = await reading.PreviewAsync(request, cancel);
        var promise = await promises.PreviewAsync(question, cancel);
        var response = new V1.PreviewPromiseResponse { Promise = PromiseWire.Write(promise) };
        if (Access.SeesPrices(db.Request.Caller))
            response.Price = new V1.FrozenPrice { PriceId = price.Id, PriceVersion = price.Version, Currency = price.Currency, MinorUnits = price.MinorUnits };
        return response;
    }

    /// <inheritdoc/>
    public override async Task<V1.RescheduleOrderResponse> RescheduleOrder(V1.RescheduleOrderRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var row = await FindAsync(request.OrderId, cancel);
        RequireVersion(row, request.Version);
        OrderRules.Reschedule(row.Id, row.Progress, db.Now).ThrowIfAny();
        var question = await reading.RescheduleAsync(request, row, cancel);
        var promise = await promises.KeepAsync(question, row.Id, row.ReservationId, cancel);
        row.Take(promise);
        db.Publish(row.Id, new V1.OrderRescheduled { Order = OrderWriting.Accepted(row, question.Product) });
        return await db.AnswerAsync(new V1.RescheduleOrderResponse { Order = writing.Changed(row) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<V1.CancelOrderResponse> CancelOrder(V1.CancelOrderRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var row = await FindAsync(request.OrderId, cancel);
        if (request.Version != 0) RequireVersion(row, request.Version);
        List<Refusal> refusals = [];
        if (request.Cause is V1.CancelCause.Unspecified || !Enum.IsDefined(request.Cause))
            refusals.Add(Refusal.Invalid("cause", "FIELD_REQUIRED", "cause is required."));
        refusals.AddRange(OrderRules.Cancel(row.Id, row.Progress, db.Now));
        refusals.ThrowIfAny();

        row.CancelTime = db.Now;
        row.CancelCause = request.Cause.ToString();
        row.Settle();
        // The place in the schedule is given back by what this fact causes, so that it is given back if, and only if, this commits.
        db.Publish(row.Id, new V1.OrderCancelled { OrderId = row.Id, ReservationId = row.ReservationId, Reason = Codes.Of(request.Cause) });
        return await db.AnswerAsync(new V1.CancelOrderResponse { Order = writing.Changed(row) }, cancel);
    }

    // The order, when it exists and the caller may see it; to a partner the orders of others do not exist.
    async Task<OrderRow> FindAsync(string orderId, CancellationToken cancel)
    {
        var row = await db.LoadAsync<OrderRow>(cancel, orderId);
        if (row is null || !await SeesAsync(row.CustomerId, cancel))
            throw new RefusedException(Refusal.Missing($"orders/{orderId}", "ORDER_UNKNOWN", "There is no such order."));
        if (db.Request.OwnTo() is null) db.Request.Caller.RequireSite(row.SiteId);
        return row;
    }

    async Task<bool> SeesAsync(string customerId, CancellationToken cancel) =>
        db.Request.OwnTo() is not { } partner || (await catalogs.ReadAsync(cancel)).CustomersOf(partner).Contains(customerId, StringComparer.Ordinal);

    static void RequireVersion(OrderRow row, long version)
    {
        if (row.Version != version) throw new RefusedException(Refusal.Stale($"orders/{row.Id}", version, row.Version));
    }
}
