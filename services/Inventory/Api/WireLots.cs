using Doseline.Inventory.Data;
using Doseline.Inventory.Domain;
using Doseline.Platform.Rpc;
using Google.Protobuf.WellKnownTypes;
using WireActivity = Doseline.Common.V1.CalibratedActivity;

namespace Doseline.Inventory.Api;

/// <summary>Lots and activities between storage and wire.</summary>
static class WireLots
{
    public static WireActivity ToWire(this BookedLine line) => new()
    {
        Nuclide = line.Nuclide,
        // Nothing negative is possessed: see HeldItem.ActivityAt.
        ActivityBq = Math.Max(0, line.Bq),
        ReferenceTime = Timestamp.FromDateTimeOffset(line.Reference),
        DataVersion = line.DataVersion,
    };

    public static V1.Lot ToWire(this LotRow row, HoldingRow? holding, IEnumerable<BookedLine> left)
    {
        V1.Lot lot = new()
        {
            LotId = row.Id,
            MaterialCode = row.MaterialCode,
            SupplierCode = row.SupplierCode,
            SupplierBatch = row.SupplierBatch,
            SiteId = row.SiteId,
            RoomId = holding?.RoomId ?? "",
            Form = holding?.Form ?? "",
            Use = holding?.Use ?? "",
            Route = (V1.ProductionRoute)row.Route,
            Quantity = (double)row.Quantity,
            QuantityLeft = (double)row.QuantityLeft,
            Status = row.Status.ToLotStatus(),
            StatusRecordId = row.StatusRecordId,
            ReceiveTime = row.ReceiveTime.ToWire(),
            ExpireTime = row.ExpireTime.ToWire(),
            CostMinor = row.CostMinor,
            CostLeftMinor = row.CostLeftMinor,
            Currency = row.Currency,
            Version = row.Version,
        };
        lot.Declared.AddRange(Json.Read<BookedLine[]>(row.Declared).Select(ToWire));
        lot.Left.AddRange(left.Where(line => line.Bq > 0).Select(ToWire));
        return lot;
    }
}
