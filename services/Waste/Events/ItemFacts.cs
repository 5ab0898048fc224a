using Doseline.Execution.V1;
using Doseline.Inventory.V1;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Ids;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Doseline.Quality.V1;
using Doseline.Waste.Data;
using WireActivity = Doseline.Common.V1.CalibratedActivity;

namespace Doseline.Waste.Events;

/// <summary>Every loss, residue and discarded sample becomes a waste item; the route of its material is remembered.</summary>
public sealed class ItemFacts(WasteDb db) :
    IFactHandler<WasteArisen>, IFactHandler<SampleTaken>, IFactHandler<SampleDiscarded>, IFactHandler<LotReceived>, IFactHandler<MaterialIssued>
{
    /// <inheritdoc/>
    public async Task HandleAsync(WasteArisen fact, Fact envelope, CancellationToken cancel)
    {
        if (await db.LoadAsync<ItemRow>(cancel, fact.WasteId) is not null) return;
        Add(fact.WasteId, fact.SiteId, fact.RoomId, fact.FromId, fact.BatchId, fact.Cause.ToString().ToUpperInvariant(), Read(fact.Contents), envelope.Time);
    }

    /// <inheritdoc/>
    public async Task HandleAsync(SampleTaken fact, Fact envelope, CancellationToken cancel)
    {
        if (await db.LoadAsync<SampleRow>(cancel, fact.SampleId) is not null) return;
        db.Put(new SampleRow { Id = fact.SampleId, BatchId = fact.BatchId, SiteId = fact.SiteId, RoomId = fact.RoomId, Contents = Stored.Write(Read([fact.Activity])) });
    }

    /// <inheritdoc/>
    public async Task HandleAsync(SampleDiscarded fact, Fact envelope, CancellationToken cancel)
    {
        // The inventory service derives the same id, so that both speak of one item without asking each other.
        var wasteId = Id.From("waste", fact.SampleId);
        var (item, found) = await db.LoadAsync(db.One<ItemRow>(wasteId), db.One<SampleRow>(fact.SampleId), cancel);
        if (item is not null) return;
        var sample = found ?? throw TooEarly.Of($"samples/{fact.SampleId}", $"Sample {fact.SampleId} is not known yet.");
        Add(wasteId, sample.SiteId, sample.RoomId, sample.Id, sample.BatchId, "SAMPLE_DISCARDED", Stored.Read(sample.Contents).Lines, envelope.Time);
    }

    /// <inheritdoc/>
    public Task HandleAsync(LotReceived fact, Fact envelope, CancellationToken cancel) => RememberAsync(fact.LotId, fact.Route, cancel);

    /// <inheritdoc/>
    public Task HandleAsync(MaterialIssued fact, Fact envelope, CancellationToken cancel) => RememberAsync(fact.BatchId, fact.Route, cancel);

    // One carrier-added lot makes its whole batch carrier-added.
    async Task RememberAsync(string sourceId, ProductionRoute route, CancellationToken cancel)
    {
        var carrierAdded = route is ProductionRoute.CarrierAdded;
        if (await db.LoadAsync<RouteRow>(cancel, sourceId) is { } row) row.CarrierAdded |= carrierAdded;
        else db.Put(new RouteRow { SourceId = sourceId, CarrierAdded = carrierAdded });
    }

    void Add(string id, string site, string room, string from, string batch, string cause, IEnumerable<CalibratedActivity> contents, DateTimeOffset time) => db.Put(new ItemRow
    {
        Id = id, SiteId = site, RoomId = room, FromId = from, BatchId = batch, Cause = cause, Contents = Stored.Write(contents), AriseTime = time, ContainerId = "", Disposed = false,
    });

    static IReadOnlyList<CalibratedActivity> Read(IEnumerable<WireActivity> sent) => [.. sent.Select((line, place) => line.Read($"contents[{place}]").OrThrow())];
}
