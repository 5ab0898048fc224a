using Doseline.Platform.Rpc;
using Doseline.Quality.Data;
using Doseline.Quality.Domain;
using Doseline.Quality.V1;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Quality.Api;

/// <summary>Dispositions and holds as sent.</summary>
static class DispositionWire
{
    public static DoseDisposition ToWire(this DoseRow dose, string batchNumber) => new()
    {
        DoseId = dose.Id,
        BatchId = dose.BatchId,
        BatchNumber = batchNumber,
        OrderId = dose.OrderId,
        SiteId = dose.SiteId,
        ProductCode = dose.ProductCode,
        State = dose.State.ToDisposition(),
        ExpireTime = Timestamp.FromDateTimeOffset(dose.ExpireTime),
        ReleaseByTime = Words.Time(dose.ReleaseByTime),
        CertificateId = dose.CertificateId,
        ReferenceId = dose.ReferenceId,
        Signature = Words.Signature(dose.Signature),
        Version = dose.Version,
        ChangeTime = Timestamp.FromDateTimeOffset(dose.ChangedTime),
        LostCause = dose.LostCause,
    };

    public static PendingTest ToWire(this PendingTestRow row) => new()
    {
        PendingTestId = row.Id,
        BatchId = row.BatchId,
        DoseId = row.DoseId,
        SiteId = row.SiteId,
        TestCode = row.TestCode,
        Name = row.TestName,
        State = row.State switch
        {
            PendingState.Pending => PendingTestState.Pending,
            PendingState.Passed => PendingTestState.Passed,
            PendingState.Failed => PendingTestState.Failed,
            PendingState.Overdue => PendingTestState.Overdue,
            _ => throw new ArgumentOutOfRangeException(nameof(row), row.State, "No such state."),
        },
        ReleaseTime = Timestamp.FromDateTimeOffset(row.ReleasedTime),
        DueTime = Timestamp.FromDateTimeOffset(row.DueTime),
        ResultId = row.ResultId,
    };

    public static Hold ToWire(this HoldRow hold) => new()
    {
        HoldId = hold.Id,
        BatchId = hold.BatchId,
        DoseId = hold.DoseId,
        Source = hold.Origin switch
        {
            HoldOrigin.Qa => HoldSource.Qa,
            HoldOrigin.Deviation => HoldSource.Deviation,
            _ => throw new ArgumentOutOfRangeException(nameof(hold), hold.Origin, "No such origin."),
        },
        ReferenceId = hold.ReferenceId,
        Reason = hold.Reason,
        RaiseTime = Timestamp.FromDateTimeOffset(hold.RaisedTime),
        RaisedBy = hold.RaisedBy,
        LiftTime = Words.Time(hold.LiftedTime),
        LiftedBy = hold.LiftedBy,
    };
}
