using System.Text.Json;
using Doseline.Audit.V1;
using Doseline.Execution.V1;
using Doseline.Kernel.Rules;
using Doseline.Orders.V1;
using Doseline.Platform.Rpc;
using Doseline.Quality.V1;
using Doseline.Testing;

namespace Doseline.Execution.Tests;

/// <summary>Doses after production: deadlines, disposition, shipment, delivery and the closing of the record.</summary>
public sealed class DoseTests
{
    static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    [Fact]
    [Requirement("E01")]
    public async Task A_dose_released_on_a_condition_is_not_called_released_and_is_not_late_for_its_release()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession);
        await shift.MakeAsync();
        await shift.DecideAsync("order-1", Disposition.ConditionallyReleased);
        (await shift.DoseAsync("order-1")).State.ShouldBe(DoseState.ConditionallyReleased);
        await shift.DecideAsync("order-1", Disposition.Released);
        (await shift.DoseAsync("order-1")).State.ShouldBe(DoseState.Released);
        Domain.DoseTiming timing = new(TimeSpan.FromHours(1), TimeSpan.FromHours(2));
        foreach (var disposition in Enum.GetValues<QualityStatus>())
        {
            Domain.Dose dose = new("dose", Domain.DoseState.Complete, disposition, true, false, platform.Now, platform.Now, platform.Now, platform.Now, []);
            var late = Domain.DoseRules.Deadlines(dose, timing).Any(d => d.Name is Domain.DoseRules.ReleasedTooLate);
            late.ShouldBe(disposition is not (QualityStatus.Released or QualityStatus.ConditionallyReleased), $"{disposition}");
        }
    }

    [Fact]
    [Requirement("A017", "A052", "A053")]
    public async Task The_last_proof_of_delivery_closes_the_record_with_what_shipping_said()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession);
        await shift.MakeAsync();
        foreach (var order in new[] { "order-1", "order-2" })
        {
            await shift.DecideAsync(order, Disposition.Released);
            (await shift.DoseAsync(order)).State.ShouldBe(DoseState.Released);
            await shift.ShipAsync(order);
        }

        var shipped = platform.Now;
        await platform.AdvanceAsync(TimeSpan.FromMinutes(40));
        await shift.DeliverAsync("order-1");
        (await BatchTests.Codes(() => shift.Operator.CloseRecordAsync(new CloseRecordRequest { RequestId = TestPlatform.RequestId(), BatchId = shift.BatchId }).ResponseAsync)).ShouldBe(["SHIPMENT_PENDING"]);
        platform.Facts<BatchRecordClosed>().ShouldBeEmpty();
        await shift.DeliverAsync("order-2");

        var closed = platform.Facts<BatchRecordClosed>().Single();
        var got = await shift.Records.GetBatchRecordAsync(new GetBatchRecordRequest { BatchId = shift.BatchId });
        got.Record.Batch.State.ShouldBe(BatchState.Closed);
        got.Frozen.Count.ShouldBe(2);
        got.Frozen[^1].RecordHash.ShouldBe(closed.RecordHash);
        var dose = got.Record.Doses.Single(d => d.Record.OrderId == "order-2");
        dose.Carrier.ShouldBe("Swift");
        dose.PackageNumber.ShouldBe("P-order-2");
        dose.TransportIndexTenths.ShouldBe(4);
        dose.Recipient.ShouldBe("R. Ceiver");
        (dose.ShipTime.ToDateTimeOffset(), dose.DeliveryTime.ToDateTimeOffset()).ShouldBe((shipped, shipped.AddMinutes(40)));
        (await BatchTests.Codes(() => shift.ResidueAsync(1))).ShouldBe(["BATCH_NOT_RUNNING"]);
    }

    [Fact]
    [Requirement("A095")]
    public async Task From_where_a_change_came_stands_in_its_row()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await shift.MakeAsync();
        await shift.DecideAsync(shift.Orders[0].OrderId, Disposition.Released);
        await shift.ShipAsync(shift.Orders[0].OrderId);

        var fact = platform.Published.Single(f => f.Type is "doseline.shipping.v1.PackageShipped");
        SearchTrailRequest request = new() { Service = "execution", Filter = new TrailFilter { Entity = "doses", EntityId = Shift.DoseOf(shift.Orders[0].OrderId) } };
        var row = (await new AuditService.AuditServiceClient(platform.As("auditor")).SearchTrailAsync(request)).Records[^1];
        row.CausationId.ShouldBe(fact.Id);
        using var origin = JsonDocument.Parse(row.Origin);
        string? Said(string name) => origin.RootElement.GetProperty(name).GetString();
        (Said("source"), Said("type"), Said("actor"), Said("dataHash")).ShouldBe((fact.Source, fact.Type, fact.Actor, fact.DataHash));
        // What a person did over the gateway came from no other service.
        row = (await new AuditService.AuditServiceClient(platform.As("auditor")).SearchTrailAsync(new SearchTrailRequest { Service = "execution", Filter = new TrailFilter { Entity = "batches" } })).Records[0];
        row.HasOrigin.ShouldBeFalse();
        row.ActorName.ShouldNotBeEmpty();
    }

    [Fact]
    [Requirement("A053", "E03")]
    public async Task Each_deadline_is_told_at_its_instant_and_not_a_tick_before()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await shift.MakeAsync();
        var order = shift.Orders[0];

        await ToAsync(order.ReleaseByTime.ToDateTimeOffset(), DoseRisk.ReleasedTooLate, 0);
        await ToAsync(order.CutoffTime.ToDateTimeOffset() - TimeSpan.FromHours(1), DoseRisk.Cutoff, 1);
        await shift.DecideAsync("order-1", Disposition.Released);
        await shift.ShipAsync("order-1");
        await ToAsync(order.DeliveryTime.ToDateTimeOffset() + TimeSpan.FromHours(2), DoseRisk.DeliveryOverdue, 2);

        async Task ToAsync(DateTimeOffset instant, DoseRisk risk, int before)
        {
            await platform.AdvanceAsync(instant - platform.Now - Tick);
            platform.Facts<DoseAtRisk>().Count.ShouldBe(before);
            await platform.AdvanceAsync(Tick);
            platform.Facts<DoseAtRisk>().Count.ShouldBe(before + 1);
            platform.Facts<DoseAtRisk>()[^1].Risk.ShouldBe(risk);
        }
    }

    [Fact]
    [Requirement("E03")]
    public async Task A_dose_that_is_shipped_in_time_is_never_at_risk()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await shift.MakeAsync();
        await shift.DecideAsync("order-1", Disposition.Released);
        await shift.ShipAsync("order-1");
        await shift.DeliverAsync("order-1");
        await platform.AdvanceAsync(TimeSpan.FromDays(10));

        platform.Facts<DoseAtRisk>().ShouldBeEmpty();
        platform.Facts<DoseLost>().ShouldBeEmpty();
    }

    [Fact]
    public async Task An_undelivered_dose_expires_once_becomes_waste_and_lets_the_record_close()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await shift.MakeAsync();
        var expire = (await shift.DoseAsync("order-1")).ExpireTime.ToDateTimeOffset();
        var wasteBefore = platform.Facts<WasteArisen>().Count;

        await platform.AdvanceAsync(expire - platform.Now - Tick);
        platform.Facts<DoseLost>().ShouldBeEmpty();
        await platform.AdvanceAsync(Tick);

        platform.Facts<DoseLost>().Single().Cause.ShouldBe(DoseLossCause.Expired);
        var waste = platform.Facts<WasteArisen>().Skip(wasteBefore).Single();
        waste.Cause.ShouldBe(WasteCause.Expired);
        waste.FromKind.ShouldBe(HoldingKind.Dose);
        waste.Contents.Select(c => c.Nuclide).ShouldBe(["Lu-177", "Lu-177m"]);
        platform.Facts<BatchRecordClosed>().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_dose_that_expires_on_its_way_is_lost_but_no_waste_of_ours_until_it_comes_back()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await shift.MakeAsync();
        await shift.DecideAsync("order-1", Disposition.Released);
        await shift.ShipAsync("order-1");
        var wasteBefore = platform.Facts<WasteArisen>().Count;

        await platform.AdvanceAsync(TimeSpan.FromDays(4));
        platform.Facts<DoseLost>().Single().Cause.ShouldBe(DoseLossCause.Expired);
        platform.Facts<WasteArisen>().Count.ShouldBe(wasteBefore);
        platform.Facts<BatchRecordClosed>().ShouldBeEmpty();

        await shift.VoidAsync("order-1");
        platform.Facts<WasteArisen>().Skip(wasteBefore).Single().Cause.ShouldBe(WasteCause.Returned);
        platform.Facts<BatchRecordClosed>().Count.ShouldBe(1);
    }

    [Fact]
    [Requirement("A057")]
    public async Task A_record_that_a_wrong_proof_of_delivery_closed_is_reopened_and_closes_as_another_version_when_the_dose_has_settled()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await shift.MakeAsync();
        await shift.DecideAsync("order-1", Disposition.Released);
        await shift.ShipAsync("order-1");
        await shift.WithdrawAsync("order-1");
        (await shift.DoseAsync("order-1")).State.ShouldBe(DoseState.Shipped, "there was no delivery to withdraw");
        await shift.DeliverAsync("order-1");
        var closed = platform.Facts<BatchRecordClosed>().Single();

        await shift.WithdrawAsync("order-1");
        await shift.WithdrawAsync("order-1");
        var open = await shift.BatchAsync();
        (open.State, open.CloseTime, open.ReopenReason, open.ReopenTime.ToDateTimeOffset()).ShouldBe((BatchState.Ready, null, "another box", platform.Now));
        platform.Facts<BatchRecordReopened>().Single().RecordVersion.ShouldBe(closed.RecordVersion + 1);
        (await shift.DoseAsync("order-1")).State.ShouldBe(DoseState.Shipped);
        (await shift.RecordAsync()).Doses.Single().DeliveryTime.ShouldBeNull();
        (await BatchTests.Codes(() => shift.Operator.CloseRecordAsync(new CloseRecordRequest { RequestId = TestPlatform.RequestId(), BatchId = shift.BatchId }).ResponseAsync)).ShouldBe(["SHIPMENT_PENDING"]);

        await shift.DeliverAsync("order-1");
        var again = platform.Facts<BatchRecordClosed>()[^1];
        platform.Facts<BatchRecordClosed>().Count.ShouldBe(2);
        again.RecordVersion.ShouldBeGreaterThan(closed.RecordVersion);
        again.RecordHash.ShouldNotBe(closed.RecordHash);
        (await shift.Records.GetBatchRecordAsync(new GetBatchRecordRequest { BatchId = shift.BatchId })).Frozen.Select(f => f.RecordHash).ShouldContain(closed.RecordHash, "what was frozen stays");

        // What was not delivered and expired on its way is waste when it is back.
        await shift.WithdrawAsync("order-1");
        await platform.AdvanceAsync(TimeSpan.FromDays(4));
        platform.Facts<DoseLost>().Single().Cause.ShouldBe(DoseLossCause.Expired);
        await shift.VoidAsync("order-1");
        platform.Facts<WasteArisen>()[^1].Cause.ShouldBe(WasteCause.Returned);
        (await shift.BatchAsync()).State.ShouldBe(BatchState.Closed);
    }

    [Fact]
    [Requirement("A110")]
    public async Task A_rejected_dose_is_lost_for_good_and_becomes_waste()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await shift.MakeAsync();
        await shift.DecideAsync("order-1", Disposition.Quarantine);
        (await shift.DoseAsync("order-1")).State.ShouldBe(DoseState.Held);
        await shift.DecideAsync("order-1", Disposition.Rejected);
        await shift.DecideAsync("order-1", Disposition.Released);

        (await shift.DoseAsync("order-1")).State.ShouldBe(DoseState.Lost);
        platform.Facts<DoseLost>().Single().Cause.ShouldBe(DoseLossCause.Rejected);
        platform.Facts<WasteArisen>()[^1].Cause.ShouldBe(WasteCause.Rejected);
    }

    [Fact]
    public async Task Facts_that_come_twice_have_their_effect_once()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await platform.GiveAsync("order-1", shift.Orders[0]);
        platform.Facts<DosePlanned>().Count.ShouldBe(1);
        await shift.MakeAsync();
        await shift.DecideAsync("order-1", Disposition.Released);
        await shift.ShipAsync("order-1");
        await shift.DeliverAsync("order-1");
        await shift.DeliverAsync("order-1");
        platform.Facts<BatchRecordClosed>().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_voided_shipment_brings_the_released_dose_back()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        await shift.MakeAsync();
        await shift.DecideAsync("order-1", Disposition.Released);
        await shift.ShipAsync("order-1");
        (await shift.DoseAsync("order-1")).State.ShouldBe(DoseState.Shipped);
        await shift.VoidAsync("order-1");
        (await shift.DoseAsync("order-1")).State.ShouldBe(DoseState.Released);
        await shift.ShipAsync("order-1");
        (await shift.DoseAsync("order-1")).State.ShouldBe(DoseState.Shipped);
    }

    [Fact]
    public async Task A_cancelled_order_gives_its_room_back_and_its_dose_is_lost_or_waste()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession);
        await CancelAsync(0);
        (await shift.Plant.Planner.ListRunsAsync(new ListRunsRequest())).Runs.Single().DosesReserved.ShouldBe(1);
        platform.Facts<DoseLost>().Single().Cause.ShouldBe(DoseLossCause.Cancelled);
        platform.Facts<WasteArisen>().ShouldBeEmpty();

        await shift.ToDispensingAsync();
        await shift.DispenseAsync(shift.Orders[1]);
        await CancelAsync(1);
        platform.Facts<WasteArisen>().Single().Cause.ShouldBe(WasteCause.Cancelled);

        Task CancelAsync(int index) => platform.GiveAsync(shift.Orders[index].OrderId, new OrderCancelled
        {
            OrderId = shift.Orders[index].OrderId,
            ReservationId = shift.Orders[index].ReservationId,
            Reason = "PATIENT",
        });
    }

    [Fact]
    [Requirement("A032")]
    public async Task A_rescheduled_order_moves_its_dose_and_its_deadlines()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        var later = await shift.Plant.RunAsync(TimeSpan.FromDays(2));
        var wish = Plant.Wish("order-1", later);
        wish.ReplacesReservationId = shift.Orders[0].ReservationId;
        var reserved = await shift.Plant.Orders.ReserveAsync(wish);
        var moved = shift.Orders[0].Clone();
        moved.ReservationId = reserved.ReservationId;
        moved.RunId = later.RunId;
        moved.ReleaseByTime = (later.ReleaseTime.ToDateTimeOffset() + TimeSpan.FromHours(1)).ToWire();
        moved.CutoffTime = (later.ReleaseTime.ToDateTimeOffset() + TimeSpan.FromHours(3)).ToWire();
        moved.ExpireTime = (later.EndOfSynthesisTime.ToDateTimeOffset() + TimeSpan.FromDays(3)).ToWire();
        await platform.GiveAsync("order-1", new OrderRescheduled { Order = moved });

        platform.Facts<DosePlanned>()[^1].RunId.ShouldBe(later.RunId);
        await platform.AdvanceAsync(shift.Orders[0].CutoffTime.ToDateTimeOffset() - platform.Now);
        platform.Facts<DoseAtRisk>().ShouldBeEmpty();
        await platform.AdvanceAsync(moved.ReleaseByTime.ToDateTimeOffset() - platform.Now);
        platform.Facts<DoseAtRisk>().Single().Risk.ShouldBe(DoseRisk.ReleasedTooLate);
        var orders = await shift.Records.ListWorkOrdersAsync(new ListWorkOrdersRequest { SiteId = Plant.Site, RunId = later.RunId });
        orders.WorkOrders.Single().WindowZone.ShouldBe("America/New_York");
    }
}
