using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Doseline.Shipping.Data;
using Doseline.Shipping.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Shipping.Api;

/// <summary>Packages: every method hands on to what does it.</summary>
public sealed class PackagesApi(
    ShippingDb db, PageTokens pageTokens, Packing packing, Surveying surveying, Papers papers, HandOver handOver, PackageReads reads, PackageWatch watch, Consignees consignees)
    : PackagesService.PackagesServiceBase
{
    /// <inheritdoc/>
    public override Task<CreatePackageResponse> CreatePackage(CreatePackageRequest request, ServerCallContext context) =>
        packing.CreateAsync(request, context.CancellationToken);

    /// <inheritdoc/>
    public override Task<RepackPackageResponse> RepackPackage(RepackPackageRequest request, ServerCallContext context) =>
        packing.RepackAsync(request, context.CancellationToken);

    /// <inheritdoc/>
    public override Task<DissolvePackageResponse> DissolvePackage(DissolvePackageRequest request, ServerCallContext context) =>
        packing.DissolveAsync(request, context.CancellationToken);

    /// <inheritdoc/>
    public override Task<RecordSurveyResponse> RecordSurvey(RecordSurveyRequest request, ServerCallContext context) =>
        surveying.RecordAsync(request, context.CancellationToken);

    /// <inheritdoc/>
    public override Task<PrintPapersResponse> PrintPapers(PrintPapersRequest request, ServerCallContext context) =>
        papers.PrintAsync(request, context.CancellationToken);

    /// <inheritdoc/>
    public override Task<ShipPackageResponse> ShipPackage(ShipPackageRequest request, ServerCallContext context) =>
        handOver.ShipAsync(request, context.CancellationToken);

    /// <inheritdoc/>
    public override Task<VoidShipmentResponse> VoidShipment(VoidShipmentRequest request, ServerCallContext context) =>
        handOver.VoidAsync(request, context.CancellationToken);

    /// <inheritdoc/>
    public override Task<RecordDeliveryResponse> RecordDelivery(RecordDeliveryRequest request, ServerCallContext context) =>
        handOver.DeliverAsync(request, context.CancellationToken);

    /// <inheritdoc/>
    public override Task<WithdrawDeliveryResponse> WithdrawDelivery(WithdrawDeliveryRequest request, ServerCallContext context) =>
        handOver.WithdrawAsync(request, context.CancellationToken);

    /// <inheritdoc/>
    public override async Task<GetPackageResponse> GetPackage(GetPackageRequest request, ServerCallContext context) => new()
    {
        Package = await reads.ToWireAsync(await reads.ToReadAsync(request.PackageId, context.CancellationToken), context.CancellationToken),
    };

    /// <inheritdoc/>
    public override Task<GetPapersResponse> GetPapers(GetPapersRequest request, ServerCallContext context) =>
        papers.GetAsync(request.PackageId, context.CancellationToken);

    /// <inheritdoc/>
    public override async Task<ListPackagesResponse> ListPackages(ListPackagesRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        if (!Enum.IsDefined(request.State))
            throw new RefusedException(Refusal.Invalid("state", "STATE_UNKNOWN", "There is no such state of a package."));
        var after = pageTokens.Read(request)?[0] ?? "";
        var size = PageTokens.SizeOf(request.PageSize);
        var rows = db.Packages.AsNoTracking().Where(r => r.Id.CompareTo(after) > 0);
        if (request.SiteId is not "") rows = rows.Where(r => r.SiteId == request.SiteId);
        if (request.CustomerId is not "") rows = rows.Where(r => r.CustomerId == request.CustomerId);
        if (PackageWire.Read(request.State) is { } state) rows = rows.Where(r => r.State == state);
        if (request.DoseId is not "") rows = rows.Where(r => db.DoseHistory.Any(h => h.DoseId == request.DoseId && h.PackageId == r.Id));
        var caller = db.Request.Caller;
        if (!caller.MayActAt(Platform.Auth.Caller.AllSites)) rows = rows.Where(r => caller.Sites.Contains(r.SiteId));
        if (await consignees.OfCallerAsync(cancel) is { } own) rows = rows.Where(r => own.Contains(r.CustomerId));
        var page = await rows.OrderBy(r => r.Id).Take(size + 1).ToListAsync(cancel);
        var answer = new ListPackagesResponse { NextPageToken = page.Count > size ? pageTokens.Write(request, page[size - 1].Id) : "" };
        await db.LoadAsync(db.All<ShipmentRow>(nameof(ShipmentRow.PackageId), page.Select(row => row.Id)), db.Each<SurveyRow>(page.Select(row => row.SurveyId).OfType<string>()), cancel);
        foreach (var row in page.Take(size)) answer.Packages.Add(await reads.ToWireAsync(row, cancel));
        return answer;
    }

    /// <inheritdoc/>
    public override async Task WatchPackages(WatchPackagesRequest request, IServerStreamWriter<WatchPackagesResponse> responseStream, ServerCallContext context) =>
        await watch.RunAsync(request.SiteId, db.Request.Caller, await consignees.OfCallerAsync(context.CancellationToken), responseStream, context.CancellationToken);
}
