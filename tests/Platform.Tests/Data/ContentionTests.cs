using Doseline.Platform.Audit;
using Doseline.Platform.Data;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Doseline.Platform.Tests.Data;

/// <summary>Many writers of the same rows, in one process and in two.</summary>
public sealed class ContentionTests
{
    [Fact]
    [Requirement("A242")]
    public async Task Changes_of_one_record_by_many_are_neither_lost_nor_doubled_and_its_trail_is_in_the_order_of_commits()
    {
        await using var host = await StageHost.StartAsync();
        await using var twin = await host.TwinAsync();
        await host.InAsync<OrdersDb>(Add("a"));
        const int writers = 24, each = 5;
        await Task.WhenAll(Enumerable.Range(0, writers).Select(async i =>
        {
            for (var done = 0; done < each; done++) await UntilWonAsync(i % 3 == 0 ? twin : host, async db => (await db.Things.SingleAsync(t => t.Id == "a")).Amount++);
        }));

        var row = await host.InAsync<OrdersDb, ThingRow>(db => db.Things.SingleAsync());
        row.Amount.ShouldBe(writers * each);
        row.Version.ShouldBe(writers * each + 1);
        var trail = await host.InAsync<OrdersDb, List<AuditRow>>(db => db.AuditTrail.OrderBy(r => r.Seq).ToListAsync());
        trail.Select(r => r.Version).ShouldBe(Enumerable.Range(1, writers * each + 1).Select(v => (long)v));
        trail.Zip(trail.Skip(1)).ShouldAllBe(pair => pair.Second.PreviousHash == pair.First.Hash);
        (await host.InAsync<OrdersDb, List<AuditFinding>>(async db => await AuditVerifier.VerifyAsync(db).ToListAsync())).ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_processes_that_change_the_same_rows_in_any_order_never_wait_for_each_other_in_a_circle()
    {
        await using var host = await StageHost.StartAsync();
        await using var twin = await host.TwinAsync();
        string[] ids = ["a", "b", "c", "d"];
        foreach (var id in ids) await host.InAsync<OrdersDb>(Add(id));
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => UntilWonAsync(i % 2 == 0 ? host : twin, async db =>
        {
            var order = new Random(i).GetItems(ids, 2);
            // Read in the order of chance; each of the two is changed.
            foreach (var id in order) (await db.Things.SingleAsync(t => t.Id == id)).Amount += 1;
        })));
        (await host.InAsync<OrdersDb, double>(db => db.Things.SumAsync(t => t.Amount))).ShouldBe(80);
    }

    static Func<OrdersDb, Task> Add(string id) => db =>
    {
        db.Things.Add(new ThingRow { Id = id, Name = "thing", MadeTime = db.Now });
        return db.SaveChangesAsync();
    };

    static async Task UntilWonAsync(StageHost host, Func<OrdersDb, Task> change)
    {
        while (true)
        {
            try
            {
                await host.InAsync<OrdersDb>(async db =>
                {
                    await change(db);
                    await db.SaveChangesAsync();
                });
                return;
            }
            catch (DbUpdateException race)
            {
                DbRaces.IsLostRace(race).ShouldBeTrue(race.ToString());
                (race.GetBaseException() as PostgresException)?.SqlState.ShouldNotBe(PostgresErrorCodes.DeadlockDetected);
            }
        }
    }
}
