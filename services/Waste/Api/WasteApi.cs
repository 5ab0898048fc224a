using System.Text.Json;
using Doseline.Inventory.V1;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Platform.Instruments;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Doseline.Waste.Data;
using Doseline.Waste.Domain;
using Doseline.Waste.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using ContainerState = Doseline.Waste.Domain.ContainerState;
using WireState = Doseline.Waste.V1.ContainerState;

namespace Doseline.Waste.Api;

/// <summary>Waste items and containers.</summary>
public sealed partial class WasteApi(WasteDb db, PageTokens pageTokens, WatchSignals signals, MovesService.MovesServiceClient moves, SitesService.SitesServiceClient sites, TrainingGate training) : WasteService.WasteServiceBase
{
    const int ItemsMax = 500;

    /// <inheritdoc/>
    public override async Task<ListItemsResponse> ListItems(ListItemsRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var query = db.List<ItemRow>().Is(nameof(ItemRow.SiteId), request.SiteId).IsIfAny(nameof(ItemRow.BatchId), request.BatchId);
        if (request.OnlyLoose) query.Is(nameof(ItemRow.ContainerId), "").Is(nameof(ItemRow.Disposed), false);
        var (rows, next) = await pageTokens.ReadAsync(request, query.By(nameof(ItemRow.Id)), cancel);
        ListItemsResponse answer = new() { NextPageToken = next };
        foreach (var row in rows) answer.Items.Add(row.ToWire(await IsCarrierAddedAsync(row, cancel)));
        return answer;
    }

