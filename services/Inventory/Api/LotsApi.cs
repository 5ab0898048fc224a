using Doseline.Inventory.Data;
using Doseline.Inventory.Domain;
using Doseline.Inventory.V1;
using Doseline.Kernel.Ids;
using Doseline.Kernel.Money;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Units;
using Doseline.Platform.Plausibility;
using Doseline.Platform.Rpc;
using Grpc.Core;
using ProductionRoute = Doseline.Inventory.Domain.ProductionRoute;

namespace Doseline.Inventory.Api;

/// <summary>Lots: announced, received, approved, read.</summary>
public sealed class LotsApi(InventoryDb db, Gate gate, Ledger ledger, Costs costs, PageTokens pageTokens) : LotsService.LotsServiceBase
{
    // Enough to know what is usual.
    const int EarlierMax = 10;

    /// <inheritdoc/>
    public override async Task<ExpectReceiptResponse> ExpectReceipt(ExpectReceiptRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        List<Refusal> refusals = [];
        refusals.RequireText(request.Form, "form", 64);
        refusals.RequireText(request.Use, "use", 64);
        var arrival = request.ArrivalTime.Read("arrival_time").OrAdd(refusals);
        if (arrival < db.Now) refusals.Add(Refusal.Invalid("arrival_time", "TIME_IN_PAST", "An announced receipt lies in the future.").With("arrival_time", arrival).With("now", db.Now));
        var contents = Reading.Contents(request.Contents, await db.SiteAsync(request.SiteId, cancel), refusals);
        var material = (await db.MaterialAsync(request.MaterialCode, cancel)).ToDomain();
        refusals.AddRange(LotRules.AgainstContents(material, contents));
        if (!material.Radioactive) refusals.Add(Refusal.Invalid("material_code", "MATERIAL_NOT_RADIOACTIVE", "Cold material need not be announced."));
        refusals.ThrowIfAny();

        return await gate.AloneAsync(request.SiteId, request.RoomId, request.MaterialCode, async () =>
        {
            refusals.Clear();
            ExpectationRow row = new()
            {
                Id = db.Ids.New(), SiteId = request.SiteId, RoomId = request.RoomId, MaterialCode = request.MaterialCode, HoldingId = "",
                Form = request.Form, Use = request.Use, Contents = Json.Write(contents.Select(BookedLine.From).ToArray()), ArrivalTime = arrival, Open = true,
            };
            HeldItem item = new(new Place(row.Id, Account.Lot, row.SiteId, row.RoomId, row.Form, row.Use), StatusClass.Quarantine, [.. contents.Select(BookedLine.From)]);
            await gate.AdmitAsync(new Arrival(item, arrival), "", refusals, cancel);
            refusals.ThrowIfAny();
            db.Put(row);
            return await db.AnswerAsync(new ExpectReceiptResponse { Expectation = ToWire(row) }, cancel);
        }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<CancelExpectationResponse> CancelExpectation(CancelExpectationRequest request, ServerCallContext context)
    {
        var row = await db.LoadAsync<ExpectationRow>(context.CancellationToken, request.ExpectationId)
            ?? throw Reading.Missing($"expectations/{request.ExpectationId}", "EXPECTATION_UNKNOWN", "There is no such announcement.");
        db.Request.Caller.RequireSite(row.SiteId);
        row.Open = false;
        return await db.AnswerAsync(new CancelExpectationResponse(), context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<ReceiveLotResponse> ReceiveLot(ReceiveLotRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        List<Refusal> refusals = [];
        RequireWords(request, refusals);
        var contents = Reading.Contents(request.Contents, await db.SiteAsync(request.SiteId, cancel), refusals);
        DateTimeOffset? expire = request.ExpireTime is null ? null : request.ExpireTime.Read("expire_time").OrAdd(refusals);
        RequireCost(request, refusals);
        var kind = await db.MaterialAsync(request.MaterialCode, cancel);
        var material = kind.ToDomain();
        var supplier = await db.LoadAsync<SupplierRow>(cancel, request.SupplierCode)
            ?? throw Reading.Missing($"suppliers/{request.SupplierCode}", "SUPPLIER_UNKNOWN", $"There is no supplier {request.SupplierCode}.");
        refusals.AddRange(LotRules.AgainstReceipt(material, supplier.ToDomain(), contents, request.Quantity, (ProductionRoute)request.Route, expire, db.Now));
        var quantity = material.Radioactive ? 0 : UnitTable.Read(kind.Unit, "material.unit").OrAdd(refusals) is { } unit ? UnitTable.Amount(request.Quantity, unit, "quantity").OrAdd(refusals) : 0;
        refusals.ThrowIfAny();
        // Before the turn, which others wait for: what is usual does not change by a lot that comes meanwhile.
        var earlier = await db.List<LotRow>().Is(nameof(LotRow.MaterialCode), request.MaterialCode).Is(nameof(LotRow.SupplierCode), request.SupplierCode)
            .ByLast(nameof(LotRow.ReceiveTime), nameof(LotRow.Id)).ReadAsync(EarlierMax, cancel);

        return await gate.AloneAsync(request.SiteId, request.RoomId, request.MaterialCode, async () =>
        {
            refusals.Clear();
            var now = db.Now;
            var expected = await ExpectedAsync(request, refusals, cancel);
            Place place = new(db.Ids.New(), Account.Lot, request.SiteId, request.RoomId, request.Form, request.Use);
            IReadOnlyList<BookedLine> lines = [.. contents.Select(BookedLine.From)];
            if (material.Radioactive)
                await gate.AdmitAsync(new Arrival(new HeldItem(place, StatusClass.Quarantine, lines), now), request.ExpectationId, refusals, cancel);
            else if (await db.LoadAsync<RoomRow>(cancel, request.RoomId) is not { Active: true } room || room.SiteId != request.SiteId)
                refusals.Add(Refusal.State($"rooms/{request.RoomId}", "ROOM_NOT_AUTHORISED", $"{request.RoomId} is not an active room of site {request.SiteId}."));
            refusals.ThrowIfAny();
            await db.LookAsync(request.SiteId, place.HoldingId, Questioned(request, lines, quantity, kind.Unit, expected, earlier), cancel);
            if (expected is not null) expected.Open = false;

            var lot = db.Put(LotOf(request, material, quantity, lines, place, expire, now));
            var holding = db.Put(HoldingOf(place));
            var transaction = "";
            if (material.Radioactive)
            {
                transaction = ledger.Begin(Id.From("receipt", lot.Id), "RECEIPT", db.Request.CausationId, now).Id;
                foreach (var line in lines) await ledger.BookAsync(place.Outside(Account.Supplier), place, line, cancel);
            }

            costs.Book(transaction is "" ? Id.From("receipt", lot.Id) : transaction, lot, "", lot.CostMinor, lines is [var principal, ..] ? principal : null, lot.Quantity);
            db.Publish(lot.Id, new LotReceived
            {
                LotId = lot.Id, MaterialCode = lot.MaterialCode, SiteId = lot.SiteId, RoomId = place.RoomId, Activity = contents is [var first, ..] ? first.ToWire() : null,
                Route = request.Route,
            });
            var answer = lot.ToWire(holding, lines);
            answer.Version = db.VersionAfter(lot);
            return await db.AnswerAsync(new ReceiveLotResponse { Lot = answer, TransactionId = transaction }, cancel);
        }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<ChangeLotStatusResponse> ChangeLotStatus(ChangeLotStatusRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var lot = await db.LotAsync(request.LotId, cancel);
        db.Request.Caller.RequireSite(lot.SiteId);
        List<Refusal> refusals = [];
        refusals.RequireText(request.Reason, "reason", 500);
        refusals.RequireText(request.RecordId, "record_id", 64);
        if (CauseOf(request.Status) is not { } cause) refusals.Add(Refusal.Invalid("status", "FIELD_REQUIRED", "status is required."));
        else StatusModel.Next(StatusHolder.Lot, lot.Id, lot.Status, cause).OrAdd(refusals);
        if (request.Version != lot.Version) refusals.Add(Refusal.Stale($"lots/{lot.Id}", request.Version, lot.Version));
        if (request.Status is V1.LotStatus.Approved && lot.ExpireTime <= db.Now)
            refusals.Add(Refusal.State($"lots/{lot.Id}", "LOT_EXPIRED", "The lot has expired.").With("expire_time", lot.ExpireTime));
        refusals.ThrowIfAny();

        return await gate.AloneAsync(lot.SiteId, "", lot.Id, () => BecomeAsync(lot, request, cancel), cancel);
    }

    /// <inheritdoc/>
    public override async Task<GetLotResponse> GetLot(GetLotRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var lot = await db.LotAsync(request.LotId, cancel);
        db.Request.Caller.RequireSite(lot.SiteId);
        var (holding, lines) = await db.LoadAsync(db.One<HoldingRow>(lot.Id), db.LinesOf(lot.Id), cancel);
        return new GetLotResponse { Lot = lot.ToWire(holding, lines.Select(line => line.Line)) };
    }

    /// <inheritdoc/>
    public override async Task<ListLotsResponse> ListLots(ListLotsRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var query = db.List<LotRow>().Is(nameof(LotRow.SiteId), request.SiteId).IsIfAny(nameof(LotRow.MaterialCode), request.MaterialCode);
        if (request.OnlyLeft) query.Is(nameof(LotRow.UsedUp), false);
        if (request.Status is not V1.LotStatus.Unspecified) query.Is(nameof(LotRow.Status), request.Status.ToStatus());
        var (rows, next) = await pageTokens.ReadAsync(request, query.By(nameof(LotRow.Id)), cancel);
        List<string> ids = [.. rows.Select(r => r.Id)];
        var (found, all) = await db.LoadAsync(db.Each<HoldingRow>(ids), db.All<HoldingLineRow>(nameof(HoldingLineRow.HoldingId), ids), cancel);
        var (holdings, lines) = (found.ToDictionary(h => h.Id, StringComparer.Ordinal), all.ToLookup(l => l.HoldingId, StringComparer.Ordinal));
        return new ListLotsResponse { Lots = { rows.Select(r => r.ToWire(holdings.GetValueOrDefault(r.Id), lines[r.Id].Select(l => l.Line))) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<ListExpectationsResponse> ListExpectations(ListExpectationsRequest request, ServerCallContext context)
    {
        var query = db.List<ExpectationRow>().Is(nameof(ExpectationRow.SiteId), request.SiteId).Is(nameof(ExpectationRow.Open), true);
        var (rows, next) = await pageTokens.ReadAsync(request, query.By(nameof(ExpectationRow.Id)), context.CancellationToken);
        return new ListExpectationsResponse { Expectations = { rows.Select(ToWire) }, NextPageToken = next };
    }

    // In turn with what arrives beside it: of two that may not lie together the later one sees the other.
    async Task<ChangeLotStatusResponse> BecomeAsync(LotRow lot, ChangeLotStatusRequest request, CancellationToken cancel)
    {
        var from = lot.Become(CauseOf(request.Status)!.Value);
        db.Publish(lot.Id, new LotStatusChanged { LotId = lot.Id, MaterialCode = lot.MaterialCode, SiteId = lot.SiteId, From = from.ToLotStatus(), To = lot.Status.ToLotStatus(), RecordId = request.RecordId });
        lot.StatusRecordId = request.RecordId;
        var (found, lines) = await db.LoadAsync(db.One<HoldingRow>(lot.Id), db.LinesOf(lot.Id), cancel);
        var holding = found ?? throw new InvalidOperationException($"Lot {lot.Id} has no holding.");
        holding.Status = Domain.Segregation.ClassOf(lot.Status);
        if (holding.Open) await gate.StatusChangedAsync(new HeldItem(holding.Place, holding.Status, [.. lines.Where(line => line.Bq > 0).Select(line => line.Line)]), request.RequestId, cancel);
        var answer = lot.ToWire(holding, lines.Select(line => line.Line));
        answer.Version = db.VersionAfter(lot);
        return await db.AnswerAsync(new ChangeLotStatusResponse { Lot = answer }, cancel);
    }

    static StatusCause? CauseOf(V1.LotStatus wanted) => wanted switch
    {
        V1.LotStatus.Approved => StatusCause.Approve,
        V1.LotStatus.Rejected => StatusCause.Reject,
        V1.LotStatus.Quarantine => StatusCause.Hold,
        _ => null,
    };

    static void RequireWords(ReceiveLotRequest request, List<Refusal> refusals)
    {
        refusals.RequireText(request.SupplierBatch, "supplier_batch", 64);
        refusals.RequireText(request.Form, "form", 64);
        refusals.RequireText(request.Use, "use", 64);
    }

    static void RequireCost(ReceiveLotRequest request, List<Refusal> refusals)
    {
        if (request.CostMinor < 0) refusals.Add(Refusal.Invalid("cost_minor", "NUMBER_NEGATIVE", "A cost is not negative.").With("cost_minor", request.CostMinor));
        if (request.CostMinor is not 0 || request.Currency is not "") Currency.Read(request.Currency, "currency").OrAdd(refusals);
    }

    static LotRow LotOf(
        ReceiveLotRequest request, Domain.Material material, decimal quantity, IReadOnlyList<BookedLine> lines, Place place, DateTimeOffset? expire, DateTimeOffset now) => new()
    {
        Id = place.HoldingId, MaterialCode = material.Code, SupplierCode = request.SupplierCode, SupplierBatch = request.SupplierBatch, SiteId = request.SiteId,
        Route = (ProductionRoute)request.Route, Declared = Json.Write(lines), Quantity = quantity, QuantityLeft = quantity,
        UsedUp = false, ReceiveTime = now, ExpireTime = expire ?? now + material.ShelfLife!.Value,
        CostMinor = request.CostMinor, CostLeftMinor = request.CostMinor, Currency = request.Currency,
    };

    static HoldingRow HoldingOf(Place place) => new()
    {
        Id = place.HoldingId, Account = place.Account, Kind = place.Account, SiteId = place.SiteId, RoomId = place.RoomId, Form = place.Form, Use = place.Use,
        Status = StatusClass.Quarantine, BatchId = "", Open = true,
    };

    async Task<ExpectationRow?> ExpectedAsync(ReceiveLotRequest request, List<Refusal> refusals, CancellationToken cancel)
    {
        if (request.ExpectationId is "") return null;
        var row = await db.LoadAsync<ExpectationRow>(cancel, request.ExpectationId);
        if (row is { Open: true, HoldingId: "" } && row.SiteId == request.SiteId && row.MaterialCode == request.MaterialCode) return row;
        refusals.Add(Refusal.State($"expectations/{request.ExpectationId}", "EXPECTATION_NOT_OPEN", "There is no open announcement of this material with that identifier."));
        return null;
    }

    // A slip of the decimal point in a receipt goes on into everything that is made of it.
    static IEnumerable<Asked?> Questioned(ReceiveLotRequest request, IReadOnlyList<BookedLine> lines, decimal quantity, string unit, ExpectationRow? expected, List<LotRow> earlier)
    {
        if (lines is not [var principal, ..]) return [StockMeasures.Of(request.MaterialCode, quantity, unit, earlier.Select(l => l.Quantity))];
        double? announced = expected is null ? null : Json.Read<BookedLine[]>(expected.Contents).Where(l => l.Nuclide == principal.Nuclide).Sum(l => l.At(principal.Reference));
        return StockMeasures.Of(request.MaterialCode, lines, announced, earlier.Select(l => Json.Read<BookedLine[]>(l.Declared)));
    }

    static Expectation ToWire(ExpectationRow row) => new()
    {
        ExpectationId = row.Id, SiteId = row.SiteId, RoomId = row.RoomId, MaterialCode = row.MaterialCode, HoldingId = row.HoldingId, Form = row.Form, Use = row.Use,
        Contents = { Json.Read<BookedLine[]>(row.Contents).Select(line => line.ToWire()) }, ArrivalTime = row.ArrivalTime.ToWire(),
    };
}
