using System.Net;
using System.Text;
using Doseline.Kernel.Signing;
using Doseline.Kernel.Time;
using Wire = Doseline.Shipping.V1;

namespace Doseline.Shipping.Api;

/// <summary>Sets a shipping paper in HTML that prints on its own: one sheet a page, "page n of m" on each (49 CFR 172.201(c)).</summary>
static class PaperPages
{
    const int NuclidesPerPage = 12;
    const int DosesPerPage = 10;

    /// <summary>Adds pages, their count and their hash to a paper.</summary>
    /// <param name="paper">The paper.</param>
    /// <param name="zone">Zone in which people at the site read times.</param>
    public static void Set(Wire.ShippingPaper paper, string zone)
    {
        var nuclides = paper.Nuclides.Chunk(NuclidesPerPage).ToList();
        var doses = paper.Doses.Chunk(DosesPerPage).ToList();
        var pages = Math.Max(1, Math.Max(nuclides.Count, doses.Count));
        paper.PageCount = pages;
        var html = new StringBuilder("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
            .Append(Text($"Shipping paper {paper.PackageNumber}"))
            .Append("</title><style>body{font:11pt sans-serif}section{page-break-after:always;padding:12mm}table{border-collapse:collapse;width:100%}td,th{border:1px solid;padding:1mm;text-align:left}</style></head><body>");
        for (var page = 0; page < pages; page++)
            Page(html, paper, zone, page + 1, page < nuclides.Count ? nuclides[page] : [], page < doses.Count ? doses[page] : []);
        paper.Html = html.Append("</body></html>").ToString();
        paper.HtmlHash = Digest.Of(paper.Html);
    }

    static void Page(StringBuilder html, Wire.ShippingPaper paper, string zone, int number, Wire.PaperNuclide[] nuclides, Wire.PaperDose[] doses)
    {
        html.Append("<section><h1>").Append(paper.Required ? "Shipping paper" : "Packing document").Append("</h1>");
        Line(html, $"Page {number} of {paper.PageCount}");
        Line(html, $"Package {paper.PackageNumber}, paper version {paper.PaperVersion}{(paper.ReprintReason is "" ? "" : $" (reprint: {paper.ReprintReason})")}");
        // 49 CFR 172.202(b): ID number, name and class in this order with nothing between them.
        html.Append("<p><strong>").Append(Text(paper.BasicDescription)).Append("</strong></p>");
        html.Append("<table><tr><th>Nuclide</th><th>Activity at offer</th><th>At calibration</th><th>At delivery</th></tr>");
        foreach (var nuclide in nuclides)
        {
            Row(html, nuclide.Nuclide, nuclide.Text,
                string.Join("; ", nuclide.Calibrated.Select(part => $"{Domain.ActivityText.Of(part.ActivityBq)} at {Time(part.ReferenceTime, zone)}")),
                $"{Domain.ActivityText.Of(nuclide.AtDelivery.ActivityBq)} at {Time(nuclide.AtDelivery.ReferenceTime, zone)}");
        }

        html.Append("</table>");
        Line(html, $"Form: {paper.Form}");
        Line(html, $"Total activity: {paper.TotalText}");
        foreach (var words in new[] { paper.CategoryText, paper.TransportIndexText }.Concat(paper.Statements).Where(words => words is not "")) Line(html, words);
        Line(html, $"Packages: {paper.PackagesText}");
        Line(html, $"Shipper: {string.Join(", ", paper.ConsignorLines)}");
        Line(html, $"Consignee: {string.Join(", ", paper.ConsigneeLines)}");
        Line(html, $"Carrier: {paper.Carrier}. Offered {Time(paper.OfferTime, zone)}, delivery planned {Time(paper.DeliveryTime, zone)}");
        html.Append("<table><tr><th>Dose</th><th>Order</th><th>Batch</th><th>Product</th></tr>");
        foreach (var dose in doses) Row(html, dose.DoseId, dose.OrderId, dose.BatchNumber, dose.ProductName);
        html.Append("</table>");
        Line(html, $"Emergency telephone (24 h): {paper.EmergencyPhone}");
        foreach (var line in paper.EmergencyLines) Line(html, line);
        if (paper.CertificationText is not "") Line(html, paper.CertificationText);
        Line(html, $"Signed: {paper.SignerName} ({paper.SignerId})");
        Line(html, $"Nuclide data {paper.NuclideDataVersion}, Class 7 tables {paper.Class7DataVersion}");
        html.Append("</section>");
    }

    static void Line(StringBuilder html, string text) => html.Append("<p>").Append(Text(text)).Append("</p>");

    static void Row(StringBuilder html, params ReadOnlySpan<string> cells)
    {
        html.Append("<tr>");
        foreach (var cell in cells) html.Append("<td>").Append(Text(cell)).Append("</td>");
        html.Append("</tr>");
    }

    static string Text(string text) => WebUtility.HtmlEncode(text);

    static string Time(Google.Protobuf.WellKnownTypes.Timestamp time, string zone) => Zones.Show(time.ToDateTimeOffset(), zone).ToString();
}
