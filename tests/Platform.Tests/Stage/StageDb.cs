using Doseline.Platform.Actors;
using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Tests.Stage;

/// <summary>A record, and in the execution stage the state of a counter.</summary>
sealed record ThingRow : IActorRow
{
    public required string Id { get; init; }
    public required string Name { get; set; }
    public double Amount { get; set; }
    public string? Note { get; set; }
    public bool Sealed { get; set; }
    public DateTimeOffset MadeTime { get; set; }
    public DateTimeOffset? DueTime { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";
}

/// <summary>What a handler saw, in the order it saw it; not a record of anything, so not audited.</summary>
sealed class SeenRow
{
    public long Seq { get; init; }
    public required string FactId { get; init; }
    public required string Subject { get; init; }
    public required string Text { get; init; }
}

abstract class StageDb(DbContextOptions options) : ServiceDb(options)
{
    public DbSet<ThingRow> Things => Set<ThingRow>();

    public DbSet<SeenRow> Seen => Set<SeenRow>();

    protected override void Map(ModelBuilder model)
    {
        model.Entity<ThingRow>().ToTable("things").HasKey(r => r.Id);
        model.Entity<SeenRow>().ToTable("seen").HasKey(r => r.Seq);
    }
}

sealed class OrdersDb(DbContextOptions<OrdersDb> options) : StageDb(options)
{
    public override string Service => "orders";
}

sealed class ExecutionDb(DbContextOptions<ExecutionDb> options) : StageDb(options)
{
    public override string Service => "execution";
}
