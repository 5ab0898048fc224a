using Doseline.Kernel.Rules;
using Doseline.Local.Simulation;
using Doseline.Platform.Messaging;
using Doseline.Testing;
using Doseline.Waste.V1;
using Microsoft.Extensions.Logging;

namespace Doseline.Waste.Tests;

public sealed class ContainerTests
{
    [Fact]
    [Requirement("A040", "A065")]
    public async Task A_container_becomes_eligible_at_the_tick_and_leaves_only_after_a_survey()
    {
        await using var platform = await Bench.PlatformAsync();
        Bench bench = new(platform);
        await bench.ArisesAsync("w1", "b1", bench.Activity("Lu-177", 400e9));
        var container = await bench.AddAsync(await bench.OpenAsync(), "w1");
        container = await bench.CloseAsync(container);
        // 400 GBq to 400/1024 GBq takes ten half-lives of 6.6443 d (NUBASE2020).
        var due = TestPlatform.Start.AddDays(66.443);
        (container.EligibleTime.ToDateTimeOffset() - due).Duration().ShouldBeLessThan(TimeSpan.FromMilliseconds(1));
        container.ClockNuclide.ShouldBe("Lu-177");

        await platform.AdvanceAsync(TimeSpan.FromDays(66.4));
        platform.Facts<ContainerEligible>().ShouldBeEmpty();
        (await TestPlatform.RefusalsAsync(async () => await bench.Waste.SurveyContainerAsync(Bench.Survey(container)))).ShouldHaveSingleItem().Code.ShouldBe("CONTAINER_NOT_ELIGIBLE");
        await platform.AdvanceAsync(TimeSpan.FromDays(30));
        var fact = platform.Published.Single(one => one.Type == ContainerEligible.Descriptor.FullName);
        fact.Time.ShouldBe(container.EligibleTime.ToDateTimeOffset());

        container = (await bench.GetAsync(container)).Container;
        container.State.ShouldBe(ContainerState.Eligible);
        (await TestPlatform.RefusalsAsync(async () => await bench.Waste.DisposeContainerAsync(Disposal(container)))).Select(refusal => refusal.Code).ShouldBe(["SURVEY_REQUIRED"]);
        var hot = (await bench.Waste.SurveyContainerAsync(Bench.Survey(container, surfaceCpm: 61))).Container;
        hot.Survey.Passed.ShouldBeFalse();
        (await TestPlatform.RefusalsAsync(async () => await bench.Waste.DisposeContainerAsync(Disposal(hot)))).ShouldHaveSingleItem().Code.ShouldBe("SURVEY_REQUIRED");
        var clean = (await bench.Waste.SurveyContainerAsync(Bench.Survey(container, surfaceCpm: 60))).Container;
        clean.State.ShouldBe(ContainerState.Surveyed);
        var withLabels = Disposal(clean);
        withLabels.LabelsRemoved = false;
        (await TestPlatform.RefusalsAsync(async () => await bench.Waste.DisposeContainerAsync(withLabels))).ShouldHaveSingleItem().Code.ShouldBe("LABELS_NOT_REMOVED");

        var request = Disposal(clean);
        var disposed = await bench.Waste.DisposeContainerAsync(request);
        (await bench.Waste.DisposeContainerAsync(request)).ShouldBe(disposed);
        await platform.SettleAsync();
        platform.Facts<WasteDisposed>().ShouldHaveSingleItem().WasteIds.ShouldBe(["w1"]);
    }

    [Fact]
    public async Task A_survey_names_all_that_is_missing()
    {
        await using var platform = await Bench.PlatformAsync();
        Bench bench = new(platform);
        await bench.ArisesAsync("w1", "b1", bench.Activity("Lu-177", 1));
        var container = await bench.CloseAsync(await bench.AddAsync(await bench.OpenAsync(), "w1"));
        container.EligibleTime.ToDateTimeOffset().ShouldBe(TestPlatform.Start);
        (await TestPlatform.RefusalsAsync(async () => await bench.Waste.SurveyContainerAsync(new SurveyContainerRequest { RequestId = TestPlatform.RequestId(), ContainerId = container.ContainerId })))
            .Select(refusal => refusal.Code).ShouldBe(
                ["FIELD_REQUIRED", "CONTAINER_NOT_ELIGIBLE", "NUMBER_NOT_POSITIVE", "NUMBER_NOT_POSITIVE", "SHIELDING_INTERPOSED", "SCALE_NOT_MOST_SENSITIVE"]);
        await platform.AdvanceAsync(TimeSpan.Zero);
        (await bench.GetAsync(container)).Container.State.ShouldBe(ContainerState.Eligible);
    }

