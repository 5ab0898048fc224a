using Doseline.Platform.Messaging;
using Doseline.Testing;
using Google.Protobuf;
using Xunit.Abstractions;

namespace Doseline.Simulation.Tests.Interleavings;

/// <summary>
/// Between two publishers there is no order: of every two rows of the fact table that touch one row of a listener, whichever is read first, and
/// whatever befalls the readers on the way, one state is the end of it.
/// </summary>
/// <remarks>
/// Generated from the fact table. <c>DOSELINE_INTERLEAVINGS</c> says how many ways of reading two logs are tried for each pair and fate (default 8,
/// spread over all of them), and <c>all</c> tries each with every mishap at every place.
/// </remarks>
public sealed class InterleavingTests(InterleavingTests.Stage stage, ITestOutputHelper output) : IClassFixture<InterleavingTests.Stage>
{
    const int WaysDefault = 8;

    /// <summary>One platform for all of them: each run has a dose of its own.</summary>
    public sealed class Stage : IAsyncLifetime
    {
        internal Listeners Listeners { get; private set; } = null!;

        public async Task InitializeAsync() => Listeners = await Listeners.StartAsync();

        public async Task DisposeAsync() => await Listeners.DisposeAsync();
    }

    public static TheoryData<string> Services => ["orders", "execution", "inventory", "quality", "labeling", "shipping", "waste"];

    [Theory]
    [Requirement("A054", "A115", "A171", "A182", "A202")]
    [MemberData(nameof(Services))]
    public async Task However_two_logs_are_read_and_whatever_befalls_the_readers_the_end_is_one(string listener)
    {
        List<string> faults = [];
        var runs = 0;
        var turn = Chance.Seed;
        foreach (var fate in Enum.GetValues<Fate>())
        {
            foreach (var (first, second) in Pairs(listener, fate))
            {
                string? expected = null;
                foreach (var (way, number) in Chosen(Ways(first.Places.Count, second.Places.Count)).Select((way, number) => (way, number)))
                {
                    foreach (var (mishap, at) in Mishaps(number, number == 0 ? 0 : turn++, way.Length))
                    {
                        var story = await stage.Listeners.TellAsync(listener);
                        var (before, pieces) = PiecesOf(listener, story.Logs(fate), first, second, way);
                        await stage.Listeners.ReadAsync(listener, before, Mishap.None);
                        await stage.Listeners.ReadAsync(listener, pieces, mishap, at);
                        runs++;
                        var (state, waiting) = (await stage.Listeners.StateAsync(listener, story), await stage.Listeners.WaitingAsync(listener));
                        expected ??= state;
                        if (state == expected && waiting is []) continue;
                        faults.Add($"{fate}, {first.Publisher} and {second.Publisher} read {way}, {mishap} at {at}: {string.Join("; ", waiting)}\n{Difference(expected, state)}");
                        await stage.Listeners.ForgetAsync(listener);
                    }
                }
            }
        }

        output.WriteLine($"{runs} runs");
        faults.ShouldBeEmpty($"{faults.Count} of {runs}: {string.Join('\n', faults.Take(5))}");
        Enum.GetValues<Mishap>().Where(m => m is not Mishap.None && stage.Listeners.Befell.GetValueOrDefault((listener, m)) == 0).ShouldBeEmpty("what did not happen shows nothing");
    }

