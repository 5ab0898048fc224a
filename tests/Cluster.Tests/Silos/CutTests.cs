using Doseline.Testing;
using Xunit.Abstractions;

namespace Doseline.Cluster.Tests.Silos;

/// <summary>The network between two replicas is cut under load, and healed: each of them reaches the database all the while, and neither reaches the other.</summary>
public sealed class CutTests(ITestOutputHelper output)
{
    const int StepsMin = 60;

    [CuttingFact]
    [Requirement("A040", "A054", "A057", "A171", "A182")]
    public async Task Of_two_sides_of_a_cut_one_goes_on_and_the_other_ends_and_nothing_is_lost_or_done_twice()
    {
        await using var network = await Network.MakeAsync();
        await using var stage = await SiloStage.MakeAsync(output, 5_000);
        foreach (var place in network.Places) await stage.JoinAsync(place);
        await stage.BeginAsync();
        await stage.PhaseAsync("two replicas", StepsMin, () => Task.CompletedTask);

        var both = stage.Taking;
        await stage.PhaseAsync("the network between them cut", StepsMin, async () =>
        {
            await network.CutAsync();
            // Either of them may be the one that the table says is dead; it finds that there, and ends.
            var ended = await await Task.WhenAny(both.Select(async silo =>
            {
                await silo.EndedAsync(SiloStage.AgreesWithin);
                return silo;
            }));
            await stage.LeaveAsync(ended, _ => Task.CompletedTask);
        });
        both.Count(s => s.Gone).ShouldBe(1, "one side goes on");

        var lost = both.TakeWhile(s => !s.Gone).Count();
        await stage.PhaseAsync("healed, and one in the place of the one that ended", StepsMin, async () =>
        {
            await network.HealAsync();
            await stage.JoinAsync(network.Places[lost]);
        });
        stage.Taking.Length.ShouldBe(2);
        stage.Taking.ShouldAllBe(s => !s.Gone);
        await stage.EndAsync();
    }
}

/// <summary>A test that cuts a network; where none can be made it is skipped and says so.</summary>
sealed class CuttingFactAttribute : FactAttribute
{
    /// <summary>Looks whether it can.</summary>
    public CuttingFactAttribute() => Skip = Network.Missing;
}
