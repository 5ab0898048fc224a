using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using Doseline.Audit.V1;
using Doseline.Kernel.Signing;
using Doseline.Platform.Audit.Export;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Local.Cli.Audit;

/// <summary>Reads an export of an audit trail, in either form, with nothing but the file.</summary>
public static class ExportReader
{
    // What this version does not know it cannot verify: an export of a newer one is read by that one.
    static readonly JsonParser Json = JsonParser.Default;

    /// <summary>Reads a file into a verification, to its end.</summary>
    public static void Read(TextReader file, TrailVerification verification)
    {
        if (file.Peek() is '{' or -1) ReadJson(file, verification);
        else ReadCsv(file, verification);
        verification.Finish();
    }

    static void ReadJson(TextReader file, TrailVerification verification)
    {
        var number = 0L;
        while (file.ReadLine() is { } text)
        {
            number++;
            Take(verification, number, () => Json.Parse<ExportLine>(text), line => CanonicalJson.Of(text) == ExportSeal.TextOf(line));
        }
    }

    static void ReadCsv(TextReader file, TrailVerification verification)
    {
        using CsvReader csv = new(file, new CsvConfiguration(CultureInfo.InvariantCulture) { MissingFieldFound = null, BadDataFound = null, HeaderValidated = null });
        if (!csv.Read() || !csv.ReadHeader() || !TrailCsv.Columns.SequenceEqual(csv.HeaderRecord!, StringComparer.Ordinal))
        {
            verification.Unreadable(1, "it does not name the columns of an export, each once, and no others.");
            return;
        }

        while (csv.Read()) Take(verification, csv.Parser.RawRow, () => Line(csv), line => TrailCsv.CellsOf(line).SequenceEqual(csv.Parser.Record!, StringComparer.Ordinal));
    }

    // What is read is written again and compared: whatever else a line says, or says twice, nothing has covered.
    static void Take(TrailVerification verification, long number, Func<ExportLine> read, Func<ExportLine, bool> saysNoMore)
    {
        ExportLine line;
        try
        {
            line = read();
            if (!saysNoMore(line)) verification.NotUnderstood(number);
        }
        catch (Exception fault) when (fault is InvalidProtocolBufferException or InvalidJsonException or FormatException or OverflowException or ArgumentException or CsvHelperException)
        {
            verification.Unreadable(number, fault.Message);
            return;
        }

        verification.Take(line);
    }

    static ExportLine Line(CsvReader csv)
    {
        string Cell(string column) => csv.GetField(column) ?? "";
        return Cell("line") switch
        {
            "header" => new ExportLine { Header = Json.Parse<ExportHeader>(Cell("document")) },
            "head" => new ExportLine { Head = Json.Parse<TreeHead>(Cell("document")) },
            "end" => new ExportLine { End = Json.Parse<ExportEnd>(Cell("document")) },
            "record" => new ExportLine { Record = Sealed(Cell) },
            var other => throw new FormatException($"A line cannot be '{other}'."),
        };
    }

    static SealedRecord Sealed(Func<string, string> cell) => new()
    {
        Record = cell("seq") is "" ? null : Record(cell),
        LeafIndex = Number(cell("leaf_index")),
        LeafHash = cell("leaf_hash"),
        Proof = { cell("proof").Split(' ', StringSplitOptions.RemoveEmptyEntries) },
    };

    static AuditRecord Record(Func<string, string> cell)
    {
        AuditRecord record = new()
        {
            Seq = Number(cell("seq")),
            Entity = Text(cell("entity")),
            EntityId = Text(cell("entity_id")),
            Version = Number(cell("version")),
            Time = DateTimeOffset.ParseExact(cell("time"), TrailCsv.TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToTimestamp(),
            Zone = Text(cell("zone")),
            OffsetMinutes = Number(cell("offset_minutes")),
            Actor = Text(cell("actor")),
            ActorName = Text(cell("actor_name")),
            Action = Text(cell("action")),
            Changes = Text(cell("changes")),
            Reason = Text(cell("reason")),
            CausationId = Text(cell("causation_id")),
            CorrelationId = Text(cell("correlation_id")),
            PreviousHash = Text(cell("previous_hash")),
            Hash = Text(cell("hash")),
        };
        if (cell("on_behalf_of") is { Length: > 0 } person) record.OnBehalfOf = Text(person);
        if (cell("signature_id") is { Length: > 0 } signature) record.SignatureId = Text(signature);
        if (cell("origin") is { Length: > 0 } origin) record.Origin = Text(origin);
        return record;
    }

    static long Number(string cell) => long.Parse(cell, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    // The apostrophe that keeps a spreadsheet from running a text.
    static string Text(string cell) => cell is ['\'', ..] ? cell[1..] : cell;
}
