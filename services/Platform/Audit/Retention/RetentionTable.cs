using System.Text.Json;

namespace Doseline.Platform.Audit.Retention;

/// <summary>A class of records and how long the law wants them kept.</summary>
/// <param name="Code">Code, for example <c>TRANSFER</c>.</param>
/// <param name="Title">What records they are.</param>
/// <param name="MonthsMin">Shortest time in months; 0 when it never ends by itself.</param>
/// <param name="StartsWith">What the time runs from.</param>
/// <param name="Basis">Rule it comes from.</param>
/// <param name="Trust"><c>READ</c>, or <c>RECALLED</c> when the figure must be checked before use.</param>
/// <param name="Tables">Tables, as <c>service.table</c>.</param>
public sealed record RecordClass(string Code, string Title, int MonthsMin, string StartsWith, string Basis, string Trust, IReadOnlyList<string> Tables);

/// <summary>The retention classes in force: versioned data, embedded in the assembly.</summary>
public sealed record RetentionTable(string Version, string Source, IReadOnlyList<RecordClass> Classes)
{
    /// <summary>Code of the class that has every table no other names.</summary>
    public const string Rest = "GXP_RECORD";

    /// <summary>The table in force.</summary>
    public static RetentionTable Current { get; } = Read();

    /// <summary>The class of a table.</summary>
    public RecordClass ClassOf(string service, string table) =>
        Classes.FirstOrDefault(c => c.Tables.Contains($"{service}.{table}", StringComparer.Ordinal)) ?? Classes.Single(c => c.Code == Rest);

    static RetentionTable Read()
    {
        using var stream = typeof(RetentionTable).Assembly.GetManifestResourceStream("retention/retention.json")!;
        return JsonSerializer.Deserialize<RetentionTable>(stream, JsonSerializerOptions.Web)!;
    }
}
