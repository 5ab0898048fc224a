using Microsoft.Extensions.Configuration;

namespace Doseline.Platform.Messaging;

/// <summary>Settings of facts and deadlines, section <c>Messaging</c>.</summary>
public sealed class MessagingOptions(IConfiguration config)
{
    /// <summary>Inbox rows are kept this long (<c>KeepInbox</c>, default 30 days): a log that was restored to an earlier state than that is not read on by itself.</summary>
    public TimeSpan KeepInbox { get; } = config.GetValue("Messaging:KeepInbox", TimeSpan.FromDays(30));

    /// <summary>Answers of mutating calls are kept this long (<c>KeepRequests</c>, default 30 days).</summary>
    public TimeSpan KeepRequests { get; } = config.GetValue("Messaging:KeepRequests", TimeSpan.FromDays(30));

    /// <summary>How often what is too old is removed (<c>PurgeEvery</c>, default 10 minutes), by the platform's clock.</summary>
    public TimeSpan PurgeEvery { get; } = config.GetValue("Messaging:PurgeEvery", TimeSpan.FromMinutes(10));

    /// <summary>How many facts of a page are handled at a time (<c>Lanes</c>, default 64; 1 makes a run repeatable).</summary>
    public int Lanes { get; } = config.GetValue("Messaging:Lanes", 64);

    /// <summary>How often a log is looked at when nobody rang (<c>Unrung</c>, default 15 s).</summary>
    public TimeSpan Unrung { get; } = config.GetValue("Messaging:Unrung", TimeSpan.FromSeconds(15));

    /// <summary>How long a replica holds a job without renewing it (<c>Lease</c>, default 15 s); must exceed the clock skew between replicas by far.</summary>
    public TimeSpan Lease { get; } = config.GetValue("Messaging:Lease", TimeSpan.FromSeconds(15));

    /// <summary>Wait before the first retry of a fact (<c>RetryFirst</c>, default 250 ms); it doubles with every try.</summary>
    public TimeSpan RetryFirst { get; } = config.GetValue("Messaging:RetryFirst", TimeSpan.FromMilliseconds(250));

    /// <summary>Longest wait between tries (<c>RetryMax</c>, default 60 s).</summary>
    public TimeSpan RetryMax { get; } = config.GetValue("Messaging:RetryMax", TimeSpan.FromSeconds(60));

    /// <summary>Tries before a fact is parked (<c>TriesMax</c>, default 10: about two minutes).</summary>
    public int TriesMax { get; } = config.GetValue("Messaging:TriesMax", 10);

    /// <summary>True when work is pumped by hand (<c>Pumps:Manual</c>): a simulation, a test.</summary>
    public bool Manual { get; } = config.GetValue("Pumps:Manual", false);

    /// <summary>Wait before a try that is not counted: as long as it has waited already, within the bounds of retries.</summary>
    public TimeSpan Within(TimeSpan waited) => TimeSpan.FromTicks(Math.Clamp(waited.Ticks, RetryFirst.Ticks, RetryMax.Ticks));

    /// <summary>Wait after the given number of failed tries.</summary>
    /// <param name="tries">At least 1.</param>
    public TimeSpan Backoff(long tries) =>
        TimeSpan.FromTicks((long)Math.Min(RetryMax.Ticks, RetryFirst.Ticks * Math.Pow(2, Math.Min(tries, 40) - 1)));
}
