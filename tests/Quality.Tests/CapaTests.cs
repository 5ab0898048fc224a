using Doseline.Platform.Rpc;
using Doseline.Quality.V1;
using Doseline.Testing;

namespace Doseline.Quality.Tests;

/// <summary>An action has an owner, dates and a check whether it helped, and deviation and action name each other.</summary>
public sealed class CapaTests : IAsyncLifetime
{
    const string Owner = "process owner";
    static readonly TimeSpan DueIn = TimeSpan.FromDays(30);
    static readonly TimeSpan CheckIn = TimeSpan.FromDays(90);

    TestPlatform platform = null!;
    QualityScene scene = null!;

    public async Task InitializeAsync()
    {
        platform = await TestPlatform.StartAsync();
        scene = new(platform);
        await scene.ReadyAsync();
    }

    public async Task DisposeAsync() => await platform.DisposeAsync();

    CapasService.CapasServiceClient Capas(string role = "qa") => new(platform.As(role));

    CapasService.CapasServiceClient AsOwner => new(platform.AsNamed(Owner, "operator"));

    [Fact]
    [Requirement("A086", "A087")]
    public async Task Deviation_and_action_name_each_other_whether_linked_before_or_after_closing_and_everybody_hears_of_it()
    {
        var (first, second) = (await DeviateAsync("dose-1"), await DeviateAsync("dose-2"));
        (await TestPlatform.RefusalsAsync(() => CloseAsync(first, "CAPA-2026-014"))).ShouldHaveSingleItem().Code.ShouldBe("CAPA_UNKNOWN");
        var capa = await OpenAsync("CAPA-2026-014", first.DeviationId);
        (capa.State, capa.OwnerName, capa.Version).ShouldBe((CapaState.Open, Owner, 1L));
        var closed = await CloseAsync(await DeviationAsync(first.DeviationId), "");
        closed.CapaReference.ShouldBe("CAPA-2026-014", "what is linked stays");
        await CloseAsync(second, "");
        await Capas().LinkDeviationAsync(new LinkDeviationRequest { RequestId = TestPlatform.RequestId(), CapaId = capa.CapaId, DeviationId = second.DeviationId });
        (await DeviationAsync(second.DeviationId)).CapaReference.ShouldBe("CAPA-2026-014");
        (await CapaAsync(capa.CapaId)).DeviationIds.ShouldBe([first.DeviationId, second.DeviationId], ignoreOrder: true);
        await platform.SettleAsync();
        platform.Facts<CapaLinked>().Select(f => (f.DeviationId, f.CapaReference)).ShouldBe([(first.DeviationId, "CAPA-2026-014"), (second.DeviationId, "CAPA-2026-014")]);
        platform.Facts<DeviationClosed>().Single(f => f.DeviationId == first.DeviationId).CapaReference.ShouldBe("CAPA-2026-014");

        (await TestPlatform.RefusalsAsync(() => OpenAsync("CAPA-2026-014"))).ShouldHaveSingleItem().Code.ShouldBe("CAPA_REFERENCE_TAKEN");
        (await TestPlatform.RefusalsAsync(() => OpenAsync("CAPA-2026-015", first.DeviationId))).ShouldHaveSingleItem().Code.ShouldBe("DEVIATION_HAS_CAPA");
        (await TestPlatform.RefusalsAsync(() => OpenAsync("CAPA-2026-015", "none"))).ShouldHaveSingleItem().Code.ShouldBe("DEVIATION_UNKNOWN");
        (await TestPlatform.RefusalsAsync(() => OpenAsync("CAPA-2026-015", [.. Enumerable.Repeat("none", 101)]))).ShouldHaveSingleItem().Code.ShouldBe("TOO_MANY_DEVIATIONS");
        (await Capas("auditor").ListCapasAsync(new ListCapasRequest())).Capas.ShouldHaveSingleItem();
    }

