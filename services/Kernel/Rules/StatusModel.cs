namespace Doseline.Kernel.Rules;

/// <summary>The one table of how a status changes. Whoever owns a status moves it along this table; everybody else keeps a copy of the owner's word.</summary>
public static class StatusModel
{
    /// <summary>Every transition that exists. What is not here cannot happen.</summary>
    public static IReadOnlyDictionary<(StatusHolder Holder, QualityStatus From, StatusCause Cause), QualityStatus> Transitions { get; } =
        new Dictionary<(StatusHolder, QualityStatus, StatusCause), QualityStatus>
        {
            [(StatusHolder.Dose, QualityStatus.InProcess, StatusCause.ProductionComplete)] = QualityStatus.Pending,
            [(StatusHolder.Dose, QualityStatus.InProcess, StatusCause.Hold)] = QualityStatus.Quarantine,
            [(StatusHolder.Dose, QualityStatus.Pending, StatusCause.Hold)] = QualityStatus.Quarantine,
            [(StatusHolder.Dose, QualityStatus.Released, StatusCause.Hold)] = QualityStatus.Quarantine,
            [(StatusHolder.Dose, QualityStatus.ConditionallyReleased, StatusCause.Hold)] = QualityStatus.Quarantine,
            // A dose that was released and then held is decided on again: its old certificate never comes back.
            [(StatusHolder.Dose, QualityStatus.Quarantine, StatusCause.HoldEnded)] = QualityStatus.Pending,
            [(StatusHolder.Dose, QualityStatus.Quarantine, StatusCause.HoldEndedInProcess)] = QualityStatus.InProcess,
            [(StatusHolder.Dose, QualityStatus.Pending, StatusCause.Release)] = QualityStatus.Released,
            [(StatusHolder.Dose, QualityStatus.Pending, StatusCause.ReleaseConditionally)] = QualityStatus.ConditionallyReleased,
            [(StatusHolder.Dose, QualityStatus.ConditionallyReleased, StatusCause.Release)] = QualityStatus.Released,
            [(StatusHolder.Dose, QualityStatus.Pending, StatusCause.Reject)] = QualityStatus.Rejected,
            [(StatusHolder.Dose, QualityStatus.Quarantine, StatusCause.Reject)] = QualityStatus.Rejected,
            [(StatusHolder.Lot, QualityStatus.Quarantine, StatusCause.Approve)] = QualityStatus.Approved,
            [(StatusHolder.Lot, QualityStatus.Approved, StatusCause.Hold)] = QualityStatus.Quarantine,
            [(StatusHolder.Lot, QualityStatus.Quarantine, StatusCause.Reject)] = QualityStatus.Rejected,
            [(StatusHolder.Lot, QualityStatus.Approved, StatusCause.Reject)] = QualityStatus.Rejected,
        };

    /// <summary>The status that something begins with.</summary>
    public static QualityStatus First(StatusHolder holder) => holder is StatusHolder.Dose ? QualityStatus.InProcess : QualityStatus.Quarantine;

    /// <summary>True for what may leave: released, conditionally or not.</summary>
    public static bool MayLeave(QualityStatus status) => status is QualityStatus.Released or QualityStatus.ConditionallyReleased;

    /// <summary>The status after <paramref name="cause"/>, or why there is none.</summary>
    /// <param name="holder">What has the status.</param>
    /// <param name="id">Its identifier, for the refusal.</param>
    /// <param name="from">Status now.</param>
    /// <param name="cause">What happens.</param>
    public static Decision<QualityStatus> Next(StatusHolder holder, string id, QualityStatus from, StatusCause cause)
    {
        if (Transitions.TryGetValue((holder, from, cause), out var to)) return to;
        var (subject, code, what) = holder is StatusHolder.Dose ? ($"doses/{id}", "DISPOSITION_TRANSITION_ILLEGAL", "Dose") : ($"lots/{id}", "LOT_TRANSITION_ILLEGAL", "Lot");
        return Refusal.State(subject, code, $"{what} {id} is {Name(from)}; {Verb(cause)} is not possible from there.")
            .With(holder is StatusHolder.Dose ? "dose_id" : "lot_id", id).With("state", Name(from)).With("cause", cause)
            .With("states_possible", string.Join(',', Transitions.Keys.Where(k => k.Holder == holder && k.Cause == cause).Select(k => Name(k.From))));
    }

    /// <summary>Name as on the wire, without its prefix; empty for none.</summary>
    public static string Name(QualityStatus status) => status switch
    {
        QualityStatus.None => "",
        QualityStatus.InProcess => "IN_PROCESS",
        QualityStatus.Pending => "PENDING",
        QualityStatus.Quarantine => "QUARANTINE",
        QualityStatus.Released => "RELEASED",
        QualityStatus.Rejected => "REJECTED",
        QualityStatus.Approved => "APPROVED",
        QualityStatus.ConditionallyReleased => "CONDITIONALLY_RELEASED",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "No such status."),
    };

    /// <summary>The status of a name.</summary>
    /// <exception cref="FormatException">There is none of that name.</exception>
    public static QualityStatus Read(string name)
    {
        foreach (var status in Enum.GetValues<QualityStatus>())
            if (Name(status) == name) return status;
        throw new FormatException($"'{name}' is no status.");
    }

    static string Verb(StatusCause cause) => cause switch
    {
        StatusCause.ProductionComplete => "completion of production",
        StatusCause.Hold => "a hold",
        StatusCause.HoldEnded or StatusCause.HoldEndedInProcess => "the end of a hold",
        StatusCause.Release => "release",
        StatusCause.ReleaseConditionally => "conditional release",
        StatusCause.Reject => "rejection",
        StatusCause.Approve => "approval",
        _ => throw new ArgumentOutOfRangeException(nameof(cause), cause, "No such cause."),
    };
}
