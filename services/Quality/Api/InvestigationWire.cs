using Doseline.Quality.Data;
using Doseline.Quality.Domain;
using Doseline.Quality.V1;
using Google.Protobuf.WellKnownTypes;
using Capa = Doseline.Quality.V1.Capa;
using CapaState = Doseline.Quality.V1.CapaState;
using Investigation = Doseline.Quality.V1.Investigation;
using RetestPlan = Doseline.Quality.V1.RetestPlan;

namespace Doseline.Quality.Api;

/// <summary>Investigations and actions as sent.</summary>
static class InvestigationWire
{
    /// <summary>As sent; <paramref name="version"/> is what the save under way makes of it.</summary>
    public static Investigation ToWire(this InvestigationRow row, IReadOnlyCollection<ResultRow> results, long? version = null) => new()
    {
        InvestigationId = row.Id,
        SiteId = row.SiteId,
        BatchId = row.BatchId,
        DoseId = row.DoseId,
        TestCode = row.TestCode,
        ResultId = row.ResultId,
        DeviationId = row.DeviationId,
        OpenTime = Timestamp.FromDateTimeOffset(row.OpenedTime),
        Laboratory = row.Laboratory is null ? null : InvestigationPhase.Parser.ParseJson(row.Laboratory),
        Full = row.FullPhase is null ? null : InvestigationPhase.Parser.ParseJson(row.FullPhase),
        Plan = row.Plan is null ? null : RetestPlan.Parser.ParseJson(row.Plan),
        RetestResultIds = { row.RetestsIn(results).Select(r => r.Id) },
        FailedRetestCount = row.RetestsIn(results).Count(r => r.Finding is not Finding.Pass),
        Conclusion = (InvestigationConclusion)(int)row.Conclusion,
        ConclusionText = row.ConclusionText,
        Closure = Words.Signature(row.Closure),
        Version = version ?? row.Version,
    };

    /// <summary>As sent; <paramref name="version"/> is what the save under way makes of it.</summary>
    public static Capa ToWire(this CapaRow row, IEnumerable<CapaCheckRow> checks, IEnumerable<string> deviationIds, long? version = null) => new()
    {
        CapaId = row.Id,
        CapaReference = row.CapaReference,
        SiteId = row.SiteId,
        Action = row.Action,
        OwnerId = row.OwnerId,
        OwnerName = row.OwnerName,
        DueTime = Timestamp.FromDateTimeOffset(row.DueTime),
        EffectivenessCriterion = row.EffectivenessCriterion,
        EffectivenessDueTime = Timestamp.FromDateTimeOffset(row.EffectivenessDueTime),
        State = (CapaState)(int)row.State,
        OverdueTime = Words.Time(row.OverdueTime),
        OpenedBy = row.OpenedBy,
        OpenTime = Timestamp.FromDateTimeOffset(row.OpenedTime),
        DoneText = row.DoneText,
        DoneTime = Words.Time(row.DoneTime),
        Checks =
        {
            checks.OrderBy(c => c.Number).Select(c => new EffectivenessCheck
            {
                Effective = c.Effective, Finding = c.Finding, CheckedBy = c.CheckedBy, CheckTime = Timestamp.FromDateTimeOffset(c.CheckedTime),
            }),
        },
        DeviationIds = { deviationIds.Order(StringComparer.Ordinal) },
        Closure = Words.Signature(row.Closure),
        Version = version ?? row.Version,
    };
}
