using Doseline.Shipping.V1;
using Doseline.Testing;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Shipping.Tests;

/// <summary>A package from packing to its proof of delivery, and back when the carrier refuses.</summary>
public sealed class PackageJourney
{
    [Fact]
    [Requirement("A007", "A029", "A053", "E12")]
    public async Task A_package_is_packed_surveyed_papered_shipped_and_delivered()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var surveyed = await dock.SurveyAsync(await dock.PackAsync("dose-1"), change: request => request.ExpectedCategory = LabelCategory.YellowIii);
        surveyed.State.ShouldBe(PackageState.Surveyed);
        surveyed.Classification.UnNumber.ShouldBe("UN2915");
        surveyed.Classification.TransportIndexTenths.ShouldBe(8);
        surveyed.Classification.Category.ShouldBe(LabelCategory.YellowIii);

        var printed = await dock.PrintAsync(surveyed);
        var paper = printed.Paper;
        paper.BasicDescription.ShouldBe("UN2915, Radioactive material, Type A package non-special form, non fissile or fissile-excepted, 7");
        paper.CategoryText.ShouldBe("RADIOACTIVE-YELLOW-III");
        paper.TransportIndexText.ShouldBe("TI 0.8");
        paper.TotalText.ShouldBe("7.400 GBq (200.0 mCi)");
        paper.Doses.Single().OrderId.ShouldBe("order-dose-1");
        paper.PageCount.ShouldBe(1);
        paper.Html.ShouldContain("Page 1 of 1");
        paper.SignerName.ShouldBe("shipping");
        var nuclide = paper.Nuclides.Single();
        nuclide.Calibrated.Single().ActivityBq.ShouldBe(7.4e9);
        // Three instants, one data version: 26 h are 0.163 half-lives of Lu-177.
        nuclide.AtDelivery.ActivityBq.ShouldBe(7.4e9 * Math.Pow(2, -26 / (6.6443 * 24)), 1);
        new[] { nuclide.Calibrated[0].DataVersion, nuclide.AtShip.DataVersion, nuclide.AtDelivery.DataVersion }.Distinct(StringComparer.Ordinal).ShouldBe(["nubase2020-1"]);

        var shipped = await dock.ShipAsync(printed.Package);
        shipped.State.ShouldBe(PackageState.Shipped);
        await dock.Platform.SettleAsync();
        var fact = dock.Platform.Facts<PackageShipped>().Single();
        fact.Carrier.ShouldBe("Courier A");
        fact.TransportIndexTenths.ShouldBe(8);
        fact.Doses.Single().CertificateId.ShouldBe("cert-dose-1");