    [Theory]
    [Requirement("A115", "A202")]
    [MemberData(nameof(Services))]
    public async Task What_was_done_once_has_no_second_effect_whether_it_is_told_again_or_under_another_id(string listener)
    {
        foreach (var fate in Enum.GetValues<Fate>())
        {
            var story = await stage.Listeners.TellAsync(listener);
            List<(string Publisher, IReadOnlyList<Fact> Facts)> told =
            [
                .. story.Logs(fate)
                    .Select(log => (log.Key, stage.Listeners.Log(log.Key, log.Value.Where(m => stage.Listeners.Table.Of(listener, log.Key).ContainsKey(m.Descriptor.FullName)))))
                    .Where(piece => piece.Item2 is not []),
            ];
            await stage.Listeners.ReadAsync(listener, told, Mishap.None);
            var state = await stage.Listeners.StateAsync(listener, story);
            (await stage.Listeners.WaitingAsync(listener)).ShouldBeEmpty();
            // As after a failure of which nobody knows whether it came before the commit.
            await stage.Listeners.ReadAsync(listener, told, Mishap.None);
            (await stage.Listeners.WaitingAsync(listener)).ShouldBeEmpty();
            await stage.Listeners.ReadAsync(listener, [.. told.Select(piece => (piece.Publisher, (IReadOnlyList<Fact>)[.. piece.Facts.Select(fact => fact with { Id = $"{fact.Id}-other" })]))], Mishap.None);
            (await stage.Listeners.StateAsync(listener, story)).ShouldBe(state);
            var parked = await stage.Listeners.WaitingAsync(listener);
            parked.Count.ShouldBe(told.Sum(piece => piece.Facts.Count));
            parked.ShouldAllBe(wait => wait.Contains("Parked") && wait.EndsWith("has had its effect."));
            await stage.Listeners.ForgetAsync(listener);
        }
    }

    [Fact]
    [Requirement("A171", "A202")]
    public void Every_service_that_hears_of_anything_is_played() =>
        stage.Listeners.Table.Pairs.Select(p => p.Service).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ShouldBe(((IEnumerable<object[]>)Services).Select(row => (string)row[0]).Order(StringComparer.Ordinal));

    [Fact]
    [Requirement("A171", "A202")]
    public void Every_row_of_the_fact_table_is_told_in_a_story()
    {
        HashSet<string> told = [.. Enum.GetValues<Fate>().SelectMany(fate => stage.Listeners.Sketch.Logs(fate).Values).SelectMany(log => log).Select(message => message.Descriptor.FullName)];
        stage.Listeners.Table.Rules.Select(r => r.Type).Where(type => !told.Contains(type)).Distinct(StringComparer.Ordinal).ShouldBeEmpty();
    }

    // Two publishers' logs as far as they concern rows of the listener that both touch.
    IEnumerable<(Side First, Side Second)> Pairs(string listener, Fate fate)
    {
        List<(string Publisher, List<IReadOnlyList<string>> Keys)> sides = [.. stage.Listeners.Sketch.Logs(fate).Select(log => (log.Key, log.Value.Select(m => KeysOf(listener, log.Key, m)).ToList()))];
        for (var i = 0; i < sides.Count; i++)
        {
            for (var j = i + 1; j < sides.Count; j++)
            {
                var shared = Shared(sides[i].Keys, sides[j].Keys);
                if (shared.Count > 0) yield return (SideOf(sides[i], shared), SideOf(sides[j], shared));
            }
        }

        static Side SideOf((string Publisher, List<IReadOnlyList<string>> Keys) side, HashSet<string> rows) =>
            new(side.Publisher, [.. Enumerable.Range(0, side.Keys.Count).Where(place => side.Keys[place].Any(rows.Contains))]);
    }

    // Rows belong together where a fact touches both.
    static HashSet<string> Shared(List<IReadOnlyList<string>> one, List<IReadOnlyList<string>> other)
    {
        HashSet<string> shared = [.. one.SelectMany(k => k).Intersect(other.SelectMany(k => k), StringComparer.Ordinal)];
        for (var grown = -1; grown != shared.Count;)
        {
            grown = shared.Count;
            foreach (var keys in one.Concat(other).Where(keys => keys.Any(shared.Contains)).ToList()) shared.UnionWith(keys);
        }

        return shared;
    }

    // None for what the listener does not hear.
    IReadOnlyList<string> KeysOf(string listener, string publisher, IMessage message) =>
        stage.Listeners.Table.Of(listener, publisher).GetValueOrDefault(message.Descriptor.FullName) is { } rule ? [.. (rule.Rows?.Invoke(message) ?? []).Where(row => row.Length > 0)] : [];

