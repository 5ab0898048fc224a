using Doseline.Platform.Actors;
using Doseline.Platform.Data;
using Doseline.Quality.Domain;
using Doseline.Quality.V1;
using RetestPlan = Doseline.Quality.Domain.RetestPlan;
using WirePlan = Doseline.Quality.V1.RetestPlan;

namespace Doseline.Quality.Data;

/// <summary>An investigation of a result out of specification.</summary>
public sealed class InvestigationRow : IGxpRow
{
    /// <summary>Investigation identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Site.</summary>
    public required string SiteId { get; init; }

    /// <summary>Batch.</summary>
    public required string BatchId { get; init; }

    /// <summary>Dose; empty for the batch.</summary>
    public required string DoseId { get; init; }

    /// <summary>Test.</summary>
    public required string TestCode { get; init; }

    /// <summary>Result out of specification.</summary>
    public required string ResultId { get; init; }

    /// <summary>Deviation it belongs to.</summary>
    public required string DeviationId { get; init; }

    /// <summary>Analyst of the result: immutable id.</summary>
    public required string AnalystId { get; init; }

    /// <summary>Instant it was opened (UTC).</summary>
    public required DateTimeOffset OpenedTime { get; init; }

    /// <summary>Phase 1, proto JSON; null before.</summary>
    public string? Laboratory { get; set; }

    /// <summary>Phase 2, proto JSON; null before.</summary>
    public string? FullPhase { get; set; }

    /// <summary>Retest plan, proto JSON; null for none.</summary>
    public string? Plan { get; set; }

    /// <summary>How it ended.</summary>
    public OosConclusion Conclusion { get; set; }

    /// <summary>Why; empty while open.</summary>
    public string ConclusionText { get; set; } = "";

    /// <summary>Signature of the conclusion, proto JSON; null while open.</summary>
    public string? Closure { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";

    /// <summary>The investigation of a result, as it is opened.</summary>
    /// <param name="result">Result out of specification.</param>
    /// <param name="id">Investigation identifier.</param>
    /// <param name="siteId">Site of its batch.</param>
    /// <param name="now">Now (UTC).</param>
    public static InvestigationRow Of(ResultRow result, string id, string siteId, DateTimeOffset now) => new()
    {
        Id = id, SiteId = siteId, BatchId = result.BatchId, DoseId = result.DoseId, TestCode = result.TestCode, ResultId = result.Id, DeviationId = result.DeviationId,
        AnalystId = result.AnalystId, OpenedTime = now,
    };

    /// <summary>The investigation as its rules see it.</summary>
    /// <param name="results">Results of its batch.</param>
    public Domain.Investigation ToDomain(IEnumerable<ResultRow> results)
    {
        var plan = Plan is null ? null : WirePlan.Parser.ParseJson(Plan);
        return new Domain.Investigation(Id, ResultId, AnalystId, Found(Laboratory), Found(FullPhase),
            plan is null ? null : new RetestPlan(plan.RetestCount, plan.SampleId, plan.AnalystId, plan.ProposerId, plan.ApproveTime?.ToDateTimeOffset()),
            [.. RetestsIn(results).Select(r => r.Finding)], Conclusion);
    }

    /// <summary>Retests by its plan, oldest first.</summary>
    public IEnumerable<ResultRow> RetestsIn(IEnumerable<ResultRow> results) => results.Where(r => r.InvestigationId == Id && r.Id != ResultId).OrderBy(r => r.Attempt);

    static Domain.CauseFinding Found(string? phase) => phase is null ? Domain.CauseFinding.NotDone : (Domain.CauseFinding)(int)InvestigationPhase.Parser.ParseJson(phase).Finding;
}

/// <summary>A corrective and preventive action, and its clock.</summary>
public sealed record CapaRow : IActorRow
{
    /// <summary>Identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Number as people name it.</summary>
    public required string CapaReference { get; init; }

    /// <summary>Site.</summary>
    public required string SiteId { get; init; }

    /// <summary>What is to be done.</summary>
    public required string Action { get; init; }

    /// <summary>Owner: immutable id.</summary>
    public required string OwnerId { get; set; }

    /// <summary>Owner: printed name.</summary>
    public required string OwnerName { get; set; }

    /// <summary>Instant by which it is to be done (UTC).</summary>
    public required DateTimeOffset DueTime { get; set; }

    /// <summary>What shows that it helped.</summary>
    public required string EffectivenessCriterion { get; init; }

    /// <summary>Instant by which that is to be checked (UTC).</summary>
    public required DateTimeOffset EffectivenessDueTime { get; set; }

    /// <summary>State.</summary>
    public Domain.CapaState State { get; set; } = Domain.CapaState.Open;

    /// <summary>Instant since which it is overdue (UTC); null when it is not.</summary>
    public DateTimeOffset? OverdueTime { get; set; }

    /// <summary>Printed name of who opened it.</summary>
    public required string OpenedBy { get; init; }

    /// <summary>Instant it was opened (UTC).</summary>
    public required DateTimeOffset OpenedTime { get; init; }

    /// <summary>What was done; empty before.</summary>
    public string DoneText { get; set; } = "";

    /// <summary>Instant it was said to be done (UTC); null before.</summary>
    public DateTimeOffset? DoneTime { get; set; }

    /// <summary>Why it was planned anew last; empty when it was not.</summary>
    public string ReplanReason { get; set; } = "";

    /// <summary>Signature of the closing, proto JSON; null before.</summary>
    public string? Closure { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";

    /// <summary>The action as its rules see it.</summary>
    public Domain.Capa ToDomain() => new(Id, State, OwnerId);
}

/// <summary>A check whether an action helped; never changed.</summary>
public sealed class CapaCheckRow : IGxpRow
{
    /// <summary>Action.</summary>
    public required string CapaId { get; init; }

    /// <summary>Number of the check, from 1.</summary>
    public required long Number { get; init; }

    /// <summary>True when it helped.</summary>
    public required bool Effective { get; init; }

    /// <summary>What was found.</summary>
    public required string Finding { get; init; }

    /// <summary>Who checked: printed name.</summary>
    public required string CheckedBy { get; init; }

    /// <summary>Who checked: immutable id.</summary>
    public required string CheckedId { get; init; }

    /// <summary>Instant of the check (UTC).</summary>
    public required DateTimeOffset CheckedTime { get; init; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";
}
