using Doseline.Inventory.Data;
using Doseline.Inventory.Domain;
using Doseline.Inventory.V1;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Money;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Units;
using Doseline.Platform.Rpc;

namespace Doseline.Inventory.Api;

/// <summary>Issues material of a lot to a batch: always what was really taken, never backflushed.</summary>
public sealed class Issue(InventoryDb db, Gate gate, Ledger ledger, Costs costs)
{
    /// <summary>Carries out the call.</summary>
    public async Task<IssueToBatchResponse> ToBatchAsync(IssueToBatchRequest request, CancellationToken cancel)
    {
        List<Refusal> refusals = [];
        refusals.RequireText(request.BatchId, "batch_id", 64);
        refusals.RequireText(request.Use, "use", 64);
        var lot = await db.LotAsync(request.LotId, cancel);
        db.Request.Caller.RequireSite(lot.SiteId);
        var row = await db.MaterialAsync(lot.MaterialCode, cancel);
        var material = row.ToDomain();
        var asked = material.Radioactive ? request.Activity.Read("activity").OrAdd(refusals) : null;
        if (!material.Radioactive) refusals.RequirePositive(request.Quantity, "quantity");
        var quantity = material.Radioactive ? 0 : InOwnUnit(request, row.Unit, refusals);
        if (!material.Radioactive && request.Activity is not null)
            refusals.Add(Refusal.Invalid("activity", "MATERIAL_NOT_RADIOACTIVE", $"{material.Code} is cold material; it has no activity."));
        if (asked is not null && asked.Nuclide.Symbol != material.Nuclide)
            refusals.Add(Refusal.Invalid("activity.nuclide", "NUCLIDE_NOT_OF_MATERIAL", $"{material.Code} is {material.Nuclide}, not {asked.Nuclide.Symbol}.").With("nuclide", material.Nuclide));
        refusals.ThrowIfAny();

        return await gate.AloneAsync(lot.SiteId, request.RoomId, lot.Id, async () =>
        {
            refusals.Clear();
            refusals.AddRange(LotRules.AgainstUse(lot.Id, lot.MaterialCode, lot.Status, lot.ExpireTime, material, request.MaterialCode, db.Now));
            return asked is null ? await ColdAsync(request, quantity, lot, row, refusals, cancel) : await HotAsync(request, lot, asked, refusals, cancel);
        }, cancel);
    }