    [Theory]
    [Requirement("A039", "E10")]
    [InlineData("Lu-177m", 20e6, "HALF_LIFE_TOO_LONG")]
    [InlineData("Ac-227", 3e6, "HALF_LIFE_TOO_LONG")]
    [InlineData("At-211", 1e9, "PROGENY_TOO_LONG_LIVED")]
    [InlineData("Yb-175", 1e6, null)]
    public async Task What_is_too_long_lived_stays_out(string nuclide, double bq, string? code)
    {
        await using var platform = await Bench.PlatformAsync();
        Bench bench = new(platform);
        await bench.ArisesAsync("w1", "b1", bench.Activity("Lu-177", 1e9), bench.Activity(nuclide, bq));
        var container = await bench.OpenAsync();
        if (code is null)
        {
            (await bench.AddAsync(container, "w1")).WasteIds.ShouldBe(["w1"]);
            await platform.SettleAsync();
            platform.Facts<WasteMoved>().ShouldHaveSingleItem().RoomId.ShouldBe("waste");
            return;
        }

        var refusals = await TestPlatform.RefusalsAsync(async () => await bench.AddAsync(container, "w1"));
        refusals.ShouldContain(refusal => refusal.Code == code);
        refusals[0].Numbers["policy_source"].ShouldBe("10 CFR 35.92 [S, K]; licence condition 23");
        // Transfer to a licensed disposer takes it.
        (await bench.AddAsync(await bench.OpenAsync(Bench.Policy(policy => policy.DecayInStorage = false)), "w1")).WasteIds.ShouldBe(["w1"]);
    }

    [Fact]
    [Requirement("E10")]
    public async Task Carrier_added_material_stays_out_of_a_short_lived_bin_even_when_no_isomer_was_measured()
    {
        await using var platform = await Bench.PlatformAsync();
        Bench bench = new(platform);
        await platform.GiveAsync("lot-1", new Inventory.V1.MaterialIssued { LotId = "lot-1", BatchId = "b1", Route = Inventory.V1.ProductionRoute.CarrierAdded });
        await bench.ArisesAsync("w1", "b1", bench.Activity("Lu-177", 1e9));
        (await TestPlatform.RefusalsAsync(async () => await bench.AddAsync(await bench.OpenAsync(), "w1"))).ShouldHaveSingleItem().Code.ShouldBe("CARRIER_ADDED_NOT_ELIGIBLE");
    }

    [Fact]
    [Requirement("A085", "E09", "E10")]
    public async Task The_clock_follows_the_impurity_and_contents_show_what_grows()
    {
        await using var platform = await Bench.PlatformAsync();
        Bench bench = new(platform);
        // licensing.md section 5: 400 GBq with 0.02 % Lu-177m. A bin for up to 200 d follows Lu-177m: ten half-lives of 160.4 d.
        await bench.ArisesAsync("w1", "b1", bench.Activity("Lu-177", 400e9), bench.Activity("Lu-177m", 80e6));
        var container = await bench.CloseAsync(await bench.AddAsync(await bench.OpenAsync(Bench.Policy(policy =>
            (policy.MaxHalfLifeDays, policy.MinHalfLives, policy.ReleaseLimitBq) = (200, 10, 0))), "w1"));
        container.ClockNuclide.ShouldBe("Lu-177m");
        (container.EligibleTime.ToDateTimeOffset() - TestPlatform.Start).TotalDays.ShouldBe(1604, 1e-6);

        const double days = 66.47, half = 6.6443, halfM = 160.4, branch = 0.2270;
        var contents = (await bench.GetAsync(container, TestPlatform.Start.AddDays(days))).Contents.ToDictionary(one => one.Nuclide, one => one.ActivityBq, StringComparer.Ordinal);
        var (lambda, lambdaM) = (Math.Log(2) / half, Math.Log(2) / halfM);
        var regrown = 80e6 * branch * lambda / (lambda - lambdaM) * (Math.Exp(-lambdaM * days) - Math.Exp(-lambda * days));
        contents["Lu-177m"].ShouldBe(80e6 * Math.Exp(-lambdaM * days), 1);
        contents["Lu-177"].ShouldBe(400e9 * Math.Exp(-lambda * days) + regrown, 1);
    }

