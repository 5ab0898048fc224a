using Doseline.Inventory.Data;
using Doseline.Inventory.Domain;
using Doseline.Inventory.V1;
using Doseline.Platform.Rpc;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Inventory.Api;

public sealed partial class PossessionApi
{
    /// <inheritdoc/>
    public override async Task<ListHoldingsResponse> ListHoldings(ListHoldingsRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        await db.SiteAsync(request.SiteId, cancel);
        var size = PageTokens.SizeOf(request.PageSize);
        // An emptied holding stays open until it is settled; nothing of it is left to move.
        var query = db.Holdings.AsNoTracking().Where(row => row.SiteId == request.SiteId && row.Open && db.Lines.Any(line => line.HoldingId == row.Id && line.Bq != 0));
        if (request.RoomId is not "") query = query.Where(row => row.RoomId == request.RoomId);
        if (request.HoldingId is not "") query = query.Where(row => row.Id == request.HoldingId);
        if (request.Category is not PossessionCategory.Unspecified)
        {
            var account = (Account)request.Category;
            query = query.Where(row => row.Account == account);
        }

        if (pageTokens.Read(request) is [var after]) query = query.Where(row => string.Compare(row.Id, after) > 0);
        var rows = await query.OrderBy(row => row.Id).Take(size + 1).ToListAsync(cancel);
        var shown = rows.Take(size).ToList();
        var ids = shown.Select(row => row.Id).ToList();
        var lines = (await db.Lines.AsNoTracking().Where(line => ids.Contains(line.HoldingId)).ToListAsync(cancel)).ToLookup(line => line.HoldingId, StringComparer.Ordinal);
        ListHoldingsResponse answer = new() { Holdings = { shown.Select(row => ToWire(row, lines[row.Id])) } };
        if (rows.Count > size) answer.NextPageToken = pageTokens.Write(request, shown[^1].Id);
        return answer;
    }

    /// <inheritdoc/>
    public override async Task<ListExcursionsResponse> ListExcursions(ListExcursionsRequest request, ServerCallContext context)
    {
        var query = db.List<ExcursionRow>().Is(nameof(ExcursionRow.SiteId), request.SiteId).By(nameof(ExcursionRow.Id));
        var (rows, next) = await pageTokens.ReadAsync(request, query, context.CancellationToken);
        return new ListExcursionsResponse
        {
            Excursions =
            {
                rows.Select(row => new Excursion
                {
                    ExcursionId = row.Id, HoldingId = row.HoldingId, FromRoomId = row.FromRoomId, RoomId = row.RoomId, Codes = { row.Codes.Split(',') }, CauseId = row.CauseId, BookTime = row.Time.ToWire(),
                }),
            },
            NextPageToken = next,
        };
    }

    static Holding ToWire(HoldingRow row, IEnumerable<HoldingLineRow> lines)
    {
        Holding sent = new() { HoldingId = row.Id, Category = (PossessionCategory)row.Account, RoomId = row.RoomId, Form = row.Form, Use = row.Use, BatchId = row.BatchId };
        // More may have been measured out of a batch than was booked into it; nothing negative is there to be moved.
        sent.Contents.AddRange(lines.Where(line => line.Bq > 0).OrderBy(line => line.Nuclide, StringComparer.Ordinal).Select(line => new Common.V1.CalibratedActivity
        {
            Nuclide = line.Nuclide, ActivityBq = line.Bq, ReferenceTime = line.ReferenceTime.ToWire(), DataVersion = line.DataVersion,
        }));
        return sent;
    }
}
