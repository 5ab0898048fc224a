using Doseline.Kernel.Rules;
using Doseline.Platform.Actors;
using Google.Protobuf.WellKnownTypes;
using Orleans;
using Orleans.Concurrency;

namespace Doseline.Platform.Tests.Stage;

[Alias("doseline.tests.ICounter")]
interface ICounter : IActor
{
    [Alias("Add")]
    Task<Int64Value> AddAsync(Int64Value by, CancellationToken cancel);

    [Alias("Due")]
    Task<Int64Value> DueAsync(Timestamp due, CancellationToken cancel);

    [Alias("Get"), AlwaysInterleave]
    Task<Int64Value> GetAsync(CancellationToken cancel);
}

/// <summary>Counts, refuses to go below zero, and when its time comes says so.</summary>
[GrainType("counter")]
sealed class Counter(ActorWorld world, Troubles troubles) : Actor<ExecutionDb, ThingRow>(world), ICounter
{
    public Task<Int64Value> AddAsync(Int64Value by, CancellationToken cancel) => TurnAsync(async (db, row) =>
    {
        if (row is null) db.Put(row = new ThingRow { Id = Id, Name = "counter", MadeTime = db.Now });
        if (row.Amount + by.Value < 0) throw new RefusedException(Refusal.State($"counters/{Id}", "BELOW_ZERO", "A counter does not go below zero.").With("amount", row.Amount));
        row.Amount += by.Value;
        await troubles.PassAsync(Id);
        // Committed, and then something goes wrong before the turn knows of it.
        if (troubles.Expects($"commit {Id}")) await db.SaveChangesAsync(CancellationToken.None);
        troubles.Meet($"commit {Id}");
        return row;
    }, Answer, cancel);

    public Task<Int64Value> DueAsync(Timestamp due, CancellationToken cancel) => TurnAsync((db, row) =>
    {
        if (row is null) db.Put(row = new ThingRow { Id = Id, Name = "counter", MadeTime = db.Now });
        row.DueTime = due.ToDateTimeOffset();
        return Task.FromResult(row);
    }, Answer, cancel);

    public async Task<Int64Value> GetAsync(CancellationToken cancel) => Answer(await LookAsync() ?? throw new RefusedException(Refusal.Missing($"counters/{Id}", "COUNTER_UNKNOWN", "There is no such counter.")));

    protected override ThingRow CopyOf(ThingRow row) => row with { };

    protected override Task PassAsync(ExecutionDb db, ThingRow row)
    {
        troubles.Meet(Id);
        db.Put(new SeenRow { FactId = Id, Subject = Id, Text = db.Now.ToString("O") });
        row.DueTime = null;
        return Task.CompletedTask;
    }

    static Int64Value Answer(ThingRow row) => new() { Value = (long)row.Amount };
}