    [Fact]
    [Requirement("A086")]
    public async Task An_action_is_done_by_its_owner_checked_by_another_and_closed_only_once_it_was_found_effective()
    {
        var id = (await OpenAsync("CAPA-1")).CapaId;
        (await TestPlatform.RefusalsAsync(() => CloseCapaAsync(Capas(), id, 1))).Select(r => r.Code).ShouldBe(["EFFECTIVENESS_NOT_CHECKED"]);
        CompleteCapaRequest done = new() { RequestId = TestPlatform.RequestId(), CapaId = id, Version = 1, Text = "Columns are changed after twenty runs; SOP-12 version 4." };
        (await TestPlatform.RefusalsAsync(() => Capas().CompleteCapaAsync(done).ResponseAsync)).Select(r => r.Code).ShouldBe(["NOT_OWNER"]);
        done.RequestId = TestPlatform.RequestId();
        (await AsOwner.CompleteCapaAsync(done)).Capa.State.ShouldBe(CapaState.Done);
        (await TestPlatform.RefusalsAsync(() => CloseCapaAsync(Capas(), id, 2))).Select(r => r.Code).ShouldBe(["EFFECTIVENESS_NOT_CHECKED"]);
        var itself = new CapasService.CapasServiceClient(platform.AsNamed(Owner, "qa"));
        (await TestPlatform.RefusalsAsync(() => CheckAsync(itself, id, 2, effective: true))).Select(r => r.Code).ShouldBe(["CHECKER_IS_OWNER"]);

        // It did not help: it is to be done again, with dates of its own, and that stays on record.
        await platform.AdvanceAsync(DueIn);
        (await TestPlatform.RefusalsAsync(() => CheckAsync(Capas(), id, 2, effective: false, again: false))).Select(r => r.Code).ShouldAllBe(c => c.StartsWith("TIME_", StringComparison.Ordinal) || c == "FIELD_REQUIRED");
        (await CheckAsync(Capas(), id, 2, effective: false)).State.ShouldBe(CapaState.Open);
        await AsOwner.CompleteCapaAsync(new CompleteCapaRequest { RequestId = TestPlatform.RequestId(), CapaId = id, Version = 3, Text = "Another supplier." });
        var checkedAt = platform.Now;
        var effective = await CheckAsync(Capas(), id, 4, effective: true);
        effective.Checks.Select(c => (c.Effective, c.CheckTime.ToDateTimeOffset())).ShouldBe([(false, checkedAt), (true, checkedAt)]);
        (await TestPlatform.RefusalsAsync(() => CloseCapaAsync(itself, id, 5))).Select(r => r.Code).ShouldBe(["CLOSER_IS_OWNER"]);
        var closed = await CloseCapaAsync(Capas(), id, 5);
        (closed.State, closed.Closure.Meaning).ShouldBe((CapaState.Closed, SignatureMeaning.Decide));
        (await TestPlatform.RefusalsAsync(() => CloseCapaAsync(Capas(), id, 6))).Select(r => r.Code).ShouldBe(["CAPA_CLOSED"]);
        (await Capas().ListCapasAsync(new ListCapasRequest { OpenOnly = true })).Capas.ShouldBeEmpty();
    }

