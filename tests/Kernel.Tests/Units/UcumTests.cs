using System.Text.RegularExpressions;
using Doseline.Kernel.Units;
using Doseline.Testing;
using Fhir.Metrics;
using Unit = Doseline.Kernel.Units.Unit;

namespace Doseline.Kernel.Tests.Units;

/// <summary>The tables of units against UCUM as somebody else wrote it: Fhir.Metrics reads the code system's own essence.</summary>
public sealed partial class UcumTests
{
    static readonly SystemOfUnits Ucum = UCUM.Load();

    [Fact]
    [Requirement("A137", "A187")]
    public void Every_unit_has_a_code_that_UCUM_knows()
    {
        ReadingUnits.Ucum.Count.ShouldBeGreaterThan(60);
        ReadingUnits.Ucum.Where(code => !Knows(code.Value)).Select(code => $"{code.Key} {code.Value}").ShouldBeEmpty();
        // The other side of the same question: what is none is known by nobody.
        foreach (var none in new[] { "xyz", "gBq", "Curie", "mcg", "[degX]" }) Knows(none).ShouldBeFalse(none);
    }

    [Fact]
    [Requirement("A137", "A153", "A187")]
    public void Every_factor_of_the_table_is_UCUMs()
    {
        foreach (var unit in UnitTable.All.Where(unit => unit.Dimension is not Dimension.Count))
        {
            var first = UnitTable.All.First(one => one.Dimension == unit.Dimension && one is { Multiple: 1, PowerOfTen: 0 });
            var ratio = Canonical(unit) / Canonical(first);
            (ratio / unit.Factor).ShouldBe(1, 1e-12, unit.Symbol);
        }
    }

    [Fact]
    [Requirement("A137", "A170")]
    public void A_code_of_UCUM_is_read_as_the_symbol_is()
    {
        foreach (var unit in UnitTable.All) UnitTable.Find(unit.Ucum).ShouldBe(unit);
        foreach (var (symbol, code) in ReadingUnits.Ucum)
        {
            ReadingUnits.Against(symbol, "unit").ShouldBeNull();
            ReadingUnits.Against(code, "unit").ShouldBeNull(code);
        }
    }

    // An annotation in braces has the value 1 in UCUM, which the library does not read.
    static bool Knows(string code)
    {
        if (Annotation().Replace(code, "").TrimStart('/') is "" or "1") return true;
        try
        {
            Ucum.Metric(Annotation().Replace(code, "").TrimStart('/'));
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    // In UCUM's base units.
    static double Canonical(Unit unit)
    {
        var value = Ucum.Canonical($"1.0000000000000{unit.Ucum}").Value;
        return (double)value.Significand * Math.Pow(10, value.Exponent);
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Annotation();
}
