using Doseline.Inventory.Data;
using Doseline.Inventory.Domain;
using Doseline.Inventory.V1;
using Doseline.Kernel.Rules;
using Grpc.Core;

namespace Doseline.Inventory.Api;

public sealed partial class MovesApi
{
    const int WasteMax = 500;

    /// <inheritdoc/>
    public override Task<MoveWasteResponse> MoveWaste(MoveWasteRequest request, ServerCallContext context) =>
        TogetherAsync(request.WasteIds, request.RoomId, async (site, all, refusals, cancel) =>
        {
            List<Waste> going = [.. all.Where(waste => waste.Holding.RoomId != request.RoomId)];
            await gate.AdmitTogetherAsync(site, [.. going.Select(waste => new Arrival(waste.Item with { Place = waste.Item.Place with { RoomId = request.RoomId } }, db.Now, waste.Item))], refusals, cancel);
            refusals.ThrowIfAny();
            if (going is []) return await db.AnswerAsync(new MoveWasteResponse { TransactionId = db.Request.Derived("move") }, cancel);
            Begin("WASTE_MOVE", request.RequestId);
            foreach (var waste in going) await ledger.MoveAllAsync(waste.Holding, waste.Lines, waste.Holding.Place with { RoomId = request.RoomId }, cancel);
            return await db.AnswerAsync(new MoveWasteResponse { TransactionId = ledger.Id }, cancel);
        }, context.CancellationToken);

    /// <inheritdoc/>
    public override Task<TransferWasteResponse> TransferWaste(TransferWasteRequest request, ServerCallContext context) =>
        TogetherAsync(request.WasteIds, "", async (_, all, refusals, cancel) =>
        {
            var transferee = await db.TransfereeAsync(request.TransfereeId, cancel);
            refusals.AddRange(TransferRules.Against([.. all.Select(waste => waste.Item)], transferee.ToDomain(), request.DeliveryPlace, db.Now));
            refusals.ThrowIfAny();
            Begin("DISPOSE_TRANSFER", request.RequestId);
            foreach (var waste in all) await ledger.MoveAllAsync(waste.Holding, waste.Lines, waste.Holding.Place.Outside(Account.Disposed), cancel);
            return await db.AnswerAsync(new TransferWasteResponse { TransactionId = ledger.Id, Transferee = transferee.ToWire() }, cancel);
        }, context.CancellationToken);

    // Reads what goes together, alone at its site: all of it is waste that is here, or nothing is done.
    async Task<T> TogetherAsync<T>(IReadOnlyList<string> ids, string roomId, Func<string, List<Waste>, List<Refusal>, CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        if (ids.Count is 0 or > WasteMax) throw new RefusedException(Refusal.Invalid("waste_ids", "WASTE_OUT_OF_RANGE", $"1 to {WasteMax} items go together.").With("count", ids.Count).With("count_max", WasteMax));
        List<HoldingRow> holdings = [];
        foreach (var id in ids.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)) holdings.Add(await HoldingAsync(id, cancel));
        var site = holdings[0].SiteId;
        return await gate.AloneAsync(site, roomId, holdings[0].Id, async () =>
        {
            List<Refusal> refusals = [];
            List<Waste> all = [];
            foreach (var holding in holdings)
            {
                if (holding.SiteId != site) refusals.Add(Refusal.State($"holdings/{holding.Id}", "ANOTHER_SITE", "What goes together is at one site.").With("site_id", holding.SiteId));
                if (holding.Kind is not Account.Waste) refusals.Add(Refusal.State($"holdings/{holding.Id}", "NOT_WASTE", "It is no waste item."));
                var (item, lines) = await HereAsync(holding, refusals, cancel);
                all.Add(new Waste(holding, item, lines));
            }

            refusals.ThrowIfAny();
            return await work(site, all, refusals, cancel);
        }, cancel);
    }

    // One way in which waste moves and leaves: the container that it is in says so, and its clock goes with it.
    static void RequireNoWaste(HoldingRow holding, List<Refusal> refusals)
    {
        if (holding.Kind is Account.Waste)
            refusals.Add(Refusal.State($"holdings/{holding.Id}", "WASTE_MOVES_IN_CONTAINERS", "Waste is put into a container, and moves with it (WasteService)."));
    }

    sealed record Waste(HoldingRow Holding, HeldItem Item, List<HoldingLineRow> Lines);
}
