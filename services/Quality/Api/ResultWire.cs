using Doseline.Common.V1;
using Doseline.Kernel.Time;
using Doseline.Quality.Data;
using Doseline.Quality.Domain;
using Doseline.Quality.V1;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Quality.Api;

/// <summary>Results and samples as sent.</summary>
static class ResultWire
{
    public static ResultRow RowOf(
        string id, RecordResultRequest request, SpecificationRow judge, SpecTest test, Judgement judged, int attempt, DateTimeOffset measured, string instrumentCode, LateEntry? late, QualityDb db, string deviationId,
        string investigationId) => new()
        {
            Id = id,
            BatchId = request.BatchId,
            DoseId = request.DoseId,
            SampleId = request.SampleId,
            TestCode = test.Code,
            Attempt = attempt,
            SpecificationId = judge.Id,
            SpecVersion = judge.SpecVersion,
            Method = request.Method,
            InstrumentId = request.InstrumentId,
            InstrumentCode = instrumentCode,
            RawValue = request.RawValue,
            Number = judged.Number,
            Unit = request.Unit,
            LimitText = test.LimitText,
            Finding = judged.Finding,
            AnalystId = db.Request.Caller.Subject,
            AnalystName = db.Request.Caller.Name,
            MeasuredTime = measured,
            RecordedTime = db.Now,
            RepeatReason = attempt > 1 ? request.RepeatReason : "",
            DeviationId = deviationId,
            InvestigationId = investigationId,
            LateReason = late?.Reason ?? "",
            LateWitnessId = late?.WitnessId ?? "",
            LateWitnessName = late?.WitnessName ?? "",
        };

    public static Result ToWire(this ResultRow row)
    {
        Result wire = new()
        {
            ResultId = row.Id,
            BatchId = row.BatchId,
            DoseId = row.DoseId,
            SampleId = row.SampleId,
            TestCode = row.TestCode,
            SpecificationId = row.SpecificationId,
            SpecificationVersion = row.SpecVersion,
            Method = row.Method,
            InstrumentId = row.InstrumentId,
            InstrumentCode = row.InstrumentCode,
            RawValue = row.RawValue,
            Unit = row.Unit,
            LimitText = row.LimitText,
            Verdict = row.Finding is Finding.Pass ? Verdict.Pass : Verdict.OutOfSpecification,
            AnalystName = row.AnalystName,
            AnalystId = row.AnalystId,
            MeasureTime = Timestamp.FromDateTimeOffset(row.MeasuredTime),
            RecordTime = Timestamp.FromDateTimeOffset(row.RecordedTime),
            Attempt = (int)row.Attempt,
            RepeatReason = row.RepeatReason,
            DeviationId = row.DeviationId,
            InvestigationId = row.InvestigationId,
            LateReason = row.LateReason,
            LateWitnessName = row.LateWitnessName,
        };
        if (row.Number is { } number) wire.Number = number;
        return wire;
    }

    public static Sample ToWire(this SampleRow row) => new()
    {
        SampleId = row.Id,
        BatchId = row.BatchId,
        SiteId = row.SiteId,
        RoomId = row.RoomId,
        Activity = row.Activity is "" ? null : CalibratedActivity.Parser.ParseJson(row.Activity),
        DiscardTime = Words.Time(row.DiscardedTime),
    };
}
