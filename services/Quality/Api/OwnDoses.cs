using Doseline.Kernel.Rules;
using Doseline.Orders.V1;
using Doseline.Platform.Rpc;
using Doseline.Quality.Data;
using Grpc.Core;

namespace Doseline.Quality.Api;

/// <summary>Doses as far as the caller may read of them: a partner those of its own orders, which Orders knows.</summary>
public sealed class OwnDoses(QualityDb db, OrdersService.OrdersServiceClient orders)
{
    /// <summary>The dose; refuses an unknown one, one of a site where the caller has no rights, and to a partner those of others.</summary>
    internal async Task<DoseRow> FindAsync(string id, CancellationToken cancel)
    {
        var dose = await db.LoadAsync<DoseRow>(cancel, id) ?? throw Missing(id);
        db.Request.Caller.RequireSite(dose.SiteId);
        if (db.Request.OwnTo() is null) return dose;
        try
        {
            await orders.GetOrderAsync(new GetOrderRequest { OrderId = dose.OrderId }, cancellationToken: cancel);
            return dose;
        }
        catch (RpcException fault) when (fault.StatusCode is StatusCode.NotFound)
        {
            throw Missing(id);
        }
        catch (RpcException fault)
        {
            throw new RefusedException(RpcErrors.Passed(fault, "orders"));
        }
    }

    static RefusedException Missing(string id) => new(Refusal.Missing($"doses/{id}", "DOSE_UNKNOWN", $"Quality knows no dose {id}.").With("dose_id", id));
}
