using Doseline.Execution.Domain;

namespace Doseline.Execution.Data;

/// <summary>Finds versions of recipes.</summary>
static class Recipes
{
    /// <summary>The version in force at an instant: of the approved versions in effect by then the latest; null when there is none.</summary>
    public static RecipeRow? InForce(this IEnumerable<RecipeRow> versions, DateTimeOffset at) =>
        versions.Where(r => r.State is RecipeState.Approved && r.EffectiveTime <= at).MaxBy(r => r.EffectiveTime);

    /// <summary>The version of a recipe in force at an instant; null when there is none.</summary>
    public static async Task<RecipeRow?> InForceAsync(this ExecutionDb db, string code, DateTimeOffset at, CancellationToken cancel) =>
        (await db.LoadAsync(db.All<RecipeRow>(nameof(RecipeRow.Code), code), cancel)).InForce(at);
}
