using System.Diagnostics;
using Doseline.EndToEnd.Tests.Stories;
using Doseline.Testing.Histories;
using Grpc.Core;

namespace Doseline.EndToEnd.Tests.Histories;

/// <summary>What was asked of a record: to be written over the version that was seen, or to be read.</summary>
/// <param name="Seen">Version that the writer had seen; null for a reading.</param>
/// <param name="Value">What it was to hold; empty for a reading.</param>
public sealed record Asked(long? Seen, string Value);

/// <summary>What a record held, or was made to hold.</summary>
/// <param name="Version">Version that was read or made; null where the writer was told that another had been first.</param>
/// <param name="Value">What it holds at that version.</param>
public sealed record Held(long? Version, string Value)
{
    /// <summary>What an answer says.</summary>
    public static Held Of<T>(T record, Func<T, long> version, Func<T, string> value) => new(version(record), value(record));
}

/// <summary>A record that many write at once, each over the version that it read last.</summary>
/// <param name="Name">What it is, and whose.</param>
/// <param name="ReadAsync">Reads it.</param>
/// <param name="WriteAsync">Writes it over a version.</param>
sealed record Contended(string Name, Func<Story, Task<Held>> ReadAsync, Func<Story, long, string, Task<Held>> WriteAsync)
{
    const long Refused = -1;

    /// <summary>What a client's call writes.</summary>
    public Func<int, int, string> Value { get; init; } = (client, call) => $"by {client} the {call}th";

    /// <summary>What the record holds once that is written.</summary>
    public Func<Story, string, string> Written { get; init; } = (_, value) => value;

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>One writer after the other is all there is: a write needs the version that is there, makes the next one, and is what is read.</summary>
    public static Held? Step(Held now, Asked asked, Held? answer) => (asked.Seen, answer) switch
    {
        (null, null) => now,
        // What was refused for another reason than its version changed nothing.
        (not null, { Version: Refused }) => now,
        (null, { } read) => read == now ? now : null,
        ({ } seen, { Version: null }) => seen != now.Version ? now : null,
        ({ } seen, { } made) => seen == now.Version && made.Version == seen + 1 && made.Value == asked.Value ? made : null,
        ({ } seen, null) => seen == now.Version ? new(seen + 1, asked.Value) : null,
    };

    /// <summary>Lets clients read and write as fast as they can.</summary>
    /// <param name="story">The platform.</param>
    /// <param name="clients">How many at a time.</param>
    /// <param name="calls">How many calls each makes.</param>
    /// <param name="seed">Who reads and who writes.</param>
    public async Task<(Held Before, IReadOnlyList<Operation<Asked, Held>> History)> PlayAsync(Story story, int clients, int calls, int seed)
    {
        var before = await ReadAsync(story);
        var all = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            Random random = new(seed * clients + client);
            var seen = before;
            List<Operation<Asked, Held>> own = [];
            for (var call = 0; call < calls; call++)
            {
                var reads = random.Next(3) == 0;
                var value = reads ? "" : Value(client, call);
                Asked asked = new(reads ? null : seen.Version, reads ? "" : Written(story, value));
                var began = Stopwatch.GetTimestamp();
                var answer = reads ? await ReadAsync(story) : await TryAsync(story, seen, value);
                own.Add(new(asked, answer, began, Stopwatch.GetTimestamp()));
                // Who was too late looks again, as a person would.
                if (answer is { Version: not null and not Refused })
                {
                    seen = answer;
                }
                else
                {
                    began = Stopwatch.GetTimestamp();
                    seen = await ReadAsync(story);
                    own.Add(new(new(null, ""), seen, began, Stopwatch.GetTimestamp()));
                }
            }

            return own;
        })));
        return (before, [.. all.SelectMany(own => own)]);
    }

    async Task<Held?> TryAsync(Story story, Held seen, string value)
    {
        try
        {
            return await WriteAsync(story, seen.Version!.Value, value);
        }
        catch (RpcException late) when (late.StatusCode is StatusCode.Aborted)
        {
            return new(null, "");
        }
        catch (RpcException refused) when (refused.StatusCode is StatusCode.FailedPrecondition)
        {
            return new(Refused, "");
        }
        catch (RpcException unknown) when (unknown.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            return null;
        }
    }
}
