using Doseline.Execution.V1;
using Doseline.Inventory.V1;
using Doseline.Local.Day;
using Doseline.Local.Day.Files;
using Doseline.Orders.V1;
using Doseline.Platform.Rpc;
using Doseline.Quality.V1;
using Doseline.Shipping.V1;
using Doseline.Testing;
using Grpc.Core;

namespace Doseline.Simulation.Tests;

/// <summary>
/// Somebody at a desk of the day who tries what is forbidden, after every act of it: to ship what is not released, to bill what was not delivered, to release
/// what is not complete, to do again what was done, to use a lot that is held, to bring in more than the licence allows, and what is another desk's. Whatever is let through is written down.
/// </summary>
/// <param name="input">The day.</param>
/// <param name="packs">True where packing what is not released may be tried: it makes a package, which is taken apart again, and that has to be answered.</param>
sealed class Adversary(DayInput input, bool packs)
{
    const double FarTooMuch = 1e6;

    // Refused by the desk it is tried from.
    static readonly string[] Permission = ["PERMISSION"];

    /// <summary>Everything that is tried in a day that has all of it in it.</summary>
    public static readonly string[] Kinds =
    [
        AnotherDesks, StartTwice, ReleaseTooEarly, BillEarly, FillTwice, ShipUnreleased, ShipTwice, DeliverTwice, OverLicence, HeldLot,
    ];

    const string AnotherDesks = "another desk's", StartTwice = "start twice", ReleaseTooEarly = "release too early, twice or of what is held", BillEarly = "bill before delivery",
        FillTwice = "fill twice", ShipUnreleased = "ship what is not released", ShipTwice = "ship twice", DeliverTwice = "deliver twice", OverLicence = "over the licence", HeldLot = "use a lot that is held";

    /// <summary>Acts that were tried and refused for a reason that is theirs, by kind.</summary>
    public SortedDictionary<string, int> Refused { get; } = new(StringComparer.Ordinal);

    /// <summary>Acts that were let through, or refused for another reason; there must be none.</summary>
    public List<string> LetThrough { get; } = [];

    /// <summary>Holds the lot of a run that is about to start and lets the day try; then the lot is approved again, and the day goes on where it was refused.</summary>
    /// <param name="play">The day.</param>
    /// <param name="run">Run.</param>
    /// <param name="act">Starts it.</param>
    /// <param name="settle">Has everybody hear of it: a batch that had the lot before is held too, which is not what is tried here.</param>
    public async Task HoldAsync(DayPlay play, string run, Func<Task> act, Func<Task> settle)
    {
        var lot = play.Receipts.Lots[input.Runs.Single(r => r.Run == run).Lot];
        LotsService.LotsServiceClient qa = new(play.People.Qa);
        async Task BecomeAsync(LotStatus status)
        {
            var now = (await qa.GetLotAsync(new GetLotRequest { LotId = lot.LotId })).Lot;
            await qa.ChangeLotStatusAsync(new ChangeLotStatusRequest
            {
                RequestId = TestPlatform.RequestId(), LotId = lot.LotId, Status = status, Version = now.Version, Reason = "certificate in doubt", RecordId = "DEV-0",
            });
            await settle();
        }

        await BecomeAsync(LotStatus.Quarantine);
        await MustFailAsync(HeldLot, $"start {run}", ["LOT_NOT_APPROVED"], act);
        await BecomeAsync(LotStatus.Approved);
    }

    /// <summary>Tries everything that the moment forbids.</summary>
    public async Task TryAsync(DayPlay play, string after)
    {
        foreach (var batch in play.Batches.All.Where(b => b.Batch is not null && !b.IsCancelled)) await WhileAnsweredAsync(() => TryBatchAsync(play, batch, after));
        foreach (var order in play.Orders.All.Where(o => o.Accepted is not null)) await WhileAnsweredAsync(() => TryOrderAsync(play, order, after));
        await TryReceiptAsync(play, after);
    }

    // Where nobody answers what the moment is, nothing can be tried of it.
    static async Task WhileAnsweredAsync(Func<Task> attempt)
    {
        try
        {
            await attempt();
        }
        catch (RpcException fault) when (fault.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            // The next act comes.
        }
    }

