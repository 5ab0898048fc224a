using Doseline.Kernel.Rules;

namespace Doseline.Quality.Domain;

/// <summary>Whether a phase of an investigation found why a result is what it is.</summary>
public enum CauseFinding
{
    /// <summary>The phase is not done.</summary>
    NotDone,

    /// <summary>An assignable cause was found.</summary>
    Assignable,

    /// <summary>None was found.</summary>
    None,
}

/// <summary>How an investigation ended.</summary>
public enum OosConclusion
{
    /// <summary>It is open.</summary>
    Open,

    /// <summary>The result does not count, for the cause found.</summary>
    Invalidated,

    /// <summary>The result counts, whatever else is measured.</summary>
    Confirmed,
}

/// <summary>How often a test is repeated, on what and by whom.</summary>
/// <param name="RetestCount">Retests to be made, from 1.</param>
/// <param name="SampleId">Sample; empty for a test on the dose itself.</param>
/// <param name="AnalystId">Who makes them: immutable id.</param>
/// <param name="ProposerId">Who proposed it: immutable id.</param>
/// <param name="ApprovedTime">Instant of the approval (UTC); null before.</param>
public sealed record RetestPlan(long RetestCount, string SampleId, string AnalystId, string ProposerId, DateTimeOffset? ApprovedTime);

/// <summary>An investigation, as far as what may happen depends on it.</summary>
/// <param name="Id">Investigation.</param>
/// <param name="ResultId">Result out of specification.</param>
/// <param name="AnalystId">Its analyst: immutable id.</param>
/// <param name="Laboratory">Phase 1.</param>
/// <param name="Full">Phase 2.</param>
/// <param name="Plan">Retest plan; null for none.</param>
/// <param name="Retests">Verdicts of the retests made.</param>
/// <param name="Conclusion">How it ended.</param>
public sealed record Investigation(
    string Id, string ResultId, string AnalystId, CauseFinding Laboratory, CauseFinding Full, RetestPlan? Plan, IReadOnlyList<Finding> Retests, OosConclusion Conclusion);

/// <summary>What an investigation of a result out of specification demands, after FDA's guidance "Investigating Out-of-Specification (OOS) Test Results for
/// Pharmaceutical Production" (2022) and 21 CFR 211.192: two phases, retests by another analyst and by a plan made before them, no testing until it passes.</summary>
public static class InvestigationRules
{
    /// <summary>More retests than this are no plan; how many fewer a site allows is its own procedure's.</summary>
    public const int RetestsMax = 20;

    /// <summary>Every reason against recording phase 1.</summary>
    /// <param name="investigation">Investigation.</param>
    /// <param name="finding">What was found.</param>
    /// <param name="personId">Who records: immutable id.</param>
    public static List<Refusal> Laboratory(Investigation investigation, CauseFinding finding, string personId)
    {
        var refusals = Open(investigation);
        FindingGiven(finding, refusals);
        if (investigation.Laboratory is not CauseFinding.NotDone)
            refusals.Add(State(investigation, "PHASE_DONE", "Phase 1 is recorded.").With("finding", investigation.Laboratory));
        if (personId == investigation.AnalystId)
            refusals.Add(State(investigation, "INVESTIGATOR_IS_ANALYST", "The analyst of a result does not investigate it.").With("analyst_id", investigation.AnalystId));
        return refusals;
    }

    /// <summary>Every reason against recording phase 2.</summary>
    public static List<Refusal> Full(Investigation investigation, CauseFinding finding)
    {
        var refusals = Open(investigation);
        FindingGiven(finding, refusals);
        if (investigation.Laboratory is CauseFinding.NotDone)
            refusals.Add(State(investigation, "LABORATORY_PHASE_MISSING", "Phase 1 comes first."));
        if (investigation.Full is not CauseFinding.NotDone)
            refusals.Add(State(investigation, "PHASE_DONE", "Phase 2 is recorded.").With("finding", investigation.Full));
        return refusals;
    }

    /// <summary>Every reason against a retest plan.</summary>
    public static List<Refusal> Plan(Investigation investigation, RetestPlan plan)
    {
        var refusals = Open(investigation);
        if (investigation.Laboratory is CauseFinding.NotDone)
            refusals.Add(State(investigation, "LABORATORY_PHASE_MISSING", "Phase 1 comes before a retest."));
        if (investigation.Plan is not null)
            refusals.Add(State(investigation, "RETEST_PLANNED", "The investigation has its retest plan; it gets no second one."));
        if (plan.RetestCount is < 1 or > RetestsMax)
            refusals.Add(Refusal.Invalid("retest_count", "RETEST_COUNT_OUT_OF_RANGE", $"A plan names from 1 to {RetestsMax} retests.").With("retest_count", plan.RetestCount).With("retest_count_max", RetestsMax));
        if (plan.AnalystId == investigation.AnalystId)
            refusals.Add(Refusal.Invalid("analyst_id", "RETEST_ANALYST_IS_FIRST", "Somebody else than the analyst of the result makes the retests.").With("analyst_id", plan.AnalystId));
        return refusals;
    }

