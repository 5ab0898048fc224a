using Doseline.Platform.Data;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;

namespace Doseline.Platform.Tests.Data;

/// <summary>Lists that are read beside the change tracker: the rows that are wanted, in their order, page by page.</summary>
public sealed class RowQueryTests : IAsyncLifetime
{
    const int Count = 60;

    StageHost host = null!;
    List<ThingRow> all = [];

    public async Task InitializeAsync()
    {
        host = await StageHost.StartAsync();
        Random random = new(Chance.Seed);
        await host.InAsync<OrdersDb>(async db =>
        {
            // Few values, so that most rows share each with others and only the last of an order tells them apart.
            for (var i = 0; i < Count; i++)
            {
                db.Put(new ThingRow
                {
                    Id = $"t{i:00}", Name = $"name {random.Next(4)}", Amount = random.Next(3), Note = random.Next(2) == 0 ? null : "noted", Sealed = random.Next(2) == 0,
                    MadeTime = db.Now.AddTicks(random.Next(5)), DueTime = random.Next(2) == 0 ? null : db.Now,
                });
            }

            await db.SaveChangesAsync();
        });
        all = await host.InAsync<OrdersDb, List<ThingRow>>(db => db.List<ThingRow>().ReadAsync(null, default));
        all.Count.ShouldBe(Count);
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task Each_condition_takes_the_rows_that_it_says()
    {
        var (time, some) = (TestPlatform.Start.AddTicks(2), new[] { "name 1", "name 3" });
        (string Called, Func<RowQuery<ThingRow>, RowQuery<ThingRow>> Query, Func<ThingRow, bool> Holds)[] cases =
        [
            ("is", q => q.Is(nameof(ThingRow.Name), "name 1"), r => r.Name == "name 1"),
            ("is false", q => q.Is(nameof(ThingRow.Sealed), false), r => !r.Sealed),
            ("is if any", q => q.IsIfAny(nameof(ThingRow.Name), "name 2"), r => r.Name == "name 2"),
            ("is if any, and none is asked for", q => q.IsIfAny(nameof(ThingRow.Name), ""), _ => true),
            ("is not", q => q.IsNot(nameof(ThingRow.Name), "name 1"), r => r.Name != "name 1"),
            ("from", q => q.From(nameof(ThingRow.MadeTime), time), r => r.MadeTime >= time),
            ("before", q => q.Before(nameof(ThingRow.MadeTime), time), r => r.MadeTime < time),
            ("after", q => q.After(nameof(ThingRow.MadeTime), time), r => r.MadeTime > time),
            ("is null", q => q.IsNull(nameof(ThingRow.Note)), r => r.Note is null),
            ("among", q => q.Among(nameof(ThingRow.Name), some), r => some.Contains(r.Name)),
            ("among three", q => q.Among(nameof(ThingRow.Amount), 0.0, 1.0, 5.0), r => r.Amount is 0 or 1),
            ("among none", q => q.Among(nameof(ThingRow.Name)), _ => false),
            ("not among", q => q.NotAmong(nameof(ThingRow.Name), some), r => !some.Contains(r.Name)),
            ("not among none", q => q.NotAmong(nameof(ThingRow.Name)), _ => true),
            ("any of", q => q.AnyOf(nameof(ThingRow.Sealed)), r => r.Sealed),
            ("several together", q => q.Is(nameof(ThingRow.Sealed), true).Among(nameof(ThingRow.Name), some).IsNull(nameof(ThingRow.DueTime)), r => r.Sealed && some.Contains(r.Name) && r.DueTime is null),
        ];
        foreach (var (called, query, holds) in cases)
        {
            var found = await host.InAsync<OrdersDb, List<ThingRow>>(db => query(db.List<ThingRow>()).By(nameof(ThingRow.Id)).ReadAsync(null, default));
            List<ThingRow> expected = [.. all.Where(holds).OrderBy(r => r.Id, StringComparer.Ordinal)];
            found.ShouldBe(expected, called);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pages_hold_every_row_once_and_in_order_whatever_their_size(bool lastFirst)
    {
        var expected = all.OrderBy(r => r.MadeTime).ThenBy(r => r.Name, StringComparer.Ordinal).ThenBy(r => r.Id, StringComparer.Ordinal).ToList();
        if (lastFirst) expected.Reverse();
        string[] order = [nameof(ThingRow.MadeTime), nameof(ThingRow.Name), nameof(ThingRow.Id)];
        for (var size = 1; size <= Count + 1; size += 6)
        {
            List<ThingRow> read = [];
            for (string[]? place = null; ;)
            {
                var (page, end) = await host.InAsync<OrdersDb, (List<ThingRow>, string[]?)>(async db =>
                {
                    var query = lastFirst ? db.List<ThingRow>().ByLast(order) : db.List<ThingRow>().By(order);
                    var rows = await query.Behind(place).ReadAsync(size, default);
                    return (rows, rows is [.., var last] ? query.PlaceOf(last) : null);
                });
                if (page is []) break;
                page.Count.ShouldBeLessThanOrEqualTo(size);
                read.AddRange(page);
                place = end;
            }

            read.ShouldBe(expected, $"pages of {size}");
        }
    }

    [Fact]
    public async Task A_place_of_another_order_is_no_place_and_a_column_that_is_not_there_is_an_error_of_the_code()
    {
        await host.InAsync<OrdersDb>(db =>
        {
            Should.Throw<FormatException>(() => db.List<ThingRow>().By(nameof(ThingRow.MadeTime), nameof(ThingRow.Id)).Behind(["1"]));
            Should.Throw<FormatException>(() => db.List<ThingRow>().By(nameof(ThingRow.MadeTime), nameof(ThingRow.Id)).Behind(["soon", "a"]));
            Should.Throw<ArgumentException>(() => db.List<ThingRow>().Is("Colour", "red"));
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task Lists_that_are_read_at_once_do_not_wait_for_each_other_and_see_what_was_committed_last()
    {
        await host.InAsync<OrdersDb>(async db =>
        {
            (await db.LoadAsync<ThingRow>(default, "t00"))!.Name = "changed";
            (await Task.WhenAll(Enumerable.Range(0, 20).Select(i => db.List<ThingRow>().Is(nameof(ThingRow.Id), $"t{i:00}").ReadAsync(null, default))))
                .Select(rows => rows.Single().Id).ShouldBe(Enumerable.Range(0, 20).Select(i => $"t{i:00}"));
            (await db.List<ThingRow>().Is(nameof(ThingRow.Name), "changed").ReadAsync(null, default)).ShouldBeEmpty();
            await db.SaveChangesAsync();
            (await db.List<ThingRow>().Is(nameof(ThingRow.Name), "changed").ReadAsync(null, default)).Single().Id.ShouldBe("t00");
        });
    }
}
