using Doseline.Orders.Tests.Support;
using Doseline.Orders.V1;
using Doseline.Testing;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Orders.Tests;

/// <summary>What binds when a well-formed order cannot be promised, and what is offered instead.</summary>
public sealed class BindingTests
{
    [Fact]
    [Requirement("A008", "A034")]
    public async Task A_release_after_the_cut_off_names_the_cut_off_and_the_next_window()
    {
        await using var desk = await Desk.OpenAsync();
        // Released Tuesday 19:00 EST, an hour after the last cut-off for Wednesday morning.
        desk.Schedule.Runs.Clear();
        desk.Schedule.Plan(Desk.Product, Desk.Site, new(2026, 11, 24, 22, 0, 0, TimeSpan.Zero), TimeSpan.FromHours(2), 10, 100e9);
        var refusals = await desk.RefusedAsync(Desk.OrderOf());
        var cutoff = refusals.Single(r => r.Code == "CUTOFF_BEFORE_RELEASE");
        cutoff.Numbers["cutoff_time"].ShouldBe("2026-11-24T23:00:00Z");
        cutoff.Numbers["earliest_release_time"].ShouldBe("2026-11-25T00:00:00Z");
        // Wednesday's cut-off, Thursday 15:00 UTC at the door, an hour later in the room.
        cutoff.Numbers["nearest_window_start_time"].ShouldBe("2026-11-26T16:00:00Z");
        cutoff.Numbers["nearest_window_start_local"].ShouldBe("2026-11-26 09:00 MST (UTC-07:00)");
    }

    [Fact]
    [Requirement("A034")]
    public async Task The_window_offered_instead_is_accepted()
    {
        await using var desk = await Desk.OpenAsync();
        desk.Schedule.Runs.Clear();
        desk.Schedule.Plan(Desk.Product, Desk.Site, new(2026, 11, 24, 22, 0, 0, TimeSpan.Zero), TimeSpan.FromHours(2), 10, 100e9);
        var request = Desk.OrderOf();
        await desk.RefusedAsync(request);
        (request.WindowStart, request.WindowEnd) = (Desk.Local("2026-11-26T09:00"), Desk.Local("2026-11-26T11:00"));
        request.RequestId = TestPlatform.RequestId();
        (await desk.PlaceAsync(request)).State.ShouldBe(OrderState.Accepted);
    }

    [Fact]
    [Requirement("A034")]
    public async Task A_full_run_and_too_little_activity_are_named_with_what_could_be_had()
    {
        await using var desk = await Desk.OpenAsync();
        desk.Schedule.Runs.Clear();
        desk.Schedule.Plan(Desk.Product, Desk.Site, new(2026, 11, 23, 18, 0, 0, TimeSpan.Zero), TimeSpan.FromHours(2), 0, 100e9);
        desk.Schedule.Plan(Desk.Product, Desk.Site, new(2026, 11, 23, 16, 0, 0, TimeSpan.Zero), TimeSpan.FromHours(2), 5, 8e9);
        var refusals = await desk.RefusedAsync(Desk.OrderOf());
        refusals.Select(r => r.Code).ShouldBe(["RUN_FULL", "ACTIVITY_NOT_AVAILABLE", "NO_ROOM_IN_SCHEDULE"], ignoreOrder: true);
        var offered = double.Parse(refusals[0].Numbers["nearest_amount_bq"], System.Globalization.CultureInfo.InvariantCulture);
        // 8 GBq at end of synthesis, given 49 h later.
        offered.ShouldBe(8e9 * Math.Pow(2, -49.0 / 24 / 6.6443), 1);

        var request = Desk.OrderOf();
        request.Wanted.AtAdministration.AmountBq = offered * 0.999999;
        (await desk.PlaceAsync(request)).Promise.RunId.ShouldBe("run-2");
    }

    [Fact]
    [Requirement("A034")]
    public async Task A_dose_that_would_expire_before_the_window_ends_is_refused()
    {
        await using var desk = await Desk.OpenAsync();
        var request = Desk.OrderOf();
        (request.WindowStart, request.WindowEnd) = (Desk.Local("2026-12-01T10:00"), Desk.Local("2026-12-01T12:00"));
        var refusals = await desk.RefusedAsync(request);
        var shelf = refusals.Single(r => r.Code == "SHELF_LIFE_TOO_SHORT");
        shelf.Numbers["shelf_life_hours"].ShouldBe("120");
        // End of synthesis Monday 18:00 UTC + 120 h − 2 h of window.
        shelf.Numbers["nearest_window_start_time"].ShouldBe("2026-11-28T16:00:00Z");
    }

    public static TheoryData<string, Action<Customer>> Licences => new()
    {
        { "LICENCE_EXPIRED", c => c.Licence.ExpireTime = TestPlatform.Start.AddHours(30).ToTimestamp() },
        { "LICENCE_NUCLIDE_MISSING", c => c.Licence.Lines[0].Nuclide = "I-131" },
        { "LICENCE_FORM_NOT_COVERED", c => c.Licence.Lines[0].Form = "sealed source" },
        // 7.4 GBq given at 17:00 UTC is 7.4646 GBq at delivery two hours before: a limit between the two binds.
        { "LICENCE_LIMIT_EXCEEDED", c => c.Licence.Lines[0].LimitBq = 7.45e9 },
    };

    [Theory]
    [Requirement("A033", "E05")]
    [MemberData(nameof(Licences), DisableDiscoveryEnumeration = true)]
    public async Task The_licence_binds_on_what_arrives_when_it_arrives(string code, Action<Customer> change)
    {
        await using var desk = await Desk.OpenAsync();
        var customer = Desk.CustomerOf(desk.Platform.Now);
        change(customer);
        await desk.Customers.PutCustomerAsync(new PutCustomerRequest { RequestId = TestPlatform.RequestId(), Customer = customer, Version = 1 });
        var refusal = (await desk.RefusedAsync(Desk.OrderOf())).Single(r => r.Code == code);
        refusal.Numbers["licence_number"].ShouldBe("AZ-07-001");
        if (code is "LICENCE_LIMIT_EXCEEDED")
            double.Parse(refusal.Numbers["at_delivery_bq"], System.Globalization.CultureInfo.InvariantCulture).ShouldBe(7.4e9 * Math.Pow(2, 2.0 / 24 / 6.6443), 1);
        desk.Schedule.Reserved.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_a_carrier_or_a_price_nothing_is_promised()
    {
        await using var desk = await Desk.OpenAsync();
        var carrier = Desk.CarrierOf();
        carrier.Active = false;
        await desk.Platform.AdvanceAsync(TimeSpan.FromSeconds(1));
        await desk.Platform.GiveAsync("carrier-1", carrier);
        (await desk.RefusedAsync(Desk.OrderOf())).Select(r => r.Code).ShouldContain(code => code == "NO_CARRIER_IN_TIME");

        var customer = Desk.CustomerOf(desk.Platform.Now, "BER-ONE");
        customer.Currency = "EUR";
        await desk.Customers.PutCustomerAsync(new PutCustomerRequest { RequestId = TestPlatform.RequestId(), Customer = customer });
        var request = Desk.OrderOf();
        request.CustomerCode = "BER-ONE";
        (await desk.RefusedAsync(request)).Select(r => r.Code).ShouldContain(code => code == "PRICE_MISSING");
    }
}