    /// <summary>Every reason against approving the retest plan.</summary>
    public static List<Refusal> Approve(Investigation investigation, string approverId)
    {
        var refusals = Open(investigation);
        if (investigation.Plan is not { } plan)
        {
            refusals.Add(State(investigation, "RETEST_NOT_PLANNED", "The investigation has no retest plan."));
            return refusals;
        }

        if (plan.ApprovedTime is { } before) refusals.Add(State(investigation, "RETEST_APPROVED", "The retest plan is approved.").With("approve_time", before));
        if (approverId == plan.ProposerId) refusals.Add(State(investigation, "APPROVER_IS_AUTHOR", "Somebody else than who proposed the plan approves it."));
        if (approverId == plan.AnalystId) refusals.Add(State(investigation, "APPROVER_IS_ANALYST", "Somebody else than who is to measure approves the plan."));
        return refusals;
    }

    /// <summary>Every reason against recording one more result of a test whose first one is out of specification.</summary>
    /// <param name="resultId">That result.</param>
    /// <param name="investigation">Its investigation; null when it has none.</param>
    /// <param name="sampleId">Sample of the repeat.</param>
    /// <param name="analystId">Who made it: immutable id.</param>
    /// <param name="measured">Instant of its measurement (UTC).</param>
    public static List<Refusal> Retest(string resultId, Investigation? investigation, string sampleId, string analystId, DateTimeOffset measured)
    {
        if (investigation is null)
            return [Refusal.State($"results/{resultId}", "INVESTIGATION_MISSING", "The result is out of specification and not investigated; the test is not repeated before.").With("result_id", resultId)];
        if (investigation.Conclusion is OosConclusion.Confirmed)
            return [State(investigation, "RESULT_CONFIRMED", "The result out of specification is confirmed; the test is not repeated.").With("result_id", resultId)];
        if (investigation.Plan is not { ApprovedTime: { } approved } plan)
            return [State(investigation, "RETEST_NOT_APPROVED", "A test out of specification is repeated by an approved retest plan alone.").With("result_id", resultId)];
        List<Refusal> refusals = [];
        if (investigation.Retests.Count >= plan.RetestCount)
            refusals.Add(State(investigation, "RETESTS_USED_UP", "Every planned retest is made.").With("retest_count", plan.RetestCount));
        if (sampleId != plan.SampleId)
            refusals.Add(Refusal.Invalid("sample_id", "RETEST_SAMPLE_DIFFERS", "The plan names another sample.").With("sample_id", sampleId).With("sample_id_planned", plan.SampleId));
        if (analystId != plan.AnalystId)
            refusals.Add(State(investigation, "RETEST_ANALYST_DIFFERS", "The plan names another analyst.").With("analyst_id", analystId).With("analyst_id_planned", plan.AnalystId));
        if (measured < approved)
            refusals.Add(Refusal.Invalid("measure_time", "RETEST_BEFORE_APPROVAL", "What was measured before the plan was approved is no retest.").With("measure_time", measured).With("approve_time", approved));
        return refusals;
    }

    /// <summary>Every reason against a conclusion.</summary>
    public static List<Refusal> Conclude(Investigation investigation, OosConclusion conclusion)
    {
        var refusals = Open(investigation);
        if (conclusion is OosConclusion.Open)
            refusals.Add(Refusal.Invalid("conclusion", "CONCLUSION_REQUIRED", "An investigation is concluded with INVALIDATED or CONFIRMED."));
        if (investigation.Laboratory is CauseFinding.NotDone)
            refusals.Add(State(investigation, "LABORATORY_PHASE_MISSING", "Phase 1 is not recorded."));
        if (investigation is { Laboratory: CauseFinding.None, Full: CauseFinding.NotDone })
            refusals.Add(State(investigation, "FULL_PHASE_MISSING", "The laboratory found no cause; phase 2 is not recorded."));
        // A retest that was decided on is made, whatever the first one shows; one that nobody approved binds nobody.
        if (investigation.Plan is { ApprovedTime: not null } plan && investigation.Retests.Count < plan.RetestCount)
            refusals.Add(State(investigation, "RETESTS_MISSING", "Not every planned retest is made.").With("retest_count", plan.RetestCount).With("retests_made", investigation.Retests.Count));
        if (conclusion is OosConclusion.Invalidated) Invalidate(investigation, refusals);
        return refusals;
    }

    static void Invalidate(Investigation investigation, List<Refusal> refusals)
    {
        if (investigation.Laboratory is not CauseFinding.Assignable && investigation.Full is not CauseFinding.Assignable)
            refusals.Add(State(investigation, "CAUSE_NOT_ASSIGNABLE", "A result is invalidated only for an assignable cause; without one it is confirmed."));
        if (investigation.Plan is not { ApprovedTime: not null })
            refusals.Add(State(investigation, "RETEST_NOT_APPROVED", "What is invalidated is replaced by planned retests; there are none."));
        var failed = investigation.Retests.Count(r => r is not Finding.Pass);
        if (failed > 0) refusals.Add(State(investigation, "RETEST_OUT_OF_SPECIFICATION", "A retest is out of specification too.").With("failed_retest_count", failed));
    }

    static List<Refusal> Open(Investigation investigation) => investigation.Conclusion is OosConclusion.Open
        ? [] : [State(investigation, "INVESTIGATION_CONCLUDED", "The investigation is concluded.").With("conclusion", investigation.Conclusion)];

    static void FindingGiven(CauseFinding finding, List<Refusal> refusals)
    {
        if (finding is CauseFinding.NotDone) refusals.Add(Refusal.Invalid("finding", "FINDING_REQUIRED", "A phase ends with ASSIGNABLE or NONE."));
    }

    static Refusal State(Investigation investigation, string code, string message) =>
        Refusal.State($"investigations/{investigation.Id}", code, message).With("investigation_id", investigation.Id);
}