    // What the others have said is read before, and of the two what touches no row that both touch; then the rest of the two in turn.
    (List<(string, IReadOnlyList<Fact>)> Before, List<(string, IReadOnlyList<Fact>)> Pieces) PiecesOf(
        string listener, IReadOnlyDictionary<string, IReadOnlyList<IMessage>> logs, Side first, Side second, string way)
    {
        List<(string, IReadOnlyList<Fact>)> before = [.. logs.Select(l => (l.Key, stage.Listeners.Log(l.Key, Rest(l.Key, l.Value)))).Where(piece => piece.Item2 is not [])];
        Queue<IMessage> one = new(first.Places.Select(place => logs[first.Publisher][place])), other = new(second.Places.Select(place => logs[second.Publisher][place]));
        return (before, [.. Runs(way).Select(run => run[0] is '1' ? Piece(first, one, run.Length) : Piece(second, other, run.Length))]);

        IEnumerable<IMessage> Rest(string publisher, IReadOnlyList<IMessage> log) => log
            .Where((_, place) => (publisher != first.Publisher || !first.Places.Contains(place)) && (publisher != second.Publisher || !second.Places.Contains(place)))
            .Where(m => stage.Listeners.Table.Of(listener, publisher).ContainsKey(m.Descriptor.FullName));

        (string, IReadOnlyList<Fact>) Piece(Side side, Queue<IMessage> queue, int count) => (side.Publisher, stage.Listeners.Log(side.Publisher, [.. Enumerable.Range(0, count).Select(_ => queue.Dequeue())]));
    }

    // "112" is two of the first log, then one of the second; those next to each other are one page.
    static IEnumerable<string> Runs(string way)
    {
        for (var at = 0; at < way.Length;)
        {
            var end = at;
            while (end < way.Length && way[end] == way[at]) end++;
            yield return way[at..end];
            at = end;
        }
    }

    static IEnumerable<string> Ways(int ones, int twos)
    {
        if (ones == 0 || twos == 0)
        {
            yield return new string('1', ones) + new string('2', twos);
            yield break;
        }

        foreach (var rest in Ways(ones - 1, twos)) yield return "1" + rest;
        foreach (var rest in Ways(ones, twos - 1)) yield return "2" + rest;
    }

    // Spread over all of them; the first and the last, where one log is read whole before the other, are always among them.
    static IEnumerable<string> Chosen(IEnumerable<string> ways)
    {
        List<string> all = [.. ways];
        var count = All ? all.Count : Math.Min(all.Count, Count);
        return Enumerable.Range(0, count).Select(i => all[count == 1 ? 0 : (int)((long)i * (all.Count - 1) / (count - 1))]);
    }

    // The first way of a pair is told without one; of the others each has the next, at a place of its own.
    static IEnumerable<(Mishap Mishap, int At)> Mishaps(int number, int turn, int facts)
    {
        if (!All) return number == 0 ? [(Mishap.None, 0)] : [((Mishap)(turn % 4), turn % 7919 * 7 % facts)];
        return [(Mishap.None, 0), (Mishap.Crashes, 0), .. Enumerable.Range(0, facts).SelectMany(at => new[] { (Mishap.StandsStill, at), (Mishap.Away, at) })];
    }

    static bool All => Environment.GetEnvironmentVariable("DOSELINE_INTERLEAVINGS") is "all";

    static int Count => int.TryParse(Environment.GetEnvironmentVariable("DOSELINE_INTERLEAVINGS"), System.Globalization.CultureInfo.InvariantCulture, out var count) ? count : WaysDefault;

    static string Difference(string expected, string state)
    {
        var (left, right) = (expected.Split('\n'), state.Split('\n'));
        return string.Join('\n', [.. left.Except(right, StringComparer.Ordinal).Select(row => "- " + row), .. right.Except(left, StringComparer.Ordinal).Select(row => "+ " + row)]);
    }

    // What is read of a log, by its places in it.
    sealed record Side(string Publisher, IReadOnlyList<int> Places);
}
