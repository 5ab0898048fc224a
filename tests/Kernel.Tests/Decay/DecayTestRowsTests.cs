using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Units;
using Doseline.Kernel.Time;
using Doseline.Testing;

namespace Doseline.Kernel.Tests.Decay;

/// <summary>Every row of decay_tests.csv: what it describes is computed here, what it expects stands only in the file.</summary>
public sealed partial class DecayTestRowsTests
{
    const double Hour = 3600, Day = 86400;

    public static TheoryData<string, string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string, string>();
            foreach (var line in CheckData.Read("decay_tests.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1))
            {
                var cells = Cells(line);
                rows.Add(cells[0], cells[2], cells[3]);
            }

            return rows;
        }
    }

    [Theory, MemberData(nameof(Rows))]
    [Requirement("A005", "E09")]
    public void Each_row_comes_out_as_printed(string id, string inputs, string expected)
    {
        if (id[0] == 'X')
        {
            XofigoLabel.Factor(int.Parse(id[1..], CultureInfo.InvariantCulture)).ToString("F3", CultureInfo.InvariantCulture).ShouldBe(expected);
            return;
        }

        double[] computed = id is "D01" or "D02" or "D04" ? [FromInputs(inputs)] : Compute(id);
        string[] printed = [.. Numbers().Matches(expected).Select(match => match.Value)];
        computed.Length.ShouldBe(printed.Length);
        foreach (var (value, text) in computed.Zip(printed)) value.ShouldPrint(text);
    }

    // Rows that state everything: "A0=7.4 GBq; T=6.647 d; dt=+48 h".
    static double FromInputs(string inputs)
    {
        var values = inputs.Split("; ").Select(part => part.Split('=')).ToDictionary(part => part[0], part => part[1].Split(' '), StringComparer.Ordinal);
        var amount = values.First(pair => pair.Key.StartsWith('A')).Value;
        // D02 names no half-life: that of D01 holds.
        var halfLife = values.GetValueOrDefault("T", ["6.647", "d"]);
        var unit = UnitTable.Find(amount[1])!;
        var elapsed = Exact.Seconds(values["dt"][0].TrimStart('+'), values["dt"][1] is "min" ? "m" : values["dt"][1]);
        var nuclide = CheckData.With("Lu-177", halfLife[0], halfLife[1] is "min" ? "m" : halfLife[1]);
        var result = Activity.From(double.Parse(amount[0], CultureInfo.InvariantCulture), unit).After(CheckData.Span(elapsed.ToDouble()), nuclide).In(unit);

        var oracle = Exact.Of(decimal.Parse(amount[0], CultureInfo.InvariantCulture))
            * Exact.Exp(-(Exact.Ln2 * elapsed / Exact.Seconds(nuclide.HalfLife!.Text, nuclide.HalfLife.Unit)));
        result.ShouldAgree(oracle.ToDouble());
        return result;
    }

    static double[] Compute(string id) => id switch
    {
        "D01b" => [After(7.4, CheckData.With("Lu-177", "6.6443", "d"), 48 * Hour)],
        "D03-10.0" => [After(8, CheckData.With("Ac-225", "10.0", "d"), 10 * Day)],
        "D03-9.92" => [After(8, CheckData.With("Ac-225", "9.92", "d"), 10 * Day)],
        "D03-9.9190" => [After(8, CheckData.With("Ac-225", "9.9190", "d"), 10 * Day)],
        "D05" => [After(1000, CheckData.Nuclides.Find("Tc-99m")!, AcrossSpringGap())],
        "D05b" => [After(7.4, CheckData.Nuclides.Find("Lu-177")!, AcrossSpringGap())],
        "D06" => [After(1, CheckData.Nuclides.Find("F-18")!, AmbiguousHour())],
        "D07-1" => [Member("Mo-99", "Tc-99m", 100, 1 * Hour)],
        "D07-6" => [Member("Mo-99", "Tc-99m", 100, 6 * Hour)],
        "D07-24" => [Member("Mo-99", "Tc-99m", 100, 24 * Hour)],
        "D07-48" => [Member("Mo-99", "Tc-99m", 100, 48 * Hour)],
        "D07-tmax" => [CheckData.Nuclides.ChainOf("Mo-99").SecondsToMaximum("Tc-99m")!.Value / Hour],
        "D08-1" => [Member("Ge-68", "Ga-68", 1850, 1 * Hour)],
        "D08-2" => [Member("Ge-68", "Ga-68", 1850, 2 * Hour)],
        "D08-eq" => [CheckData.Nuclides.ChainOf("Ge-68").EquilibriumRatio("Ga-68")!.Value],
        "D09-600" => [Member("Ac-225", "Bi-213", 1000, 600)],
        "D09-10800" => [Member("Ac-225", "Bi-213", 1000, 10800)],
        "D09-18000" => [Member("Ac-225", "Bi-213", 1000, 18000)],
        "D09-86400" => [Member("Ac-225", "Bi-213", 1000, 86400)],
        "D09-eq" => [CheckData.Nuclides.ChainOf("Ac-225").EquilibriumRatio("Bi-213")!.Value],
        "D09-Tl" => [Member("Ac-225", "Tl-209", 1000, 5 * Hour)],
        "D10-Pb211" => [Member("Ra-223", "Pb-211", 1000, 2 * Hour)],
        "D10-Tl207" => [Member("Ra-223", "Tl-207", 1000, 2 * Hour)],
        "D10-Ra" => [Member("Ra-223", "Ra-223", 1000, 2 * Hour)],
        "D11-1" => [Member("Pb-212", "Bi-212", 100, 1 * Hour)],
        "D11-2" => [Member("Pb-212", "Bi-212", 100, 2 * Hour)],
        "D11-4" => [Member("Pb-212", "Bi-212", 100, 4 * Hour)],
        "D11-12" => [Member("Pb-212", "Bi-212", 100, 12 * Hour)],
        "D11-max" => [Member("Pb-212", "Bi-212", 100, CheckData.Nuclides.ChainOf("Pb-212").SecondsToMaximum("Bi-212")!.Value)],
        "D13" => [CarrierAdded(66.47 * Day)["Lu-177"].In(ActivityUnit.MBq)],
        "D15" => [BismuthOfAstatine()],
        "D18" => [Coincident()],
        "D19" => [ByPoloniumOnly()],
        "D20" => [Window(8.14), Window(6.66)],
        "D21" => [73.6 * 55 / (1100 * After(1, CheckData.With("Ra-223", "11.4", "d"), 3 * Day))],
        "D22" => [new Activity(55e3).In(ActivityUnit.MicroCi), Activity.From(7.4, ActivityUnit.GBq).In(ActivityUnit.MilliCi), Activity.From(18.5, ActivityUnit.GBq).In(ActivityUnit.MilliCi)],
        _ => throw new InvalidOperationException($"Row {id} is not computed."),
    };

