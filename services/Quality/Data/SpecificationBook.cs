using System.Text.Json;
using System.Text.Json.Serialization;
using Doseline.Quality.Domain;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Quality.Data;

/// <summary>Finds the specification that judges.</summary>
static class SpecificationBook
{
    static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };

    public static string Write(IReadOnlyList<SpecTest> tests) => JsonSerializer.Serialize(tests, Json);

    public static IReadOnlyList<SpecTest> Read(string tests) => JsonSerializer.Deserialize<List<SpecTest>>(tests, Json)!;

    /// <summary>The approved specification of the highest version whose effective time has come; null when there is none.</summary>
    public static Task<SpecificationRow?> InForceAsync(this QualityDb db, string productCode, CancellationToken cancel)
    {
        var now = db.Now;
        return db.Specifications.AsNoTracking().Where(s => s.ProductCode == productCode && s.Approved && s.EffectiveTime <= now)
            .OrderByDescending(s => s.SpecVersion).FirstOrDefaultAsync(cancel);
    }

    /// <summary>The specification that judges the batch, frozen into it at the first asking, so that a batch never changes its measure.</summary>
    public static async Task<SpecificationRow?> JudgeOfAsync(this QualityDb db, BatchRow batch, CancellationToken cancel)
    {
        if (batch.SpecificationId.Length > 0)
            return await db.Specifications.AsNoTracking().FirstAsync(s => s.Id == batch.SpecificationId, cancel);
        var inForce = await db.InForceAsync(batch.ProductCode, cancel);
        batch.SpecificationId = inForce?.Id ?? "";
        return inForce;
    }
}