    [Fact]
    [Requirement("A086")]
    public async Task An_action_that_is_not_done_or_not_checked_by_its_date_is_overdue_from_that_instant()
    {
        var opened = platform.Now;
        var id = (await OpenAsync("CAPA-1")).CapaId;
        await platform.AdvanceAsync(DueIn - TimeSpan.FromSeconds(1));
        (await Capas().ListCapasAsync(new ListCapasRequest { OverdueOnly = true })).Capas.ShouldBeEmpty();
        await platform.AdvanceAsync(TimeSpan.FromSeconds(2));
        (await Capas().ListCapasAsync(new ListCapasRequest { OverdueOnly = true })).Capas.ShouldHaveSingleItem().OverdueTime.ToDateTimeOffset().ShouldBe(opened + DueIn);
        await AsOwner.CompleteCapaAsync(new CompleteCapaRequest { RequestId = TestPlatform.RequestId(), CapaId = id, Version = 2, Text = "Done." });
        (await CapaAsync(id)).OverdueTime.ShouldBeNull();
        await platform.AdvanceAsync(CheckIn - DueIn);
        (await CapaAsync(id)).OverdueTime.ToDateTimeOffset().ShouldBe(opened + CheckIn);

        // Another date is QA's, with a reason and a signature.
        ReplanCapaRequest replan = new()
        {
            RequestId = TestPlatform.RequestId(), CapaId = id, Version = 4, OwnerId = $"person:{Owner}", OwnerName = Owner, DueTime = platform.Now.AddDays(-1).ToWire(), EffectivenessDueTime = platform.Now.AddDays(9).ToWire(),
        };
        (await TestPlatform.RefusalsAsync(() => Capas().ReplanCapaAsync(replan).ResponseAsync)).Select(r => r.Code).ShouldBe(["FIELD_REQUIRED", "DUE_IN_PAST"]);
        (replan.RequestId, replan.DueTime, replan.Reason) = (TestPlatform.RequestId(), platform.Now.AddDays(1).ToWire(), "No batch was made meanwhile.");
        // Who did it does not become somebody who checks and closes it, by handing it on.
        replan.OwnerId = "person:another";
        (await TestPlatform.RefusalsAsync(() => Capas().ReplanCapaAsync(replan).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe("OWNER_DID_IT");
        replan.OwnerId = $"person:{Owner}";
        (await Capas().ReplanCapaAsync(replan)).Capa.OverdueTime.ShouldBeNull();
    }

    async Task<Deviation> DeviateAsync(string dose) => (await scene.Deviations().OpenDeviationAsync(new OpenDeviationRequest
    {
        RequestId = TestPlatform.RequestId(), BatchId = QualityScene.Batch, DoseId = dose, Code = "VIAL_SCRATCHED", Summary = "A scratch.",
    })).Deviation;

    async Task<Deviation> DeviationAsync(string id) => (await scene.Deviations().GetDeviationAsync(new GetDeviationRequest { DeviationId = id })).Deviation;

    async Task<Deviation> CloseAsync(Deviation deviation, string capa) => (await scene.Deviations().CloseDeviationAsync(new CloseDeviationRequest
    {
        RequestId = TestPlatform.RequestId(), DeviationId = deviation.DeviationId, Conclusion = DeviationConclusion.MayContinue, RootCause = "Gripper.", CapaReference = capa, Version = deviation.Version,
    })).Deviation;

    async Task<Capa> OpenAsync(string reference, params string[] deviations) => (await Capas().OpenCapaAsync(new OpenCapaRequest
    {
        RequestId = TestPlatform.RequestId(), CapaReference = reference, SiteId = "site-1", Action = "Change columns earlier.", OwnerId = $"person:{Owner}", OwnerName = Owner,
        DueTime = (platform.Now + DueIn).ToWire(), EffectivenessCriterion = "Twenty batches pass.", EffectivenessDueTime = (platform.Now + CheckIn).ToWire(), DeviationIds = { deviations },
    })).Capa;

    async Task<Capa> CapaAsync(string id) => (await Capas("auditor").GetCapaAsync(new GetCapaRequest { CapaId = id })).Capa;

    async Task<Capa> CheckAsync(CapasService.CapasServiceClient who, string id, long version, bool effective, bool again = true)
    {
        CheckEffectivenessRequest check = new() { RequestId = TestPlatform.RequestId(), CapaId = id, Version = version, Effective = effective, Finding = "Batches since then." };
        if (!effective && again) (check.DueTime, check.EffectivenessDueTime) = ((platform.Now + DueIn).ToWire(), (platform.Now + CheckIn).ToWire());
        return (await who.CheckEffectivenessAsync(check)).Capa;
    }

    static async Task<Capa> CloseCapaAsync(CapasService.CapasServiceClient who, string id, long version) =>
        (await who.CloseCapaAsync(new CloseCapaRequest { RequestId = TestPlatform.RequestId(), CapaId = id, Version = version })).Capa;
}