    static double After(double amount, Nuclide nuclide, double seconds) => new Activity(amount).After(CheckData.Span(seconds), nuclide).Bq;

    static double Member(string parent, string member, double amount, double seconds) => CheckData.Grown(parent, seconds, amount)[member].Bq;

    static double AcrossSpringGap()
    {
        var from = Zones.Resolve(new DateTime(2027, 3, 13, 12, 0, 0), "America/New_York", null, "from").OrThrow();
        var to = Zones.Resolve(new DateTime(2027, 3, 14, 12, 0, 0), "America/New_York", null, "to").OrThrow();
        return (to.Instant - from.Instant).TotalSeconds;
    }

    static double AmbiguousHour()
    {
        var local = new DateTime(2026, 11, 1, 1, 30, 0);
        var first = Zones.Resolve(local, "America/New_York", TimeSpan.FromHours(-4), "t").OrThrow().Instant;
        var second = Zones.Resolve(local, "America/New_York", TimeSpan.FromHours(-5), "t").OrThrow().Instant;
        first.ShouldBe(new DateTimeOffset(2026, 11, 1, 5, 30, 0, TimeSpan.Zero));
        return (second - first).TotalSeconds;
    }

    internal static ChainState CarrierAdded(double seconds) => CheckData.Nuclides.ChainOf("Lu-177m").Evaluate(
        new Dictionary<string, Activity>(StringComparer.Ordinal) { ["Lu-177"] = new(400e9), ["Lu-177m"] = new(80e6) }, CheckData.Span(seconds)).OrThrow();

    // All of the At-211 decayed, none of the Bi-207: as if that were stable until it is counted.
    static double BismuthOfAstatine()
    {
        var table = CheckData.Nuclides;
        var unending = table.WithHalfLives("unending", new Dictionary<string, HalfLife>(StringComparer.Ordinal) { ["Bi-207"] = new("1000000000000", "ky") });
        var atoms = unending.ChainOf("At-211").Evaluate(new Activity(1e9), TimeSpan.FromDays(60)).OrThrow().AtomsOf("Bi-207");
        return atoms * table.Find("Bi-207")!.LambdaPerSecond;
    }

    static double Coincident()
    {
        var equal = CheckData.Nuclides.WithHalfLives("equal", new Dictionary<string, HalfLife>(StringComparer.Ordinal) { ["Ra-225"] = new("10", "d"), ["Ac-225"] = new("10", "d") });
        return equal.ChainOf("Ra-225").Evaluate(new Activity(1000), TimeSpan.FromDays(10)).OrThrow()["Ac-225"].Bq;
    }

    // The row leaves the Tl-209 path out; at a millisecond it adds little to Pb-209.
    static double ByPoloniumOnly() =>
        CheckData.WithoutThallium.ChainOf("Ac-225").Evaluate(new Activity(1000), TimeSpan.FromMilliseconds(1)).OrThrow()["Pb-209"].Bq;

    static double Window(double gigabecquerel)
    {
        var reference = new DateTimeOffset(2026, 10, 13, 8, 0, 0, TimeSpan.Zero);
        var dose = CalibratedActivity.Create("Lu-177", 7.4e9, reference, CheckData.Nuclides, "dose").OrThrow();
        return (dose.TimeUntil(Activity.From(gigabecquerel, ActivityUnit.GBq))!.Value - reference).TotalHours;
    }

    static string[] Cells(string line)
    {
        List<string> cells = [];
        StringBuilder cell = new();
        var quoted = false;
        foreach (var letter in line.TrimEnd('\r'))
        {
            if (letter == '"')
            {
                quoted = !quoted;
            }
            else if (letter == ',' && !quoted)
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else
            {
                cell.Append(letter);
            }
        }

        return [.. cells, cell.ToString()];
    }

    // Signed numbers that stand alone: the row "-21.93 / +24.24" has two, "1.48 uCi / 200 mCi / 500 mCi" three.
    [GeneratedRegex(@"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Numbers();
}
