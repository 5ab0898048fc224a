using Doseline.Execution.V1;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Grpc.Core;

namespace Doseline.Execution.Tests;

/// <summary>Runs and reservations.</summary>
public sealed class ScheduleTests
{
    [Fact]
    public async Task A_dose_is_reserved_in_the_latest_run_that_fits_with_its_activity_at_end_of_synthesis()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.StartAsync(platform);
        await plant.RunAsync(TimeSpan.FromHours(1));
        var later = await plant.RunAsync(TimeSpan.FromHours(4));

        var wish = Plant.Wish("order-1", later);
        wish.NotBeforeTime = platform.Now.ToWire();
        var reserved = await plant.Orders.ReserveAsync(wish);

        reserved.Run.RunId.ShouldBe(later.RunId);
        reserved.Run.DosesReserved.ShouldBe(1);
        // 7.4 GBq one day after end of synthesis; half-life 6.6443 d (NUBASE2020).
        reserved.AtEndOfSynthesis.ActivityBq.ShouldBe(7.4e9 * Math.Pow(2, 1 / 6.6443), 7.4e9 * 1e-4);
        reserved.Run.Reserved.ActivityBq.ShouldBe(reserved.AtEndOfSynthesis.ActivityBq);
    }

    [Fact]
    public async Task Two_hundred_wishes_at_once_for_room_for_a_hundred_give_exactly_a_hundred()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.StartAsync(platform);
        var run = await plant.RunAsync(capacity: 100, yieldGBq: 100_000);

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            try
            {
                await plant.Orders.ReserveAsync(Plant.Wish($"order-{i}", run));
                return "";
            }
            catch (RpcException fault)
            {
                return RpcErrors.Read(fault) is [var refusal, ..] ? refusal.Code : fault.ToString();
            }
        }));

        answers.Where(a => a is not ("" or "RUN_FULL")).ShouldBeEmpty();
        answers.Count(a => a is "").ShouldBe(100);
        var left = (await plant.Planner.ListRunsAsync(new ListRunsRequest { SiteId = Plant.Site })).Runs.Single();
        left.DosesReserved.ShouldBe(100);
    }

    [Fact]
    [Requirement("A170", "A188")]
    public async Task No_run_is_given_for_a_product_that_is_none_and_none_is_taken_for_it()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.StartAsync(platform);
        var run = await plant.RunAsync(TimeSpan.FromHours(1));
        var wish = Plant.Wish("order-1", run);
        foreach (var code in new[] { "NO-SUCH", Plant.Product.ToLowerInvariant(), Plant.Product + " ", Plant.Product[..^1], Plant.Product.Replace("-", "", StringComparison.Ordinal) + "x" })
        {
            var refused = await TestPlatform.RefusalsAsync(() => plant.Orders.ReserveAsync(new ReserveRequest(wish) { ProductCode = code, RequestId = TestPlatform.RequestId() }).ResponseAsync);
            refused.ShouldHaveSingleItem().Code.ShouldBe("NO_RUN_IN_WINDOW");
        }

        (await plant.Planner.ListRunsAsync(new ListRunsRequest { SiteId = Plant.Site })).Runs.Single().DosesReserved.ShouldBe(0);
        // It was the product alone.
        (await plant.Orders.ReserveAsync(wish)).Run.RunId.ShouldBe(run.RunId);
    }

    [Fact]
    public async Task A_wish_that_no_run_serves_is_told_what_binds_and_the_nearest_run()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.StartAsync(platform);
        var run = await plant.RunAsync(TimeSpan.FromHours(1), capacity: 1, yieldGBq: 10);
        var next = await plant.RunAsync(TimeSpan.FromHours(30), capacity: 4, yieldGBq: 60);

        var much = await TestPlatform.RefusalsAsync(() => plant.Orders.ReserveAsync(Plant.Wish("order-1", run, gbq: 20)).ResponseAsync);
        much.Single().Code.ShouldBe("ACTIVITY_NOT_AVAILABLE");
        much.Single().Numbers["run_id"].ShouldBe(next.RunId);
        double.Parse(much.Single().Numbers["left_bq"], System.Globalization.CultureInfo.InvariantCulture).ShouldBe(1e10);

        await plant.Orders.ReserveAsync(Plant.Wish("order-1", run));
        var full = await TestPlatform.RefusalsAsync(() => plant.Orders.ReserveAsync(Plant.Wish("order-2", run)).ResponseAsync);
        full.Single().Code.ShouldBe("RUN_FULL");
        full.Single().Numbers.Keys.ShouldContain("nearest_end_of_synthesis_time", StringComparer.Ordinal);
        full.Single().Numbers.Keys.ShouldContain("nearest_release_time", StringComparer.Ordinal);

        var early = Plant.Wish("order-3", run);
        early.ReleaseByTime = platform.Now.ToWire();
        (await TestPlatform.RefusalsAsync(() => plant.Orders.ReserveAsync(early).ResponseAsync)).Single().Code.ShouldBe("NO_RUN_IN_WINDOW");
    }

    [Fact]
    public async Task A_replay_reserves_once_and_a_replacement_moves_the_room_in_one_step()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.StartAsync(platform);
        var run = await plant.RunAsync(capacity: 1);
        var wish = Plant.Wish("order-1", run);
        var first = await plant.Orders.ReserveAsync(wish);
        (await plant.Orders.ReserveAsync(wish)).ReservationId.ShouldBe(first.ReservationId);

        var again = Plant.Wish("order-1", run, gbq: 5);
        again.ReplacesReservationId = first.ReservationId;
        var second = await plant.Orders.ReserveAsync(again);
        second.Run.DosesReserved.ShouldBe(1);

        var tooMuch = Plant.Wish("order-1", run, gbq: 500);
        tooMuch.ReplacesReservationId = second.ReservationId;
        await TestPlatform.RefusalsAsync(() => plant.Orders.ReserveAsync(tooMuch).ResponseAsync);
        (await plant.Planner.ListRunsAsync(new ListRunsRequest())).Runs.Single().DosesReserved.ShouldBe(1, "a refused replacement leaves the earlier reservation as it was");
    }

    [Fact]
    public async Task A_reservation_whose_order_is_never_accepted_gives_its_room_back_after_ten_minutes()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.StartAsync(platform);
        var run = await plant.RunAsync(capacity: 1);
        var reserved = await plant.Orders.ReserveAsync(Plant.Wish("order-1", run));

        await platform.AdvanceAsync(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        (await plant.Planner.ListRunsAsync(new ListRunsRequest())).Runs.Single().DosesReserved.ShouldBe(1);
        await platform.AdvanceAsync(TimeSpan.FromTicks(1));
        var left = (await plant.Planner.ListRunsAsync(new ListRunsRequest())).Runs.Single();
        left.DosesReserved.ShouldBe(0);
        left.Reserved.ActivityBq.ShouldBe(0);

        await plant.Orders.UnreserveAsync(new UnreserveRequest { RequestId = TestPlatform.RequestId(), ReservationId = reserved.ReservationId, SiteId = Plant.Site });
        (await plant.Planner.ListRunsAsync(new ListRunsRequest())).Runs.Single().DosesReserved.ShouldBe(0, "giving back twice gives back once");
    }

    [Fact]
    public async Task A_cancelled_run_names_the_orders_that_counted_on_it_and_takes_no_more()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.StartAsync(platform);
        var run = await plant.RunAsync();
        await plant.Orders.ReserveAsync(Plant.Wish("order-1", run));

        await plant.Planner.CancelRunAsync(new CancelRunRequest { RequestId = TestPlatform.RequestId(), RunId = run.RunId, Reason = "no lutetium" });
        await platform.SettleAsync();

        var changed = platform.Facts<RunChanged>().Single();
        changed.Cancelled.ShouldBeTrue();
        changed.OrderIds.ShouldBe(["order-1"]);
        (await TestPlatform.RefusalsAsync(() => plant.Orders.ReserveAsync(Plant.Wish("order-2", run)).ResponseAsync)).Single().Code.ShouldBe("NO_RUN_IN_WINDOW");
    }

    [Fact]
    [Requirement("A042")]
    public async Task A_run_is_refused_in_the_past_in_a_busy_cell_and_without_a_recipe_in_force()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.StartAsync(platform);
        await plant.RunAsync(TimeSpan.FromHours(1));

        (await TestPlatform.RefusalsAsync(() => plant.RunAsync(TimeSpan.FromHours(2)))).Single().Code.ShouldBe("HOT_CELL_BUSY");
        (await TestPlatform.RefusalsAsync(() => plant.RunAsync(TimeSpan.Zero, capacity: 0))).Select(r => r.Code).ShouldBe(["START_TIME_IN_PAST", "CAPACITY_OUT_OF_RANGE"]);
        (await TestPlatform.RefusalsAsync(() => plant.RunAsync(-TimeSpan.FromHours(5)))).Single().Code.ShouldBe("NO_RECIPE_IN_FORCE");
    }
}