    [Fact]
    [Requirement("A039")]
    public async Task A_discarded_sample_becomes_an_item_once()
    {
        await using var platform = await Bench.PlatformAsync();
        Bench bench = new(platform);
        await platform.GiveAsync("b1", new Execution.V1.SampleTaken { SampleId = "s1", BatchId = "b1", SiteId = Bench.Site, RoomId = "qc", Activity = bench.Activity("Lu-177", 1e6) });
        var fact = await platform.GiveAsync("s1", new Quality.V1.SampleDiscarded { SampleId = "s1", BatchId = "b1" });
        await platform.GiveAsync(fact);
        var item = (await bench.Waste.ListItemsAsync(new ListItemsRequest { SiteId = Bench.Site, OnlyLoose = true })).Items.ShouldHaveSingleItem();
        (item.FromId, item.RoomId, item.Cause).ShouldBe(("s1", "qc", "SAMPLE_DISCARDED"));
        item.Contents.ShouldHaveSingleItem().ActivityBq.ShouldBe(1e6);
    }

    [Theory]
    [Requirement("A040")]
    [InlineData(-1.0)]
    [InlineData(+5.0)]
    public async Task A_clock_is_neither_lost_nor_doubled_when_the_process_dies(double daysAfterDueAtRestart)
    {
        await using var database = await TestDatabase.CreateAsync();
        Container container;
        await using (var first = await StartAsync(database, TestPlatform.Start))
        {
            WasteService.WasteServiceClient waste = new(first.As("rso", ["radiation_safety"]));
            var fact = new Execution.V1.WasteArisen
            {
                WasteId = "w1", FromId = "b1", FromKind = Execution.V1.HoldingKind.Wip, BatchId = "b1", SiteId = Bench.Site, RoomId = "hc-1",
                Contents = { new Common.V1.CalibratedActivity { Nuclide = "Lu-177", ActivityBq = 400e9, ReferenceTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(TestPlatform.Start) } },
            };
            await GiveAsync(first, fact);
            container = (await waste.PutContainerAsync(new PutContainerRequest { RequestId = "1", Label = "W", SiteId = Bench.Site, RoomId = "waste", Policy = Bench.Policy() })).Container;
            container = (await waste.AddItemAsync(new AddItemRequest { RequestId = "2", ContainerId = container.ContainerId, WasteId = "w1" })).Container;
            container = (await waste.CloseContainerAsync(new CloseContainerRequest { RequestId = "3", ContainerId = container.ContainerId, Version = container.Version })).Container;
        }

        var due = container.EligibleTime.ToDateTimeOffset();
        await using (var second = await StartAsync(database, due.AddDays(daysAfterDueAtRestart)))
        {
            await second.AdvanceAsync(TimeSpan.FromDays(2));
            Eligible(second).ShouldBe(1);
            WasteService.WasteServiceClient waste = new(second.As("rso", ["radiation_safety"]));
            (await waste.GetContainerAsync(new GetContainerRequest { ContainerId = container.ContainerId })).Container.State.ShouldBe(ContainerState.Eligible);
        }

        await using var third = await StartAsync(database, due.AddDays(daysAfterDueAtRestart + 3));
        await third.AdvanceAsync(TimeSpan.FromDays(30));
        Eligible(third).ShouldBe(1, "the log goes on where it was, and nothing was added to it");
    }