    async Task TryBatchAsync(DayPlay play, DayBatch batch, string after)
    {
        DispositionService.DispositionServiceClient qa = new(play.People.Qa), operators = new(play.People.Operator);
        var id = batch.Batch!.BatchId;
        ReleaseDosesRequest release = new() { BatchId = id, RecordVersion = batch.Batch.RecordVersion, RecordHash = batch.Batch.RecordHash };
        await MustFailAsync(AnotherDesks, after, Permission, () => operators.ReleaseDosesAsync(New(release)).ResponseAsync);
        await MustFailAsync(StartTwice, after, ["RUN_NOT_PLANNED"], () => new BatchesService.BatchesServiceClient(play.People.Operator)
            .StartBatchAsync(new StartBatchRequest { RequestId = TestPlatform.RequestId(), RunId = play.Setup.Runs[batch.Run.Run].RunId }).ResponseAsync);
        GetBatchReviewResponse review;
        try
        {
            review = await new DispositionService.DispositionServiceClient(play.People.Auditor).GetBatchReviewAsync(new GetBatchReviewRequest { BatchId = id });
        }
        catch (RpcException)
        {
            return; // Quality has not heard of the batch.
        }

        if (review.Obstacles is [] && review.Dispositions.Any(d => d.State is Disposition.Pending)) return; // it may be released, and will be
        await MustFailAsync(ReleaseTooEarly, after,
            ["PRODUCTION_NOT_COMPLETE", "RESULT_MISSING", "RESULT_OUT_OF_SPECIFICATION", "NO_DOSE_CONCERNED", "ON_HOLD", "DEVIATION_OPEN", "VERSION_STALE", "DOSE_EXPIRED", "SPECIFICATION_MISSING"],
            () => qa.ReleaseDosesAsync(New(release)).ResponseAsync);
    }

    async Task TryOrderAsync(DayPlay play, DayOrder order, string after)
    {
        var now = await play.Orders.NowAsync(order);
        if (now.State is not (OrderState.Delivered or OrderState.Invoiced))
        {
            await MustFailAsync(BillEarly, after, ["DOSE_NOT_DELIVERED"], () => new OrdersService.OrdersServiceClient(play.People.SupplyDesk)
                .IssueInvoiceAsync(new IssueInvoiceRequest { RequestId = TestPlatform.RequestId(), OrderId = now.OrderId }).ResponseAsync);
        }

        if (order.Measured is null) return;
        if (play.Batches.All.FirstOrDefault(b => b.Doses.Contains(order)) is { Batch: { } made } batch)
        {
            await MustFailAsync(FillTwice, after, ["DOSE_NOT_IN_PRODUCTION", "STEP_NOT_RUNNING", "BATCH_NOT_RUNNING"], () => new BatchesService.BatchesServiceClient(play.People.Operator)
                .DispenseDoseAsync(new DispenseDoseRequest
                {
                    RequestId = TestPlatform.RequestId(), BatchId = made.BatchId, DoseId = order.DoseId, Reading = order.Measured, VolumeMl = 12.5, Geometry = DayBatches.Geometry,
                    InstrumentId = play.Setup.Equipment[input.Equipment.First(e => e.Class is "dose_calibrator" && e.Site == batch.Run.Site).Equipment],
                }).ResponseAsync);
        }

        PackagesService.PackagesServiceClient dock = new(play.People.Shipper);
        if (play.Shipping.ByDose.TryGetValue(order.DoseId, out var known)) await TryPackageAsync(dock, known, after);
        else if (packs) await TryUnreleasedAsync(play, dock, order, after);
    }

    async Task TryPackageAsync(PackagesService.PackagesServiceClient dock, Package known, string after)
    {
        var package = (await dock.GetPackageAsync(new GetPackageRequest { PackageId = known.PackageId })).Package;
        if (package.State is not (PackageState.Shipped or PackageState.Delivered)) return;
        await MustFailAsync(ShipTwice, after, ["PACKAGE_ALREADY_SHIPPED"], () => ShipAsync(dock, package));
        if (package.State is PackageState.Delivered)
        {
            await MustFailAsync(DeliverTwice, after, ["PACKAGE_NOT_SHIPPED"], () => dock.RecordDeliveryAsync(new RecordDeliveryRequest
            {
                RequestId = TestPlatform.RequestId(), PackageId = package.PackageId, Version = package.Version, DeliveryTime = package.Delivery.DeliveryTime, Recipient = "somebody", Condition = "intact",
                SealId = package.SealId, SealIntact = true,
            }).ResponseAsync);
        }
    }

