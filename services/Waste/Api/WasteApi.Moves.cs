using System.Text.Json;
using Doseline.Inventory.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Doseline.Waste.Data;
using Doseline.Waste.Domain;
using Doseline.Waste.V1;
using Grpc.Core;
using ContainerState = Doseline.Waste.Domain.ContainerState;

namespace Doseline.Waste.Api;

public sealed partial class WasteApi
{
    /// <inheritdoc/>
    public override async Task<MoveContainerResponse> MoveContainer(MoveContainerRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var container = await ContainerAsync(request.ContainerId, cancel);
        List<Refusal> refusals = [];
        refusals.RequireText(request.RoomId, "room_id", 64);
        if (request.Version != container.Version) refusals.Add(Refusal.Stale($"containers/{container.Id}", request.Version, container.Version));
        if (container.State is ContainerState.Disposed) refusals.Add(Refusal.State($"containers/{container.Id}", "CONTAINER_DISPOSED", "The container was disposed of already."));
        if (container.RoomId == request.RoomId) refusals.Add(Refusal.State($"containers/{container.Id}", "ALREADY_THERE", "It is in that room already.").With("room_id", container.RoomId));
        refusals.ThrowIfAny();
        await RequireRoomAsync(container.SiteId, request.RoomId, cancel);
        var items = await ItemsAsync(container.Id, cancel);
        await MoveAsync(items, request.RoomId, cancel);
        container.RoomId = request.RoomId;
        return await db.AnswerAsync(new MoveContainerResponse { Container = After(container, items.Select(item => item.Id)) }, cancel);
    }

    // Inventory owns where activity is: it lets all of it in and books it, or refuses.
    async Task MoveAsync(IReadOnlyList<ItemRow> items, string room, CancellationToken cancel)
    {
        if (items is []) return;
        MoveWasteRequest ask = new() { RequestId = db.Request.Derived("move"), WasteIds = { items.Select(item => item.Id) }, RoomId = room };
        var moved = await AskAsync(() => moves.MoveWasteAsync(ask, cancellationToken: cancel));
        foreach (var item in items.Where(item => item.RoomId != room))
        {
            item.RoomId = room;
            db.Publish(item.Id, new WasteMoved { WasteId = item.Id, SiteId = item.SiteId, RoomId = room, TransactionId = moved.TransactionId });
        }
    }

    // Inventory looks at the licence of the receiver, and ends possession; what it saw of the receiver stays on the container.
    async Task TransferAsync(ContainerRow container, IReadOnlyList<ItemRow> items, TransferOf transfer, CancellationToken cancel)
    {
        TransferWasteRequest ask = new()
        {
            RequestId = db.Request.Derived("transfer"), WasteIds = { items.Select(item => item.Id) }, TransfereeId = transfer.TransfereeId, DeliveryPlace = transfer.DeliveryPlace,
        };
        var gone = await AskAsync(() => moves.TransferWasteAsync(ask, cancellationToken: cancel));
        var to = gone.Transferee.Authorisation;
        container.Transferee = transfer.TransfereeId;
        container.Transfer = JsonSerializer.Serialize(
            new TransferData(transfer.TransfereeId, to.Name, to.LicenceNumber, to.EvidenceId, transfer.DeliveryPlace, transfer.ManifestNumber, gone.TransactionId), JsonSerializerOptions.Web);
    }

    // A room is one of the site's, never a text.
    async Task RequireRoomAsync(string site, string room, CancellationToken cancel)
    {
        ListRoomsRequest ask = new() { SiteId = site, PageSize = PageTokens.SizeMax };
        do
        {
            var page = await AskAsync(() => sites.ListRoomsAsync(ask, cancellationToken: cancel));
            if (page.Rooms.FirstOrDefault(r => r.RoomId == room) is { } found)
            {
                if (!found.Active) throw new RefusedException(Refusal.State($"rooms/{room}", "ROOM_NOT_ACTIVE", "The room is not in use.").With("room_id", room));
                return;
            }

            ask.PageToken = page.NextPageToken;
        }
        while (ask.PageToken is not "");
        throw Missing($"rooms/{room}", "ROOM_UNKNOWN", $"There is no room {room} at {site}.");
    }

    static async Task<T> AskAsync<T>(Func<AsyncUnaryCall<T>> call)
    {
        try
        {
            return await call();
        }
        catch (RpcException fault)
        {
            throw new RefusedException(RpcErrors.Passed(fault, "inventory"));
        }
    }
}
