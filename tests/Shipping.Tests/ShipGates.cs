using Doseline.Execution.V1;
using Doseline.Labeling.V1;
using Doseline.Orders.V1;
using Doseline.Quality.V1;
using Doseline.Shipping.V1;
using Doseline.Testing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Doseline.Shipping.Tests;

/// <summary>Every gate, alone and together, and every way round them.</summary>
public sealed class ShipGates
{
    [Fact]
    [Requirement("A051", "A063", "A103")]
    public async Task Nothing_ships_while_quality_does_not_answer()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var ready = await dock.ReadyAsync("dose-1");
        dock.Quality.IsDown = true;
        (await Dock.StatusAsync(() => dock.Packages.ShipPackageAsync(Dock.ToShip(ready)).ResponseAsync)).ShouldBe(StatusCode.Unavailable);
        (await dock.ReadAsync(ready)).State.ShouldBe(PackageState.Papered);
        dock.Quality.IsDown = false;
        (await dock.ShipAsync(ready)).State.ShouldBe(PackageState.Shipped);
    }

    [Fact]
    [Requirement("A051", "A063", "A103", "A110", "A123")]
    public async Task A_hold_after_the_papers_keeps_the_package_whatever_facts_said_before()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var ready = await dock.ReadyAsync("dose-1");
        await dock.Platform.GiveAsync("dose-1", dock.Platform.Signer.Released(new DoseDispositionChanged { DoseId = "dose-1", From = Disposition.Pending, To = Disposition.Released }));
        dock.Quality.Refused.Add("dose-1");
        (await dock.ShipRefusedAsync(ready)).ShouldBe(["DOSE_IN_QUARANTINE"]);
    }

    [Fact]
    [Requirement("A051", "A103")]
    public async Task A_certificate_of_another_dose_opens_nothing()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var ready = await dock.ReadyAsync("dose-1");
        dock.Quality.Certificates["dose-1"] = dock.Quality.Certificates["dose-1"].Clone();
        dock.Quality.Certificates["dose-1"].DoseId = "dose-9";
        (await dock.ShipRefusedAsync(ready)).ShouldBe(["CERTIFICATE_OF_OTHER_DOSE"]);
    }

    [Fact]
    [Requirement("A051")]
    public async Task An_expired_certificate_and_an_answer_about_the_past_open_nothing()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var ready = await dock.ReadyAsync("dose-1");
        dock.Quality.Clock = () => dock.Platform.Now.AddMinutes(-2);
        (await Dock.StatusAsync(() => dock.Packages.ShipPackageAsync(Dock.ToShip(ready)).ResponseAsync)).ShouldBe(StatusCode.Unavailable);
        dock.Quality.Clock = () => dock.Platform.Now;
        dock.Quality.Certificates["dose-1"].ExpireTime = Timestamp.FromDateTimeOffset(dock.Platform.Now);
        (await dock.ShipRefusedAsync(ready)).ShouldBe(["CERTIFICATE_EXPIRED"]);
    }

    [Fact]
    [Requirement("A029")]
    public async Task Papers_wait_for_the_release_of_every_dose()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        await dock.DoseAsync("dose-2", released: false);
        var surveyed = await dock.SurveyAsync(await dock.PackAsync("dose-1", "dose-2"));
        (await Dock.RefusedAsync(() => dock.PrintAsync(surveyed))).ShouldBe(["DOSE_NOT_RELEASED"]);
        dock.Release("dose-2");
        (await dock.PrintAsync(surveyed)).Paper.Doses.Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_label_gate_follows_voids_and_new_prints()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1", labelled: false);
        var ready = await dock.ReadyAsync("dose-1");
        (await dock.ShipRefusedAsync(ready)).ShouldBe(["LABEL_NOT_VERIFIED"]);
        await dock.Platform.GiveAsync("dose-1", new LabelVerified { DoseId = "dose-1", PrintId = "p1" });
        await dock.Platform.GiveAsync("dose-1", new LabelVoided { DoseId = "dose-1", PrintId = "p1" });
        (await dock.ShipRefusedAsync(ready)).ShouldBe(["LABEL_NOT_VERIFIED"]);
        await dock.Platform.GiveAsync("dose-1", new LabelVerified { DoseId = "dose-1", PrintId = "p2" });
        (await dock.ShipAsync(ready)).State.ShouldBe(PackageState.Shipped);
    }

    [Fact]
    [Requirement("A008")]
    public async Task Nothing_ships_after_the_cut_off()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var ready = await dock.ReadyAsync("dose-1");
        await dock.Platform.AdvanceAsync(TimeSpan.FromHours(12) + TimeSpan.FromTicks(1));
        var refusals = await TestPlatform.RefusalsAsync(() => dock.Packages.ShipPackageAsync(Dock.ToShip(ready)).ResponseAsync);
        refusals.Select(refusal => refusal.Code).ShouldBe(["CUTOFF_PASSED"]);
        // Monday 13:00 in New York is 18:00 UTC; the next pick-up is a day later.
        refusals[0].Numbers["next_cutoff_time"].ShouldBe("2026-11-24T18:00:00Z");
    }

    [Fact]
    [Requirement("E05")]
    public async Task The_consignee_licence_is_looked_at_again_at_the_moment_of_shipping()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var ready = await dock.ReadyAsync("dose-1");
        await dock.CustomerAsync(customer => customer.LicenceExpireTime = Timestamp.FromDateTimeOffset(Dock.Delivery.AddSeconds(-1)));
        (await dock.ShipRefusedAsync(ready)).ShouldBe(["CONSIGNEE_LICENCE_EXPIRED"]);
        await dock.CustomerAsync(customer => customer.LicenceLines[0].LimitBq = 6e9);
        (await dock.ShipRefusedAsync(ready)).ShouldBe(["CONSIGNEE_LIMIT_EXCEEDED"]);
        // 7.4 GBq have decayed to 6.61 GBq by delivery: the limit holds then, not now.
        await dock.CustomerAsync(customer => customer.LicenceLines[0].LimitBq = 6.62e9);
        (await dock.ShipAsync(ready)).State.ShouldBe(PackageState.Shipped);
    }

    [Fact]
    [Requirement("A214")]
    public async Task Cancelled_orders_lost_doses_and_wrong_seals_stay_here()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var ready = await dock.ReadyAsync("dose-1");
        (await dock.ShipRefusedAsync(ready, seal: "seal-2")).ShouldBe(["SEAL_DIFFERS"]);
        await dock.Platform.GiveAsync("order-dose-1", new OrderCancelled { OrderId = "order-dose-1" });
        await dock.Platform.GiveAsync("dose-1", new DoseLost { DoseId = "dose-1", OrderId = "order-dose-1", Cause = DoseLossCause.Cancelled });
        (await dock.ShipRefusedAsync(ready)).ShouldBe(["DOSE_LOST", "ORDER_CANCELLED"]);
    }

    [Fact]
    public async Task Papers_that_no_longer_say_the_truth_do_not_travel()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var ready = await dock.ReadyAsync("dose-1");
        var moved = dock.Order("dose-1");
        moved.DeliveryTime = Timestamp.FromDateTimeOffset(Dock.Delivery.AddHours(2));
        await dock.Platform.GiveAsync("order-dose-1", new OrderRescheduled { Order = moved });
        (await dock.ShipRefusedAsync(ready)).ShouldBe(["PAPERS_OUTDATED"]);
        (await dock.ShipAsync((await dock.PrintAsync(ready)).Package)).PaperVersion.ShouldBe(2);
    }

    [Fact]
    public async Task All_reasons_are_given_at_once()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1", labelled: false, released: false);
        var open = await dock.PackAsync("dose-1");
        await dock.CustomerAsync(customer => customer.LicenceLines.Clear());
        await dock.Platform.GiveAsync("dose-1", new DoseLost { DoseId = "dose-1", OrderId = "order-dose-1", Cause = DoseLossCause.Rejected });
        await dock.Platform.AdvanceAsync(TimeSpan.FromHours(13));
        (await dock.ShipRefusedAsync(open)).ShouldBe(
        [
            "DOSE_NOT_RELEASED", "CUTOFF_PASSED", "LABEL_NOT_VERIFIED", "DOSE_LOST", "SURVEY_MISSING", "PAPERS_MISSING", "SEAL_MISSING", "CONSIGNEE_NUCLIDE_NOT_LICENSED",
        ]);
    }

    [Fact]
    [Requirement("A051")]
    public async Task A_package_that_changes_while_quality_thinks_does_not_ship()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var ready = await dock.ReadyAsync("dose-1");
        var first = true;
        dock.Quality.WhileChecking = async () =>
        {
            if (!first) return;
            first = false;
            await dock.Packages.DissolvePackageAsync(new DissolvePackageRequest { RequestId = TestPlatform.RequestId(), PackageId = ready.PackageId, Version = ready.Version, Reason = "leak" });
        };
        (await Dock.StatusAsync(() => dock.Packages.ShipPackageAsync(Dock.ToShip(ready)).ResponseAsync)).ShouldBe(StatusCode.Aborted);
        (await dock.ReadAsync(ready)).State.ShouldBe(PackageState.Dissolved);
        await dock.Platform.SettleAsync();
        dock.Platform.Facts<PackageShipped>().ShouldBeEmpty();
    }

    [Theory]
    [Requirement("A103")]
    [InlineData("operator")]
    [InlineData("supply_desk")]
    [InlineData("qa")]
    [InlineData("administrator")]
    [InlineData("partner")]
    [InlineData("auditor")]
    [InlineData("radiation_safety")]
    public async Task Only_shipping_ships(string role)
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var ready = await dock.ReadyAsync("dose-1");
        var other = new PackagesService.PackagesServiceClient(dock.Platform.As(role));
        (await Dock.StatusAsync(() => other.ShipPackageAsync(Dock.ToShip(ready)).ResponseAsync)).ShouldBe(StatusCode.PermissionDenied);
        var elsewhere = new PackagesService.PackagesServiceClient(dock.Platform.Host.As("far", ["shipping"], "site-b"));
        (await Dock.StatusAsync(() => elsewhere.ShipPackageAsync(Dock.ToShip(ready)).ResponseAsync)).ShouldBe(StatusCode.PermissionDenied);
    }

    [Fact]
    [Requirement("A021", "A026", "A061", "A103")]
    public void Shipping_offers_no_way_to_release_or_to_print_a_dose_label()
    {
        var methods = new[] { CarriersService.Descriptor, PackagingsService.Descriptor, PackagesService.Descriptor }.SelectMany(service => service.Methods).Select(method => method.Name).ToList();
        methods.ShouldNotContain(name => name.Contains("Label", StringComparison.Ordinal) || name.Contains("Release", StringComparison.Ordinal) || name.Contains("Disposition", StringComparison.Ordinal));
    }
}
