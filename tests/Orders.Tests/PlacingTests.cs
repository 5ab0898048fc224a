using Doseline.Common.V1;
using Doseline.Orders.Tests.Support;
using Doseline.Orders.V1;
using Doseline.Testing;
using Grpc.Core;

namespace Doseline.Orders.Tests;

public sealed class PlacingTests
{
    [Fact]
    [Requirement("A007", "A034", "A048")]
    public async Task An_order_is_promised_backward_from_its_appointment()
    {
        await using var desk = await Desk.OpenAsync();
        var order = await desk.PlaceAsync();

        order.State.ShouldBe(OrderState.Accepted);
        order.Version.ShouldBe(1);
        var at = order.Promise.Milestones.ToDictionary(m => m.Kind);
        at[MilestoneKind.EndOfSynthesis].At.Text.ShouldBe("2026-11-23 13:00 EST (UTC-05:00)");
        // Tuesday's cut-off would do, but only Monday's run is planned: it still goes with the latest carrier.
        at[MilestoneKind.Ship].At.Text.ShouldBe("2026-11-24 18:00 EST (UTC-05:00)");
        at[MilestoneKind.Delivery].At.Text.ShouldBe("2026-11-25 08:00 MST (UTC-07:00)");
        at[MilestoneKind.Administration].Activity.ActivityBq.ShouldBe(7.4e9);
        // 47 h before administration: 7.4 GBq · 2^(47 h / 6.6443 d).
        at[MilestoneKind.EndOfSynthesis].Activity.ActivityBq.ShouldBe(7.4e9 * Math.Pow(2, 47.0 / 24 / 6.6443), 1);
        order.Promise.Milestones.Select(m => m.Activity.DataVersion).Distinct(StringComparer.Ordinal).ShouldHaveSingleItem().ShouldBe(order.Promise.DataVersion);
        order.Promise.Milestones.Select(m => m.At.Time).ShouldBeInOrder();

        await desk.Platform.SettleAsync();
        var fact = desk.Platform.Facts<OrderAccepted>().ShouldHaveSingleItem();
        fact.Wanted.ActivityBq.ShouldBe(7.4e9);
        fact.RecipeCode.ShouldBe(Desk.Product);
        fact.ReservationId.ShouldBe(order.Promise.ReservationId);
        fact.ReleaseByTime.ShouldBe(at[MilestoneKind.ReleaseBy].At.Time);
    }

    [Fact]
    [Requirement("E16")]
    public async Task A_patient_token_never_leaves_the_desk()
    {
        await using var desk = await Desk.OpenAsync();
        var order = await desk.PlaceAsync();
        order.PatientToken.ShouldBe("pt-7f3a9c21e4");
        order.Price.MinorUnits.ShouldBe(4_250_075);
        await desk.Platform.SettleAsync();
        desk.Platform.Published.ShouldAllBe(f => !f.Data.Contains("pt-7f3a9c21e4") && !f.Data.Contains("4250075"));

        var planner = new OrdersService.OrdersServiceClient(desk.Platform.As("planner"));
        var seen = (await planner.GetOrderAsync(new GetOrderRequest { OrderId = order.OrderId })).Order;
        seen.PatientToken.ShouldBeEmpty();
        seen.Price.ShouldBeNull();
    }

