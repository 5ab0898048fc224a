using Doseline.Execution.Domain;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Execution.Data;

/// <summary>Finds versions of recipes.</summary>
static class Recipes
{
    /// <summary>The version in force at an instant: of the approved versions in effect by then the latest; null when there is none.</summary>
    public static Task<RecipeRow?> InForceAsync(this ExecutionDb db, string code, DateTimeOffset at, CancellationToken cancel) =>
        db.Recipes.AsNoTracking().Where(r => r.Code == code && r.State == RecipeState.Approved && r.EffectiveTime <= at)
            .OrderByDescending(r => r.EffectiveTime).FirstOrDefaultAsync(cancel);
}
