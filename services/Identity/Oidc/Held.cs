using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Doseline.Kernel.Rules;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Identity.Oidc;

/// <summary>What a person or account may do now.</summary>
static class Held
{
    /// <summary>Roles at sites, in the order of their names.</summary>
    public static async Task<List<Right>> OfAsync(IdentityDb db, string holderId, CancellationToken cancel) =>
        [.. (await db.RoleAssignments.AsNoTracking().Where(a => a.HolderId == holderId && a.State == AssignmentState.Granted).ToListAsync(cancel))
            .Select(a => new Right(a.Role, a.SiteId)).Distinct().OrderBy(r => r.ToString(), StringComparer.Ordinal)];
}