        await dock.Platform.AdvanceAsync(TimeSpan.FromHours(26));
        var delivered = (await dock.Packages.RecordDeliveryAsync(Delivery(dock, shipped, "seal-1", intact: true))).Package;
        delivered.State.ShouldBe(PackageState.Delivered);
        delivered.Incidents.ShouldBeEmpty();
        await dock.Platform.SettleAsync();
        dock.Platform.Facts<PackageDelivered>().Single().Recipient.ShouldBe("R. Ceiver");
    }

    [Theory]
    [Requirement("A053", "A214")]
    [InlineData("seal-1", false, "SEAL_BROKEN")]
    [InlineData("seal-9", true, "SEAL_DIFFERS")]
    public async Task A_broken_or_foreign_seal_at_delivery_is_an_incident(string seal, bool intact, string incident)
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var shipped = await dock.ShipAsync(await dock.ReadyAsync("dose-1"));
        var delivered = (await dock.Packages.RecordDeliveryAsync(Delivery(dock, shipped, seal, intact))).Package;
        delivered.Incidents.ShouldBe([incident]);
        await dock.Platform.SettleAsync();
        dock.Platform.Facts<PackageDelivered>().Single().Intact.ShouldBeFalse();
    }

    [Fact]
    [Requirement("A057")]
    public async Task A_package_the_carrier_refused_goes_with_another_carrier()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var shipped = await dock.ShipAsync(await dock.ReadyAsync("dose-1"));
        var back = (await dock.Packages.VoidShipmentAsync(Void(shipped, sealIntact: true))).Package;
        back.State.ShouldBe(PackageState.Surveyed, "the seal held, so the survey still counts");
        back.ReopenedCount.ShouldBe(1);
        (await dock.ShipRefusedAsync(back)).ShouldBe(["PAPERS_MISSING"], "the old paper names the old carrier");

        var other = await dock.CarrierAsync("Courier B", TransportMode.Road);
        var again = await dock.ShipAsync((await dock.PrintAsync(back, carrier: other)).Package);
        again.Shipments.Count.ShouldBe(2);
        again.Shipments[0].VoidReason.ShouldBe("refused at the door");
        again.Shipments[1].Carrier.ShouldBe("Courier B");
        await dock.Platform.SettleAsync();
        dock.Platform.Facts<PackageShipped>().Count.ShouldBe(2);
        dock.Platform.Facts<ShipmentVoided>().Single().Doses.Single().DoseId.ShouldBe("dose-1");
    }

    [Fact]
    [Requirement("A057", "A214")]
    public async Task A_package_that_comes_back_opened_needs_a_new_survey()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var shipped = await dock.ShipAsync(await dock.ReadyAsync("dose-1"));
        var back = (await dock.Packages.VoidShipmentAsync(Void(shipped, sealIntact: false))).Package;
        back.State.ShouldBe(PackageState.Open);
        back.Incidents.ShouldBe(["SEAL_BROKEN_AT_RETURN"]);
        (await dock.ShipRefusedAsync(back)).ShouldBe(["SURVEY_MISSING", "PAPERS_MISSING", "SEAL_MISSING"]);
        (await Dock.RefusedAsync(() => dock.Packages.VoidShipmentAsync(Void(back, true)).ResponseAsync)).ShouldBe(["PACKAGE_NOT_SHIPPED"]);
    }

    [Fact]
    [Requirement("A057")]
    public async Task Of_a_void_and_a_delivery_that_read_the_same_version_only_one_happens()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var shipped = await dock.ShipAsync(await dock.ReadyAsync("dose-1"));
        await dock.Packages.VoidShipmentAsync(Void(shipped, true));
        (await Dock.RefusedAsync(() => dock.Packages.RecordDeliveryAsync(Delivery(dock, shipped, "seal-1", true)).ResponseAsync)).ShouldBe(["VERSION_STALE"]);
    }

    [Fact]
    [Requirement("P10")]
    public async Task Nothing_is_delivered_before_it_left()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var shipped = await dock.ShipAsync(await dock.ReadyAsync("dose-1"));
        var early = Delivery(dock, shipped, shipped.SealId, true);
        early.DeliveryTime = Timestamp.FromDateTimeOffset(dock.Platform.Now.AddMinutes(-1));
        (await Dock.RefusedAsync(() => dock.Packages.RecordDeliveryAsync(early).ResponseAsync)).ShouldBe(["EVENT_TOO_EARLY"]);
        (await dock.ReadAsync(shipped)).ShouldBe(shipped);
    }

    [Fact]
    public async Task Shipping_the_same_request_twice_ships_once()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var request = Dock.ToShip(await dock.ReadyAsync("dose-1"));
        var first = await dock.Packages.ShipPackageAsync(request);
        (await dock.Packages.ShipPackageAsync(request)).ShouldBe(first);
        await dock.Platform.SettleAsync();
        dock.Platform.Facts<PackageShipped>().Count.ShouldBe(1);
        (await dock.ShipRefusedAsync(first.Package)).ShouldBe(["PACKAGE_ALREADY_SHIPPED"]);
    }

    [Fact]
    [Requirement("A057")]
    public async Task A_proof_of_delivery_that_was_wrong_is_withdrawn_and_the_package_is_delivered_or_voided_from_there()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var shipped = await dock.ShipAsync((await dock.PrintAsync(await dock.SurveyAsync(await dock.PackAsync("dose-1")))).Package);
        (await Dock.RefusedAsync(() => dock.AsQa.WithdrawDeliveryAsync(Withdraw(shipped)).ResponseAsync)).ShouldBe(["PACKAGE_NOT_DELIVERED"]);
        await dock.Platform.AdvanceAsync(TimeSpan.FromHours(26));
        var delivered = (await dock.Packages.RecordDeliveryAsync(Delivery(dock, shipped, "seal-1", intact: true))).Package;
        (await Dock.RefusedAsync(() => dock.AsQa.WithdrawDeliveryAsync(Withdraw(delivered, reason: "")).ResponseAsync)).ShouldBe(["FIELD_REQUIRED"]);

        var back = (await dock.AsQa.WithdrawDeliveryAsync(Withdraw(delivered))).Package;
        (back.State, back.Delivery).ShouldBe((PackageState.Shipped, null));
        await dock.Platform.SettleAsync();
        dock.Platform.Facts<DeliveryWithdrawn>().Single().Reason.ShouldBe("the courier scanned another box");

        var again = (await dock.Packages.RecordDeliveryAsync(Delivery(dock, back, "seal-1", intact: true))).Package;
        again.State.ShouldBe(PackageState.Delivered);
        var twice = (await dock.AsQa.WithdrawDeliveryAsync(Withdraw(again))).Package;
        var voided = (await dock.Packages.VoidShipmentAsync(Void(twice, sealIntact: false))).Package;
        voided.State.ShouldBe(PackageState.Open);
        (await Dock.RefusedAsync(() => dock.AsQa.WithdrawDeliveryAsync(Withdraw(voided)).ResponseAsync)).ShouldBe(["PACKAGE_NOT_DELIVERED"]);
    }

    static WithdrawDeliveryRequest Withdraw(Package package, string reason = "the courier scanned another box") =>
        new() { RequestId = TestPlatform.RequestId(), PackageId = package.PackageId, Version = package.Version, Reason = reason };

    static VoidShipmentRequest Void(Package package, bool sealIntact) =>
        new() { RequestId = TestPlatform.RequestId(), PackageId = package.PackageId, Version = package.Version, Reason = "refused at the door", SealIntact = sealIntact };

    static RecordDeliveryRequest Delivery(Dock dock, Package package, string seal, bool intact) => new()
    {
        RequestId = TestPlatform.RequestId(), PackageId = package.PackageId, Version = package.Version, DeliveryTime = Timestamp.FromDateTimeOffset(dock.Platform.Now),
        Recipient = "R. Ceiver", Condition = "dry, whole", SealId = seal, SealIntact = intact,
    };
}
