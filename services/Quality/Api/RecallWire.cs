using Doseline.Platform.Rpc;
using Doseline.Quality.Data;
using Doseline.Quality.Domain;
using Doseline.Quality.V1;
using Google.Protobuf.WellKnownTypes;
using WireState = Doseline.Quality.V1.RecalledState;

namespace Doseline.Quality.Api;

/// <summary>Recalls as sent.</summary>
static class RecallWire
{
    public static Recall ToWire(this RecallRow row, IReadOnlyList<RecallDoseRow> lines, int unanswered) => new()
    {
        RecallId = row.Id,
        SiteId = row.SiteId,
        BatchId = row.BatchId,
        Exercise = row.Exercise,
        Reason = row.Reason,
        ReferenceId = row.ReferenceId,
        OpenedBy = row.OpenedBy,
        OpenTime = Timestamp.FromDateTimeOffset(row.OpenedTime),
        Conclusion = row.Conclusion,
        Closure = Words.Signature(row.Closure),
        DoseCount = lines.Count,
        UnansweredCount = unanswered,
        // Accounted for with the last answer, or from the start where nothing had left.
        AccountedTime = unanswered > 0 ? null : Timestamp.FromDateTimeOffset(lines.Max(l => l.AnsweredTime) ?? row.OpenedTime),
        Version = row.Version,
        Scope = row.Scope is "" ? null : TraceScope.Parser.ParseJson(row.Scope),
    };

    public static RecallLine ToWire(this RecallDoseRow line, DoseRow dose, string analysisId) => new()
    {
        DoseId = dose.Id,
        OrderId = dose.OrderId,
        BatchId = dose.BatchId,
        CustomerId = dose.CustomerId,
        PackageId = dose.PackageId,
        Disposition = dose.State.ToDisposition(),
        State = (WireState)(int)RecallRules.StateOf(line.ToDomain(dose)),
        AnalysisId = analysisId,
        Remark = line.Remark,
        AnsweredBy = line.AnsweredBy,
        AnswerTime = Words.Time(line.AnsweredTime),
    };
}
