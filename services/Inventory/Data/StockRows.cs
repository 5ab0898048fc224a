using Doseline.Inventory.Domain;
using Doseline.Kernel.Rules;
using Doseline.Platform.Data;

namespace Doseline.Inventory.Data;

/// <summary>A lot as received; its activity is in its holding.</summary>
sealed class LotRow : IGxpRow
{
    public required string Id { get; init; }
    public required string MaterialCode { get; init; }
    public required string SupplierCode { get; init; }
    public required string SupplierBatch { get; init; }
    public required string SiteId { get; set; }
    public required ProductionRoute Route { get; init; }
    public required string Declared { get; init; }
    public required decimal Quantity { get; init; }
    public required decimal QuantityLeft { get; set; }

    /// <summary>Status; it changes along the table alone (<see cref="Become"/>).</summary>
    public QualityStatus Status { get; private set; } = StatusModel.First(StatusHolder.Lot);

    /// <summary>Record that controls the status; empty before the first change.</summary>
    public string StatusRecordId { get; set; } = "";
    public required bool UsedUp { get; set; }
    public required DateTimeOffset ReceiveTime { get; init; }
    public required DateTimeOffset ExpireTime { get; init; }
    public required long CostMinor { get; init; }
    public required long CostLeftMinor { get; set; }
    public required string Currency { get; init; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    /// <summary>Moves the status along the table.</summary>
    /// <returns>What it was.</returns>
    /// <exception cref="RefusedException">The transition does not exist.</exception>
    public QualityStatus Become(StatusCause cause)
    {
        var from = Status;
        Status = StatusModel.Next(StatusHolder.Lot, Id, from, cause).OrThrow();
        return from;
    }
}

/// <summary>An announced receipt or a planned move.</summary>
sealed class ExpectationRow : IGxpRow
{
    public required string Id { get; init; }
    public required string SiteId { get; init; }
    public required string RoomId { get; init; }
    public required string MaterialCode { get; init; }
    public required string HoldingId { get; init; }
    public required string Form { get; init; }
    public required string Use { get; init; }
    public required string Contents { get; init; }
    public required DateTimeOffset ArrivalTime { get; init; }
    public required bool Open { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";
}

/// <summary>Something that holds activity: where it is now. Its id is that of the lot, batch, dose, sample or waste item.</summary>
sealed class HoldingRow : IGxpRow
{
    public required string Id { get; init; }
    public required Account Account { get; set; }

    /// <summary>Account it belongs to while it is possessed.</summary>
    public required Account Kind { get; init; }
    public required string SiteId { get; set; }
    public required string RoomId { get; set; }
    public required string Form { get; set; }
    public required string Use { get; set; }
    public required StatusClass Status { get; set; }
    public required string BatchId { get; init; }

    /// <summary>True while it is possessed and may hold activity.</summary>
    public required bool Open { get; set; }

    /// <summary>Site to which it is on its way; empty while it is not on its way.</summary>
    public string ToSiteId { get; set; } = "";

    /// <summary>True once the record of the batch was closed: what comes later is settled against variance at once.</summary>
    public bool RecordClosed { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    public Place Place => new(Id, Account, SiteId, RoomId, Form, Use);

    public void MoveTo(Place place) => (Account, SiteId, RoomId, Form, Use, ToSiteId) = (place.Account, place.SiteId, place.RoomId, place.Form, place.Use, "");
}

/// <summary>What quality says of a dose. A copy of its facts, so it is not audited itself.</summary>
sealed class DoseStatusRow
{
    public required string DoseId { get; init; }
    public required StatusClass Status { get; set; }

    /// <summary>How often it was heard of; also the concurrency token.</summary>
    public long Heard { get; set; }
}

/// <summary>What the ledger adds up to for one nuclide of a holding. Derived from the ledger, so it is not audited itself.</summary>
sealed class HoldingLineRow
{
    public required string HoldingId { get; init; }
    public required string Nuclide { get; init; }
    public required string DataVersion { get; init; }
    public required double Bq { get; set; }
    public required DateTimeOffset ReferenceTime { get; set; }

    /// <summary>Entries added up so far; also the concurrency token.</summary>
    public required long Entries { get; set; }

    public BookedLine Line => new(Nuclide, Bq, ReferenceTime, DataVersion);
}

/// <summary>A transaction of the ledger. The hash puts its entries under the audit chain.</summary>
sealed class LedgerTransactionRow : IGxpRow
{
    public required string Id { get; init; }
    public required string Kind { get; init; }
    public required string CauseId { get; init; }
    public required DateTimeOffset EffectiveTime { get; init; }
    public required string EntriesHash { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";
}

/// <summary>One side of a double entry. Covered by the hash in its transaction, so it is not audited itself; never changed.</summary>
sealed class LedgerEntryRow
{
    public long Seq { get; init; }
    public required string TransactionId { get; init; }
    public required string Kind { get; init; }
    public required string CauseId { get; init; }
    public required string HoldingId { get; init; }
    public required Account Account { get; init; }
    public required string SiteId { get; init; }
    public required string RoomId { get; init; }
    public required string Nuclide { get; init; }
    public required string Form { get; init; }
    public required string Use { get; init; }
    public required double Bq { get; init; }
    public required DateTimeOffset ReferenceTime { get; init; }
    public required string DataVersion { get; init; }
    public required DateTimeOffset EffectiveTime { get; init; }
    public required DateTimeOffset RecordTime { get; init; }

    public BookedLine Line => new(Nuclide, Bq, ReferenceTime, DataVersion);
}

/// <summary>Whether a limit was near when last looked at. Not a record, only a memory that keeps a fact from being told twice.</summary>
sealed class NearLimitRow
{
    public required string SiteId { get; init; }
    public required string LimitId { get; init; }
    public required bool Near { get; set; }
}

/// <summary>An attempt to bring activity where it is not authorised.</summary>
sealed class SecurityEventRow : IGxpRow
{
    public required string Id { get; init; }
    public required string SiteId { get; init; }
    public required string RoomId { get; init; }
    public required string What { get; init; }
    public required string Actor { get; init; }
    public required string Codes { get; init; }
    public required DateTimeOffset Time { get; init; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";
}

/// <summary>Activity that was booked into a room against its gate, because it was there.</summary>
sealed class ExcursionRow : IGxpRow
{
    public required string Id { get; init; }
    public required string SiteId { get; init; }
    public required string HoldingId { get; init; }
    public required string FromRoomId { get; init; }
    public required string RoomId { get; init; }
    public required string Codes { get; init; }
    public required string CauseId { get; init; }
    public required DateTimeOffset Time { get; init; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";
}
