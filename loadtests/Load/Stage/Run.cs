using Doseline.Load.Report;

namespace Doseline.Load.Stage;

/// <summary>One run: every platform on every store.</summary>
sealed class Run
{
    readonly List<Comparison> comparisons = [];
    readonly DateTimeOffset began = TimeProvider.System.GetUtcNow();
    readonly string load = LoadAverage();

    public required Build Base { get; init; }
    public required Build Now { get; init; }
    public required string PostgresHost { get; init; }
    public required int PostgresPid { get; init; }
    public required string PostgresPrograms { get; init; }
    /// <summary>Folder of the yardstick's scripts.</summary>
    public required string Scripts { get; init; }
    /// <summary>One of <see cref="Sizes.Named"/>.</summary>
    public required string Length { get; init; }
    public required IReadOnlyList<string> Stores { get; init; }
    /// <summary>How much more the databases of a third platform hold.</summary>
    public required Growth Grown { get; init; }
    /// <summary>For databases and logs.</summary>
    public required string Folder { get; init; }

    /// <summary>Measures everything.</summary>
    public async Task PlayAsync(CancellationToken cancel)
    {
        foreach (var store in Stores)
        {
            if (store is PostgresStore.Called) await OnPostgresAsync(cancel);
            else await OnSqliteAsync(cancel);
        }
    }

    /// <summary>What was measured so far.</summary>
    public Results Measured() => new()
    {
        StartTime = began,
        EndTime = TimeProvider.System.GetUtcNow(),
        Machine = Text.Of($"{Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1 << 30)} GiB"),
        LoadBefore = load,
        LoadAfter = LoadAverage(),
        Length = Length,
        Base = Base.Commit,
        Now = Now.Commit,
        Grown = Grown.Orders > 0 ? Text.Of($"{Grown.Orders:#,0} orders, {Grown.Audit:#,0} audit rows and {Grown.Dormant:#,0} dormant doses") : "",
        Turns = [.. comparisons.SelectMany(c => c.Turns)],
        Yardsticks = [.. comparisons.SelectMany(c => c.Yardsticks)],
        Rests = [.. comparisons.SelectMany(c => c.Rests)],
    };

    async Task OnPostgresAsync(CancellationToken cancel)
    {
        await using PostgresStore store = new(PostgresHost, PostgresPid);
        await store.PrepareAsync(cancel);
        List<Arm> arms = [new(Base, store, "base", Folder), new(Now, store, "now", Folder)];
        if (Grown.Orders > 0) arms.Add(new Arm(Now, store, "grown", Folder) { Name = Arms.Grown });
        await PlayAsync(arms, new PgBench(PostgresHost, PostgresPid, PostgresPrograms, Scripts, "orders_base"), cancel);
    }

    Task OnSqliteAsync(CancellationToken cancel)
    {
        SqliteStore store = new();
        return PlayAsync([new(Base, store, "base", Folder), new(Now, store, "now", Folder)], yardstick: null, cancel);
    }

    async Task PlayAsync(IReadOnlyList<Arm> arms, PgBench? yardstick, CancellationToken cancel)
    {
        Comparison comparison = new(arms, Sizes.Named[Length], yardstick);
        comparisons.Add(comparison);
        try
        {
            foreach (var arm in arms) await arm.MakeAsync(cancel);
            foreach (var arm in arms.Where(a => a.Name == Arms.Grown))
            {
                await Comparison.SayAsync($"{arm.Name}: filling its databases");
                await arm.GrowAsync(Grown, cancel);
            }

            await comparison.PlayAsync(cancel);
        }
        finally
        {
            foreach (var arm in arms) await arm.DisposeAsync();
        }
    }

    static string LoadAverage() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Trim() : "unknown";
}
