using System.Text.Json;
using Doseline.Execution.Domain;
using Doseline.Kernel.Decay;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using SignatureManifestation = Doseline.Common.V1.SignatureManifestation;

namespace Doseline.Execution.Data;

/// <summary>How nested data stands in a text column.</summary>
static class Stored
{
    // What a record computes of itself is not kept.
    static readonly JsonSerializerOptions Plain = new(JsonSerializerOptions.Web) { IgnoreReadOnlyProperties = true };

    /// <summary>Writes an activity with its instant and data version; every digit is kept.</summary>
    public static string Write(CalibratedActivity activity) => JsonSerializer.Serialize(Kept.Of(activity), JsonSerializerOptions.Web);

    /// <summary>Reads what <see cref="Write(CalibratedActivity)"/> wrote.</summary>
    public static CalibratedActivity ReadActivity(string json) => JsonSerializer.Deserialize<Kept>(json, JsonSerializerOptions.Web)!.ToDomain();

    /// <summary>Writes a list of activities.</summary>
    public static string WriteActivities(IEnumerable<CalibratedActivity> activities) => JsonSerializer.Serialize(activities.Select(Kept.Of), JsonSerializerOptions.Web);

    /// <summary>Reads a list of activities.</summary>
    public static IReadOnlyList<CalibratedActivity> ReadActivities(string json) =>
        [.. JsonSerializer.Deserialize<Kept[]>(json, JsonSerializerOptions.Web)!.Select(k => k.ToDomain())];

    /// <summary>Writes how something was measured.</summary>
    public static string WriteReading(InstrumentReading reading) => JsonSerializer.Serialize(
        new KeptReading(reading.InstrumentId, reading.InstrumentCode, reading.Setting, reading.Geometry, reading.Factor, Kept.Of(reading.Shown), reading.CalibrationDue), JsonSerializerOptions.Web);

    /// <summary>Reads how something was measured; null where that was not kept.</summary>
    public static InstrumentReading? ReadReading(string? json) => json is null || JsonSerializer.Deserialize<KeptReading>(json, JsonSerializerOptions.Web) is not { } kept
        ? null : new InstrumentReading(kept.InstrumentId, kept.InstrumentCode, kept.Setting, kept.Geometry, kept.Factor, kept.Shown.ToDomain(), kept.CalibrationDue);

    /// <summary>Writes a list of plain records.</summary>
    public static string Write<T>(IReadOnlyList<T> values) => JsonSerializer.Serialize(values, JsonSerializerOptions.Web);

    /// <summary>Reads a list of plain records.</summary>
    public static IReadOnlyList<T> Read<T>(string json) => JsonSerializer.Deserialize<T[]>(json, JsonSerializerOptions.Web)!;

    /// <summary>Writes one plain record; null for none.</summary>
    public static string? WriteOne<T>(T? value) where T : class => value is null ? null : JsonSerializer.Serialize(value, Plain);

    /// <summary>Reads one plain record.</summary>
    public static T? ReadOne<T>(string? json) where T : class => json is null ? null : JsonSerializer.Deserialize<T>(json, Plain);

    /// <summary>Writes the numbers of an exception.</summary>
    public static string Write(IReadOnlyDictionary<string, string> numbers) =>
        JsonSerializer.Serialize(new SortedDictionary<string, string>(numbers.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal), JsonSerializerOptions.Web);

    /// <summary>Reads the numbers of an exception.</summary>
    public static IReadOnlyDictionary<string, string> ReadNumbers(string json) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(json, JsonSerializerOptions.Web)!;

    /// <summary>Writes a signature as the record shows it; null for none.</summary>
    public static string? WriteSignature(SignatureManifestation? signature) => signature is null ? null : JsonFormatter.Default.Format(signature);

    /// <summary>Reads a signature.</summary>
    public static SignatureManifestation? ReadSignature(string? json) => json is null ? null : SignatureManifestation.Parser.ParseJson(json);

    sealed record KeptReading(string InstrumentId, string InstrumentCode, string Setting, string Geometry, double Factor, Kept Shown, DateTimeOffset? CalibrationDue);

    sealed record Kept(string Nuclide, double Bq, DateTimeOffset Reference, string Data)
    {
        public static Kept Of(CalibratedActivity a) => new(a.Nuclide.Symbol, a.Amount.Bq, a.Reference, a.DataVersion);

        public CalibratedActivity ToDomain() => CalibratedActivity.Create(Nuclide, Bq, Reference,
            NuclideData.ForVersion(Data) ?? throw new InvalidOperationException($"Nuclide data version '{Data}' is stored but not in this assembly."), "stored").OrThrow();
    }
}

/// <summary>Keeps an activity in a text column.</summary>
sealed class ActivityConverter() : ValueConverter<CalibratedActivity, string>(a => Stored.Write(a), s => Stored.ReadActivity(s));