    /// <inheritdoc/>
    public override async Task<PutContainerResponse> PutContainer(PutContainerRequest request, ServerCallContext context)
    {
        List<Refusal> refusals = [];
        refusals.RequireText(request.Label, "label", 64);
        refusals.RequireText(request.SiteId, "site_id", 64);
        refusals.RequireText(request.RoomId, "room_id", 64);
        var sent = request.Policy ?? new V1.ContainerPolicy();
        refusals.RequireText(sent.Source, "policy.source", 500);
        foreach (var (value, field) in new[]
        {
            (sent.MinHalfLives, "min_half_lives"), (sent.ReleaseLimitBq, "release_limit_bq"), (sent.SignificanceLimitBq, "significance_limit_bq"), (sent.BackgroundMarginCpm, "background_margin_cpm"),
        })
        {
            if (!(value >= 0) || double.IsInfinity(value)) refusals.Add(Refusal.Invalid($"policy.{field}", "NUMBER_NEGATIVE", $"policy.{field} is finite and not negative.").With("value", value));
        }

        if (sent.DecayInStorage)
        {
            // A manufacturer is not a licensee under part 35; it needs an explicit condition (NRC health physics Q&A 432).
            refusals.RequireText(sent.LicenceCondition, "policy.licence_condition");
            refusals.RequirePositive(sent.MaxHalfLifeDays, "policy.max_half_life_days");
            if (!(sent.MinHalfLives > 0) && !(sent.ReleaseLimitBq > 0))
                refusals.Add(Refusal.Invalid("policy", "CRITERION_REQUIRED", "Decay in storage needs a number of half-lives, an activity, or both as its criterion."));
        }

        refusals.ThrowIfAny();
        db.Request.Caller.RequireSite(request.SiteId);
        await RequireRoomAsync(request.SiteId, request.RoomId, context.CancellationToken);
        ContainerRow row = new()
        {
            Id = db.Ids.New(), Label = request.Label, SiteId = request.SiteId, RoomId = request.RoomId, Policy = JsonSerializer.Serialize(sent.ToDomain(), JsonSerializerOptions.Web),
            State = ContainerState.Open, ItemCount = 0, ClockNuclide = "", Transferee = "",
        };
        db.Put(row);
        return await db.AnswerAsync(new PutContainerResponse { Container = After(row, []) }, context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<AddItemResponse> AddItem(AddItemRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var container = await ContainerAsync(request.ContainerId, cancel);
        var item = await db.LoadAsync<ItemRow>(cancel, request.WasteId) ?? throw Missing($"items/{request.WasteId}", "WASTE_ITEM_UNKNOWN", "There is no such waste item.");
        List<Refusal> refusals = [];
        if (container.State is not ContainerState.Open) refusals.Add(Refusal.State($"containers/{container.Id}", "CONTAINER_NOT_OPEN", "The container takes no more items.").With("state", container.State.ToString().ToUpperInvariant()));
        if (container.SiteId != item.SiteId) refusals.Add(Refusal.State($"items/{item.Id}", "ANOTHER_SITE", "Item and container are at different sites.").With("site_id", item.SiteId));
        if (item.ContainerId is not "") refusals.Add(Refusal.State($"items/{item.Id}", "ITEM_IN_CONTAINER", "The item is in a container.").With("container_id", item.ContainerId));
        if (container.ItemCount >= ItemsMax) refusals.Add(Refusal.State($"containers/{container.Id}", "CONTAINER_FULL", $"A container holds at most {ItemsMax} items."));
        refusals.AddRange(WasteRules.AgainstItem(item.ToContents(), await IsCarrierAddedAsync(item, cancel), container.ToPolicy(), $"items/{item.Id}", db.Now));
        refusals.ThrowIfAny();

        // Asked also where the item seems to be there: Inventory owns where it is.
        await MoveAsync([item], container.RoomId, cancel);
        item.ContainerId = container.Id;
        container.ItemCount++;
        var ids = (await ItemsAsync(container.Id, cancel)).Select(row => row.Id);
        return await db.AnswerAsync(new AddItemResponse { Container = After(container, ids) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<CloseContainerResponse> CloseContainer(CloseContainerRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var container = await ContainerAsync(request.ContainerId, cancel);
        List<Refusal> refusals = [];
        if (request.Version != container.Version) refusals.Add(Refusal.Stale($"containers/{container.Id}", request.Version, container.Version));
        if (container.State is not ContainerState.Open) refusals.Add(Refusal.State($"containers/{container.Id}", "CONTAINER_NOT_OPEN", "The container is closed already."));
        var items = await ItemsAsync(container.Id, cancel);
        if (items.Count == 0) refusals.Add(Refusal.State($"containers/{container.Id}", "CONTAINER_EMPTY", "An empty container has nothing to decay."));
        refusals.ThrowIfAny();

        var policy = container.ToPolicy();
        (container.State, container.CloseTime) = (ContainerState.Closed, db.Now);
        if (policy.DecayInStorage)
        {
            var clock = DecayClock.Of(All(items), policy, db.Now);
            (container.EligibleTime, container.ClockNuclide) = (clock.Eligible, clock.Nuclide);
        }

        return await db.AnswerAsync(new CloseContainerResponse { Container = After(container, items.Select(item => item.Id)) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<SurveyContainerResponse> SurveyContainer(SurveyContainerRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var container = await ContainerAsync(request.ContainerId, cancel);
        List<Refusal> refusals = [];
        var meter = await db.InstrumentAsync(request.Instrument, db.Now, cancel);
        await training.RequireAsync(db.Request.Caller, meter?.Procedure ?? "", cancel);
        refusals.AddRange(InstrumentRules.Against("instrument", request.Instrument, meter, Measurement.Survey(container.SiteId, db.Now)));
        refusals.AddRange(WasteRules.AgainstSurvey(container.State, container.EligibleTime, request.BackgroundCpm, request.SurfaceCpm,
            request.NoInterposedShielding, request.MostSensitiveScale, $"containers/{container.Id}"));
        refusals.ThrowIfAny();

        var passed = request.SurfaceCpm <= request.BackgroundCpm + container.ToPolicy().BackgroundMarginCpm;
        container.Survey = JsonSerializer.Serialize(
            new SurveyData(meter!.Code, request.BackgroundCpm, request.SurfaceCpm, db.Request.Caller.Subject, db.Now, passed, meter.Id, meter.CalibrationDue), JsonSerializerOptions.Web);
        container.State = passed ? ContainerState.Surveyed : ContainerState.Eligible;
        var items = await ItemsAsync(container.Id, cancel);
        return await db.AnswerAsync(new SurveyContainerResponse { Container = After(container, items.Select(item => item.Id)) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<DisposeContainerResponse> DisposeContainer(DisposeContainerRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var container = await ContainerAsync(request.ContainerId, cancel);
        List<Refusal> refusals = [];
        refusals.RequireText(request.Reason, "reason", 500);
        if (request.Version != container.Version) refusals.Add(Refusal.Stale($"containers/{container.Id}", request.Version, container.Version));
        if (request.Route is not (DisposalRoute.DecayInStorage or DisposalRoute.Transfer)) refusals.Add(Refusal.Invalid("route", "FIELD_REQUIRED", "route is required."));
        TransferOf transfer = new(request.TransfereeId, request.DeliveryPlace, request.ManifestNumber);
        refusals.AddRange(WasteRules.AgainstDisposal(container.State, container.ToPolicy(), request.Route is DisposalRoute.DecayInStorage, request.LabelsRemoved, transfer, $"containers/{container.Id}"));
        refusals.ThrowIfAny();

        var items = await ItemsAsync(container.Id, cancel);
        if (request.Route is DisposalRoute.Transfer) await TransferAsync(container, items, transfer, cancel);
        foreach (var item in items) item.Disposed = true;
        (container.State, container.DisposeTime) = (ContainerState.Disposed, db.Now);
        db.Publish(container.Id, new WasteDisposed { ContainerId = container.Id, WasteIds = { items.Select(item => item.Id) }, SiteId = container.SiteId, DisposeTime = db.Now.ToWire(), Route = request.Route });
        return await db.AnswerAsync(new DisposeContainerResponse { Container = After(container, items.Select(item => item.Id)) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<GetContainerResponse> GetContainer(GetContainerRequest request, ServerCallContext context)
    {
        var container = await ContainerAsync(request.ContainerId, context.CancellationToken);
        var asOf = request.AsOfTime is null ? db.Now : request.AsOfTime.Read("as_of_time").OrThrow();
        var items = await ItemsAsync(container.Id, context.CancellationToken);
        var sums = All(items).At(asOf).OrderBy(one => one.Key, StringComparer.Ordinal).ToList();
        GetContainerResponse answer = new() { Container = container.ToWire(items.Select(item => item.Id)), TotalBq = sums.Select(one => one.Value).Order().Sum(), AsOfTime = asOf.ToWire() };
        answer.Contents.AddRange(sums.Select(one => new Common.V1.CalibratedActivity
        {
            Nuclide = one.Key, ActivityBq = one.Value, ReferenceTime = asOf.ToWire(), DataVersion = NuclideData.Current.Version,
        }));
        return answer;
    }

    /// <inheritdoc/>
    public override async Task<ListContainersResponse> ListContainers(ListContainersRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var size = PageTokens.SizeOf(request.PageSize);
        var skip = pageTokens.Read(request) is [var cursor] ? int.Parse(cursor, System.Globalization.CultureInfo.InvariantCulture) : 0;
        var query = db.Containers.AsNoTracking().Where(r => r.SiteId == request.SiteId);
        var state = (ContainerState)request.State;
        query = request.State is WireState.Unspecified ? query.Where(r => r.State != ContainerState.Disposed) : query.Where(r => r.State == state);
        var rows = await query
            .OrderBy(r => r.State == ContainerState.Surveyed ? 0 : r.State == ContainerState.Eligible ? 1 : r.State == ContainerState.Closed ? 2 : 3)
            .ThenBy(r => r.EligibleTime).ThenBy(r => r.Id).Skip(skip).Take(size + 1).ToListAsync(cancel);
        ListContainersResponse answer = new();
        foreach (var row in rows.Take(size)) answer.Containers.Add(row.ToWire((await ItemsAsync(row.Id, cancel)).Select(item => item.Id)));
        if (rows.Count > size) answer.NextPageToken = pageTokens.Write(request, (skip + size).ToString(System.Globalization.CultureInfo.InvariantCulture));
        return answer;
    }

    /// <inheritdoc/>
    public override async Task WatchContainers(WatchContainersRequest request, IServerStreamWriter<WatchContainersResponse> responseStream, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        Dictionary<string, long> told = new(StringComparer.Ordinal);
        await foreach (var _ in signals.ChangesAsync("waste", cancel))
        {
            var rows = await db.Containers.AsNoTracking().Where(r => r.SiteId == request.SiteId).OrderBy(r => r.ChangedTime).ToListAsync(cancel);
            foreach (var row in rows.Where(row => told.GetValueOrDefault(row.Id) < row.Version))
            {
                await responseStream.WriteAsync(new WatchContainersResponse { Container = row.ToWire((await ItemsAsync(row.Id, cancel)).Select(item => item.Id)) }, cancel);
                told[row.Id] = row.Version;
            }
        }
    }

    static Contents All(IEnumerable<ItemRow> items) => new([.. items.SelectMany(item => item.ToContents().Lines)]);

    // The answer is stored in the same save that counts the version up.
    Container After(ContainerRow row, IEnumerable<string> wasteIds)
    {
        var sent = row.ToWire(wasteIds);
        sent.Version = db.VersionAfter(row);
        return sent;
    }

    Task<List<ItemRow>> ItemsAsync(string containerId, CancellationToken cancel) => db.LoadAsync(db.All<ItemRow>(nameof(ItemRow.ContainerId), containerId), cancel);

    async Task<bool> IsCarrierAddedAsync(ItemRow item, CancellationToken cancel) =>
        (await db.LoadAsync(db.Each<RouteRow>([item.FromId, item.BatchId]), cancel)).Exists(row => row.CarrierAdded);

    async Task<ContainerRow> ContainerAsync(string id, CancellationToken cancel)
    {
        var row = await db.LoadAsync<ContainerRow>(cancel, id) ?? throw Missing($"containers/{id}", "CONTAINER_UNKNOWN", $"There is no container {id}.");
        db.Request.Caller.RequireSite(row.SiteId);
        return row;
    }

    static RefusedException Missing(string resource, string code, string message) => new(Refusal.Missing(resource, code, message));
}