    [Fact]
    [Requirement("A072", "A103")]
    public async Task What_inventory_does_not_let_in_goes_into_no_container_and_a_container_moves_with_all_that_is_in_it_or_not_at_all()
    {
        FakeInventory inventory = new();
        await using var platform = await Bench.PlatformAsync(inventory);
        Bench bench = new(platform);
        foreach (var (room, code) in new[] { ("nowhere", "ROOM_UNKNOWN"), ("closed", "ROOM_NOT_ACTIVE") })
        {
            (await TestPlatform.RefusalsAsync(async () => await bench.Waste.PutContainerAsync(new PutContainerRequest
            {
                RequestId = TestPlatform.RequestId(), Label = "W-2", SiteId = Bench.Site, RoomId = room, Policy = Bench.Policy(),
            }))).ShouldHaveSingleItem().Code.ShouldBe(code);
        }

        await bench.ArisesAsync("w1", "b1", bench.Activity("Lu-177", 1e9));
        await bench.ArisesAsync("w2", "b1", bench.Activity("Lu-177", 1e9));
        var container = await bench.OpenAsync();
        inventory.Refuses = Refusal.State("rooms/waste", "ROOM_LIMIT_EXCEEDED", "full");
        (await TestPlatform.RefusalsAsync(async () => await bench.AddAsync(container, "w1"))).ShouldHaveSingleItem().Code.ShouldBe("ROOM_LIMIT_EXCEEDED");
        var loose = (await bench.Waste.ListItemsAsync(new ListItemsRequest { SiteId = Bench.Site, OnlyLoose = true })).Items;
        loose.Select(item => (item.WasteId, item.RoomId, item.ContainerId)).ShouldBe([("w1", "hc-1", ""), ("w2", "hc-1", "")]);
        inventory.Refuses = null;
        await bench.AddAsync(container, "w1");
        container = await bench.AddAsync(container, "w2");

        MoveContainerRequest move = new() { RequestId = TestPlatform.RequestId(), ContainerId = container.ContainerId, RoomId = "cellar", Version = container.Version };
        inventory.Refuses = Refusal.State("rooms/cellar", "ROOM_NOT_AUTHORISED", "not there");
        (await TestPlatform.RefusalsAsync(async () => await bench.Waste.MoveContainerAsync(move))).ShouldHaveSingleItem().Code.ShouldBe("ROOM_NOT_AUTHORISED");
        (await bench.GetAsync(container)).Container.ShouldBe(container);
        inventory.Refuses = null;
        move.RequestId = TestPlatform.RequestId();
        var moved = (await bench.Waste.MoveContainerAsync(move)).Container;
        moved.RoomId.ShouldBe("cellar");
        inventory.Moves[^1].WasteIds.ShouldBe(["w1", "w2"], ignoreOrder: true);
        await platform.SettleAsync();
        var told = platform.Facts<WasteMoved>();
        told.Select(fact => (fact.WasteId, fact.RoomId)).ShouldBe([("w1", "waste"), ("w2", "waste"), ("w1", "cellar"), ("w2", "cellar")], ignoreOrder: true);
        told.ShouldAllBe(fact => fact.TransactionId.StartsWith("move-", StringComparison.Ordinal));

        move = new(move) { RequestId = TestPlatform.RequestId() };
        (await TestPlatform.RefusalsAsync(async () => await bench.Waste.MoveContainerAsync(move))).Select(refusal => refusal.Code).ShouldBe(["VERSION_STALE", "ALREADY_THERE"]);
    }

