using Doseline.Execution.V1;
using Doseline.Local.Day.Files;
using Doseline.Local.Day.Report;

namespace Doseline.Local.Day;

/// <summary>Reads the logbooks of the hot cells beside the possession ledger, as an inspector would.</summary>
sealed class DayCellChecks(DayInput input, DayPeople people, DaySetup setup)
{
    // A batch may be off by its balance's tolerance; that much may have been found too much until its record closes.
    const double FoundTooMuchFraction = 0.05;

    readonly EquipmentService.EquipmentServiceClient equipment = new(people.Auditor);
    readonly List<string> unready = [];
    readonly List<string> unbalanced = [];
    int uses;
    int cleanOuts;

    /// <summary>What has to hold of cells.</summary>
    /// <param name="ledgers">Ledger of each site.</param>
    public async Task<IReadOnlyList<Invariant>> CheckAsync(IReadOnlyDictionary<string, DayLedger> ledgers)
    {
        foreach (var cell in input.Equipment.Where(e => e.Class is "hot_cell"))
        {
            var log = await LogAsync(setup.Equipment[cell.Equipment]);
            CheckUses(cell, log);
            foreach (var clear in log.Where(e => e.Event is EquipmentEvent.Clear)) CheckBalance(cell, ledgers[cell.Site], clear.EntryTime.ToDateTimeOffset());
        }

        return
        [
            new Invariant("no run began in a cell that was not cleaned and clear", unready is [], unready is [] ? $"{uses} runs" : string.Join(", ", unready)),
            new Invariant("the balance of every cell closes at each clean-out: nothing above its limit is booked in it", unbalanced is [], unbalanced is [] ? $"{cleanOuts} clean-outs" : string.Join(", ", unbalanced)),
        ];
    }

    void CheckUses(EquipmentInput cell, IReadOnlyList<EquipmentLogEntry> log)
    {
        var (clear, clean) = (true, false);
        foreach (var entry in log)
        {
            switch (entry.Event)
            {
                case EquipmentEvent.Used:
                    uses++;
                    if (!(clear && clean)) unready.Add($"{cell.Equipment} at {entry.EntryTime.ToDateTimeOffset():u}");
                    break;
                case EquipmentEvent.Left: (clear, clean) = (false, false); break;
                case EquipmentEvent.Clear: clear = true; break;
                case EquipmentEvent.Cleaned: clean = true; break;
            }
        }
    }

    void CheckBalance(EquipmentInput cell, DayLedger ledger, DateTimeOffset instant)
    {
        cleanOuts++;
        foreach (var (nuclide, bq, inBq) in ledger.LeftIn(cell.Room, instant))
        {
            if (bq > cell.Clearance!.Value.Bq || bq < -FoundTooMuchFraction * inBq) unbalanced.Add($"{cell.Equipment} {instant:u}: {bq:G4} Bq {nuclide}");
        }
    }

    async Task<IReadOnlyList<EquipmentLogEntry>> LogAsync(string id)
    {
        List<EquipmentLogEntry> entries = [];
        ListEquipmentLogRequest list = new() { EquipmentId = id, PageSize = 500 };
        do
        {
            var page = await equipment.ListEquipmentLogAsync(list);
            entries.AddRange(page.Entries);
            list.PageToken = page.NextPageToken;
        }
        while (list.PageToken.Length > 0);
        entries.Reverse();
        return entries;
    }
}
