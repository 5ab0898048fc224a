using Doseline.Inventory.V1;
using Doseline.Kernel.Decay;
using Doseline.Local.Day.Report;

namespace Doseline.Local.Day;

/// <summary>Reads the possession ledger of a site as an inspector would, and computes from its entries alone.</summary>
sealed class DayLedger(string site, IReadOnlyList<LedgerEntry> entries)
{
    const double Rounding = 1e-9;

    // Categories that stand for the world outside: what they hold is not possessed.
    static readonly PossessionCategory[] Outside =
        [PossessionCategory.Supplier, PossessionCategory.Consignee, PossessionCategory.Disposed, PossessionCategory.Variance];

    /// <summary>Entries of the ledger.</summary>
    public IReadOnlyList<LedgerEntry> Entries => entries;

    /// <summary>Reads the whole ledger of a site.</summary>
    public static async Task<DayLedger> ReadAsync(DayPeople people, string site)
    {
        PossessionService.PossessionServiceClient client = new(people.Auditor);
        List<LedgerEntry> entries = [];
        var token = "";
        do
        {
            var page = await client.ListLedgerAsync(new ListLedgerRequest { SiteId = site, PageSize = 500, PageToken = token });
            entries.AddRange(page.Entries);
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        return new DayLedger(site, entries);
    }

    /// <summary>Transactions whose entries do not sum to zero for some nuclide.</summary>
    public IReadOnlyList<string> Unbalanced() =>
    [
        .. from transaction in entries.GroupBy(e => e.TransactionId)
           where transaction.GroupBy(e => e.Nuclide).Any(n =>
           {
               var reference = n.First().ReferenceTime.ToDateTimeOffset();
               return Math.Abs(n.Sum(e => At(e, reference))) > Rounding * n.Max(e => Math.Abs(At(e, reference)));
           })
           select transaction.Key,
    ];

    /// <summary>Highest possession of each nuclide at any change, against a limit per nuclide.</summary>
    public IEnumerable<PossessionPeak> Peaks(IReadOnlyDictionary<string, double> limits)
    {
        foreach (var nuclide in entries.GroupBy(e => e.Nuclide).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var possessed = nuclide.Where(e => !Outside.Contains(e.Category)).ToList();
            var (peak, time) = (0d, DateTimeOffset.MinValue);
            foreach (var instant in possessed.Select(e => e.EffectiveTime.ToDateTimeOffset()).Distinct())
            {
                var total = possessed.Where(e => e.EffectiveTime.ToDateTimeOffset() <= instant).Sum(e => At(e, instant));
                if (total > peak) (peak, time) = (total, instant);
            }

            yield return new PossessionPeak(site, nuclide.Key, peak, time, limits.TryGetValue(nuclide.Key, out var limit) ? limit : null);
        }
    }

    /// <summary>What is booked in a room at an instant as work in process and as waste, by nuclide, and how much of it ever came in.</summary>
    public IEnumerable<(string Nuclide, double Bq, double InBq)> LeftIn(string room, DateTimeOffset instant) =>
        from entry in entries
        where entry.RoomId == room && (entry.Category is PossessionCategory.Wip or PossessionCategory.Waste) && entry.EffectiveTime.ToDateTimeOffset() <= instant
        group At(entry, instant) by (entry.Nuclide, entry.Category) into one
        select (one.Key.Nuclide, one.Sum(), one.Where(bq => bq > 0).Sum());

    static double At(LedgerEntry entry, DateTimeOffset instant) =>
        entry.SignedBq * NuclideData.ForVersion(entry.DataVersion)!.Find(entry.Nuclide)!.DecayFactor(instant - entry.ReferenceTime.ToDateTimeOffset());
}
