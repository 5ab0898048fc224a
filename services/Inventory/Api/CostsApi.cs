using System.Globalization;
using Doseline.Inventory.Data;
using Doseline.Inventory.Domain;
using Doseline.Inventory.V1;
using Doseline.Platform.Rpc;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Inventory.Api;

/// <summary>The cost ledger.</summary>
public sealed class CostsApi(InventoryDb db, PageTokens pageTokens) : CostsService.CostsServiceBase
{
    /// <inheritdoc/>
    public override async Task<ListCostsResponse> ListCosts(ListCostsRequest request, ServerCallContext context)
    {
        var size = PageTokens.SizeOf(request.PageSize);
        var after = pageTokens.Read(request) is [var cursor] ? long.Parse(cursor, CultureInfo.InvariantCulture) : 0;
        var query = db.Costs.AsNoTracking().Where(r => r.SiteId == request.SiteId && r.Seq > after);
        if (request.LotId is not "") query = query.Where(r => r.LotId == request.LotId);
        if (request.BatchId is not "") query = query.Where(r => r.BatchId == request.BatchId);
        var rows = await query.OrderBy(r => r.Seq).Take(size + 1).ToListAsync(context.CancellationToken);
        ListCostsResponse answer = new() { Entries = { rows.Take(size).Select(ToWire) } };
        if (rows.Count > size) answer.NextPageToken = pageTokens.Write(request, rows[size - 1].Seq.ToString(CultureInfo.InvariantCulture));
        return answer;
    }

    static CostEntry ToWire(CostEntryRow row) => new()
    {
        Seq = row.Seq, TransactionId = row.TransactionId, Account = (V1.CostAccount)row.Account, LotId = row.LotId, BatchId = row.BatchId, SignedMinor = row.AmountMinor,
        Currency = row.Currency, Quantity = Math.Abs(row.Quantity), EffectiveTime = row.EffectiveTime.ToWire(),
        Activity = row.ReferenceTime is { } reference ? new BookedLine(row.Nuclide, Math.Abs(row.Bq), reference, row.DataVersion).ToWire() : null,
    };
}
