using System.Threading.Channels;

namespace Doseline.Platform.Actors;

/// <summary>A deadline that was committed.</summary>
/// <param name="ActorType">Actor type.</param>
/// <param name="ActorId">Actor.</param>
/// <param name="Name">Reminder.</param>
/// <param name="Due">When it is due (UTC).</param>
public sealed record ReminderWake(string ActorType, string ActorId, string Name, DateTimeOffset Due);

/// <summary>Committed deadlines on their way to whatever wakes us on time. Losing one costs lateness, never the deadline: the row is the truth.</summary>
public sealed class ReminderWakes
{
    const int WaitingMax = 10_000;

    readonly Channel<ReminderWake> channel = Channel.CreateBounded<ReminderWake>(new BoundedChannelOptions(WaitingMax) { FullMode = BoundedChannelFullMode.DropOldest });

    /// <summary>True once somebody reads; until then deadlines are not kept here.</summary>
    public bool Listened { get; set; }

    /// <summary>Takes a deadline.</summary>
    public void Add(ReminderWake wake)
    {
        if (Listened) channel.Writer.TryWrite(wake);
    }

    /// <summary>Deadlines in the order they were committed.</summary>
    public IAsyncEnumerable<ReminderWake> ReadAsync(CancellationToken cancel) => channel.Reader.ReadAllAsync(cancel);
}
