using Doseline.Kernel.Rules;
using Doseline.Orders.V1;
using Doseline.Platform.Rpc;
using Doseline.Shipping.Data;
using Grpc.Core;

namespace Doseline.Shipping.Api;

/// <summary>Whose packages a partner may see: those to the customers that name it, which Orders knows.</summary>
public sealed class Consignees(ShippingDb db, CustomersService.CustomersServiceClient customers)
{
    const int PageSize = 500;

    /// <summary>The customers that the answer is narrowed to; null when it is not.</summary>
    internal async Task<IReadOnlyList<string>?> OfCallerAsync(CancellationToken cancel)
    {
        if (db.Request.OwnTo() is null) return null;
        List<string> own = [];
        ListCustomersRequest request = new() { PageSize = PageSize };
        try
        {
            do
            {
                var page = await customers.ListCustomersAsync(request, cancellationToken: cancel);
                own.AddRange(page.Customers.Select(c => c.CustomerId));
                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken is not "");
        }
        catch (RpcException fault)
        {
            throw new RefusedException(RpcErrors.Passed(fault, "orders"));
        }

        return own;
    }
}