    async Task<IssueToBatchResponse> HotAsync(IssueToBatchRequest request, LotRow lot, CalibratedActivity asked, List<Refusal> refusals, CancellationToken cancel)
    {
        var now = db.Now;
        var (found, lines, wip, _) = await db.LoadAsync(db.One<HoldingRow>(lot.Id), db.LinesOf(lot.Id), db.One<HoldingRow>(request.BatchId), db.LinesOf(request.BatchId), cancel);
        var from = found ?? throw new InvalidOperationException($"Lot {lot.Id} has no holding.");
        if (!from.Open) refusals.Add(Refusal.State($"lots/{lot.Id}", "LOT_NOT_HERE", "The lot is not possessed here any more."));
        if (wip is not null && wip.RoomId != request.RoomId)
            refusals.Add(Refusal.State($"batches/{request.BatchId}", "BATCH_IN_ANOTHER_ROOM", $"The batch is in room {wip.RoomId}; move it first.").With("room_id", wip.RoomId));
        if (wip is { Open: false } or { RecordClosed: true })
            refusals.Add(Refusal.State($"batches/{request.BatchId}", "BATCH_CLOSED", "The batch takes no more material."));
        var goes = LotRules.Withdraw(lot.Id, [.. lines.Select(line => line.Line)], asked, now).OrAdd(refusals)?.Lines ?? [];

        Place to = new(request.BatchId, Account.Wip, lot.SiteId, request.RoomId, wip?.Form ?? from.Form, request.Use);
        if (goes is not [])
        {
            await gate.AdmitAsync(new Arrival(new HeldItem(to, StatusClass.InProcess, goes), now, new HeldItem(from.Place, from.Status, goes)), "", refusals, cancel);
        }

        refusals.ThrowIfAny();
        if (wip is null)
        {
            db.Put(new HoldingRow
            {
                Id = request.BatchId, Account = Account.Wip, Kind = Account.Wip, SiteId = to.SiteId, RoomId = to.RoomId, Form = to.Form, Use = to.Use,
                Status = StatusClass.InProcess, BatchId = request.BatchId, Open = true,
            });
        }

        var before = lines.Where(line => line.Nuclide == asked.Nuclide.Symbol).Sum(line => line.Line.At(now));
        ledger.Begin(db.Request.Derived("issue"), "ISSUE", request.RequestId, now);
        foreach (var line in goes) await ledger.BookAsync(from.Place, to, line, cancel);
        var left = lines.Where(line => line.Nuclide == asked.Nuclide.Symbol).Select(line => line.Line.ReferredTo(now)).ToList();
        var leftBq = Math.Max(0, left.Sum(line => line.Bq));
        if (leftBq is 0) (lot.UsedUp, from.Open) = (true, lines.Exists(line => line.Bq > 0));
        var issued = goes.Where(line => line.Nuclide == asked.Nuclide.Symbol).ToList();
        var cost = CostOf(lot, before > 0 ? (decimal)Math.Clamp(issued.Sum(line => line.At(now)) / before, 0, 1) : 0, leftBq is 0);
        var taken = issued is [var one] ? one : new BookedLine(asked.Nuclide.Symbol, issued.Sum(line => line.At(now)), now, asked.DataVersion);
        costs.Book(ledger.Id, lot, request.BatchId, cost, taken, 0);
        var activity = taken.ToWire();
        db.Publish(lot.Id, new MaterialIssued
        {
            TransactionId = ledger.Id, LotId = lot.Id, MaterialCode = lot.MaterialCode, BatchId = request.BatchId, SiteId = lot.SiteId,
            Activity = activity, IssueTime = now.ToWire(), Route = (V1.ProductionRoute)lot.Route,
        });
        IssueToBatchResponse answer = new()
        {
            TransactionId = ledger.Id,
            Activity = activity,
            LeftInLot = new BookedLine(asked.Nuclide.Symbol, leftBq, now, asked.DataVersion).ToWire(),
        };
        answer.Impurities.AddRange(goes.Where(line => line.Nuclide != asked.Nuclide.Symbol).Select(line => line.ToWire()));
        return await db.AnswerAsync(answer, cancel);
    }

    // Lots are counted in the unit of their material; what a recipe asks for may be in another, and is exactly so much or refused.
    static decimal InOwnUnit(IssueToBatchRequest request, string own, List<Refusal> refusals)
    {
        if (UnitTable.Read(own, "material.unit").OrAdd(refusals) is not { } counted) return 0;
        if ((request.Unit is "" ? counted : UnitTable.Read(request.Unit, "unit").OrAdd(refusals)) is not { } sent) return 0;
        var amount = UnitTable.Amount(request.Quantity, sent, "quantity");
        if (amount.Accepted) amount = UnitTable.Convert(amount.Value, sent, counted, "quantity");
        if (amount.Accepted) amount = UnitTable.Amount(amount.Value, counted, "quantity");
        return amount.OrAdd(refusals);
    }

    async Task<IssueToBatchResponse> ColdAsync(IssueToBatchRequest request, decimal quantity, LotRow lot, MaterialRow material, List<Refusal> refusals, CancellationToken cancel)
    {
        var left = LotRules.Take(lot.Id, lot.QuantityLeft, quantity).OrAdd(refusals);
        refusals.ThrowIfAny();
        var all = left is 0;
        var cost = CostOf(lot, quantity / lot.QuantityLeft, all);
        lot.QuantityLeft = left;
        if (all) lot.UsedUp = true;
        var transaction = db.Request.Derived("issue");
        costs.Book(transaction, lot, request.BatchId, cost, null, quantity);
        db.Publish(lot.Id, new MaterialIssued
        {
            TransactionId = transaction, LotId = lot.Id, MaterialCode = material.Id, BatchId = request.BatchId, SiteId = lot.SiteId, Quantity = (double)quantity,
            Unit = material.Unit, IssueTime = db.Now.ToWire(),
        });
        return await db.AnswerAsync(new IssueToBatchResponse { TransactionId = transaction }, cancel);
    }

    // The last issue takes what is left, so that the shares add up to the cost of the lot.
    static long CostOf(LotRow lot, decimal fraction, bool all)
    {
        var cost = all ? lot.CostLeftMinor : Currency.PartOf(lot.CostLeftMinor, fraction);
        lot.CostLeftMinor -= cost;
        return cost;
    }
}
