using Doseline.Inventory.Data;
using Doseline.Inventory.Domain;
using Doseline.Inventory.V1;
using Doseline.Platform.Rpc;
using Grpc.Core;

namespace Doseline.Inventory.Api;

/// <summary>The cost ledger.</summary>
public sealed class CostsApi(InventoryDb db, PageTokens pageTokens) : CostsService.CostsServiceBase
{
    /// <inheritdoc/>
    public override async Task<ListCostsResponse> ListCosts(ListCostsRequest request, ServerCallContext context)
    {
        var query = db.List<CostEntryRow>().Is(nameof(CostEntryRow.SiteId), request.SiteId).IsIfAny(nameof(CostEntryRow.LotId), request.LotId).IsIfAny(nameof(CostEntryRow.BatchId), request.BatchId);
        var (rows, next) = await pageTokens.ReadAsync(request, query.By(nameof(CostEntryRow.Seq)), context.CancellationToken);
        return new ListCostsResponse { Entries = { rows.Select(ToWire) }, NextPageToken = next };
    }

    static CostEntry ToWire(CostEntryRow row) => new()
    {
        Seq = row.Seq, TransactionId = row.TransactionId, Account = (V1.CostAccount)row.Account, LotId = row.LotId, BatchId = row.BatchId, SignedMinor = row.AmountMinor,
        Currency = row.Currency, Quantity = (double)Math.Abs(row.Quantity), EffectiveTime = row.EffectiveTime.ToWire(),
        Activity = row.ReferenceTime is { } reference ? new BookedLine(row.Nuclide, Math.Abs(row.Bq), reference, row.DataVersion).ToWire() : null,
    };
}