    [Fact]
    public async Task A_transfer_goes_to_a_licensee_on_file_with_place_manifest_and_signature_and_stays_on_the_container()
    {
        FakeInventory inventory = new();
        await using var platform = await Bench.PlatformAsync(inventory);
        Bench bench = new(platform);
        await bench.ArisesAsync("w1", "b1", bench.Activity("Ac-227", 1e6));
        var container = await bench.CloseAsync(await bench.AddAsync(await bench.OpenAsync(Bench.Policy(policy => policy.DecayInStorage = false)), "w1"));
        DisposeContainerRequest request = new() { RequestId = TestPlatform.RequestId(), ContainerId = container.ContainerId, Version = container.Version, Route = DisposalRoute.Transfer, Reason = "collected" };
        var refused = await TestPlatform.RefusalsAsync(async () => await bench.Waste.DisposeContainerAsync(request));
        refused.Select(refusal => (refusal.Code, refusal.Subject)).ShouldBe([("FIELD_REQUIRED", "transferee_id"), ("FIELD_REQUIRED", "delivery_place"), ("FIELD_REQUIRED", "manifest_number")]);
        (request.TransfereeId, request.DeliveryPlace, request.ManifestNumber) = ("t-1", "Main building", "540-0017");
        WasteService.WasteServiceClient unsigned = new(platform.UnsignedAs(TestPlatform.PersonIn("radiation_safety")));
        (await TestPlatform.RefusalsAsync(async () => await unsigned.DisposeContainerAsync(request))).ShouldHaveSingleItem().Code.ShouldBe("SIGNATURE_REQUIRED");
        inventory.Refuses = Refusal.State("transferees/L-9", "TRANSFEREE_NUCLIDE_NOT_AUTHORISED", "not for Ac-227");
        (await TestPlatform.RefusalsAsync(async () => await bench.Waste.DisposeContainerAsync(request))).ShouldHaveSingleItem().Code.ShouldBe("TRANSFEREE_NUCLIDE_NOT_AUTHORISED");
        (await bench.GetAsync(container)).Container.State.ShouldBe(ContainerState.Closed);

        inventory.Refuses = null;
        request.RequestId = TestPlatform.RequestId();
        var gone = (await bench.Waste.DisposeContainerAsync(request)).Container;
        (gone.State, gone.Transfer.TransfereeId, gone.Transfer.TransfereeName, gone.Transfer.LicenceNumber, gone.Transfer.EvidenceId, gone.Transfer.DeliveryPlace, gone.Transfer.ManifestNumber)
            .ShouldBe((ContainerState.Disposed, "t-1", "Disposal Ltd", "L-9", "DOC-17", "Main building", "540-0017"));
        gone.Transfer.TransactionId.ShouldStartWith("transfer-");
        (inventory.Transfers[^1].TransfereeId, inventory.Transfers[^1].DeliveryPlace).ShouldBe(("t-1", "Main building"));
        // What is for a transfer is not taken for a release.
        await bench.ArisesAsync("w2", "b1", bench.Activity("Lu-177", 1));
        var other = await bench.CloseAsync(await bench.AddAsync(await bench.OpenAsync(), "w2"));
        (await TestPlatform.RefusalsAsync(async () => await bench.Waste.DisposeContainerAsync(new DisposeContainerRequest(Disposal(other)) { ManifestNumber = "540-0018" }))).Select(refusal => refusal.Code).ShouldContain("FIELD_NOT_EXPECTED");
    }

    static DisposeContainerRequest Disposal(Container container) => new()
    {
        RequestId = TestPlatform.RequestId(), ContainerId = container.ContainerId, Route = DisposalRoute.DecayInStorage, LabelsRemoved = true, Version = container.Version, Reason = "decayed",
    };

    static Task<SimulatedPlatform> StartAsync(TestDatabase database, DateTimeOffset start) => SimulatedPlatform.StartAsync(start, database.Settings, builder =>
    {
        builder.Logging.ClearProviders();
        new FakeInventory().Replace(builder);
    });

    static int Eligible(SimulatedPlatform host) =>
        Logs.Of(host.Services).Count(fact => fact.Type == ContainerEligible.Descriptor.FullName);

    static async Task GiveAsync(SimulatedPlatform host, Execution.V1.WasteArisen message)
    {
        var data = FactJson.Write(message);
        await host.Services.PutAsync(new Fact
        {
            Id = "fact-1", Source = "execution", Type = Execution.V1.WasteArisen.Descriptor.FullName, Subject = message.WasteId, Time = TestPlatform.Start, Data = data,
            DataHash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(data))),
            CorrelationId = "fact-1", CausationId = "fact-1", Actor = "service:execution",
        });
        await host.SettleAsync();
    }
}
