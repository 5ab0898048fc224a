using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Log;
using Doseline.Testing;

namespace Doseline.Platform.Tests.Messaging;

/// <summary>Pages that came with the bell, of several replicas of one publisher: they overlap, and come in any order.</summary>
public sealed class BellPagesTests
{
    readonly BellPages pages = new();

    [Fact]
    [Requirement("A171")]
    public void A_page_is_used_from_where_the_reader_stands_if_it_holds_that_fact()
    {
        pages.Put(Page(0, 4), concerns: true);
        pages.Take(Place(2), null).ShouldNotBeNull().ShouldSatisfyAllConditions(page => page.After.ShouldBe(Place(2)), page => page.UpTo.ShouldBe(Place(4)), page => page.Facts.Select(f => f.Position).ShouldBe([3, 4]));
        // A log that was restored holds another fact there.
        pages.Put(Page(0, 4), concerns: true);
        pages.Take(new LogPlace(2, "another"), null).ShouldBeNull();
        pages.Put(Page(0, 4), concerns: true);
        pages.Take(Place(4), null).ShouldBeNull("nothing lies after it");
    }

    [Fact]
    [Requirement("A171")]
    public void Pages_that_overlap_and_come_in_any_order_are_one_piece()
    {
        foreach (var (from, to) in new[] { (5, 8), (0, 3), (2, 6), (7, 9) }) pages.Put(Page(from, to), concerns: true);
        List<long> read = [];
        for (var place = LogPlace.Beginning; pages.Take(place, null) is { } page; place = page.UpTo) read.AddRange(page.Facts.Select(f => f.Position));
        read.ShouldBe(Enumerable.Range(1, 9).Select(i => (long)i));
        pages.Any.ShouldBeFalse();
    }

    [Fact]
    [Requirement("A171")]
    public void What_concerns_nobody_is_passed_by_and_what_begins_later_waits()
    {
        pages.Put(Page(3, 5), concerns: false);
        pages.Put(Page(0, 3), concerns: false);
        pages.Put(Page(5, 6), concerns: true);
        pages.Put(Page(7, 8), concerns: true);
        pages.Take(LogPlace.Beginning, null).ShouldNotBeNull().Facts.Select(f => f.Position).ShouldBe([6]);
        pages.Take(Place(6), null).ShouldBeNull();
        pages.Take(Place(7), until: 7).ShouldBeNull("it would pass what is read beside it");
        pages.Take(Place(7), until: 8).ShouldNotBeNull();
    }

    static LogPlace Place(long position) => position == 0 ? LogPlace.Beginning : new LogPlace(position, $"f{position}");

    static FactPage Page(long after, long upTo) => new(Place(after), [.. Enumerable.Range((int)after + 1, (int)(upTo - after)).Select(position => Of(position))], Place(upTo), Place(upTo));

    static Fact Of(long position) => new()
    {
        Position = position, Id = $"f{position}", Source = "orders", Type = "t", Subject = "s", Time = TestPlatform.Start, Data = "{}", DataHash = "h", CorrelationId = "c", CausationId = "c", Actor = "a",
    };
}
