using System.Globalization;
using Doseline.Audit.V1;
using Google.Protobuf;

namespace Doseline.Platform.Audit.Export;

/// <summary>Export lines as comma-separated values (RFC 4180).</summary>
/// <remarks>
/// A text that begins like a formula gets an apostrophe before it, and so does one that begins with an apostrophe: spreadsheets then show it
/// and do not run it, and a reader takes the apostrophe off. An optional text that is there but empty is a lone apostrophe.
/// </remarks>
public static class TrailCsv
{
    /// <summary>Names of the columns.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        "line", "leaf_index", "leaf_hash", "seq", "entity", "entity_id", "version", "time", "zone", "offset_minutes", "actor", "actor_name", "on_behalf_of", "action",
        "changes", "reason", "causation_id", "correlation_id", "signature_id", "origin", "previous_hash", "hash", "proof", "document",
    ];

    /// <summary>How instants are written: UTC to the tick.</summary>
    public const string TimeForm = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    /// <summary>The line of column names.</summary>
    public static string Names => string.Join(',', Columns) + "\n";

    /// <summary>Writes a line of an export.</summary>
    public static string Write(ExportLine line) => string.Join(',', CellsOf(line).Select(Quoted)) + "\n";

    /// <summary>The cells of a line, one for each of <see cref="Columns"/>.</summary>
    public static IReadOnlyList<string> CellsOf(ExportLine line)
    {
        if (line.LineCase is ExportLine.LineOneofCase.Record) return CellsOf(line.Record);
        IMessage document = line.LineCase switch
        {
            ExportLine.LineOneofCase.Header => line.Header,
            ExportLine.LineOneofCase.Head => line.Head,
            _ => line.End,
        };
        return [line.LineCase.ToString().ToLowerInvariant(), .. Enumerable.Repeat("", Columns.Count - 2), JsonFormatter.Default.Format(document)];
    }

    static List<string> CellsOf(SealedRecord line) =>
    [
        "record", Number(line.LeafIndex), line.LeafHash,
        .. line.Record is { } r
            ? (IEnumerable<string>)
            [
                Number(r.Seq), Text(r.Entity), Text(r.EntityId), Number(r.Version), r.Time.ToDateTimeOffset().ToString(TimeForm, CultureInfo.InvariantCulture),
                Text(r.Zone), Number(r.OffsetMinutes), Text(r.Actor), Text(r.ActorName), Optional(r.HasOnBehalfOf, r.OnBehalfOf), Text(r.Action),
                Text(r.Changes), Text(r.Reason), Text(r.CausationId), Text(r.CorrelationId), Optional(r.HasSignatureId, r.SignatureId),
                Optional(r.HasOrigin, r.Origin), Text(r.PreviousHash), Text(r.Hash),
            ]
            : Enumerable.Repeat("", Columns.Count - 5),
        string.Join(' ', line.Proof), "",
    ];

    static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    static string Optional(bool has, string text) => !has ? "" : text is "" ? "'" : Text(text);

    static string Text(string text) => text is ['=' or '+' or '-' or '@' or '\t' or '\r' or '\'', ..] ? "'" + text : text;

    static string Quoted(string text) =>
        text.AsSpan().ContainsAny("\",\n\r ") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
