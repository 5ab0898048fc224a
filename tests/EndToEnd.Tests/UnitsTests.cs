using System.Globalization;
using System.Text.RegularExpressions;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Units;
using Doseline.Labeling.Domain;
using Doseline.Local.Day.Files;
using Doseline.Shipping.Domain;
using Doseline.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Doseline.EndToEnd.Tests;

/// <summary>One table of units: whoever states an activity, a service or the console, states the same number to the last digit.</summary>
public sealed partial class UnitsTests
{
    static readonly Unit[] Activities = [.. UnitTable.All.Where(u => u.Dimension is Dimension.Activity)];

    // What the console was built with.
    static readonly Dictionary<string, double> Console = Factor().Matches(File.ReadAllText(Path.Combine(SampleDay.Top, "gateway/console/src/generated/units.ts")))
        .ToDictionary(m => m.Groups["symbol"].Value, m => double.Parse(m.Groups["factor"].Value, CultureInfo.InvariantCulture), StringComparer.Ordinal);

    static readonly Arbitrary<(int Amount, Unit Unit, Unit Other)> Amounts = (
        from amount in Gen.Choose(1, 100_000)
        from unit in Gen.Elements(Activities.Where(u => u.Symbol is not "PBq"))
        from other in Gen.Elements(Activities)
        select (amount, unit, other)).ToArbitrary();

    [Fact]
    [Requirement("A137")]
    public void An_amount_in_any_unit_is_the_same_number_in_every_service_and_on_the_console() => Prop.ForAll(Amounts, drawn =>
    {
        var (amount, unit, other) = drawn;
        // Whole numbers of becquerels, so that this is exact.
        var exact = amount * Bq(unit);
        var bq = (double)exact;
        Activity.From(amount, unit).Bq.ShouldBe(bq);
        UnitTable.Convert((decimal)amount, unit, ActivityUnit.Bq, "amount").Value.ShouldBe(exact);
        (amount * Console[unit.Symbol]).ShouldBe(bq);
        (bq / Console[other.Symbol]).ShouldBe(new Activity(bq).In(other));

        // What Orders says in a refusal, what Labeling prints on the vial, what Shipping prints on its papers.
        double.Parse(new Activity(bq).ToString(other).Split(' ')[0], CultureInfo.InvariantCulture).ShouldBe(bq / other.Factor);
        var label = Label(bq);
        label["measured_mbq"].ShouldBe(Printed(bq, ActivityUnit.MBq));
        label["measured_mci"].ShouldBe(Printed(bq, ActivityUnit.MilliCi));
        foreach (Match said in Said().Matches(ActivityText.Of(bq))) said.Groups["number"].Value.ShouldBe(Printed(bq, UnitTable.Find(said.Groups["unit"].Value)!));
    }).Holds(500);

    [Fact]
    [Requirement("A137")]
    public void The_console_has_the_units_of_the_table_and_no_others() =>
        Console.ShouldBe(Activities.ToDictionary(u => u.Symbol, u => u.Factor), ignoreOrder: true);

    [Fact]
    [Requirement("A153")]
    public void The_console_has_the_currencies_of_the_table_and_their_digits() =>
        Digits().Matches(File.ReadAllText(Path.Combine(SampleDay.Top, "gateway/console/src/generated/currencies.ts")))
            .ToDictionary(m => m.Groups["code"].Value, m => int.Parse(m.Groups["digits"].Value, CultureInfo.InvariantCulture), StringComparer.Ordinal)
            .ShouldBe(Kernel.Money.Currency.All.ToDictionary(currency => currency.Code, currency => currency.MinorDigits), ignoreOrder: true);

    [Theory]
    [Requirement("A153")]
    [InlineData("USD", "12.34", 1234L)]
    [InlineData("JPY", "1250", 1250L)]
    [InlineData("KWD", "1.25", 1250L)]
    [InlineData("JPY", "12.5", null)]
    [InlineData("XQZ", "12.5", null)]
    [InlineData("USD", "1e3", null)]
    public void A_price_of_the_day_is_whole_minor_units_of_its_currency_or_refused(string currency, string price, long? minor)
    {
        var folder = Directory.CreateTempSubdirectory("doseline-prices-").FullName;
        File.WriteAllText(Path.Combine(folder, "prices.csv"), $"currency,price\n{currency},{price}\n");
        List<DayProblem> problems = [];
        var read = Table.Read(folder, "prices.csv", ["currency", "price"], problems).Rows.Single().MinorUnits("price", "currency");
        (problems.Count == 0 ? read : (long?)null).ShouldBe(minor);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    [Requirement("A137")]
    public void A_column_of_the_day_may_be_in_any_unit_of_the_table()
    {
        var folder = Directory.CreateTempSubdirectory("doseline-units-").FullName;
        foreach (var unit in Activities)
        {
            File.WriteAllText(Path.Combine(folder, "runs.csv"), $"yield_{unit.Symbol.Replace('µ', 'u').ToLowerInvariant()}\n2.5\n");
            List<DayProblem> problems = [];
            Table.Read(folder, "runs.csv", ["yield:activity"], problems).Rows.ShouldHaveSingleItem().Activity("yield").ShouldBe(Activity.From(2.5, unit));
            problems.ShouldBeEmpty();
        }

        Directory.Delete(folder, recursive: true);
    }

    static decimal Bq(Unit unit) => unit.Multiple * (decimal)Math.Pow(10, unit.PowerOfTen);

    static string Printed(double bq, Unit unit) => Figures.Round(bq / unit.Factor);

    static IReadOnlyDictionary<string, string> Label(double bq)
    {
        DoseOnLabel dose = new()
        {
            DoseId = "d", OrderId = "o", BatchNumber = "b", ProductCode = "p", ProductName = "P", VolumeMl = 1, InstrumentId = "i", Calibration = null, Expire = TestPlatform.Start.AddHours(6),
            Measured = CalibratedActivity.Create("Lu-177", bq, TestPlatform.Start, NuclideData.Current, "measured").Value!,
        };
        return LabelRules.Fill(dose, new LabelTemplate("t", 1, "^XA^XZ", "UTC"), new LabelNumbers("1", 1, "s", "")).Value!.Fields;
    }

    [GeneratedRegex("""^  "(?<symbol>[^"]+)": (?<factor>[\d.e+]+),$""", RegexOptions.Multiline)]
    private static partial Regex Factor();

    [GeneratedRegex("""^  (?<code>[A-Z]{3}): (?<digits>\d),$""", RegexOptions.Multiline)]
    private static partial Regex Digits();

    [GeneratedRegex(@"(?<number>[\d.]+) (?<unit>\w+)")]
    private static partial Regex Said();
}
