using Doseline.Kernel.Rules;
using Doseline.Orders.Data;
using Doseline.Platform.Rpc;
using Grpc.Core;

namespace Doseline.Orders.Api;

/// <summary>Customer master data.</summary>
public sealed class CustomersApi(OrdersDb db, CatalogCache catalogs, PageTokens pages) : V1.CustomersService.CustomersServiceBase
{
    /// <inheritdoc/>
    public override async Task<V1.PutCustomerResponse> PutCustomer(V1.PutCustomerRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var id = CustomerWire.IdOf(request.Customer?.Code ?? "");
        return await db.LockedAsync($"customer:{id}", async () =>
        {
            var row = await db.LoadAsync<CustomerRow>(cancel, id);
            var customer = CustomerWire.Read(request.Customer, (row?.Version ?? 0) + 1, db.Now).OrThrow();
            if (request.Version != (row?.Version ?? 0))
                throw new RefusedException(Refusal.Stale($"customers/{customer.Code}", request.Version, row?.Version ?? 0));
            if (row is null) db.Put(CustomerRow.From(customer));
            else row.Take(customer);
            // A repeat without a change leaves the row, and so its version, as it is.
            var changed = row is null || db.VersionAfter(row) != row.Version;
            if (changed) db.Publish(id, CustomerWire.Fact(customer));
            else customer = customer with { Version = row!.Version };
            db.OnCommit(catalogs.Drop);
            return await db.AnswerAsync(new V1.PutCustomerResponse { Customer = CustomerWire.Write(customer) }, cancel);
        }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<V1.GetCustomerResponse> GetCustomer(V1.GetCustomerRequest request, ServerCallContext context)
    {
        // The row and not the catalog in memory, which is dropped a moment after the commit: who was told of a version never reads an earlier one.
        var row = request is { CustomerId: "", Code: "" } ? null : await db.LoadAsync<CustomerRow>(context.CancellationToken, request.CustomerId is "" ? CustomerWire.IdOf(request.Code) : request.CustomerId);
        // To a partner the customers of others do not exist.
        if (row is null || (db.Request.OwnTo() is { } partner && !row.ToDomain().PartnerSubjects.Contains(partner, StringComparer.Ordinal)))
            throw new RefusedException(Refusal.Missing($"customers/{request.CustomerId}{request.Code}", "CUSTOMER_UNKNOWN", "There is no such customer."));
        return new V1.GetCustomerResponse { Customer = CustomerWire.Write(row.ToDomain()) };
    }

    /// <inheritdoc/>
    public override async Task<V1.ListCustomersResponse> ListCustomers(V1.ListCustomersRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var query = db.List<CustomerRow>().By(nameof(CustomerRow.Code));
        if (db.Request.OwnTo() is { } partner) query.Among(nameof(CustomerRow.Id), (await catalogs.ReadAsync(cancel)).CustomersOf(partner));
        if (request.LicenceExpiresBeforeTime is not null)
            query.Before(nameof(CustomerRow.LicenceExpireTime), request.LicenceExpiresBeforeTime.Read("licence_expires_before_time").OrThrow());
        var (rows, next) = await pages.ReadAsync(request, query, cancel);
        return new V1.ListCustomersResponse { Customers = { rows.Select(r => CustomerWire.Write(r.ToDomain())) }, NextPageToken = next };
    }
}
