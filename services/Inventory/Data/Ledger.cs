using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Doseline.Inventory.Domain;

namespace Doseline.Inventory.Data;

/// <summary>
/// Books movements of activity as double entries: the same signed amount at the same reference instant goes out of one place and into
/// another, so that every transaction adds up to zero for each nuclide at every instant. Nothing is saved here.
/// </summary>
public sealed class Ledger(InventoryDb db)
{
    LedgerTransactionRow? transaction;
    readonly StringBuilder hashed = new();

    /// <summary>Starts a transaction.</summary>
    /// <param name="id">Identifier; derived from the cause where a repeated fact must make the same one.</param>
    /// <param name="kind">What is done, UPPER_SNAKE.</param>
    /// <param name="causeId">Request or fact that caused it.</param>
    /// <param name="effective">Instant from which it counts.</param>
    public Ledger Begin(string id, string kind, string causeId, DateTimeOffset effective)
    {
        transaction = new LedgerTransactionRow { Id = id, Kind = kind, CauseId = causeId, EffectiveTime = effective, EntriesHash = "" };
        hashed.Clear();
        db.Put(transaction);
        return this;
    }

    /// <summary>Identifier of the transaction.</summary>
    public string Id => Current.Id;

    LedgerTransactionRow Current => transaction ?? throw new InvalidOperationException("Begin a transaction first.");

    /// <summary>Books an amount from one place to another; an amount of zero books nothing.</summary>
    public async Task BookAsync(Place from, Place to, BookedLine line, CancellationToken cancel)
    {
        if (line.Bq == 0) return;
        Enter(from, line.Times(-1));
        Enter(to, line);
        // A holding that only changes its place holds what it held.
        if (from.HoldingId == to.HoldingId && Holds(from) && Holds(to)) return;
        if (Holds(from)) await AddAsync(from.HoldingId, line.Times(-1), cancel);
        if (Holds(to)) await AddAsync(to.HoldingId, line, cancel);
    }

    /// <summary>Moves all that a holding holds to another place and leaves the holding there.</summary>
    internal async Task MoveAllAsync(HoldingRow holding, IEnumerable<HoldingLineRow> lines, Place to, CancellationToken cancel)
    {
        var from = holding.Place;
        foreach (var line in lines.Where(line => line.Bq != 0).OrderBy(line => line.Nuclide, StringComparer.Ordinal)) await BookAsync(from, to, line.Line, cancel);
        holding.MoveTo(to);
        holding.Open = to.Account.IsPossession();
    }

    // A consignee's holding keeps its lines, so that a voided shipment brings back what left.
    static bool Holds(Place place) => place.Account.IsPossession() || place.Account is Account.Consignee;

    async Task AddAsync(string holdingId, BookedLine line, CancellationToken cancel)
    {
        if ((await db.LoadAsync(db.LinesOf(holdingId), cancel)).Find(own => own.Nuclide == line.Nuclide && own.DataVersion == line.DataVersion) is not { } row)
        {
            db.Put(new HoldingLineRow { HoldingId = holdingId, Nuclide = line.Nuclide, DataVersion = line.DataVersion, Bq = line.Bq, ReferenceTime = line.Reference, Entries = 1 });
            return;
        }

        var sum = row.Line.Plus(line);
        // Doubles leave a residue of some 1e-16 when all is taken; what cannot be measured or meant is nothing.
        var noise = Math.Max(Math.Abs(row.Line.At(sum.Reference)), Math.Abs(line.At(sum.Reference))) * 1e-12;
        row.Bq = Math.Abs(sum.Bq) <= noise ? 0 : sum.Bq;
        row.ReferenceTime = sum.Reference;
        row.Entries++;
    }

    void Enter(Place place, BookedLine line)
    {
        LedgerEntryRow entry = new()
        {
            TransactionId = Current.Id,
            Kind = Current.Kind,
            CauseId = Current.CauseId,
            HoldingId = place.HoldingId,
            Account = place.Account,
            SiteId = place.SiteId,
            RoomId = place.RoomId,
            Nuclide = line.Nuclide,
            Form = place.Form,
            Use = place.Use,
            Bq = line.Bq,
            ReferenceTime = line.Reference,
            DataVersion = line.DataVersion,
            EffectiveTime = Current.EffectiveTime,
            RecordTime = db.Now,
        };
        db.Put(entry);
        hashed.Append(CultureInfo.InvariantCulture, $"{entry.HoldingId}|{entry.Account}|{entry.SiteId}|{entry.RoomId}|{entry.Nuclide}|{entry.Form}|{entry.Use}|{entry.Bq:R}|{entry.ReferenceTime.UtcTicks}|{entry.DataVersion}|{entry.EffectiveTime.UtcTicks}\n");
        Current.EntriesHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(hashed.ToString())));
    }
}
