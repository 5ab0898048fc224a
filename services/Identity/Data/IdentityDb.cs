using Doseline.Kernel.Data;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Identity.Data;

/// <summary>The database of the identity service.</summary>
public sealed class IdentityDb(DbContextOptions<IdentityDb> options) : ServiceDb(options)
{
    /// <inheritdoc/>
    public override string Service => "identity";

    /// <summary>People, present and past.</summary>
    public DbSet<PersonRow> People => Set<PersonRow>();

    /// <summary>Password hashes of people.</summary>
    public DbSet<PasswordRow> Passwords => Set<PasswordRow>();

    /// <summary>Roles that people and accounts hold, were to hold, or held.</summary>
    public DbSet<RoleAssignmentRow> RoleAssignments => Set<RoleAssignmentRow>();

    /// <summary>Public halves of the keys that sign tokens and signatures.</summary>
    public DbSet<SigningKeyRow> SigningKeys => Set<SigningKeyRow>();

    /// <inheritdoc/>
    protected override void Map(ModelBuilder model)
    {
        model.Entity<PersonRow>().ToTable("people").HasKey(r => r.Id);
        model.Entity<PasswordRow>().ToTable("passwords").HasKey(r => new { r.PersonId, r.Number });
        model.Entity<RoleAssignmentRow>().ToTable("role_assignments").HasKey(r => r.Id);
        model.Entity<SigningKeyRow>().ToTable("signing_keys").HasKey(r => r.Kid);
    }
}
