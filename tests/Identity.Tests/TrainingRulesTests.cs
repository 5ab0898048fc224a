using Doseline.Identity.Domain;
using Doseline.Testing;

namespace Doseline.Identity.Tests;

/// <summary>Training is on a version, and a new version asks for new training.</summary>
public sealed class TrainingRulesTests
{
    static readonly DateTimeOffset Now = TestPlatform.Start;

    [Fact]
    [Requirement("A212", "A237")]
    public void A_new_version_needs_new_training_from_the_instant_it_is_in_force()
    {
        ProcedureVersion[] versions = [new(1, Now.AddDays(-30)), new(2, Now)];
        TrainingRules.Check(versions, [new(1, null, false)], true, Now.AddTicks(-1)).ShouldBe(new(TrainingStanding.Trained, 1, 1));
        TrainingRules.Check(versions, [new(1, null, false)], true, Now).ShouldBe(new(TrainingStanding.Outdated, 2, 1));
        TrainingRules.Check(versions, [new(1, null, false), new(2, null, false)], true, Now).ShouldBe(new(TrainingStanding.Trained, 2, 2));
        TrainingRules.Check(versions, [new(2, null, false)], true, Now.AddTicks(-1)).Standing.ShouldBe(TrainingStanding.Outdated);
    }

    [Fact]
    [Requirement("A212", "A237")]
    public void What_was_never_done_ran_out_or_was_withdrawn_does_not_count()
    {
        ProcedureVersion[] versions = [new(1, Now)];
        TrainingRules.Check([], [], true, Now).Standing.ShouldBe(TrainingStanding.NoProcedure);
        TrainingRules.Check([new(1, Now.AddTicks(1))], [new(1, null, false)], true, Now).Standing.ShouldBe(TrainingStanding.NoProcedure);
        TrainingRules.Check(versions, [], true, Now).Standing.ShouldBe(TrainingStanding.Never);
        TrainingRules.Check(versions, [new(1, Now, false)], true, Now).Standing.ShouldBe(TrainingStanding.Expired);
        TrainingRules.Check(versions, [new(1, null, true)], true, Now).Standing.ShouldBe(TrainingStanding.Withdrawn);
        TrainingRules.Check(versions, [new(1, null, true), new(1, Now.AddDays(1), false)], true, Now).Standing.ShouldBe(TrainingStanding.Trained);
        TrainingRules.Check(versions, [new(1, null, false)], false, Now).Standing.ShouldBe(TrainingStanding.NotConfirmed);
        TrainingRules.Check(versions, [], false, Now).Standing.ShouldBe(TrainingStanding.Never);
    }

    [Fact]
    [Requirement("A212")]
    public void A_version_follows_the_last_and_is_not_in_force_before_it_is_published()
    {
        TrainingRules.Publish("dispensing", 1, Now, null, Now).ShouldBeEmpty();
        TrainingRules.Publish("Dispensing!", 3, Now.AddDays(-1), new(1, Now), Now).Select(r => r.Code)
            .ShouldBe(["CODE_INVALID", "VERSION_NOT_NEXT", "EFFECTIVE_IN_PAST", "EFFECTIVE_BEFORE_LAST"]);
    }

    [Fact]
    [Requirement("A212")]
    public void Nobody_records_their_own_training_nor_one_that_is_not_done()
    {
        TrainingRules.Record("ann", "ben", true, Now, null, Now).ShouldBeEmpty();
        TrainingRules.Record("ann", "ann", false, Now.AddDays(1), Now, Now).Select(r => r.Code)
            .ShouldBe(["OWN_TRAINING", "PROCEDURE_UNKNOWN", "EVENT_IN_FUTURE", "EXPIRES_BEFORE_TRAINED"]);
    }
}
