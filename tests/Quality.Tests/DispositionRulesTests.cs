using Doseline.Kernel.Rules;
using Doseline.Testing;

namespace Doseline.Quality.Tests;

public sealed class DispositionRulesTests
{
    // The whole table: a row per state, a column per cause, "-" where nothing may happen.
    const string Table = """
                               ProductionComplete  Hold        HoldEnded  HoldEndedInProcess  Release   ReleaseConditionally   Reject    Approve
        None                   -                   -           -          -                   -         -                      -         -
        InProcess              Pending             Quarantine  -          -                   -         -                      -         -
        Pending                -                   Quarantine  -          -                   Released  ConditionallyReleased  Rejected  -
        Quarantine             -                   -           Pending    InProcess           -         -                      Rejected  -
        Released               -                   Quarantine  -          -                   -         -                      -         -
        Rejected               -                   -           -          -                   -         -                      -         -
        Approved               -                   -           -          -                   -         -                      -         -
        ConditionallyReleased  -                   Quarantine  -          -                   Released  -                      -         -
        """;

    [Fact]
    [Requirement("A142", "A190")]
    public void Every_pair_of_state_and_cause_leads_where_the_table_says_and_nowhere_else()
    {
        var lines = Table.Split('\n').Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        lines.Skip(1).Select(line => line[0]).ShouldBe(Enum.GetNames<QualityStatus>(), ignoreOrder: true);
        lines[0].ShouldBe(Enum.GetNames<StatusCause>());
        foreach (var line in lines.Skip(1))
        {
            for (var i = 0; i < lines[0].Length; i++)
            {
                var next = StatusModel.Next(StatusHolder.Dose, "d", Enum.Parse<QualityStatus>(line[0]), Enum.Parse<StatusCause>(lines[0][i]));
                if (line[i + 1] is "-") next.Refusals.ShouldHaveSingleItem().Code.ShouldBe("DISPOSITION_TRANSITION_ILLEGAL", $"{line[0]} {lines[0][i]}");
                else next.OrThrow().ShouldBe(Enum.Parse<QualityStatus>(line[i + 1]), $"{line[0]} {lines[0][i]}");
            }
        }
    }

    [Fact]
    [Requirement("A157", "A158")]
    public void Nothing_but_release_leads_to_released_and_nothing_but_completion_of_production_out_of_process_into_pending()
    {
        StatusModel.Transitions.Where(t => t.Value is QualityStatus.Released).Select(t => t.Key).ShouldBe(
            [(StatusHolder.Dose, QualityStatus.Pending, StatusCause.Release), (StatusHolder.Dose, QualityStatus.ConditionallyReleased, StatusCause.Release)], ignoreOrder: true);
        StatusModel.Transitions.Where(t => t.Value is QualityStatus.ConditionallyReleased).Select(t => t.Key).ShouldBe([(StatusHolder.Dose, QualityStatus.Pending, StatusCause.ReleaseConditionally)]);
        StatusModel.Transitions.Where(t => t.Key.From is QualityStatus.InProcess && t.Value is QualityStatus.Pending).Select(t => t.Key.Cause)
            .ShouldBe([StatusCause.ProductionComplete]);
    }
}
