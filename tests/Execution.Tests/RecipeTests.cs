using Doseline.Execution.V1;
using Doseline.Platform.Rpc;
using Doseline.Testing;

namespace Doseline.Execution.Tests;

/// <summary>Master recipes and equipment.</summary>
public sealed class RecipeTests
{
    [Fact]
    [Requirement("A013", "A042", "P09")]
    public async Task A_recipe_is_approved_by_a_second_person_and_never_changes_after()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.StartAsync(platform);
        var draft = await plant.DraftAsync(Plant.Recipe("changed"));
        draft.Version.ShouldBe(2);

        RecipesService.RecipesServiceClient author = new(platform.AsNamed("master_data_steward", "qa"));
        (await TestPlatform.RefusalsAsync(() => author.ApproveRecipeAsync(new ApproveRecipeRequest { RequestId = TestPlatform.RequestId(), Code = Plant.RecipeCode, Version = 2, Etag = draft.Etag }).ResponseAsync))
            .Select(r => r.Code).ShouldBe(["SECOND_PERSON_NEEDED", "EFFECTIVE_TIME_NOT_AFTER_EARLIER_VERSION"]);
        (await TestPlatform.RefusalsAsync(() => plant.ApproveAsync(draft, platform.Now - TimeSpan.FromHours(1)))).Select(r => r.Code)
            .ShouldBe(["EFFECTIVE_TIME_IN_PAST", "EFFECTIVE_TIME_NOT_AFTER_EARLIER_VERSION"]);
        var stale = draft.Clone();
        stale.Etag = 7;
        (await TestPlatform.RefusalsAsync(() => plant.ApproveAsync(stale, platform.Now + TimeSpan.FromHours(1)))).Single().Code.ShouldBe("VERSION_STALE");

