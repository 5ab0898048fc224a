using Doseline.Kernel.Decay;
using Doseline.Local.Day.Files;
using Doseline.Local.Day.Report;
using Doseline.Waste.V1;

namespace Doseline.Local.Day;

/// <summary>Radiation safety: puts every waste item into a container with a clock, or into one for transfer when a long-lived nuclide is, or may be, in it.</summary>
sealed class DayWaste(DayInput input, DayPeople people, DayKeys keys)
{
    // 10 CFR 35.92 draws the line at 120 days; the containers carry it as data with its source.
    const double HalfLifeDaysMax = 120;

    // So many are sorted and looked through by hand.
    const int ItemsPerContainer = 100;

    readonly WasteService.WasteServiceClient waste = new(people.RadiationSafety);
    readonly Dictionary<(string Site, string Kind), Drum> open = [];
    readonly HashSet<string> stored = new(StringComparer.Ordinal);

    /// <summary>True for what outlives decay in storage.</summary>
    public static bool IsLongLived(Nuclide nuclide) => nuclide.HalfLifeSeconds > HalfLifeDaysMax * 86_400;

    /// <summary>Puts items into the container of their kind that is open.</summary>
    /// <param name="site">Site.</param>
    /// <param name="wasteIds">Items.</param>
    /// <param name="longLived">True when a long-lived nuclide is, or may be, in them.</param>
    public async Task StoreAsync(string site, IEnumerable<string> wasteIds, bool longLived)
    {
        foreach (var id in wasteIds.Where(id => !stored.Contains(id)))
        {
            var drum = await OpenAsync(site, longLived);
            drum.Container = (await waste.AddItemAsync(new AddItemRequest { RequestId = keys.Of("store", id), ContainerId = drum.Container.ContainerId, WasteId = id })).Container;
            drum.Items++;
            stored.Add(id);
        }
    }

    /// <summary>Sorts what is left lying about, and closes every container.</summary>
    public async Task StoreAsync()
    {
        foreach (var site in input.Sites)
        {
            var items = await ItemsAsync(site.Site);
            await StoreAsync(site.Site, items.Where(i => !LongLived(i)).Select(i => i.WasteId), longLived: false);
            await StoreAsync(site.Site, items.Where(LongLived).Select(i => i.WasteId), longLived: true);
        }

        foreach (var drum in open.Values) await CloseAsync(drum);
    }

    /// <summary>The containers as they stand now.</summary>
    public async Task<IReadOnlyList<WasteLine>> LinesAsync()
    {
        List<WasteLine> lines = [];
        foreach (var site in input.Sites)
        {
            foreach (var container in (await waste.ListContainersAsync(new ListContainersRequest { SiteId = site.Site, PageSize = 500 })).Containers.OrderBy(c => c.Label, StringComparer.Ordinal))
            {
                var now = await waste.GetContainerAsync(new GetContainerRequest { ContainerId = container.ContainerId });
                lines.Add(new WasteLine(
                    site.Site, container.Label, container.WasteIds.Count,
                    now.Contents.Where(c => c.ActivityBq > 0).GroupBy(c => c.Nuclide).OrderBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(c => c.ActivityBq), StringComparer.Ordinal),
                    container.EligibleTime?.ToDateTimeOffset()));
            }
        }

        return lines;
    }

    async Task<Drum> OpenAsync(string site, bool longLived)
    {
        var kind = longLived ? "transfer" : "decay";
        if (open.TryGetValue((site, kind), out var there) && there.Items < ItemsPerContainer) return there;
        if (there is not null) await CloseAsync(there);
        var number = ((there?.Number ?? 0) + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var container = (await waste.PutContainerAsync(new PutContainerRequest
        {
            RequestId = keys.Of("container", site, kind, number), Label = $"{site}-{kind}-{number}", SiteId = site, RoomId = input.Rooms.First(r => r.Site == site && r.Kind is "waste_room").Room,
            Policy = longLived ? new ContainerPolicy { Source = "half-life over 120 d" } : new ContainerPolicy
            {
                DecayInStorage = true, LicenceCondition = "decay-in-storage condition of the sample licence", MaxHalfLifeDays = HalfLifeDaysMax, MinHalfLives = 10, BackgroundMarginCpm = 20, Source = "10 CFR 35.92 [S, K]",
            },
        })).Container;
        return open[(site, kind)] = new Drum(container, (there?.Number ?? 0) + 1);
    }

    async Task CloseAsync(Drum drum) =>
        await waste.CloseContainerAsync(new CloseContainerRequest { RequestId = keys.Of("close", drum.Container.Label), ContainerId = drum.Container.ContainerId, Version = drum.Container.Version });

    async Task<IReadOnlyList<WasteItem>> ItemsAsync(string site)
    {
        List<WasteItem> items = [];
        var token = "";
        do
        {
            var page = await waste.ListItemsAsync(new ListItemsRequest { SiteId = site, PageSize = 500, PageToken = token });
            items.AddRange(page.Items);
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        return items;
    }

    static bool LongLived(WasteItem item) => item.CarrierAdded || item.Contents.Any(c => IsLongLived(NuclideData.Current.Find(c.Nuclide)!));

    sealed class Drum(Container container, int number)
    {
        public Container Container { get; set; } = container;
        public int Number => number;
        public int Items { get; set; }
    }
}
