using System.Globalization;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Time;
using Spectre.Console;

namespace Doseline.Local.Day.Report;

/// <summary>Prints a day's report for people.</summary>
static class DayPrinter
{
    public static void Print(IAnsiConsole console, DayReport report, string zone)
    {
        Orders(console, report, zone);
        foreach (var receipt in report.RefusedReceipts)
            console.MarkupLineInterpolated($"[yellow]Receipt refused:[/] {receipt.Lot} into {receipt.Room}: {string.Join("; ", receipt.Refusals.Select(r => $"{r.Code}: {r.Message}"))} It went to {receipt.Instead}.");
        foreach (var refusal in report.CarrierRefusals)
            console.MarkupLineInterpolated($"[yellow]Carrier refused:[/] {refusal.Package}: {refusal.Reason}; the shipment was voided and offered again.");
        Possession(console, report, zone);
        Waste(console, report, zone);
        Invariants(console, report);
    }

    static void Orders(IAnsiConsole console, DayReport report, string zone)
    {
        var table = new Spectre.Console.Table().Title("Orders").AddColumns("Order", "Product", "Customer", "Administration", "Wanted", "Given", "Outcome");
        table.Border = TableBorder.Simple;
        foreach (var order in report.Orders)
        {
            table.AddRow(
                order.Order, order.Product, order.Customer,
                order.AdministrationTime is { } time ? Local(time, zone) : "",
                Amount(order.WantedBq), Amount(order.GivenBq),
                Markup.Escape(order.Outcome + (order.WithinTolerance is false ? " (outside tolerance)" : "")));
        }

        console.Write(table);
        foreach (var order in report.Orders.Where(o => o.Refusals is not []))
        {
            foreach (var reason in order.Refusals) console.MarkupLineInterpolated($"[yellow]{order.Order} refused:[/] {reason.Code}: {reason.Message}");
        }

        foreach (var group in report.Orders.GroupBy(o => o.Outcome, StringComparer.Ordinal).OrderByDescending(g => g.Count()))
            console.MarkupLineInterpolated($"{group.Count(),4} {group.Key}");
    }

    static void Possession(IAnsiConsole console, DayReport report, string zone)
    {
        var table = new Spectre.Console.Table().Title("Possession at its highest").AddColumns("Site", "Nuclide", "Highest", "When", "Limit", "Used");
        table.Border = TableBorder.Simple;
        foreach (var peak in report.PossessionPeaks)
        {
            table.AddRow(
                peak.Site, peak.Nuclide, Amount(peak.PeakBq), Local(peak.PeakTime, zone), Amount(peak.LimitBq),
                peak.LimitBq is { } limit ? string.Create(CultureInfo.InvariantCulture, $"{peak.PeakBq / limit:0.0%}") : "");
        }

        console.Write(table);
    }

    static void Waste(IAnsiConsole console, DayReport report, string zone)
    {
        var table = new Spectre.Console.Table().Title("Waste").AddColumns("Site", "Container", "Items", "Activity now", "Eligible for survey");
        table.Border = TableBorder.Simple;
        foreach (var line in report.Waste)
        {
            table.AddRow(
                line.Site, line.Container, line.Items.ToString(CultureInfo.InvariantCulture),
                string.Join(", ", line.ActivityBqByNuclide.Select(a => $"{a.Key} {Amount(a.Value)}")),
                line.EligibleTime is { } time ? Local(time, zone) : "not by decay in storage");
        }

        console.Write(table);
    }

    static void Invariants(IAnsiConsole console, DayReport report)
    {
        console.WriteLine();
        foreach (var invariant in report.Invariants)
            console.MarkupLine($"{(invariant.Holds ? "[green]holds[/] " : "[red]BROKEN[/]")} {Markup.Escape($"{invariant.Name} ({invariant.Detail})")}");
    }

    static string Local(DateTimeOffset time, string zone) => Zones.Show(time, zone).ToString();

    // Four significant digits are what a label would show; the JSON report has them all.
    static string Amount(double? bq) => bq switch
    {
        null => "",
        >= 1e8 => string.Create(CultureInfo.InvariantCulture, $"{new Activity(bq.Value).In(ActivityUnit.GBq):G4} GBq"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{new Activity(bq.Value).In(ActivityUnit.MBq):G4} MBq"),
    };
}
