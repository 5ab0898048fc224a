using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using CsvHelper;
using CsvHelper.Configuration;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Money;
using Doseline.Kernel.Units;

namespace Doseline.Local.Day.Files;

/// <summary>A table of the day: a CSV file whose header names each column, with its unit at the end of the name.</summary>
sealed class Table
{
    // Columns of activities are named after their unit, as "yield_gbq"; micro is u.
    static readonly Dictionary<string, Unit> Suffixes = UnitTable.All.Where(u => u.Dimension is Dimension.Activity)
        .ToDictionary(u => u.Symbol.Replace('µ', 'u').ToLowerInvariant(), StringComparer.Ordinal);

    readonly string file;
    readonly string[] header;
    readonly List<DayProblem> problems;
    readonly List<(int Line, string[] Cells)> rows = [];

    Table(string file, string[] header, List<DayProblem> problems) => (this.file, this.header, this.problems) = (file, header, problems);

    /// <summary>Reads a table; what is wrong with it is added to the problems, and an unreadable table has no rows.</summary>
    /// <param name="folder">The day's folder.</param>
    /// <param name="file">File name.</param>
    /// <param name="columns">Columns it must have; <c>yield:activity</c> stands for one column <c>yield_</c> and any unit of activity.</param>
    /// <param name="problems">Problems so far.</param>
    public static Table Read(string folder, string file, string[] columns, List<DayProblem> problems)
    {
        var path = Path.Combine(folder, file);
        if (!File.Exists(path))
        {
            problems.Add(new DayProblem(file, 0, "", "the file is missing"));
            return new Table(file, [], problems);
        }

        var bytes = File.ReadAllBytes(path);
        if (NotUtf8(bytes) is var (line, column))
        {
            // Windows-1252 from a spreadsheet, as a rule: read as anything else, each accent would be another character.
            problems.Add(new DayProblem(file, line, "", $"character {column} of the line is no UTF-8; save the file as CSV UTF-8"));
            return new Table(file, [], problems);
        }

        using var csv = new CsvParser(new StreamReader(new MemoryStream(bytes)), new CsvConfiguration(CultureInfo.InvariantCulture) { TrimOptions = TrimOptions.Trim, AllowComments = true });
        if (!csv.Read())
        {
            problems.Add(new DayProblem(file, 1, "", "the header is missing"));
            return new Table(file, [], problems);
        }

        var table = new Table(file, csv.Record!, problems);
        if (!table.CheckHeader(columns)) return table;
        while (Next(csv, file, problems))
        {
            if (csv.Record!.Length == table.header.Length)
                table.rows.Add((csv.RawRow, csv.Record));
            else
                problems.Add(new DayProblem(file, csv.RawRow, "", $"the line has {csv.Record.Length} cells, the header has {table.header.Length}"));
        }

        return table;
    }

    // Line and character of the first byte that is no UTF-8; null where all of it is.
    static (int Line, int Column)? NotUtf8(ReadOnlySpan<byte> bytes)
    {
        for (var line = 1; !bytes.IsEmpty; line++)
        {
            var length = bytes.IndexOf((byte)'\n') is var end and >= 0 ? end + 1 : bytes.Length;
            var text = bytes[..length];
            if (!Utf8.IsValid(text))
            {
                var valid = 0;
                while (Rune.DecodeFromUtf8(text[valid..], out _, out var used) is OperationStatus.Done) valid += used;
                return (line, Encoding.UTF8.GetCharCount(text[..valid]) + 1);
            }

            bytes = bytes[length..];
        }

        return null;
    }

    static bool Next(CsvParser csv, string file, List<DayProblem> problems)
    {
        try
        {
            return csv.Read();
        }
        catch (CsvHelperException)
        {
            // Its own words describe the parser, not the line.
            problems.Add(new DayProblem(file, csv.RawRow, "", "the line does not read as CSV; is a quotation mark left open?"));
            return false;
        }
    }

    /// <summary>Its rows.</summary>
    public IEnumerable<Row> Rows => rows.Select(r => new Row(this, r.Line, r.Cells));

    bool CheckHeader(string[] columns)
    {
        var before = problems.Count;
        // Of two columns of one name, and of one quantity in two units, nobody can say which is meant.
        foreach (var twice in header.GroupBy(name => name, StringComparer.Ordinal).Where(g => g.Count() > 1 && g.Key is not ""))
            problems.Add(new DayProblem(file, 1, twice.Key, "the column stands there twice"));
        foreach (var name in columns.Where(c => c.EndsWith(":activity", StringComparison.Ordinal)).Select(c => c.Split(':')[0]))
        {
            if (header.Where(h => h.StartsWith(name + "_", StringComparison.Ordinal) && Suffixes.ContainsKey(h[(name.Length + 1)..])).Distinct(StringComparer.Ordinal).ToList() is [_, _, ..] several)
                problems.Add(new DayProblem(file, 1, name, $"the quantity stands there in several units: {string.Join(", ", several)}"));
        }

        foreach (var column in columns)
        {
            var name = column.Split(':')[0];
            if (column.EndsWith(":activity", StringComparison.Ordinal))
            {
                if (UnitColumn(name) is not null) continue;
                problems.Add(new DayProblem(file, 1, name, header.Contains(name, StringComparer.Ordinal)
                    ? $"the column has no unit; write {name}_gbq, {name}_mbq or another unit of activity"
                    : $"the column {name}_gbq (or another unit of activity) is missing"));
            }
            else if (!header.Contains(name, StringComparer.Ordinal))
            {
                problems.Add(new DayProblem(file, 1, name, "the column is missing"));
            }
        }

        return problems.Count == before;
    }

