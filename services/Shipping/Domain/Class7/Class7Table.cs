using System.Globalization;
using System.Reflection;

namespace Doseline.Shipping.Domain.Class7;

/// <summary>A table of <c>Domain/Class7/Data</c>: rows of named cells, separated by semicolons, each with source and trust.</summary>
sealed class Class7Table
{
    readonly string[] columns;

    Class7Table(string name, string[] columns, IReadOnlyList<Row> rows) => (Name, this.columns, Rows) = (name, columns, rows);

    /// <summary>Name of the file without its extension, for example <c>rq-1</c>; it never changes once used.</summary>
    public string Name { get; }

    /// <summary>Rows in the order of the file.</summary>
    public IReadOnlyList<Row> Rows { get; private set; }

    /// <summary>Reads an embedded table.</summary>
    /// <exception cref="FormatException">A row has another number of cells than the head.</exception>
    public static Class7Table Read(string name)
    {
        var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"class7/{name}.csv")
            ?? throw new FormatException($"No table {name} in the assembly.");
        using var reader = new StreamReader(stream);
        var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var table = new Class7Table(name, lines[0].Split(';'), []);
        table.Rows = [.. lines.Skip(1).Select(line => new Row(table, line.Split(';')))];
        return table.Rows.FirstOrDefault(row => row.Cells.Length != table.columns.Length) is { } bad
            ? throw new FormatException($"{name}: {bad.Cells.Length} cells instead of {table.columns.Length}: {string.Join(';', bad.Cells)}")
            : table;
    }

    /// <summary>One row.</summary>
    public sealed class Row(Class7Table table, string[] cells)
    {
        internal string[] Cells => cells;

        /// <summary>The cell of a column.</summary>
        public string this[string column] => cells[Array.IndexOf(table.columns, column)];

        /// <summary>The cell of a column as a number.</summary>
        public double Number(string column) => double.Parse(this[column], CultureInfo.InvariantCulture);

        /// <summary>True when the row was read in its source or a faithful copy; otherwise a person must check it before use.</summary>
        public bool Verified => this["trust"] is "R" or "S";
    }
}
