using System.Text.Json;
using System.Text.Json.Serialization;
using Doseline.Quality.Domain;

namespace Doseline.Quality.Data;

/// <summary>Finds the specification that judges.</summary>
static class SpecificationBook
{
    static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };

    public static string Write(IReadOnlyList<SpecTest> tests) => JsonSerializer.Serialize(tests, Json);

    public static IReadOnlyList<SpecTest> Read(string tests) => JsonSerializer.Deserialize<List<SpecTest>>(tests, Json)!;

    /// <summary>The approved specification of the highest version whose effective time has come; null when there is none.</summary>
    public static async Task<SpecificationRow?> InForceAsync(this QualityDb db, string productCode, CancellationToken cancel) =>
        (await db.LoadAsync(db.All<SpecificationRow>(nameof(SpecificationRow.ProductCode), productCode), cancel)).Where(s => s.Approved && s.EffectiveTime <= db.Now).MaxBy(s => s.SpecVersion);

    /// <summary>The specification that judges the batch, frozen into it at the first asking, so that a batch never changes its measure.</summary>
    public static async Task<SpecificationRow?> JudgeOfAsync(this QualityDb db, BatchRow batch, CancellationToken cancel)
    {
        if (batch.SpecificationId.Length > 0)
            return await db.LoadAsync<SpecificationRow>(cancel, batch.SpecificationId);
        var inForce = await db.InForceAsync(batch.ProductCode, cancel);
        batch.SpecificationId = inForce?.Id ?? "";
        return inForce;
    }
}
