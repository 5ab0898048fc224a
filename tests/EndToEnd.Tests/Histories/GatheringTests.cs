using Doseline.EndToEnd.Tests.Stories;
using Doseline.Execution.V1;
using Doseline.Quality.V1;
using Doseline.Testing;
using Doseline.Testing.Histories;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.EndToEnd.Tests.Histories;

/// <summary>Whoever puts something to a batch or a dose, and however many at once: what they see is as if one had done so after the other.</summary>
/// <remarks>On PostgreSQL they reach two replicas in turn, whose actors know nothing of each other. <c>DOSELINE_HISTORY_CALLS</c> says how many calls each client makes.</remarks>
public sealed class GatheringTests
{
    const int Clients = 8;
    const int CallsDefault = 6;

    static readonly Gathered[] Things =
    [
        new("waste in the record of a batch", async s =>
        {
            await s.OrderAndReceiveAsync();
            await s.StartAsync();
            await s.SynthesiseAsync();
        }, async s => Members.Of((await s.RecordAsync()).Movements.Where(m => m.Kind is MovementKind.Residue).Select(m => m.ReferenceId)), async (s, note) =>
            (await new BatchesService.BatchesServiceClient(s.People.Operator).RecordWasteAsync(new()
            {
                RequestId = TestPlatform.RequestId(), BatchId = s.BatchId, Kind = MovementKind.Residue, Item = CellItemKind.Wipes, Note = note,
                Activity = new() { Nuclide = s.Order.Accepted!.Wanted.Nuclide, ActivityBq = 1000, ReferenceTime = s.Now.ToTimestamp(), DataVersion = s.Order.Accepted!.Wanted.DataVersion },
            })).WasteId, null),
        new("holds of a dose", s => s.MakeAsync(), async s =>
            Members.Of((await new DispositionService.DispositionServiceClient(s.People.Qa).GetDispositionAsync(new() { DoseId = s.DoseId })).Holds.Where(h => h.LiftTime is null).Select(h => h.HoldId)), async (s, note) =>
            (await new DispositionService.DispositionServiceClient(s.People.Qa).HoldDosesAsync(new() { RequestId = TestPlatform.RequestId(), BatchId = s.BatchId, DoseIds = { s.DoseId }, ReferenceId = "QR-1", Reason = note })).Holds.Single().HoldId, (s, hold) =>
            new DispositionService.DispositionServiceClient(s.People.Qa).LiftHoldAsync(new() { RequestId = TestPlatform.RequestId(), HoldId = hold, Reason = "looked into" }).ResponseAsync),
    ];

    public static TheoryData<string, bool> Names()
    {
        TheoryData<string, bool> all = [];
        foreach (var thing in Things)
        {
            all.Add(thing.Name, false);
            all.Add(thing.Name, true);
        }

        return all;
    }

    [Theory]
    [Requirement("A114")]
    [MemberData(nameof(Names))]
    public async Task What_many_put_to_one_thing_at_once_is_there_for_all_who_look_once_and_from_then_on(string name, bool postgres)
    {
        var thing = Things.Single(t => t.Name == name);
        var seed = Chance.Seed;
        await using var story = await Story.BeginAsync(Story.Products[0], postgres: postgres, replicas: postgres ? 2 : 1);

        var (before, history) = await thing.PlayAsync(story, Clients, Chance.Number("DOSELINE_HISTORY_CALLS", CallsDefault), seed);

        history.Count(o => o.Input.What is AskedWhat.Add).ShouldBeGreaterThan(Clients);
        Overlapping(history).ShouldBeGreaterThan(Clients, $"seed {seed}: nobody competed");
        Linearizability.Contradiction(history, before, Gathered.Step).ShouldBeNull($"seed {seed}");
        Linearizability.Contradiction([.. history, new(new(AskedWhat.Read, ""), await thing.ReadAsync(story), long.MaxValue - 1, long.MaxValue)], before, Gathered.Step).ShouldBeNull($"seed {seed}: what was told is what is kept");
    }

    [Fact]
    [Requirement("A114")]
    public void What_was_put_there_and_is_not_seen_or_seen_before_or_seen_twice_is_found()
    {
        Contradiction(Add("a", 0, 1), Read("a", 2, 3), Remove("a", 4, 5), Read("", 6, 7)).ShouldBeNull();
        Contradiction(Add("a", 0, 5), Read("", 1, 2), Read("a", 3, 4)).ShouldBeNull();
        Contradiction(Add("a", 0, 1), Read("", 2, 3)).ShouldNotBeNull();
        Contradiction(Read("a", 0, 1), Add("a", 2, 3)).ShouldNotBeNull();
        Contradiction(Add("a", 0, 1), Add("b", 0, 1), Read("a", 2, 3)).ShouldNotBeNull();
        Contradiction(Add("a", 0, 1), Add("a", 2, 3)).ShouldNotBeNull();
        Contradiction(Add("a", 0, 1), Remove("a", 2, 3), Read("a", 4, 5)).ShouldNotBeNull();
        Contradiction(Add("a", 0, 9), Read("a", 1, 2), Read("", 3, 4)).ShouldNotBeNull();
    }

    static int Overlapping(IReadOnlyList<Operation<AskedOf, Members>> history) =>
        history.Count(o => history.Any(other => other != o && other.Invoked < o.Returned && o.Invoked < other.Returned));

    static string? Contradiction(params Operation<AskedOf, Members>[] history) => Linearizability.Contradiction(history, Members.None, Gathered.Step);

    static Operation<AskedOf, Members> Add(string id, long began, long ended) => new(new(AskedWhat.Add, ""), new(id), began, ended);

    static Operation<AskedOf, Members> Remove(string id, long began, long ended) => new(new(AskedWhat.Remove, id), Members.None, began, ended);

    static Operation<AskedOf, Members> Read(string ids, long began, long ended) => new(new(AskedWhat.Read, ""), new(ids), began, ended);
}
