using Doseline.Platform.Data;
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

    /// <summary>Their private halves, sealed.</summary>
    public DbSet<SigningSecretRow> SigningSecrets => Set<SigningSecretRow>();

    /// <summary>Changes of people that take two.</summary>
    public DbSet<PersonChangeRow> PersonChanges => Set<PersonChangeRow>();

    /// <summary>One-time passwords that wait for quality.</summary>
    public DbSet<WaitingPasswordRow> WaitingPasswords => Set<WaitingPasswordRow>();

    /// <summary>Names and subjects that are, or were, somebody's.</summary>
    public DbSet<TakenNameRow> TakenNames => Set<TakenNameRow>();

    /// <summary>Uses of the way back in past everybody's rights.</summary>
    public DbSet<BreakGlassRow> BreakGlass => Set<BreakGlassRow>();

    /// <summary>Accounts of systems.</summary>
    public DbSet<AccountRow> Accounts => Set<AccountRow>();

    /// <summary>Hashes of their secrets.</summary>
    public DbSet<ClientSecretRow> ClientSecrets => Set<ClientSecretRow>();

    /// <summary>Versions of procedures.</summary>
    public DbSet<ProcedureRow> Procedures => Set<ProcedureRow>();

    /// <summary>Training records.</summary>
    public DbSet<TrainingRow> Trainings => Set<TrainingRow>();

    /// <summary>Sign-ins under way.</summary>
    public DbSet<UsedSignInRow> UsedSignIns => Set<UsedSignInRow>();

    /// <summary>Browser sessions.</summary>
    public DbSet<SessionRow> Sessions => Set<SessionRow>();

    /// <summary>Token families.</summary>
    public DbSet<TokenFamilyRow> TokenFamilies => Set<TokenFamilyRow>();

    /// <summary>Statements that clients proved themselves with.</summary>
    public DbSet<AssertionRow> Assertions => Set<AssertionRow>();

    /// <summary>Signatures made here.</summary>
    public DbSet<SigningRow> Signings => Set<SigningRow>();

    /// <summary>How long the password alone is enough to sign, by session.</summary>
    public DbSet<SigningWindowRow> SigningWindows => Set<SigningWindowRow>();

    /// <inheritdoc/>
    protected override void Map(ModelBuilder model)
    {
        model.Entity<PersonRow>().ToTable("people").HasKey(r => r.Id);
        model.Entity<PersonRow>().Ignore(r => r.Standing);
        model.Entity<PasswordRow>().ToTable("passwords").HasKey(r => new { r.PersonId, r.Number });
        model.Entity<RoleAssignmentRow>().ToTable("role_assignments").HasKey(r => r.Id);
        model.Entity<PersonChangeRow>().ToTable("person_changes").HasKey(r => r.Id);
        model.Entity<WaitingPasswordRow>().ToTable("waiting_passwords").HasKey(r => r.ChangeId);
        model.Entity<TakenNameRow>().ToTable("taken_names").HasKey(r => r.Name);
        model.Entity<BreakGlassRow>().ToTable("break_glass").HasKey(r => r.Id);
        model.Entity<SigningKeyRow>().ToTable("signing_keys").HasKey(r => r.Kid);
        model.Entity<SigningSecretRow>().ToTable("signing_secrets").HasKey(r => r.Kid);
        model.Entity<AccountRow>().ToTable("accounts").HasKey(r => r.Id);
        model.Entity<ClientSecretRow>().ToTable("client_secrets").HasKey(r => r.Hash);
        model.Entity<ProcedureRow>().ToTable("procedures").HasKey(r => new { r.Code, r.ProcedureVersion });
        model.Entity<TrainingRow>().ToTable("trainings").HasKey(r => r.Id);
        model.Entity<UsedSignInRow>().ToTable("used_sign_ins").HasKey(r => r.Id);
        model.Entity<SessionRow>().ToTable("sessions").HasKey(r => r.Id);
        model.Entity<TokenFamilyRow>().ToTable("families").HasKey(r => r.Id);
        model.Entity<AssertionRow>().ToTable("assertions").HasKey(r => new { r.ClientId, r.Jti });
        model.Entity<SigningRow>().ToTable("signings").HasKey(r => r.Id);
        model.Entity<SigningWindowRow>().ToTable("signing_windows").HasKey(r => r.SessionId);
    }
}