    (int Index, Unit Unit)? UnitColumn(string name)
    {
        for (var i = 0; i < header.Length; i++)
        {
            if (header[i].StartsWith(name + "_", StringComparison.Ordinal) && Suffixes.TryGetValue(header[i][(name.Length + 1)..], out var unit)) return (i, unit);
        }

        return null;
    }

    /// <summary>One row; a cell that cannot be read is a problem and reads as the default.</summary>
    public sealed class Row(Table table, int line, string[] cells)
    {
        /// <summary>Line in the file, from 1.</summary>
        public int Line => line;

        /// <summary>Text that may be empty.</summary>
        public string TextOrEmpty(string column) => cells[Array.IndexOf(table.header, column)];

        /// <summary>Text that must be there.</summary>
        public string TextIfThere(string column) => table.header.Contains(column, StringComparer.Ordinal) ? TextOrEmpty(column) : "";

        /// <summary>A number of a column that a table may do without; null when it is not there or empty.</summary>
        public double? NumberIfThere(string column) => TextIfThere(column) is "" ? null : NumberOrNull(column);

        /// <summary>Text of a cell that must not be empty.</summary>
        public string Text(string column) => TextOrEmpty(column) is { Length: > 0 } text ? text : Problem(column, "the cell is empty", "");

        /// <summary>Items parted by <c>;</c>.</summary>
        public IReadOnlyList<string> List(string column) => TextOrEmpty(column).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        /// <summary>A whole number.</summary>
        public int Whole(string column) =>
            int.TryParse(Text(column), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : Problem(column, $"'{TextOrEmpty(column)}' is not a whole number", 0);

        /// <summary>A finite number.</summary>
        public double Number(string column) => NumberOrNull(column) ?? Problem(column, $"'{TextOrEmpty(column)}' is not a number", 0d);

        /// <summary>Money in whole minor units of the currency that another column names.</summary>
        public long MinorUnits(string column, string currencyColumn)
        {
            if (Currency.Find(TextOrEmpty(currencyColumn)) is not { } currency) return Problem(currencyColumn, $"'{TextOrEmpty(currencyColumn)}' is no currency of ISO 4217", 0L);
            if (!decimal.TryParse(Text(column), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)) return Problem(column, $"'{TextOrEmpty(column)}' is not an amount of money", 0L);
            var minor = currency.MinorOf(amount, column);
            return minor.Accepted ? minor.Value : Problem(column, minor.Refusals[0].Message, 0L);
        }

        /// <summary>A finite number, or null when the cell is empty.</summary>
        public double? NumberOrNull(string column)
        {
            var text = TextOrEmpty(column);
            if (text is "") return null;
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
                ? value
                : Problem(column, $"'{text}' is not a number", (double?)null);
        }

        /// <summary>An activity in the unit that the header names, or null when the cell is empty.</summary>
        public Activity? ActivityOrNull(string column)
        {
            var (index, unit) = table.UnitColumn(column)!.Value;
            var name = table.header[index];
            if (cells[index] is "") return null;
            return NumberOrNull(name) is { } value
                ? value > 0 ? Kernel.Decay.Activity.From(value, unit) : Problem(name, $"'{cells[index]}' is not greater than 0", (Activity?)null)
                : null;
        }

        /// <summary>An activity in the unit that the header names.</summary>
        public Activity Activity(string column) => ActivityOrNull(column) ?? Problem(table.header[table.UnitColumn(column)!.Value.Index], "the cell is empty", default(Activity));

        /// <summary>A local date and time, for example <c>2026-11-23T05:10</c>.</summary>
        public DateTime Local(string column) => LocalOrNull(column) ?? Problem(column, "the cell is empty", default(DateTime));

        /// <summary>A local date and time, or null when the cell is empty.</summary>
        public DateTime? LocalOrNull(string column)
        {
            var text = TextOrEmpty(column);
            if (text is "") return null;
            return DateTime.TryParseExact(text, "yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var value)
                ? value
                : Problem(column, $"'{text}' is not a local time such as 2026-11-23T05:10", (DateTime?)null);
        }

        /// <summary>A time of day as minutes after midnight, for example <c>18:30</c>.</summary>
        public int MinuteOfDay(string column) =>
            TimeOnly.TryParseExact(Text(column), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
                ? (time.Hour * 60) + time.Minute
                : Problem(column, $"'{TextOrEmpty(column)}' is not a time of day such as 18:30", 0);

        /// <summary>An IANA time zone.</summary>
        public string Zone(string column) =>
            Kernel.Time.Zones.Exists(Text(column)) ? TextOrEmpty(column) : Problem(column, $"'{TextOrEmpty(column)}' is not an IANA time zone", "UTC");

        /// <summary>Text that must be a key of another table.</summary>
        public string KeyOf(string column, IReadOnlyCollection<string> keys, string where) =>
            keys.Contains(Text(column)) ? TextOrEmpty(column) : Problem(column, $"'{TextOrEmpty(column)}' is not in {where}", "");

        /// <summary>A nuclide of the data set in force.</summary>
        public string Nuclide(string column) =>
            NuclideData.Current.Find(Text(column)) is not null ? TextOrEmpty(column) : Problem(column, $"'{TextOrEmpty(column)}' is not a known nuclide", "");

        /// <summary>Records a problem of this row and goes on with a value.</summary>
        public T Problem<T>(string column, string reason, T value)
        {
            table.problems.Add(new DayProblem(table.file, line, column, reason));
            return value;
        }
    }
}
