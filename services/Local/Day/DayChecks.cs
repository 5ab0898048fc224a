using Doseline.Kernel.Decay;
using Doseline.Local.Day.Files;
using Doseline.Local.Day.Report;
using Doseline.Local.Simulation;
using Doseline.Orders.V1;
using Doseline.Platform.Audit;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Local.Day;

/// <summary>Draws the report of a day that was played, and checks what must hold.</summary>
sealed class DayChecks(DayInput input, ISimulation platform, DayPlay play)
{
    readonly List<Invariant> invariants = [];
    readonly Dictionary<string, DayLedger> ledgers = new(StringComparer.Ordinal);

    /// <summary>The report.</summary>
    public async Task<DayReport> ReportAsync(CancellationToken cancel)
    {
        List<OrderLine> lines = [];
        foreach (var order in play.Orders.All) lines.Add(await LineAsync(order));
        List<PossessionPeak> peaks = [];
        foreach (var site in input.Sites) peaks.AddRange(await PossessionAsync(site.Site));
        invariants.AddRange(await new DayCellChecks(input, play.People, play.Setup).CheckAsync(ledgers));
        CheckOrders(lines);
        await CheckReleaseAsync(lines, cancel);
        invariants.AddRange(await new DayActChecks(platform, play).CheckAsync(ledgers, cancel));
        await CheckKernelAsync(cancel);
        invariants.AddRange(await new DayTrail(platform, play.People.Auditor).CheckAsync(input.Start, cancel));
        return new DayReport
        {
            StartTime = input.Start,
            EndTime = platform.Clock.GetUtcNow(),
            NuclideDataVersion = NuclideData.Current.Version,
            Orders = lines,
            RefusedReceipts = [.. play.Receipts.Refused.Select(r => new RefusedReceipt(r.Lot, r.Room, r.Instead, [.. r.Refusals.Select(ReasonOf)]))],
            CarrierRefusals = [.. play.Shipping.CarrierRefusals.Select(r => new CarrierRefusal(r.Package, r.Reason))],
            PossessionPeaks = peaks,
            Waste = await play.Waste.LinesAsync(),
            Invariants = invariants,
        };
    }

    async Task<OrderLine> LineAsync(DayOrder order)
    {
        var o = order.Input;
        if (order.Accepted is null) return new OrderLine(o.Order, o.Product, o.Customer, "REFUSED", null, null, null, null, [.. order.Refusals.Select(ReasonOf)]);

        var now = await play.Orders.NowAsync(order);
        var wanted = now.Wanted.Read("wanted").OrThrow().At(order.Administration);
        var delivered = now.State is OrderState.Delivered or OrderState.Invoiced;
        var given = delivered ? order.Measured!.Read("measured").OrThrow().At(order.GivenLate ?? order.Administration) : (Activity?)null;
        var within = given is { } activity ? Math.Abs(activity.Bq - wanted.Bq) <= now.ToleranceFraction * wanted.Bq : (bool?)null;
        var outcome = now.State is OrderState.Lost ? $"LOST ({now.LossCause})" : now.State.ToString().ToUpperInvariant();
        return new OrderLine(o.Order, o.Product, o.Customer, outcome, wanted.Bq, given?.Bq, order.Administration, within, []);
    }

    async Task<IReadOnlyList<PossessionPeak>> PossessionAsync(string site)
    {
        var ledger = ledgers[site] = await DayLedger.ReadAsync(play.People, site);
        var unbalanced = ledger.Unbalanced();
        invariants.Add(new Invariant($"every becquerel at {site} is accounted for: each transaction of the ledger sums to zero", unbalanced is [], $"{ledger.Entries.Select(e => e.TransactionId).Distinct().Count()} transactions, {unbalanced.Count} unbalanced"));
        var limits = input.Licences.Where(l => l.Site == site).SelectMany(l => l.Lines).ToDictionary(l => l.Nuclide, l => l.Limit.Bq, StringComparer.Ordinal);
        var peaks = ledger.Peaks(limits).ToList();
        var over = peaks.Where(p => p.PeakBq > p.LimitBq).Select(p => p.Nuclide).ToList();
        invariants.Add(new Invariant($"the licence of {site} was never exceeded", over is [] && peaks.All(p => p.LimitBq is not null), $"{peaks.Count} nuclides{(over is [] ? "" : ", over: " + string.Join(", ", over))}"));
        return peaks;
    }

