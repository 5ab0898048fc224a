using System.Text.Json;
using Doseline.Testing;

namespace Doseline.EndToEnd.Tests;

public sealed class SampleDayTests
{
    [Fact]
    [Requirement("A059", "A078", "A082", "A097", "A102", "A131", "P01")]
    public async Task The_sample_day_runs_dose_to_door_and_everything_that_must_hold_does()
    {
        var (code, output, report) = await SampleDay.Played.Value;

        code.ShouldBe(0, output);
        SampleDay.ReadmeCommand.ShouldStartWith("dotnet run --project services/Local", Case.Sensitive);
        output.ShouldNotContain('\u001b', "a pipe gets plain lines");
        using var json = JsonDocument.Parse(report);
        var invariants = json.RootElement.GetProperty("invariants").EnumerateArray().ToList();
        invariants.Count.ShouldBeGreaterThan(8);
        invariants.ShouldAllBe(i => i.GetProperty("holds").GetBoolean());

        var outcomes = json.RootElement.GetProperty("orders").EnumerateArray()
            .GroupBy(o => o.GetProperty("outcome").GetString()!, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        outcomes["INVOICED"].ShouldBeGreaterThan(45, output);
        outcomes["REFUSED"].ShouldBe(6, output);
        outcomes.Keys.ShouldContain(k => k.StartsWith("LOST (REJECTED", StringComparison.Ordinal), output);
        outcomes.Keys.ShouldContain(k => k.StartsWith("LOST (EXPIRED", StringComparison.Ordinal), output);
        json.RootElement.GetProperty("carrierRefusals").GetArrayLength().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_receipt_over_the_room_limit_names_its_numbers_and_goes_to_another_room()
    {
        var (code, output, report) = await SampleDay.Played.Value;

        code.ShouldBe(0, output);
        using var json = JsonDocument.Parse(report);
        var receipt = json.RootElement.GetProperty("refusedReceipts").EnumerateArray().Single();
        receipt.GetProperty("lot").GetString().ShouldBe("LU-B");
        receipt.GetProperty("instead").GetString().ShouldBe("bos-store-2");
        var reason = receipt.GetProperty("refusals")[0];
        reason.GetProperty("code").GetString().ShouldBe("ROOM_LIMIT_EXCEEDED");
        var numbers = reason.GetProperty("numbers");
        foreach (var number in new[] { "limit_bq", "total_bq", "excess_bq" }) numbers.TryGetProperty(number, out _).ShouldBeTrue(number);
    }

    [Fact]
    public async Task A_bad_file_is_refused_with_file_line_and_column_and_nothing_is_loaded()
    {
        using var copy = new FolderCopy(SampleDay.Folder);
        copy.Replace("runs.csv", "yield_gbq", "yield");
        copy.Replace("orders.csv", "America/Phoenix", "America/Fenix");
        copy.Replace("deliveries.csv", ",Ra-223,0.08,", ",Ra-999,0.08,");
        copy.Replace("products.csv", ",7.4,10,120,", ",seven,10,120,");

        var (code, output) = await SampleDay.PlayAsync(copy.Path, "--data", Path.Combine(copy.Path, "data"));

        code.ShouldBe(2);
        output.ShouldContain("runs.csv:1 [yield]");
        output.ShouldContain("write yield_gbq");
        output.ShouldContain("America/Fenix");
        output.ShouldContain("[nuclide]: 'Ra-999' is not a known nuclide");
        output.ShouldContain("products.csv:2 [prescription_gbq]: 'seven' is not a number");
        output.ShouldContain("Nothing was loaded.");
        Directory.Exists(Path.Combine(copy.Path, "data")).ShouldBeFalse();
    }
}
