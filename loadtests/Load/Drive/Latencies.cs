using HdrHistogram;

namespace Doseline.Load.Drive;

/// <summary>Latencies from a microsecond to an hour, counted by many at once.</summary>
/// <param name="digits">Significant digits that a latency keeps.</param>
sealed class Latencies(int digits)
{
    const long MicrosecondsMax = 3_600_000_000;
    readonly LongConcurrentHistogram counts = new(1, MicrosecondsMax, digits);

    /// <summary>Greatest latency in milliseconds, to the digits kept; 0 when nothing was counted.</summary>
    public double MaxMilliseconds => counts.TotalCount == 0 ? 0 : counts.GetMaxValue() / 1000.0;

    /// <summary>Counts one; a negative one counts as zero.</summary>
    public void Record(TimeSpan latency) => counts.RecordValue(Math.Clamp((long)latency.TotalMicroseconds, 0, MicrosecondsMax));

    /// <summary>The latency in milliseconds that the given share of calls did not exceed.</summary>
    /// <param name="share">Between 0 and 1, for example 0.99.</param>
    public double At(double share) => counts.TotalCount == 0 ? 0 : counts.GetValueAtPercentile(share * 100) / 1000.0;
}
