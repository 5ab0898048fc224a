using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Gateway.Data;

/// <summary>The gateway's database: sessions of the console, shared by its replicas. Nothing in it is a GxP record.</summary>
public sealed class GatewayDb(DbContextOptions<GatewayDb> options) : ServiceDb(options)
{
    /// <inheritdoc/>
    public override string Service => "gateway";

    /// <summary>Sessions that were not ended.</summary>
    public DbSet<SessionRow> Sessions => Set<SessionRow>();

    /// <inheritdoc/>
    protected override void Map(ModelBuilder model) => model.Entity<SessionRow>().ToTable("sessions").HasKey(r => r.IdHash);
}

/// <summary>A session of the console. Not a GxP row: who signed in, and when, is in the identity service's record.</summary>
public sealed class SessionRow
{
    /// <summary>SHA-256 of the id in the cookie, lower-case hex: the id itself is nowhere but in the browser.</summary>
    public required string IdHash { get; init; }

    /// <summary>Whose.</summary>
    public required string Subject { get; init; }

    /// <summary>Printed name, for the page that says the session is locked.</summary>
    public required string Name { get; init; }

    /// <summary><see cref="Sessions.SessionTokens"/>, encrypted.</summary>
    public required byte[] Tokens { get; set; }

    /// <summary>When the person last did something, to the minute (UTC).</summary>
    public required DateTimeOffset SeenTime { get; set; }

    /// <summary>When it ends whatever the person does (UTC).</summary>
    public required DateTimeOffset EndTime { get; init; }
}
