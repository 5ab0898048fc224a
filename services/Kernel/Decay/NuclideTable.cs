using System.Globalization;
using System.Reflection;

namespace Doseline.Kernel.Decay;

/// <summary>Reads the tables of <c>Decay/Data</c>; their columns are described in <c>Decay/Data/README.md</c>.</summary>
static class NuclideTable
{
    const string Folder = "decay/";
    const string Extension = ".csv";
    static readonly string[] SourcedGroups = ["half_life", "branches", "transport", "label_quantity", "category"];

    /// <summary>Every version embedded in the assembly.</summary>
    public static IEnumerable<NuclideData> ReadEmbedded()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(name =>
            name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(Extension, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return Read(name[Folder.Length..^Extension.Length], reader.ReadToEnd());
        }
    }

    /// <summary>Reads one table.</summary>
    /// <exception cref="FormatException">A row is malformed, a symbol comes twice, a daughter has no row, or decay runs in a circle.</exception>
    public static NuclideData Read(string version, string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var columns = lines[0].Split(',');
        List<Nuclide> all = [];
        List<string> notFollowed = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (var line in lines.Skip(1))
        {
            var cells = line.Split(',');
            if (cells.Length != columns.Length) throw new FormatException($"{version}: {cells.Length} cells instead of {columns.Length} in: {line}");
            var row = new Row(columns, cells);
            if (!seen.Add(row["symbol"])) throw new FormatException($"{version}: {row["symbol"]} comes twice.");
            if (row["kind"] is "not_followed") notFollowed.Add(row["symbol"]);
            else all.Add(ToNuclide(row));
        }

        foreach (var (nuclide, branch) in all.SelectMany(nuclide => nuclide.Branches.Select(branch => (nuclide, branch))))
        {
            if (!seen.Contains(branch.Daughter))
                throw new FormatException($"{version}: {nuclide.Symbol} decays to {branch.Daughter}, which has no row.");
        }

        return new NuclideData(version, all, notFollowed);
    }

    static Nuclide ToNuclide(Row row)
    {
        var stable = row["kind"] switch
        {
            "stable" => true,
            "radioactive" => false,
            var other => throw new FormatException($"{row["symbol"]}: no such kind: {other}."),
        };
        return new Nuclide
        {
            Symbol = row["symbol"],
            Role = row["role"],
            HalfLife = stable ? null : new HalfLife(row["half_life"], row["half_life_unit"], row.TextOrNull("half_life_uncertainty")),
            Branches = stable ? [] : ToBranches(row["branches"]),
            A1Tbq = row.NumberOrNull("a1_tbq"),
            A2Tbq = row.NumberOrNull("a2_tbq"),
            TableFootnotes = row["table_footnotes"],
            ExemptConcentrationBqPerGram = row.NumberOrNull("exempt_bq_per_g"),
            ExemptConsignmentBq = row.NumberOrNull("exempt_consignment_bq"),
            LabelQuantityMicroCi = row.NumberOrNull("label_quantity_uci"),
            Category1Tbq = row.NumberOrNull("category1_tbq"),
            Category2Tbq = row.NumberOrNull("category2_tbq"),
            Sources = [.. ToSources(row)],
        };
    }

    // Rounded fractions can add up to a little more than one (Ac-226: 0.83 + 0.17 + 0.00006); atoms must not appear from
    // nowhere, so such a set is scaled to one. A set that adds up to less stays: the rest is decay into what is not listed.
    static Branch[] ToBranches(string cell)
    {
        Branch[] branches = [.. cell.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(ToBranch)];
        var sum = branches.Sum(branch => branch.Fraction);
        if (sum is > 1.001 or 0) throw new FormatException($"Branches add up to {sum}: {cell}");
        return sum > 1 ? [.. branches.Select(branch => branch with { Fraction = branch.Fraction / sum })] : branches;
    }

    static Branch ToBranch(string text) =>
        text.Split(':') is [var daughter, var fraction]
            ? new Branch(daughter, double.Parse(fraction, CultureInfo.InvariantCulture))
            : throw new FormatException($"Not a branch: {text}");

    static IEnumerable<ValueSource> ToSources(Row row) =>
        from values in SourcedGroups
        where row[values + "_source"].Length > 0
        select new ValueSource(values, row[values + "_source"], row[values + "_trust"]);

    sealed class Row(string[] columns, string[] cells)
    {
        public string this[string column] => cells[Array.IndexOf(columns, column)];

        public string? TextOrNull(string column) => this[column] is { Length: > 0 } text ? text : null;

        public double? NumberOrNull(string column) =>
            TextOrNull(column) is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : null;
    }
}
