using System.Globalization;
using Doseline.Kernel.Ids;
using Doseline.Kernel.Rules;
using Doseline.Orders.Data;
using Doseline.Orders.Domain;
using Doseline.Platform.Rpc;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Orders.Api;

public sealed partial class OrdersApi
{
    /// <inheritdoc/>
    public override async Task<V1.IssueInvoiceResponse> IssueInvoice(V1.IssueInvoiceRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var year = db.Now.Year;
        // Numbers have no gaps, so one invoice of a year is made at a time and a refusal uses none.
        return await db.LockedAsync($"invoices:{year}", async () =>
        {
            var row = await FindAsync(request.OrderId, cancel);
            InvoiceRules.Check(row.Id, row.Progress).ThrowIfAny();
            var customer = (await catalogs.ReadAsync(cancel)).Customer(row.CustomerId)!;
            var sequence = (await db.Invoices.Where(r => r.Year == year).MaxAsync(r => (long?)r.Sequence, cancel) ?? 0) + 1;
            var tax = InvoiceRules.TaxOf(row.MinorUnits, customer.TaxBasisPoints);
            var earlier = await db.Invoices.CountAsync(r => r.OrderId == row.Id, cancel);
            var invoice = new InvoiceRow
            {
                Id = earlier is 0 ? Id.From("invoice", row.Id) : Id.From("invoice", row.Id, earlier.ToString(CultureInfo.InvariantCulture)),
                Year = year,
                Sequence = sequence,
                OrderId = row.Id,
                DoseId = row.DoseId,
                CustomerId = row.CustomerId,
                ProductCode = row.ProductCode,
                PriceId = row.PriceId,
                PriceVersion = row.PriceVersion,
                Currency = row.Currency,
                NetMinorUnits = row.MinorUnits,
                TaxBasisPoints = customer.TaxBasisPoints,
                TaxMinorUnits = tax,
                TotalMinorUnits = row.MinorUnits + tax,
                RoundingMode = InvoiceRules.RoundingMode,
                CertificateId = row.CertificateId,
                DeliveryTime = row.DeliveryTime!.Value,
                IssueTime = db.Now,
            };
            db.Put(invoice);
            row.InvoiceId = invoice.Id;
            row.Settle();
            return await db.AnswerAsync(new V1.IssueInvoiceResponse { Invoice = Write(invoice) }, cancel);
        }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<V1.GetInvoiceResponse> GetInvoice(V1.GetInvoiceRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var invoice = request.InvoiceId is ""
            ? await db.Invoices.AsNoTracking().Where(r => r.OrderId == request.OrderId).OrderByDescending(r => r.IssueTime).ThenByDescending(r => r.Sequence).FirstOrDefaultAsync(cancel)
            : await db.Invoices.AsNoTracking().FirstOrDefaultAsync(r => r.Id == request.InvoiceId, cancel);
        if (invoice is null || !await SeesAsync(invoice.CustomerId, cancel))
            throw new RefusedException(Refusal.Missing($"invoices/{request.InvoiceId}{request.OrderId}", "INVOICE_UNKNOWN", "There is no such invoice."));
        // An invoice is of the site of its order.
        await FindAsync(invoice.OrderId, cancel);
        return new V1.GetInvoiceResponse { Invoice = Write(invoice) };
    }

    static V1.Invoice Write(InvoiceRow row) => new()
    {
        InvoiceId = row.Id,
        Number = string.Create(CultureInfo.InvariantCulture, $"{row.Year}-{row.Sequence:000000}"),
        OrderId = row.OrderId,
        DoseId = row.DoseId,
        CustomerId = row.CustomerId,
        ProductCode = row.ProductCode,
        Price = new V1.FrozenPrice { PriceId = row.PriceId, PriceVersion = row.PriceVersion, Currency = row.Currency, MinorUnits = row.NetMinorUnits },
        TaxBasisPoints = row.TaxBasisPoints,
        TaxMinorUnits = row.TaxMinorUnits,
        TotalMinorUnits = row.TotalMinorUnits,
        RoundingMode = row.RoundingMode,
        IssueTime = row.IssueTime.ToWire(),
        CertificateId = row.CertificateId,
        DeliveryTime = row.DeliveryTime.ToWire(),
        CancelTime = row.CancelTime.ToWire(),
        CancelReason = row.CancelReason,
    };
}
