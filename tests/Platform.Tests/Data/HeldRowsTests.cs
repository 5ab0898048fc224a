using Doseline.Platform.Audit;
using Doseline.Platform.Data;
using Doseline.Platform.Data.Reading;
using Doseline.Platform.Data.Writing;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Data;

/// <summary>Rows that are looked up and written beside the change tracker.</summary>
public sealed class HeldRowsTests : IAsyncLifetime
{
    StageHost host = null!;

    public async Task InitializeAsync() => host = await StageHost.StartAsync();

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_row_comes_back_as_it_was_put_in_and_what_changes_in_it_is_saved_and_audited()
    {
        await host.InAsync<OrdersDb>(async db =>
        {
            db.Put(new ThingRow { Id = "a", Name = "né\"'", Amount = 1e-7 / 3, Note = null, Sealed = true, MadeTime = db.Now });
            await db.SaveChangesAsync();
        });
        await host.InAsync<OrdersDb>(async db =>
        {
            var row = (await db.LoadAsync<ThingRow>(CancellationToken.None, "a"))!;
            row.ShouldBeEquivalentTo(await db.Things.AsNoTracking().SingleAsync());
            (await db.LoadAsync<ThingRow>(CancellationToken.None, "a")).ShouldBeSameAs(row);
            (row.Note, row.Sealed) = ("noted", false);
            await db.SaveChangesAsync();
            row.Version.ShouldBe(2);
            row.Amount = 7;
            await db.SaveChangesAsync();
            (await db.SaveChangesAsync()).ShouldBe(0);
            row.ShouldBeEquivalentTo(await db.Things.AsNoTracking().SingleAsync());
        });
        var trail = await host.InAsync<OrdersDb, List<AuditRow>>(db => db.AuditTrail.OrderBy(r => r.Version).ToListAsync());
        trail.Select(r => r.Action).ShouldBe(["insert", "update", "update"]);
        trail[1].Changes.ShouldBe("{\"note\":[null,\"noted\"],\"sealed\":[true,false]}");
        (await host.InAsync<OrdersDb, List<AuditFinding>>(async db => await AuditVerifier.VerifyAsync(db).ToListAsync())).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_row_that_is_not_there_is_null_and_one_that_somebody_changed_is_a_lost_race()
    {
        await host.InAsync<OrdersDb>(async db =>
        {
            (await db.LoadAsync<ThingRow>(CancellationToken.None, "a")).ShouldBeNull();
            db.Put(new ThingRow { Id = "a", Name = "a", MadeTime = db.Now });
            await db.SaveChangesAsync();
        });
        await host.InAsync<OrdersDb>(async db =>
        {
            var row = (await db.LoadAsync<ThingRow>(CancellationToken.None, "a"))!;
            await host.InAsync<OrdersDb>(async other =>
            {
                (await other.LoadAsync<ThingRow>(CancellationToken.None, "a"))!.Amount = 1;
                await other.SaveChangesAsync();
            });
            row.Amount = 2;
            DbRaces.IsLostRace(await Should.ThrowAsync<DbUpdateException>(() => db.SaveChangesAsync())).ShouldBeTrue();
            db.Discard();
            (await db.LoadAsync<ThingRow>(CancellationToken.None, "a"))!.Amount.ShouldBe(1);
        });
    }

    [Fact]
    public async Task Keys_that_are_looked_up_together_travel_together()
    {
        await host.InAsync<OrdersDb>(async db =>
        {
            for (var i = 0; i < 40; i++) db.Put(new ThingRow { Id = $"t{i:00}", Name = $"name {i}", MadeTime = db.Now });
            await db.SaveChangesAsync();
        });
        HeldReader reader = new(host.Services.GetRequiredService<DatabaseOptions>().ReaderOf("orders"));
        await using ReadLane lane = new("orders", reader, host.Services.GetRequiredService<LaneMeter>());
        var shape = await host.InAsync<OrdersDb, RowShape>(db => Task.FromResult(db.ShapeOf(typeof(ThingRow))));
        var found = Enumerable.Range(0, 30).Select(i => lane.FindAsync([shape.Ask($"t{2 * i:00}"), shape.Ask($"t{2 * i + 1:00}")], CancellationToken.None)).ToList();
        reader.Go();
        var names = (await Task.WhenAll(found)).SelectMany(pair => pair).Select(rows => rows is [var values] ? ((ThingRow)shape.Make(values)).Name : null);
        names.ShouldBe([.. Enumerable.Range(0, 40).Select(i => $"name {i}"), .. Enumerable.Repeat<string?>(null, 20)]);
        reader.Groups.Sum().ShouldBe(60);
        reader.Groups.Count.ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task Every_row_of_every_service_can_be_made_of_its_stored_values()
    {
        await using var platform = await TestPlatform.StartAsync();
        await using var scope = platform.Host.Services.CreateAsyncScope();
        var databases = platform.Host.Services.GetRequiredService<DatabaseTable>();
        foreach (var type in databases.Services.SelectMany(s => databases.Of(s, scope.ServiceProvider).Model.GetEntityTypes()))
        {
            var shape = RowShape.Of(type);
            shape.ValuesOf(shape.Make(new object?[shape.Columns.Count])).Length.ShouldBe(shape.Columns.Count, shape.Table);
        }
    }

    sealed class HeldReader(IRowReader reader) : IRowReader
    {
        readonly TaskCompletionSource go = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<int> Groups { get; } = [];

        public void Go() => go.SetResult();

        public async Task<List<object?[]>[]> ReadAsync(IReadOnlyList<RowsAsked> asked)
        {
            Groups.Add(asked.Count);
            await go.Task;
            return await reader.ReadAsync(asked);
        }

        public ValueTask DisposeAsync() => reader.DisposeAsync();
    }
}