    // What is not released is packed and offered to the carrier; afterwards it is unpacked, and the day goes on.
    async Task TryUnreleasedAsync(DayPlay play, PackagesService.PackagesServiceClient dock, DayOrder order, string after)
    {
        Package packed;
        try
        {
            var dose = (await new DispositionService.DispositionServiceClient(play.People.Auditor).GetDispositionAsync(new GetDispositionRequest { DoseId = order.DoseId })).Disposition;
            if (dose.State is Disposition.Released or Disposition.ConditionallyReleased) return;
            packed = (await dock.CreatePackageAsync(new CreatePackageRequest
            {
                RequestId = TestPlatform.RequestId(), SiteId = order.Input.Site, CustomerId = play.Setup.Customers[order.Input.Customer], PackagingId = play.Setup.Packagings.Values.First(), DoseIds = { order.DoseId },
                PhysicalForm = PhysicalForm.Liquid, ChemicalForm = "compound in aqueous solution",
            })).Package;
        }
        catch (RpcException)
        {
            return; // not known to Quality yet, or not to be packed at all
        }

        await MustFailAsync(ShipUnreleased, after, ["DOSE_NOT_RELEASED"], () => ShipAsync(dock, packed));
        var left = (await dock.GetPackageAsync(new GetPackageRequest { PackageId = packed.PackageId })).Package;
        await dock.DissolvePackageAsync(new DissolvePackageRequest { RequestId = TestPlatform.RequestId(), PackageId = left.PackageId, Version = left.Version, Reason = "it was not to leave" });
    }

    async Task TryReceiptAsync(DayPlay play, string after)
    {
        if (input.Deliveries.FirstOrDefault(d => d.Activity is not null && play.Receipts.Lots.ContainsKey(d.Lot)) is not { } delivery) return;
        var much = delivery.Activity!.WithAmount(delivery.Activity.Amount * FarTooMuch);
        await MustFailAsync(OverLicence, after, ["LICENCE_LIMIT_EXCEEDED", "ROOM_LIMIT_EXCEEDED"], () => new LotsService.LotsServiceClient(play.People.RadiationSafety).ReceiveLotAsync(new ReceiveLotRequest
        {
            RequestId = TestPlatform.RequestId(), SiteId = delivery.Site, RoomId = delivery.Room, MaterialCode = delivery.Material, SupplierCode = delivery.Supplier, SupplierBatch = $"{delivery.Lot}-much",
            Form = delivery.Form, Use = "manufacture", Route = ProductionRoute.NoCarrierAdded, Contents = { much.ToWire() },
        }).ResponseAsync);
    }

    static Task ShipAsync(PackagesService.PackagesServiceClient dock, Package package) => dock.ShipPackageAsync(new ShipPackageRequest
    {
        RequestId = TestPlatform.RequestId(), PackageId = package.PackageId, Version = package.Version, TrackingReference = "TRK-0", SealId = package.SealId.Length > 0 ? package.SealId : "SEAL-0",
    }).ResponseAsync;

    static ReleaseDosesRequest New(ReleaseDosesRequest request)
    {
        var again = request.Clone();
        again.RequestId = TestPlatform.RequestId();
        return again;
    }

    // Refused for a reason of its own, or nobody was there to answer; anything else proves nothing.
    async Task MustFailAsync(string kind, string after, string[] codes, Func<Task> act)
    {
        try
        {
            await act();
            LetThrough.Add($"{kind} after {after}");
        }
        catch (RpcException fault)
        {
            if (fault.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded) return;
            var given = RpcErrors.Read(fault).Select(r => r.Code).ToList();
            if ((fault.StatusCode is StatusCode.PermissionDenied && codes == Permission) || given.Intersect(codes, StringComparer.Ordinal).Any()) Refused[kind] = Refused.GetValueOrDefault(kind) + 1;
            else LetThrough.Add($"{kind} after {after}: refused as {fault.StatusCode} {string.Join(",", given)}");
        }
    }
}
