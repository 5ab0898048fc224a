using Doseline.Inventory.V1;
using Doseline.Kernel.Rules;
using Doseline.Local.Day.Files;
using Doseline.Platform.Rpc;
using Grpc.Core;

namespace Doseline.Local.Day;

/// <summary>The dock: receives the lots of the day, and takes the room that the refusal names when the first is full.</summary>
sealed class DayReceipts(DayPeople people, DayKeys keys, DayJournal journal)
{
    readonly LotsService.LotsServiceClient dock = new(people.RadiationSafety);
    readonly LotsService.LotsServiceClient qa = new(people.Qa);

    /// <summary>Lot ids by the code in the files.</summary>
    public Dictionary<string, Lot> Lots { get; } = new(StringComparer.Ordinal);

    /// <summary>Receipts that were refused, with the room they were meant for and the room they went to.</summary>
    public List<(string Lot, string Room, string Instead, IReadOnlyList<Refusal> Refusals)> Refused { get; } = [];

    /// <summary>Receives a lot and has QA approve it.</summary>
    public async Task ReceiveAsync(DeliveryInput delivery)
    {
        var lot = await TryReceiveAsync(delivery) ?? await ReceiveIntoAsync(delivery, delivery.AlternativeRoom);

        Lots[delivery.Lot] = (await qa.ChangeLotStatusAsync(new ChangeLotStatusRequest
        {
            RequestId = keys.Of("approve", delivery.Lot), LotId = lot.LotId, Status = LotStatus.Approved, Version = lot.Version, Reason = "certificate of the supplier reviewed", RecordId = $"COA-{delivery.Lot}",
        })).Lot;
    }

    async Task<Lot?> TryReceiveAsync(DeliveryInput delivery)
    {
        var step = $"receive {delivery.Lot}";
        var refusals = journal.Of(step);
        if (refusals is null)
        {
            try
            {
                return await ReceiveIntoAsync(delivery, delivery.Room);
            }
            catch (RpcException fault) when (delivery.AlternativeRoom.Length > 0 && fault.StatusCode is not StatusCode.Unavailable && RpcErrors.Read(fault) is [_, ..] reasons)
            {
                journal.Remember(step, refusals = reasons);
            }
        }

        Refused.RemoveAll(r => r.Lot == delivery.Lot);
        Refused.Add((delivery.Lot, delivery.Room, delivery.AlternativeRoom, refusals));
        return null;
    }

    async Task<Lot> ReceiveIntoAsync(DeliveryInput delivery, string room) => (await dock.ReceiveLotAsync(new ReceiveLotRequest
    {
        RequestId = keys.Of("receive", delivery.Lot, room),
        SiteId = delivery.Site,
        RoomId = room,
        MaterialCode = delivery.Material,
        SupplierCode = delivery.Supplier,
        SupplierBatch = delivery.Lot,
        Form = delivery.Form,
        Use = "manufacture",
        Route = RouteOf(delivery.Route),
        Contents = { delivery.Activity is { } activity ? [activity.ToWire(), .. delivery.Impurities.Select(i => i.ToWire())] : [] },
        Quantity = delivery.Activity is null ? 100 : 0,
    })).Lot;

    static ProductionRoute RouteOf(string route) => route switch
    {
        "n.c.a." or "fission" => ProductionRoute.NoCarrierAdded,
        "c.a." => ProductionRoute.CarrierAdded,
        "accelerator" => ProductionRoute.Accelerator,
        "generator" => ProductionRoute.Generator,
        _ => ProductionRoute.Unspecified,
    };
}
