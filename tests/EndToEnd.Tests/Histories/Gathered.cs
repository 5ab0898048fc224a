using System.Diagnostics;
using Doseline.EndToEnd.Tests.Stories;
using Doseline.Testing.Histories;
using Grpc.Core;

namespace Doseline.EndToEnd.Tests.Histories;

/// <summary>What was asked of a collection: to take something in, to let something go, or to be read.</summary>
/// <param name="What">What was asked.</param>
/// <param name="Id">What was let go; empty otherwise, for what is taken in is named by the answer.</param>
public sealed record AskedOf(AskedWhat What, string Id);

/// <summary>Kinds of <see cref="AskedOf"/>.</summary>
public enum AskedWhat
{
    /// <summary>To be read.</summary>
    Read,

    /// <summary>To take something in.</summary>
    Add,

    /// <summary>To let something go.</summary>
    Remove,
}

/// <summary>What is in a collection, in order, with commas; of an addition the id of what was taken in.</summary>
/// <param name="Ids">The ids.</param>
public sealed record Members(string Ids)
{
    /// <summary>Nothing.</summary>
    public static Members None { get; } = new("");

    /// <summary>These.</summary>
    public static Members Of(IEnumerable<string> ids) => new(string.Join(',', ids.Order(StringComparer.Ordinal)));

    /// <summary>Each of them.</summary>
    public IEnumerable<string> Each => Ids.Split(',', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>A thing that many write to at once without having read it: what each puts there is there for all who look from then on, once, until it is taken away.</summary>
/// <param name="Name">What it is, and whose.</param>
/// <param name="PrepareAsync">Lets the story come to where it is.</param>
/// <param name="ReadAsync">What is in it.</param>
/// <param name="AddAsync">Puts something there; answers with its id.</param>
/// <param name="RemoveAsync">Takes away what this client had put there; null where nothing ever is.</param>
sealed record Gathered(string Name, Func<Story, Task> PrepareAsync, Func<Story, Task<Members>> ReadAsync, Func<Story, string, Task<string>> AddAsync, Func<Story, string, Task>? RemoveAsync)
{
    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>The rules of a set.</summary>
    public static Members? Step(Members now, AskedOf asked, Members? answer) => asked.What switch
    {
        AskedWhat.Add => answer is { } added && !now.Each.Contains(added.Ids, StringComparer.Ordinal) ? Members.Of(now.Each.Append(added.Ids)) : null,
        AskedWhat.Remove => now.Each.Contains(asked.Id, StringComparer.Ordinal) ? Members.Of(now.Each.Where(id => id != asked.Id)) : null,
        _ => answer is null || answer == now ? now : null,
    };

    /// <summary>Lets clients write and read as fast as they can.</summary>
    /// <param name="story">The platform.</param>
    /// <param name="clients">How many at a time.</param>
    /// <param name="calls">How many calls each makes.</param>
    /// <param name="seed">Who does what.</param>
    public async Task<(Members Before, IReadOnlyList<Operation<AskedOf, Members>> History)> PlayAsync(Story story, int clients, int calls, int seed)
    {
        await PrepareAsync(story);
        var before = await ReadAsync(story);
        var all = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            Random random = new(seed * clients + client);
            Queue<string> own = new();
            List<Operation<AskedOf, Members>> history = [];
            for (var call = 0; call < calls; call++)
            {
                var what = (AskedWhat)random.Next(3);
                if (what is AskedWhat.Remove && (RemoveAsync is null || own.Count == 0)) what = AskedWhat.Add;
                var began = Stopwatch.GetTimestamp();
                AskedOf asked = new(what, what is AskedWhat.Remove ? own.Dequeue() : "");
                Members answer;
                try
                {
                    answer = what switch
                    {
                        AskedWhat.Add => new Members(await AddAsync(story, $"by {client} the {call}th")),
                        AskedWhat.Remove => await DoneAsync(RemoveAsync!(story, asked.Id)),
                        _ => await ReadAsync(story),
                    };
                }
                catch (RpcException late) when (late.StatusCode is StatusCode.Aborted)
                {
                    // Somebody was first, and nothing was done: if it was, whoever reads finds what nobody was told of.
                    if (what is AskedWhat.Remove) own.Enqueue(asked.Id);
                    continue;
                }

                history.Add(new(asked, answer, began, Stopwatch.GetTimestamp()));
                if (what is AskedWhat.Add) own.Enqueue(answer.Ids);
            }

            return history;
        })));
        return (before, [.. all.SelectMany(own => own)]);
    }

    static async Task<Members> DoneAsync(Task call)
    {
        await call;
        return Members.None;
    }
}
