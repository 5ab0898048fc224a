using Doseline.Testing;
using Xunit.Abstractions;

namespace Doseline.Cluster.Tests.Silos;

/// <summary>Three replicas of Execution on one PostgreSQL, under load, while each of the ways in which a replica goes away happens to one of them.</summary>
/// <remarks>
/// They speak TLS with each other, and their certificate is renewed under way. Every run kills one and ends one; <c>DOSELINE_SILOS=long</c> also freezes
/// one, replaces all by new ones, and does it all several times.
/// </remarks>
public sealed class SiloTests(ITestOutputHelper output)
{
    // More than are told of in the time.
    static readonly int Orders = Long ? 20_000 : 5_000;

    // How many steps are to be answered after what happened.
    static readonly int StepsMin = Long ? 600 : 60;

    static bool Long => Environment.GetEnvironmentVariable("DOSELINE_SILOS") is "long";

    [Fact]
    [Requirement("A040", "A054", "A057", "A171", "A226")]
    public async Task Whichever_way_a_replica_goes_no_step_of_a_dose_is_lost_and_none_is_done_twice()
    {
        await using var stage = await SiloStage.MakeAsync(output, Orders);
        for (var i = 0; i < 3; i++) await stage.JoinAsync();
        await stage.BeginAsync();
        await stage.PhaseAsync("three replicas", StepsMin, () => Task.CompletedTask);
        for (var round = 0; round < (Long ? 3 : 1); round++) await RoundAsync(stage, round);
        await stage.EndAsync();
    }

    static async Task RoundAsync(SiloStage stage, int round)
    {
        await stage.PhaseAsync("one killed, and one in its place that is shown and shows a renewed certificate", StepsMin, async () =>
        {
            await stage.LeaveAsync(Leaving(stage, round), silo => silo.KillAsync());
            stage.Authority.Renew(stage.Certificate, SiloStage.Name);
            await stage.JoinAsync();
        });
        await stage.PhaseAsync("one asked to end, and one in its place", StepsMin, async () =>
        {
            await stage.LeaveAsync(Leaving(stage, round), async silo => (await silo.EndAsync()).ShouldBe(0));
            await stage.JoinAsync();
        });
        if (!Long) return;

        await stage.PhaseAsync("one frozen for 16 s, which then finds itself declared dead", StepsMin, async () =>
        {
            await stage.LeaveAsync(Leaving(stage, round), async silo =>
            {
                await silo.SignalAsync("STOP");
                await Task.Delay(TimeSpan.FromSeconds(16));
                await silo.SignalAsync("CONT");
                await silo.EndedAsync(SiloStage.AgreesWithin);
            });
            await stage.JoinAsync();
        });
        await stage.PhaseAsync("all replaced, one after the other", StepsMin, async () =>
        {
            foreach (var old in stage.Taking)
            {
                await stage.JoinAsync();
                await stage.LeaveAsync(old, async silo => (await silo.EndAsync()).ShouldBe(0));
            }
        });
    }

    static SiloProcess Leaving(SiloStage stage, int which) => stage.Taking[which % stage.Taking.Length];
}
