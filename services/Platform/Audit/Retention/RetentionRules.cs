using Doseline.Kernel.Rules;

namespace Doseline.Platform.Audit.Retention;

/// <summary>Whether a record was kept long enough.</summary>
public static class RetentionRules
{
    /// <summary>How long records of a class are kept here, in months after their last change; 0 when for ever.</summary>
    /// <param name="recordClass">Class.</param>
    /// <param name="monthsOfPolicy">What the installation keeps everything; a longer legal time wins.</param>
    public static int MonthsKept(RecordClass recordClass, int monthsOfPolicy) =>
        recordClass.MonthsMin == 0 ? 0 : Math.Max(recordClass.MonthsMin, monthsOfPolicy);

    /// <summary>The instant until which a record had to be kept, once that has passed and nothing holds it; every reason otherwise.</summary>
    /// <remarks>
    /// The time is counted from the record's last change. That is not what the rules name (a transfer, an expiry, a certification), but the
    /// platform writes each of those as a change, and the policy's margin is years where these are days.
    /// </remarks>
    /// <param name="resource">The record, for refusals.</param>
    /// <param name="recordClass">Its class.</param>
    /// <param name="monthsOfPolicy">What the installation keeps everything, in months.</param>
    /// <param name="changed">Its last change (UTC).</param>
    /// <param name="holds">Ids of the legal holds that cover it.</param>
    /// <param name="now">Instant of the question (UTC).</param>
    public static Decision<DateTimeOffset> MayLeave(string resource, RecordClass recordClass, int monthsOfPolicy, DateTimeOffset changed, IReadOnlyCollection<string> holds, DateTimeOffset now)
    {
        List<Refusal> refusals = [];
        var months = MonthsKept(recordClass, monthsOfPolicy);
        var until = changed.AddMonths(months);
        if (months == 0)
        {
            refusals.Add(Refusal.State(resource, "RETENTION_UNLIMITED", $"A {recordClass.Code} record is kept as long as the licence lasts ({recordClass.Basis}).")
                .With("retention_class", recordClass.Code).With("basis", recordClass.Basis));
        }
        else if (until > now)
        {
            refusals.Add(Refusal.State(resource, "RETENTION_NOT_OVER", $"A {recordClass.Code} record is kept {months} months after its last change, until {until:yyyy-MM-dd} ({recordClass.Basis}).")
                .With("retention_class", recordClass.Code).With("months_kept", months).With("months_min", recordClass.MonthsMin)
                .With("change_time", changed).With("keep_until_time", until).With("basis", recordClass.Basis));
        }

        foreach (var hold in holds)
            refusals.Add(Refusal.State(resource, "LEGAL_HOLD", $"Legal hold {hold} covers it; only QA can lift that.").With("hold_id", hold));
        return refusals is [] ? until : refusals;
    }
}
