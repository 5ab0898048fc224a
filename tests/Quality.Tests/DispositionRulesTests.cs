using Doseline.Quality.Domain;
using Doseline.Testing;

namespace Doseline.Quality.Tests;

public sealed class DispositionRulesTests
{
    // The whole table: a row per state, a column per cause, "-" where nothing may happen.
    const string Table = """
                               ProductionComplete  Hold        HoldEnded  HoldEndedInProcess  Release   ReleaseConditionally   Reject
        InProcess              Pending             Quarantine  -          -                   -         -                      -
        Pending                -                   Quarantine  -          -                   Released  ConditionallyReleased  Rejected
        Quarantine             -                   -           Pending    InProcess           -         -                      Rejected
        Released               -                   Quarantine  -          -                   -         -                      -
        Rejected               -                   -           -          -                   -         -                      -
        Approved               -                   -           -          -                   -         -                      -
        ConditionallyReleased  -                   Quarantine  -          -                   Released  -                      -
        """;

    [Fact]
    [Requirement("A142", "A190")]
    public void Every_pair_of_state_and_cause_leads_where_the_table_says_and_nowhere_else()
    {
        var lines = Table.Split('\n').Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        lines.Count.ShouldBe(1 + Enum.GetValues<DispositionState>().Length);
        lines[0].ShouldBe(Enum.GetNames<DispositionCause>());
        foreach (var line in lines.Skip(1))
        {
            for (var i = 0; i < lines[0].Length; i++)
            {
                var next = DispositionRules.Next("d", Enum.Parse<DispositionState>(line[0]), Enum.Parse<DispositionCause>(lines[0][i]));
                if (line[i + 1] is "-") next.Refusals.ShouldHaveSingleItem().Code.ShouldBe("DISPOSITION_TRANSITION_ILLEGAL", $"{line[0]} {lines[0][i]}");
                else next.OrThrow().ShouldBe(Enum.Parse<DispositionState>(line[i + 1]), $"{line[0]} {lines[0][i]}");
            }
        }
    }

    [Fact]
    [Requirement("A157", "A158")]
    public void Nothing_but_release_leads_to_released_and_nothing_but_completion_of_production_out_of_process_into_pending()
    {
        DispositionRules.Transitions.Where(t => t.Value is DispositionState.Released).Select(t => t.Key).ShouldBe(
            [(DispositionState.Pending, DispositionCause.Release), (DispositionState.ConditionallyReleased, DispositionCause.Release)]);
        DispositionRules.Transitions.Where(t => t.Value is DispositionState.ConditionallyReleased).Select(t => t.Key).ShouldBe([(DispositionState.Pending, DispositionCause.ReleaseConditionally)]);
        DispositionRules.Transitions.Where(t => t.Key.From is DispositionState.InProcess && t.Value is DispositionState.Pending).Select(t => t.Key.Cause)
            .ShouldBe([DispositionCause.ProductionComplete]);
    }
}
