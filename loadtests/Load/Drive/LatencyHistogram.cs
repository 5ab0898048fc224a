using System.Numerics;

namespace Doseline.Load.Drive;

/// <summary>
/// Counts latencies in logarithmic buckets of at most 1.6 % width, from 1 µs to over an hour, without a lock. Our own, because the
/// HdrHistogram package would be one more dependency for these thirty lines.
/// </summary>
sealed class LatencyHistogram
{
    // 64 buckets for every doubling; below 64 µs each microsecond has its own.
    const int Fine = 64;
    const int ShiftMax = 26;
    readonly long[] counts = new long[(ShiftMax + 2) * Fine];
    long total;
    long max;
    long sum;

    /// <summary>How many were counted.</summary>
    public long Count => Interlocked.Read(ref total);

    /// <summary>Greatest latency counted, exactly, in microseconds.</summary>
    public long MaxMicroseconds => Interlocked.Read(ref max);

    /// <summary>Mean in microseconds; 0 when nothing was counted.</summary>
    public double MeanMicroseconds => Count == 0 ? 0 : (double)Interlocked.Read(ref sum) / Count;

    /// <summary>Counts one latency; a negative one counts as zero.</summary>
    public void Record(long microseconds)
    {
        var value = Math.Clamp(microseconds, 0, ((long)Fine << (ShiftMax + 1)) - 1);
        Interlocked.Increment(ref counts[IndexOf(value)]);
        Interlocked.Increment(ref total);
        Interlocked.Add(ref sum, value);
        for (var seen = Interlocked.Read(ref max); value > seen;) seen = Interlocked.CompareExchange(ref max, value, seen) is var was && was == seen ? value : was;
    }

    /// <summary>The latency that the given share of calls did not exceed, in microseconds: the upper edge of its bucket, so never too good.</summary>
    /// <param name="share">Between 0 and 1, for example 0.99.</param>
    public long At(double share)
    {
        var rank = (long)Math.Ceiling(share * Count);
        if (rank <= 0) return 0;
        long seen = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            seen += Interlocked.Read(ref counts[i]);
            if (seen >= rank) return Math.Min(EdgeOf(i), MaxMicroseconds);
        }

        return MaxMicroseconds;
    }

    static int IndexOf(long value)
    {
        var shift = Math.Max(0, 63 - BitOperations.LeadingZeroCount((ulong)value) - 6);
        return (shift * Fine) + (int)(value >> shift);
    }

    static long EdgeOf(int index)
    {
        if (index < 2 * Fine) return index;
        var shift = (index / Fine) - 1;
        return ((long)(index - (shift * Fine) + 1) << shift) - 1;
    }
}
