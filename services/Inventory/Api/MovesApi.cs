using Doseline.Inventory.Data;
using Doseline.Inventory.Domain;
using Doseline.Inventory.V1;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;
using Doseline.Platform.Plausibility;
using Doseline.Platform.Rpc;
using Grpc.Core;

namespace Doseline.Inventory.Api;

/// <summary>Moves inside a site, between sites and out of possession; assays.</summary>
public sealed partial class MovesApi(InventoryDb db, Gate gate, Ledger ledger, Corrections corrections) : MovesService.MovesServiceBase
{
    /// <inheritdoc/>
    public override async Task<MoveHoldingResponse> MoveHolding(MoveHoldingRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var holding = await HoldingAsync(request.HoldingId, cancel);
        return await gate.AloneAsync(holding.SiteId, request.ToRoomId, holding.Id, async () =>
        {
            List<Refusal> refusals = [];
            var (item, lines) = await HereAsync(holding, refusals, cancel);
            RequireNoWaste(holding, refusals);
            if (holding.RoomId != request.FromRoomId)
                refusals.Add(Refusal.State($"holdings/{holding.Id}", "NOT_IN_THAT_ROOM", $"It is in room '{holding.RoomId}', not in '{request.FromRoomId}'.").With("room_id", holding.RoomId));
            if (holding.RoomId == request.ToRoomId)
                refusals.Add(Refusal.State($"holdings/{holding.Id}", "ALREADY_THERE", "It is in that room already.").With("room_id", holding.RoomId));
            var planned = request.ExpectationId is "" ? null : await db.LoadAsync<ExpectationRow>(cancel, request.ExpectationId);
            if (request.ExpectationId is not "" && (planned is not { Open: true } || planned.HoldingId != holding.Id))
                refusals.Add(Refusal.State($"expectations/{request.ExpectationId}", "EXPECTATION_NOT_OPEN", "There is no open plan of this move."));
            var to = holding.Place with { RoomId = request.ToRoomId, Use = request.Use is "" ? holding.Use : request.Use };
            await gate.AdmitAsync(new Arrival(item with { Place = to }, db.Now, item), request.ExpectationId, refusals, cancel);
            refusals.ThrowIfAny();
            if (planned is not null) planned.Open = false;
            await Begin("MOVE", request.RequestId).MoveAllAsync(holding, lines, to, cancel);
            return await db.AnswerAsync(new MoveHoldingResponse { TransactionId = ledger.Id, MoveTime = db.Now.ToWire() }, cancel);
        }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<PlanMoveResponse> PlanMove(PlanMoveRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var holding = await HoldingAsync(request.HoldingId, cancel);
        return await gate.AloneAsync(holding.SiteId, request.ToRoomId, holding.Id, async () =>
        {
            List<Refusal> refusals = [];
            var arrival = request.ArrivalTime.Read("arrival_time").OrAdd(refusals);
            if (arrival < db.Now) refusals.Add(Refusal.Invalid("arrival_time", "TIME_IN_PAST", "A planned move lies in the future.").With("arrival_time", arrival).With("now", db.Now));
            refusals.ThrowIfAny();
            var (item, _) = await HereAsync(holding, refusals, cancel);
            RequireNoWaste(holding, refusals);
            await gate.AdmitAsync(new Arrival(item with { Place = holding.Place with { RoomId = request.ToRoomId } }, arrival, item), "", refusals, cancel);
            refusals.ThrowIfAny();
            ExpectationRow row = new()
            {
                Id = db.Ids.New(), SiteId = holding.SiteId, RoomId = request.ToRoomId, MaterialCode = "", HoldingId = holding.Id, Form = holding.Form, Use = holding.Use,
                Contents = Json.Write(item.Lines), ArrivalTime = arrival, Open = true,
            };
            db.Put(row);
            return await db.AnswerAsync(new PlanMoveResponse { ExpectationId = row.Id }, cancel);
        }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<SendToSiteResponse> SendToSite(SendToSiteRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var holding = await HoldingAsync(request.HoldingId, cancel);
        await db.SiteAsync(request.ToSiteId, cancel);
        return await gate.AloneAsync(holding.SiteId, "", holding.Id, async () =>
        {
            List<Refusal> refusals = [];
            var (_, lines) = await HereAsync(holding, refusals, cancel);
            if (holding.Kind is not Account.Lot) refusals.Add(Refusal.State($"holdings/{holding.Id}", "ONLY_LOTS", "Only lots go from site to site."));
            if (holding.SiteId == request.ToSiteId) refusals.Add(Refusal.Invalid("to_site_id", "SAME_SITE", "Inside a site a move is from room to room."));
            refusals.RequireText(request.Reason, "reason", 500);
            refusals.ThrowIfAny();
            await Begin("SEND", request.RequestId).MoveAllAsync(holding, lines, holding.Place with { Account = Account.InTransit, RoomId = "" }, cancel);
            holding.ToSiteId = request.ToSiteId;
            return await db.AnswerAsync(new SendToSiteResponse { TransactionId = ledger.Id }, cancel);
        }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<ReceiveFromSiteResponse> ReceiveFromSite(ReceiveFromSiteRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var holding = await db.LoadAsync<HoldingRow>(cancel, request.HoldingId)
            ?? throw Reading.Missing($"holdings/{request.HoldingId}", "HOLDING_UNKNOWN", $"There is no holding {request.HoldingId}.");
        await db.SiteAsync(request.SiteId, cancel);
        return await gate.AloneAsync(request.SiteId, request.RoomId, holding.Id, async () =>
        {
            List<Refusal> refusals = [];
            var (item, lines) = await HereAsync(holding, refusals, cancel);
            if (holding.Account is not Account.InTransit)
                refusals.Add(Refusal.State($"holdings/{holding.Id}", "NOT_IN_TRANSIT", "It is not on the way between sites."));
            else if (holding.ToSiteId is not "" && holding.ToSiteId != request.SiteId)
                refusals.Add(Refusal.Denied($"holdings/{holding.Id}", "SENT_TO_ANOTHER_SITE", "It was sent to another site.").With("site_id", request.SiteId));
            Place to = holding.Place with { Account = holding.Kind, SiteId = request.SiteId, RoomId = request.RoomId };
            await gate.AdmitAsync(new Arrival(item with { Place = to }, db.Now), "", refusals, cancel);
            refusals.ThrowIfAny();
            await Begin("RECEIVE_FROM_SITE", request.RequestId).MoveAllAsync(holding, lines, to, cancel);
            (await db.LotAsync(holding.Id, cancel)).SiteId = request.SiteId;
            return await db.AnswerAsync(new ReceiveFromSiteResponse { TransactionId = ledger.Id }, cancel);
        }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<TransferOutResponse> TransferOut(TransferOutRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var holding = await HoldingAsync(request.HoldingId, cancel);
        return await gate.AloneAsync(holding.SiteId, "", holding.Id, async () =>
        {
            List<Refusal> refusals = [];
            refusals.RequireText(request.Reason, "reason", 500);
            var (item, lines) = await HereAsync(holding, refusals, cancel);
            if (holding.Kind is not Account.Lot) refusals.Add(Refusal.State($"holdings/{holding.Id}", "ONLY_LOTS", "Doses leave by shipping, waste by disposal of its container, batches not at all."));
            var transferee = await db.TransfereeAsync(request.TransfereeId, cancel);
            refusals.AddRange(TransferRules.Against([item], transferee.ToDomain(), request.DeliveryPlace, db.Now));
            refusals.ThrowIfAny();
            await Begin("TRANSFER_OUT", request.RequestId).MoveAllAsync(holding, lines, holding.Place.Outside(Account.Consignee), cancel);
            if (await db.LoadAsync<LotRow>(cancel, holding.Id) is { } lot) lot.UsedUp = true;
            return await db.AnswerAsync(new TransferOutResponse { TransactionId = ledger.Id }, cancel);
        }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<RecordAssayResponse> RecordAssay(RecordAssayRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var holding = await HoldingAsync(request.HoldingId, cancel);
        return await gate.AloneAsync(holding.SiteId, holding.RoomId, holding.Id, async () =>
        {
            List<Refusal> refusals = [];
            refusals.RequireText(request.Reason, "reason", 500);
            var measured = request.Measured.Read("measured").OrAdd(refusals);
            var late = db.Request.Late(request.LateReason, refusals);
            var sides = await corrections.OfAsync(holding.Id, cancel);
            var span = new EventSpan(db.Now).After("receipt", sides.Min(side => side.Effective))
                .Before("end_of_possession", holding.Open ? null : sides.Max(side => side.Effective));
            if (measured is not null) refusals.AddRange(span.Against("measured.reference_time", measured.Reference, late));
            refusals.ThrowIfAny();
            var at = span.Nearest(measured!.Reference);
            var read = BookedLine.From(measured).ReferredTo(at);
            var booked = Correction.BookedAt(sides, read.Nuclide, at);
            await db.LookAsync(holding.SiteId, holding.Id, [StockMeasures.Assay.Against("", "", "measured.activity_bq", "bq", read.Bq, booked, at)], cancel);
            var missing = read with { Bq = booked - read.Bq };
            if (missing.Bq == 0) return await db.AnswerAsync(new RecordAssayResponse(), cancel);
            var reason = late is null ? request.Reason : $"{request.Reason} (late entry, witnessed by {late.WitnessName}: {late.Reason})";
            return await db.AnswerAsync(new RecordAssayResponse { TransactionId = await corrections.BookAsync(Correction.PlaceAt(sides, at)!, missing, request.RequestId, reason, cancel) }, cancel);
        }, cancel);
    }

    Ledger Begin(string kind, string requestId) => ledger.Begin(db.Request.Derived("move"), kind, requestId, db.Now);

    async Task<HoldingRow> HoldingAsync(string id, CancellationToken cancel)
    {
        var row = await db.LoadAsync<HoldingRow>(cancel, id) ?? throw Reading.Missing($"holdings/{id}", "HOLDING_UNKNOWN", $"There is no holding {id}.");
        db.Request.Caller.RequireSite(row.SiteId);
        return row;
    }

    async Task<(HeldItem Item, List<HoldingLineRow> Lines)> HereAsync(HoldingRow holding, List<Refusal> refusals, CancellationToken cancel)
    {
        var lines = await db.LoadAsync(db.LinesOf(holding.Id), cancel);
        if (!holding.Open) refusals.Add(Refusal.State($"holdings/{holding.Id}", "NOT_POSSESSED", "It is not possessed any more."));
        return (new HeldItem(holding.Place, holding.Status, [.. lines.Where(row => row.Bq > 0).Select(row => row.Line)]), lines);
    }
}