    void CheckOrders(List<OrderLine> lines)
    {
        var wrong = play.Orders.All.Where(o => o.Input.ExpectedAccepted != o.Accepted is not null).Select(o => o.Input.Order).ToList();
        invariants.Add(new Invariant("every order was accepted or refused as the day's files expect", wrong is [], $"{lines.Count} orders{(wrong is [] ? "" : ", not: " + string.Join(", ", wrong))}"));
        var silent = lines.Where(l => l.Outcome is "REFUSED" && l.Refusals is []).Select(l => l.Order).ToList();
        invariants.Add(new Invariant("every refusal names its reasons", silent is [], $"{lines.Count(l => l.Outcome is "REFUSED")} refused"));
        var outside = lines.Where(l => l.WithinTolerance is false).Select(l => l.Order).ToList();
        invariants.Add(new Invariant("every delivered dose is within tolerance at its administration", outside is [], $"{lines.Count(l => l.GivenBq is not null)} delivered{(outside is [] ? "" : ", not: " + string.Join(", ", outside))}"));
        string[] final = ["REFUSED", "INVOICED", "CANCELLED"];
        var open = lines.Where(l => !final.Contains(l.Outcome) && !l.Outcome.StartsWith("LOST", StringComparison.Ordinal)).Select(l => $"{l.Order} {l.Outcome}").ToList();
        invariants.Add(new Invariant("every order came to an end: billed, refused, cancelled or lost with a cause", open is [], open is [] ? $"{lines.Count} orders" : string.Join(", ", open)));
    }

    async Task CheckReleaseAsync(List<OrderLine> lines, CancellationToken cancel)
    {
        invariants.AddRange(await new DayReleaseChecks(platform, play).CheckAsync(cancel));
        var lost = play.Orders.All.Where(o => o.Accepted is not null && lines.Any(l => l.Order == o.Input.Order && l.Outcome.StartsWith("LOST", StringComparison.Ordinal))).ToList();
        var packed = lost.Where(o => play.Shipping.ByDose.ContainsKey(o.DoseId)).Select(o => o.Input.Order).ToList();
        invariants.Add(new Invariant("rejected and held doses were never packed", packed is [], $"{lost.Count} doses{(packed is [] ? "" : ", but " + string.Join(", ", packed))}"));
    }

    async Task CheckKernelAsync(CancellationToken cancel)
    {
        await using var scope = platform.Services.CreateAsyncScope();
        var databases = platform.Services.GetRequiredService<DatabaseTable>();
        var (facts, parked, rows, broken) = (0L, 0L, 0L, new List<string>());
        foreach (var service in databases.Services)
        {
            var db = databases.Of(service, scope.ServiceProvider);
            var counts = await MessageCounts.OfAsync(db, cancel);
            (facts, parked) = (facts + counts.Published, parked + counts.Waiting + counts.Orphans);
            rows += await db.AuditTrail.LongCountAsync(cancel);
            await foreach (var finding in AuditVerifier.VerifyAsync(db, cancel)) broken.Add($"{service}: {finding}");
        }

        var waiting = (await MessageCounts.UnreadAsync(platform.Services.GetRequiredService<FactTable>(), databases, scope.ServiceProvider, cancel)).Values.Sum();
        invariants.Add(new Invariant("every fact had its effect once: none waits, none is parked", waiting == 0 && parked == 0, $"{facts} facts, {waiting} waiting, {parked} parked"));
        invariants.Add(new Invariant("every audit chain verifies", broken is [], broken is [] ? $"{rows} audit rows" : string.Join("; ", broken.Take(5))));
    }

    static Reason ReasonOf(Kernel.Rules.Refusal refusal) => new(refusal.Code, refusal.Message, refusal.Numbers);
}
