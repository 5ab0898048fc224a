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

    readonly WasteService.WasteServiceClient waste = new(people.RadiationSafety);

    /// <summary>Sorts and closes what arose.</summary>
    public async Task StoreAsync()
    {
        foreach (var site in input.Sites)
        {
            var room = input.Rooms.First(r => r.Site == site.Site && r.Kind is "waste_room").Room;
            var items = await ItemsAsync(site.Site);
            await FillAsync(site.Site, room, "decay", new ContainerPolicy
            {
                DecayInStorage = true, LicenceCondition = "decay-in-storage condition of the sample licence", MaxHalfLifeDays = HalfLifeDaysMax, MinHalfLives = 10, BackgroundMarginCpm = 20, Source = "10 CFR 35.92 [S, K]",
            }, [.. items.Where(i => !LongLived(i))]);
            await FillAsync(site.Site, room, "transfer", new ContainerPolicy { Source = "half-life over 120 d" }, [.. items.Where(LongLived)]);
        }
    }

    /// <summary>The containers as they stand now.</summary>
    public async Task<IReadOnlyList<WasteLine>> LinesAsync()
    {
        List<WasteLine> lines = [];
        foreach (var site in input.Sites)
        {
            foreach (var container in (await waste.ListContainersAsync(new ListContainersRequest { SiteId = site.Site })).Containers.OrderBy(c => c.Label, StringComparer.Ordinal))
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

    async Task FillAsync(string site, string room, string label, ContainerPolicy policy, IReadOnlyList<WasteItem> items)
    {
        if (items is []) return;
        var container = (await waste.PutContainerAsync(new PutContainerRequest { RequestId = keys.Of("container", site, label), Label = $"{site}-{label}-1", SiteId = site, RoomId = room, Policy = policy })).Container;
        foreach (var item in items)
            container = (await waste.AddItemAsync(new AddItemRequest { RequestId = keys.Of("store", item.WasteId), ContainerId = container.ContainerId, WasteId = item.WasteId })).Container;
        await waste.CloseContainerAsync(new CloseContainerRequest { RequestId = keys.Of("close", site, label), ContainerId = container.ContainerId, Version = container.Version });
    }

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

    static bool LongLived(WasteItem item) => item.CarrierAdded || item.Contents.Any(c => NuclideData.Current.Find(c.Nuclide)!.HalfLifeSeconds > HalfLifeDaysMax * 86_400);
}