    [Fact]
    public async Task A_repeat_gets_the_same_order_and_another_payload_is_refused()
    {
        await using var desk = await Desk.OpenAsync();
        var request = Desk.OrderOf();
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => desk.PlaceAsync(request)));
        answers.Distinct().ShouldHaveSingleItem();
        desk.Schedule.Reserved.Count.ShouldBe(1);

        request.ExternalReference = "PO-4712";
        (await desk.RefusedAsync(request)).ShouldHaveSingleItem().Code.ShouldBe("REQUEST_ID_REUSED");
    }

    [Fact]
    public async Task A_preview_promises_the_same_and_reserves_nothing()
    {
        await using var desk = await Desk.OpenAsync();
        var request = Desk.OrderOf();
        var preview = await desk.Orders.PreviewPromiseAsync(new PreviewPromiseRequest
        {
            ProductCode = request.ProductCode,
            CustomerCode = request.CustomerCode,
            Wanted = request.Wanted,
            WindowStart = request.WindowStart,
            WindowEnd = request.WindowEnd,
        });
        desk.Schedule.Reserved.ShouldBeEmpty();
        var order = await desk.PlaceAsync(request);
        preview.Promise.ReservationId = order.Promise.ReservationId;
        order.Promise.ShouldBe(preview.Promise);
        order.Price.ShouldBe(preview.Price);
    }

    [Fact]
    [Requirement("A033")]
    public async Task A_bad_order_is_refused_with_every_field_at_once()
    {
        await using var desk = await Desk.OpenAsync();
        var refusals = await desk.RefusedAsync(new PlaceOrderRequest { RequestId = TestPlatform.RequestId(), PatientToken = "John Smith", ExternalReference = "PO 1" });
        refusals.Select(r => r.Code).ShouldBe(
            ["PATIENT_TOKEN_MALFORMED", "REFERENCE_MALFORMED", "PRODUCT_UNKNOWN", "CUSTOMER_UNKNOWN", "TIME_REQUIRED", "TIME_REQUIRED"], ignoreOrder: true);
        refusals.ShouldAllBe(r => !r.Message.Contains("Smith"));
    }

    public static TheoryData<string, Action<PlaceOrderRequest>> Refused => new()
    {
        { "PRODUCT_UNKNOWN", r => r.ProductCode = "NOPE" },
        { "CUSTOMER_UNKNOWN", r => r.CustomerCode = "NOPE" },
        { "SITE_DOES_NOT_MAKE", r => r.SiteId = "site-west" },
        { "ACTIVITY_REQUIRED", r => r.Wanted = null },
        { "NUCLIDE_UNKNOWN", r => r.Wanted.AtAdministration.Nuclide = "Zz-1" },
        { "NUCLIDE_MISMATCH", r => r.Wanted.AtAdministration.Nuclide = "Ac-225" },
        { "NUMBER_NOT_FINITE", r => r.Wanted.AtAdministration.AmountBq = double.NaN },
        { "ACTIVITY_NEGATIVE", r => r.Wanted.AtAdministration.AmountBq = -1 },
        { "ACTIVITY_NOT_POSITIVE", r => r.Wanted.AtAdministration.AmountBq = 0 },
        { "ACTIVITY_BELOW_MINIMUM", r => r.Wanted.AtAdministration.AmountBq = 0.9e9 },
        { "ACTIVITY_ABOVE_MAXIMUM", r => r.Wanted.AtAdministration.AmountBq = 11e9 },
        { "REFERENCE_TIME_MISSING", r => r.Wanted = new Prescription { AtCalibration = new CalibratedActivity { Nuclide = "Lu-177", ActivityBq = 7.4e9 } } },
        { "CALIBRATION_IN_PAST", r => r.Wanted = Calibrated(TestPlatform.Start.AddHours(-1)) },
        { "CALIBRATION_TOO_LATE", r => r.Wanted = Calibrated(TestPlatform.Start.AddDays(30)) },
        { "ADMINISTRATION_OUTSIDE_WINDOW", r => r.Wanted.AtAdministration.AdministrationTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(TestPlatform.Start.AddDays(9)) },
        { "APPOINTMENT_IN_PAST", r => (r.WindowStart, r.WindowEnd) = (Desk.Local("2026-11-22T10:00"), Desk.Local("2026-11-22T12:00")) },
        { "WINDOW_REVERSED", r => r.WindowEnd = Desk.Local("2026-11-25T09:00") },
        { "WINDOW_TOO_LONG", r => r.WindowEnd = Desk.Local("2026-11-28T09:00") },
        { "WINDOW_EXCEEDS_TOLERANCE", r => r.WindowEnd = Desk.Local("2026-11-26T12:00") },
        { "APPOINTMENT_TOO_FAR", r => (r.WindowStart, r.WindowEnd) = (Desk.Local("2126-11-25T10:00"), Desk.Local("2126-11-25T12:00")) },
        { "ZONE_UNKNOWN", r => r.WindowStart = Desk.Local("2026-11-25T10:00", "Mars/Olympus") },
        { "LOCAL_TIME_IN_GAP", r => r.WindowStart = Desk.Local("2027-03-14T02:30", "America/New_York") },
        { "LOCAL_TIME_AMBIGUOUS", r => r.WindowStart = Desk.Local("2027-11-07T01:30", "America/New_York") },
        { "LOCAL_TIME_MALFORMED", r => r.WindowStart = Desk.Local("2026-11-25T10:00Z") },
        { "WINDOW_ZONES_DIFFER", r => r.WindowEnd = Desk.Local("2026-11-25T13:00", "America/New_York") },
        { "PATIENT_TOKEN_IDENTIFIES", r => r.PatientToken = "19531224" },
        { "REFERENCE_MALFORMED", r => r.ExternalReference = "Smith, John" },
        { "REQUEST_ID_MISSING", r => r.RequestId = "" },
    };

    [Theory]
    [Requirement("A004", "A033")]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public async Task An_order_that_cannot_be_is_refused_with_its_code(string code, Action<PlaceOrderRequest> spoil)
    {
        await using var desk = await Desk.OpenAsync();
        var request = Desk.OrderOf();
        spoil(request);
        (await desk.RefusedAsync(request)).Select(r => r.Code).ShouldContain(c => c == code);
        desk.Schedule.Reserved.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_schedule_that_cannot_be_asked_accepts_nothing()
    {
        await using var desk = await Desk.OpenAsync();
        desk.Schedule.Fault = StatusCode.Unavailable;
        (await desk.RefusedAsync(Desk.OrderOf())).ShouldHaveSingleItem().Code.ShouldBe("SERVICE_UNAVAILABLE");
        (await desk.Orders.ListOrdersAsync(new ListOrdersRequest())).Orders.ShouldBeEmpty();
    }

    static Prescription Calibrated(DateTimeOffset at) => new()
    {
        AtCalibration = new CalibratedActivity { Nuclide = "Lu-177", ActivityBq = 7.4e9, ReferenceTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(at) },
    };

    [Fact]
    public async Task A_carrier_that_serves_no_more_is_promised_no_more_from_the_moment_that_is_committed()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.Orders.PlaceOrderAsync(Desk.OrderOf());
        var gone = Desk.CarrierOf();
        gone.Active = false;
        await desk.Platform.GiveAsync(gone.CarrierServiceId, gone);
        // The clock has not moved: what memory holds of master data would be as good as new.
        (await TestPlatform.RefusalsAsync(() => desk.Orders.PlaceOrderAsync(Desk.OrderOf()).ResponseAsync)).ShouldNotBeEmpty();
    }
}