        var approved = await plant.ApproveAsync(draft, platform.Now + TimeSpan.FromHours(1));
        approved.Hash.ShouldBe(draft.Hash);
        (await TestPlatform.RefusalsAsync(() => plant.Recipes.PutRecipeAsync(new PutRecipeRequest { RequestId = TestPlatform.RequestId(), Recipe = Plant.Recipe(), Version = 2, Etag = approved.Etag }).ResponseAsync))
            .Single().Code.ShouldBe("RECIPE_APPROVED");
    }

    [Fact]
    [Requirement("A042", "A246")]
    public async Task A_version_is_in_force_from_its_effective_instant_and_not_before()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.StartAsync(platform);
        await plant.ApproveAsync(await plant.DraftAsync(Plant.Recipe("changed")), platform.Now + TimeSpan.FromHours(1));

        await platform.AdvanceAsync(TimeSpan.FromHours(1) - TimeSpan.FromTicks(1));
        (await plant.Recipes.GetRecipeAsync(new GetRecipeRequest { Code = Plant.RecipeCode })).Recipe.Version.ShouldBe(1);
        await platform.AdvanceAsync(TimeSpan.FromTicks(1));
        (await plant.Recipes.GetRecipeAsync(new GetRecipeRequest { Code = Plant.RecipeCode })).Recipe.Version.ShouldBe(2);
        (await plant.Recipes.ListRecipesAsync(new ListRecipesRequest { Code = Plant.RecipeCode })).Recipes.Count.ShouldBe(2);
    }

    [Fact]
    [Requirement("A042")]
    public async Task Every_flaw_of_a_recipe_is_named_at_once()
    {
        await using var platform = await TestPlatform.StartAsync();
        Plant plant = new(platform);
        var recipe = Plant.Recipe();
        recipe.Nuclide = "Xx-1";
        recipe.ShelfLife = null;
        recipe.YieldFractionMin = 2;
        recipe.BalanceToleranceFraction = 0;
        var steps = recipe.UnitProcedures[0].Operations[0].Steps;
        steps[1].MaterialCode = "NOBODY";
        steps[2].Id = "clear";
        steps[2].PerformerRoles.Add("king");
        recipe.UnitProcedures[0].Operations.RemoveAt(1);

        (await TestPlatform.RefusalsAsync(() => plant.DraftAsync(recipe))).Select(r => r.Code).ShouldBe(
        [
            "NUCLIDE_UNKNOWN", "DURATION_OUT_OF_RANGE", "YIELD_RANGE_INVALID", "TOLERANCE_INVALID", "STEP_ID_TWICE",
            "SYNTHESIS_STEP_COUNT_INVALID", "NO_RADIOACTIVE_ISSUE", "MATERIAL_NOT_IN_RECIPE", "ROLE_UNKNOWN",
        ]);
    }

    [Fact]
    [Requirement("A107")]
    public async Task A_recipe_issues_what_is_radioactive_before_the_synthesis_of_it()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.StartAsync(platform);
        var recipe = Plant.Recipe();
        var operations = recipe.UnitProcedures[0].Operations;
        (operations[0], operations[1]) = (operations[1], operations[0]);

        (await TestPlatform.RefusalsAsync(() => plant.DraftAsync(recipe))).Select(r => r.Code).ShouldBe(["SYNTHESIS_BEFORE_MATERIAL"]);
    }

    [Fact]
    [Requirement("A015")]
    public async Task Equipment_changes_state_only_along_its_table()
    {
        await using var platform = await TestPlatform.StartAsync();
        var plant = await Plant.StartAsync(platform);

        var refused = (await TestPlatform.RefusalsAsync(() => MoveAsync(EquipmentState.InUse))).Single();
        refused.Code.ShouldBe("EQUIPMENT_TRANSITION_NOT_ALLOWED");
        refused.Numbers["allowed_states"].ShouldBe("Dirty,OutOfService");
        await MoveAsync(EquipmentState.Dirty);
        // Clean by a cleaning, in and out of maintenance by an order, and back from out of service by one.
        await RefusedAsync(EquipmentState.Clean, EquipmentState.Maintenance);
        await MoveAsync(EquipmentState.OutOfService);
        await RefusedAsync(EquipmentState.Clean, EquipmentState.Dirty, EquipmentState.Maintenance);

        async Task RefusedAsync(params EquipmentState[] states)
        {
            foreach (var state in states) (await TestPlatform.RefusalsAsync(() => MoveAsync(state))).Single().Code.ShouldBe("EQUIPMENT_TRANSITION_NOT_ALLOWED");
        }

        Task MoveAsync(EquipmentState to) => plant.Floor.SetEquipmentStateAsync(
            new SetEquipmentStateRequest { RequestId = TestPlatform.RequestId(), EquipmentId = plant.Synthesiser, State = to }).ResponseAsync;
    }

    [Clause("21 CFR 11.10(h)")]
    [Fact]
    [Requirement("A015", "A020", "A139", "A252")]
    public async Task A_step_is_refused_without_fit_equipment_and_equipment_that_falls_due_during_it_is_an_exception()
    {
        FakePossession possession = new();
        await using var platform = await Shift.PlatformAsync(possession);
        var shift = await Shift.StartAsync(platform, possession, orders: 1);
        var lapsing = await shift.Plant.AddAsync("SYN-2", EquipmentClass.Synthesiser, TimeSpan.FromHours(1.5));
        var lapsed = await shift.Plant.AddAsync("SYN-3", EquipmentClass.Synthesiser, TimeSpan.FromMinutes(30));
        await shift.BeginAsync();
        await shift.PrepareAsync();

        (await BatchTests.Codes(() => shift.StepAsync("synthesis"))).ShouldBe(["EQUIPMENT_MISSING"]);
        (await BatchTests.Codes(() => shift.StepAsync("synthesis", lapsed))).ShouldBe(["EQUIPMENT_NOT_QUALIFIED"]);
        await shift.StepAsync("synthesis", lapsing);
        await platform.AdvanceAsync(TimeSpan.FromHours(1));
        await shift.Operator.RecordEndOfSynthesisAsync(new RecordEndOfSynthesisRequest
        {
            RequestId = TestPlatform.RequestId(),
            BatchId = shift.BatchId,
            EndOfSynthesisTime = platform.Now.ToWire(),
            Bulk = Plant.Lutetium(38 / 1.02, platform.Now),
            VolumeMl = 20,
            InstrumentId = shift.Plant.Calibrator,
            Geometry = "10 mL vial",
        });
        (await shift.CompleteAsync("synthesis")).Exceptions.Single().Code.ShouldBe("EQUIPMENT_NOT_QUALIFIED_DURING_STEP");
    }
}
