using Doseline.Inventory.Domain;

namespace Doseline.Inventory.Data;

/// <summary>Accounts of the cost ledger; the numbers are those of the wire.</summary>
public enum CostAccount
{
    /// <summary>What suppliers charged.</summary>
    Supplier = 1,

    /// <summary>Lots in stock.</summary>
    Stock = 2,

    /// <summary>Batches.</summary>
    Batch = 3,
}

/// <summary>One side of a double entry of the cost ledger; never changed, and booked in the save that moves the material.</summary>
sealed class CostEntryRow
{
    public long Seq { get; init; }
    public required string TransactionId { get; init; }
    public required CostAccount Account { get; init; }
    public required string LotId { get; init; }
    public required string BatchId { get; init; }
    public required string SiteId { get; init; }
    public required long AmountMinor { get; init; }
    public required string Currency { get; init; }
    public required string Nuclide { get; init; }
    public required double Bq { get; init; }
    public DateTimeOffset? ReferenceTime { get; init; }
    public required string DataVersion { get; init; }
    public required decimal Quantity { get; init; }
    public required DateTimeOffset EffectiveTime { get; init; }
}

/// <summary>Books costs beside the possession ledger: the same transaction, the same lot, the same activity.</summary>
public sealed class Costs(InventoryDb db)
{
    /// <summary>Books the cost of a receipt (into stock) or of an issue (out of stock into a batch); nothing when no cost is known.</summary>
    /// <param name="transactionId">Transaction that moved the material.</param>
    /// <param name="lot">Lot.</param>
    /// <param name="batchId">Batch; empty for a receipt.</param>
    /// <param name="amountMinor">Cost in minor units of the lot's currency.</param>
    /// <param name="activity">Activity that moved; null for cold material.</param>
    /// <param name="quantity">Amount of a cold material.</param>
    internal void Book(string transactionId, LotRow lot, string batchId, long amountMinor, BookedLine? activity, decimal quantity)
    {
        if (lot.Currency is "") return;
        Enter(batchId is "" ? CostAccount.Supplier : CostAccount.Stock, -1);
        Enter(batchId is "" ? CostAccount.Stock : CostAccount.Batch, 1);

        void Enter(CostAccount account, int sign) => db.Put(new CostEntryRow
        {
            TransactionId = transactionId, Account = account, LotId = lot.Id, BatchId = batchId, SiteId = lot.SiteId, AmountMinor = sign * amountMinor, Currency = lot.Currency,
            Nuclide = activity?.Nuclide ?? "", Bq = sign * activity?.Bq ?? 0, ReferenceTime = activity?.Reference, DataVersion = activity?.DataVersion ?? "",
            Quantity = sign * quantity, EffectiveTime = db.Now,
        });
    }
}
