using Doseline.Quality.V1;
using Doseline.Shipping.V1;
using Doseline.Testing;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Shipping.Tests;

/// <summary>What may be packed, and what a survey makes of it.</summary>
public sealed class PackingAndSurvey
{
    [Fact]
    [Requirement("A208")]
    public async Task No_dose_is_in_two_packages_and_unpacking_frees_it()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var first = await dock.PackAsync("dose-1");
        (await Dock.RefusedAsync(() => dock.PackAsync("dose-1"))).ShouldBe(["DOSE_IN_OTHER_PACKAGE"]);
        await dock.Packages.DissolvePackageAsync(new DissolvePackageRequest { RequestId = TestPlatform.RequestId(), PackageId = first.PackageId, Version = first.Version, Reason = "wrong pot" });
        (await dock.PackAsync("dose-1")).PackageId.ShouldNotBe(first.PackageId, StringComparer.Ordinal);
        (await dock.Packages.ListPackagesAsync(new ListPackagesRequest { DoseId = "dose-1" })).Packages.Count.ShouldBe(2, "history keeps both parents");
    }

    [Fact]
    public async Task Unknown_foreign_and_unmade_doses_are_refused_together()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("foreign", customer: "hospital-2");
        await dock.DoseAsync("unmade");
        dock.Records.Records["unmade"].Measured = null;
        await dock.DoseAsync("far");
        dock.Records.Records["far"].SiteId = "site-b";
        (await Dock.RefusedAsync(() => dock.PackAsync("foreign", "unmade", "far", "unknown")))
            .ShouldBe(["DOSE_NOT_DISPENSED", "DOSE_UNKNOWN", "DOSE_OF_OTHER_CUSTOMER", "DOSE_AT_OTHER_SITE"]);
    }

    [Fact]
    [Requirement("P10")]
    public async Task Repacking_needs_a_new_survey()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        await dock.DoseAsync("dose-2");
        var ready = await dock.ReadyAsync("dose-1");
        var repacked = (await dock.Packages.RepackPackageAsync(new RepackPackageRequest
        {
            RequestId = TestPlatform.RequestId(), PackageId = ready.PackageId, Version = ready.Version, DoseIds = { "dose-2" }, Reason = "swap",
        })).Package;
        repacked.State.ShouldBe(PackageState.Open);
        repacked.ContentVersion.ShouldBe(2);
        repacked.Survey.ShouldBeNull();
        (await dock.PackAsync("dose-1")).Doses.Single().DoseId.ShouldBe("dose-1");
        await dock.Platform.AdvanceAsync(TimeSpan.FromMinutes(5));
        (await Dock.RefusedAsync(() => dock.SurveyAsync(repacked, change: request => request.Survey.SurveyTime = Timestamp.FromDateTimeOffset(TestPlatform.Start.AddMinutes(-1)))))
            .ShouldBe(["EVENT_TOO_EARLY"]);
    }

    [Fact]
    [Requirement("A009")]
    public async Task A_category_chosen_by_hand_must_be_the_derived_one()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var open = await dock.PackAsync("dose-1");
        var refusal = (await TestPlatform.RefusalsAsync(() => dock.Packages.RecordSurveyAsync(dock.ToSurvey(open, change: request => request.ExpectedCategory = LabelCategory.YellowIi)).ResponseAsync)).Single();
        refusal.Code.ShouldBe("CATEGORY_WRONG");
        refusal.Numbers["derived_category"].ShouldBe("YellowIii");
        (await dock.ReadAsync(open)).State.ShouldBe(PackageState.Open);
    }

    [Fact]
    public async Task A_survey_above_a_limit_is_kept_and_the_package_stays_open()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var answer = await dock.Packages.RecordSurveyAsync(dock.ToSurvey(await dock.PackAsync("dose-1"), change: request => request.Survey.Wipes[0].NetCountsPerMinute = 5_000));
        answer.Package.State.ShouldBe(PackageState.Open);
        answer.Survey.Findings.Single().ShouldStartWith("CONTAMINATION_ABOVE_LIMIT");
        answer.Survey.Wipes[0].ContaminationBqPerCm2.ShouldBeGreaterThan(4);
        answer.Survey.Wipes[0].ReferenceTime.ShouldBe(answer.Survey.SurveyTime);
    }

    [Fact]
    public async Task Contents_above_a2_do_not_go_into_a_type_a_packaging()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1", bq: 701e9);
        var answer = await dock.Packages.RecordSurveyAsync(dock.ToSurvey(await dock.PackAsync("dose-1")));
        answer.Survey.Findings.Single().ShouldStartWith("PACKAGING_TYPE_INSUFFICIENT");
        answer.Package.State.ShouldBe(PackageState.Open);
    }

    [Fact]
    public async Task A_survey_is_refused_with_every_mistake()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1", nuclide: "Ac-225", bq: 8e6);
        var open = await dock.PackAsync("dose-1");
        (await Dock.RefusedAsync(() => dock.SurveyAsync(open, surface: 100, meter: 200, change: request =>
        {
            request.Survey.InstrumentId = "";
            request.Survey.SealId = "";
            request.Survey.Wipes[0].CounterEfficiency = 1.5;
        }))).ShouldBe(["FIELD_REQUIRED", "DOSE_RATES_SWAPPED", "FIELD_REQUIRED", "EFFICIENCY_OUT_OF_RANGE"]);
        (await Dock.RefusedAsync(() => dock.SurveyAsync(open, change: request => request.Survey.Wipes.RemoveAt(1)))).ShouldBe(["WIPE_MISSING"]);
    }

    [Fact]
    [Requirement("A070")]
    public async Task The_same_paper_again_needs_a_reason()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var ready = await dock.ReadyAsync("dose-1");
        (await Dock.RefusedAsync(() => dock.PrintAsync(ready))).ShouldBe(["REPRINT_REASON_REQUIRED"]);
        // The exception is QA's: without its signature, or with another's, nothing is printed.
        PrintPapersRequest reprint = new() { RequestId = TestPlatform.RequestId(), PackageId = ready.PackageId, Version = ready.Version, Reason = "smudged" };
        PackagesService.PackagesServiceClient unsigned = new(dock.Platform.UnsignedAs(TestPlatform.PersonIn("shipping")));
        (await TestPlatform.RefusalsAsync(() => unsigned.PrintPapersAsync(reprint).ResponseAsync)).Select(refusal => (refusal.Code, refusal.Subject))
            .ShouldBe([("SIGNATURE_REQUIRED", "signature"), ("SIGNATURE_REQUIRED", "second_signature")]);
        const string method = "/doseline.shipping.v1.PackagesService/PrintPapers";
        var colleague = TestPlatform.PersonIn("shipping") with { Subject = "person:colleague", Name = "Colleague" };
        reprint.Signature = dock.Platform.Signer.Sign(TestPlatform.PersonIn("shipping"), method, reprint);
        reprint.SecondSignature = dock.Platform.Signer.Sign(colleague, method, reprint, second: true);
        (await Dock.RefusedAsync(() => unsigned.PrintPapersAsync(reprint).ResponseAsync)).ShouldNotBeEmpty();
        (await dock.Packages.GetPackageAsync(new GetPackageRequest { PackageId = ready.PackageId })).Package.PaperVersion.ShouldBe(1);
        var again = await dock.PrintAsync(ready, reason: "smudged");
        again.Paper.PaperVersion.ShouldBe(2);
        again.Paper.Html.ShouldContain("reprint: smudged");
        (await dock.Packages.GetPapersAsync(new GetPapersRequest { PackageId = ready.PackageId })).Paper.ShouldBe(again.Paper);
    }

    [Fact]
    [Requirement("A161")]
    public async Task A_package_shows_the_deviations_on_its_doses_and_their_batches_also_those_opened_after_it_left()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var ready = await dock.ReadyAsync("dose-1");
        await dock.Platform.GiveAsync("dose-1", new DoseDispositionChanged { DoseId = "dose-1", BatchId = "batch-1", OrderId = "order-1", From = Disposition.InProcess, To = Disposition.Pending });
        await dock.Platform.GiveAsync("dev-1", new DeviationOpened { DeviationId = "dev-1", BatchId = "batch-1", Code = "ENVIRONMENT" });
        await dock.Platform.GiveAsync("dev-2", new DeviationOpened { DeviationId = "dev-2", BatchId = "batch-1", DoseId = "dose-of-another-package", Code = "ENVIRONMENT" });
        await dock.Platform.GiveAsync("dev-3", new DeviationOpened { DeviationId = "dev-3", BatchId = "batch-2", Code = "ENVIRONMENT" });
        (await ShownAsync()).ShouldBe([("dev-1", "", false, "")]);
        await dock.ShipAsync(ready);
        await dock.Platform.GiveAsync("dev-1", new DeviationClosed { DeviationId = "dev-1", BatchId = "batch-1", MayContinue = true, CapaReference = "CAPA-2026-014" });
        // The closure of one that is opened after the hand-over may be heard first.
        await dock.Platform.GiveAsync("dev-4", new DeviationClosed { DeviationId = "dev-4", BatchId = "batch-1", MayContinue = true });
        await dock.Platform.GiveAsync("dev-4", new DeviationOpened { DeviationId = "dev-4", BatchId = "batch-1", DoseId = "dose-1", Code = "COMPLAINT" });
        (await ShownAsync()).ShouldBe([("dev-1", "", true, "CAPA-2026-014"), ("dev-4", "dose-1", true, "")]);

        async Task<IEnumerable<(string Id, string Dose, bool Closed, string Capa)>> ShownAsync() =>
            (await dock.Packages.GetPackageAsync(new GetPackageRequest { PackageId = ready.PackageId })).Package.Deviations.Select(d => (d.DeviationId, d.DoseId, d.Closed, d.CapaReference));
    }

    [Fact]
    [Requirement("A061")]
    public async Task A_dose_measured_anew_after_packing_must_be_packed_anew()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var surveyed = await dock.SurveyAsync(await dock.PackAsync("dose-1"));
        dock.Records.Records["dose-1"].Contents[0].ActivityBq = 7.5e9;
        (await Dock.RefusedAsync(() => dock.PrintAsync(surveyed))).ShouldBe(["DOSE_RECORD_CHANGED"]);
    }

    [Fact]
    public async Task Carrier_services_are_published_and_guarded_by_their_version()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.Platform.SettleAsync();
        dock.Platform.Facts<CarrierServicePublished>().Single().CutoffMinuteOfDay.ShouldBe(780);
        var carriers = new CarriersService.CarriersServiceClient(dock.Platform.As("master_data_steward"));
        var service = (await carriers.ListCarrierServicesAsync(new ListCarrierServicesRequest { SiteId = Dock.Site })).Services.Single();
        service.Active = false;
        (await carriers.PutCarrierServiceAsync(new PutCarrierServiceRequest { RequestId = TestPlatform.RequestId(), Service = service })).Service.Version.ShouldBe(2);
        (await Dock.RefusedAsync(() => carriers.PutCarrierServiceAsync(new PutCarrierServiceRequest { RequestId = TestPlatform.RequestId(), Service = service }).ResponseAsync)).ShouldBe(["VERSION_STALE"]);
        (await Dock.RefusedAsync(() => carriers.PutCarrierServiceAsync(new PutCarrierServiceRequest { RequestId = TestPlatform.RequestId() }).ResponseAsync))
            .ShouldBe(["FIELD_REQUIRED", "FIELD_REQUIRED", "WEEKDAYS_INVALID", "ZONE_UNKNOWN", "TRANSIT_OUT_OF_RANGE", "MODE_REQUIRED"]);
    }

    [Fact]
    public async Task A_watch_shows_open_packages_and_then_their_changes()
    {
        await using var dock = await Dock.OpenAsync();
        await dock.DoseAsync("dose-1");
        var open = await dock.PackAsync("dose-1");
        using var watch = dock.Packages.WatchPackages(new WatchPackagesRequest { SiteId = Dock.Site });
        (await watch.ResponseStream.MoveNext(CancellationToken.None)).ShouldBeTrue();
        watch.ResponseStream.Current.Package.State.ShouldBe(PackageState.Open);
        watch.ResponseStream.Current.Hints.Single().LabelVerified.ShouldBeTrue();
        await dock.SurveyAsync(open);
        (await watch.ResponseStream.MoveNext(CancellationToken.None)).ShouldBeTrue();
        watch.ResponseStream.Current.Package.State.ShouldBe(PackageState.Surveyed);
    }
}
