using Doseline.Common.V1;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;
using Doseline.Platform.Rpc;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Orders.Api;

/// <summary>Between wire and domain, for the small parts that only orders sends.</summary>
static class WireParts
{
    // The range in which a proto duration is valid is wider than a TimeSpan of any use here.
    static readonly TimeSpan DurationMax = TimeSpan.FromDays(36_600);

    /// <summary>Reads a duration; zero when absent; adds a refusal when it is malformed.</summary>
    public static TimeSpan Read(this Duration? sent, string field, List<Refusal> refusals)
    {
        if (sent is null) return TimeSpan.Zero;
        if (Math.Abs((double)sent.Seconds) <= DurationMax.TotalSeconds && Math.Abs((long)sent.Nanos) < 1_000_000_000)
            return TimeSpan.FromSeconds(sent.Seconds) + TimeSpan.FromTicks(sent.Nanos / TimeSpan.NanosecondsPerTick);
        refusals.Add(Refusal.Invalid(field, "DURATION_OUT_OF_RANGE", $"{field} is not a duration of at most {DurationMax.TotalDays} days."));
        return TimeSpan.Zero;
    }

    /// <summary>Reads an instant that may be absent.</summary>
    public static DateTimeOffset ReadOr(this Timestamp? sent, DateTimeOffset absent, string field, List<Refusal> refusals) =>
        sent is null ? absent : sent.Read(field).OrAdd(refusals);

    /// <summary>Reads a local time; null, with the reasons added, when it names no instant.</summary>
    public static ZonedInstant? Read(this LocalTime? sent, string field, List<Refusal> refusals)
    {
        if (sent is null)
        {
            refusals.Add(Refusal.Invalid(field, "TIME_REQUIRED", $"{field} is required: a local date and time with its zone."));
            return null;
        }

        List<Refusal> own = [];
        var offset = sent.UtcOffset is null ? (TimeSpan?)null : sent.UtcOffset.Read($"{field}.utc_offset", own);
        var local = Zones.ParseLocal(sent.DateTime, field);
        own.AddRange(local.Refusals);
        if (own is [])
        {
            var resolved = Zones.Resolve(local.Value, sent.Zone, offset, field);
            if (resolved.Accepted) return resolved.Value;
            own.AddRange(resolved.Refusals);
        }

        refusals.AddRange(own);
        return null;
    }

    /// <summary>An instant as people at a place read it.</summary>
    public static ZonedTime In(this DateTimeOffset instant, string zone) =>
        new() { Time = instant.ToWire(), Zone = zone, Text = Zones.Show(instant, zone).ToString() };
}
