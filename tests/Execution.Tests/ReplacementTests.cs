using Doseline.Execution.V1;
using Doseline.Orders.V1;
using Doseline.Testing;

namespace Doseline.Execution.Tests;

/// <summary>Orders that are moved: whatever races with the move, an order holds one place, and holds it.</summary>
public sealed class ReplacementTests
{
    [Fact]
    public async Task A_place_that_was_replaced_before_its_fact_was_heard_is_given_back_with_the_next_move()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        var second = await MoveAsync(shift, shift.Orders[0]);
        var third = await MoveAsync(shift, second);

        await platform.GiveAsync("order-1", new OrderRescheduled { Order = second });
        await platform.GiveAsync("order-1", new OrderRescheduled { Order = third });
        await platform.AdvanceAsync(TimeSpan.FromMinutes(15));

        (await ReservedAsync(shift)).ShouldBe(1);
    }

    [Fact]
    public async Task A_move_that_is_never_made_leaves_the_order_the_place_it_had()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await MoveAsync(shift, shift.Orders[0]);

        await platform.AdvanceAsync(TimeSpan.FromMinutes(15));

        (await ReservedAsync(shift)).ShouldBe(1);
        await platform.GiveAsync("order-1", new OrderCancelled { OrderId = "order-1", ReservationId = shift.Orders[0].ReservationId, Reason = "PATIENT" });
        (await ReservedAsync(shift)).ShouldBe(0, "it held the place of its own reservation");
    }

    static async Task<OrderAccepted> MoveAsync(Shift shift, OrderAccepted order)
    {
        var wish = Plant.Wish("order-1", shift.Run);
        wish.ReplacesReservationId = order.ReservationId;
        var moved = order.Clone();
        moved.ReservationId = (await shift.Plant.Orders.ReserveAsync(wish)).ReservationId;
        return moved;
    }

    static async Task<int> ReservedAsync(Shift shift) => (await shift.Plant.Planner.ListRunsAsync(new ListRunsRequest())).Runs.Sum(r => r.DosesReserved);
}
