using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Identity.Oidc;

/// <summary>A role at a site.</summary>
/// <param name="Role">Role.</param>
/// <param name="SiteId">Site; <c>*</c> for every one.</param>
public sealed record Right(string Role, string SiteId)
{
    /// <summary>The claim <c>grant</c>: <c>qa@bos</c>.</summary>
    public string Grant => $"{Role}@{SiteId}";

    /// <summary>What a person or account may do now.</summary>
    public static async Task<List<Right>> OfAsync(IdentityDb db, string holderId, CancellationToken cancel) =>
        [.. (await db.RoleAssignments.AsNoTracking().Where(a => a.HolderId == holderId && a.State == AssignmentState.Granted).ToListAsync(cancel))
            .Select(a => new Right(a.Role, a.SiteId)).Distinct().OrderBy(r => r.Grant, StringComparer.Ordinal)];
}
