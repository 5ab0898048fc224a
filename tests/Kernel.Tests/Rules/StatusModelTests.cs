using Doseline.Kernel.Rules;
using Doseline.Testing;

namespace Doseline.Kernel.Tests.Rules;

/// <summary>The one table of statuses, walked whole: of lots here, of doses beside the rules of their release.</summary>
public sealed class StatusModelTests
{
    // A row per status, a column per cause that a lot can meet; every other cause leads nowhere. "-" where nothing may happen.
    const string Lots = """
                               Hold        Reject    Approve
        None                   -           -         -
        InProcess              -           -         -
        Pending                -           -         -
        Quarantine             -           Rejected  Approved
        Released               -           -         -
        Rejected               -           -         -
        Approved               Quarantine  Rejected  -
        ConditionallyReleased  -           -         -
        """;

    [Fact]
    [Requirement("A142")]
    public void A_lot_goes_where_the_table_says_and_nowhere_else()
    {
        var lines = Lots.Split('\n').Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        var table = lines.Skip(1).SelectMany(line => lines[0].Zip(line.Skip(1)), (line, cell) => (From: Enum.Parse<QualityStatus>(line[0]), Cause: Enum.Parse<StatusCause>(cell.First), To: cell.Second))
            .ToDictionary(cell => (cell.From, cell.Cause), cell => cell.To);
        foreach (var from in Enum.GetValues<QualityStatus>())
        {
            foreach (var cause in Enum.GetValues<StatusCause>())
            {
                var next = StatusModel.Next(StatusHolder.Lot, "l", from, cause);
                if (table.GetValueOrDefault((from, cause), "-") is not "-" and var to) next.OrThrow().ShouldBe(Enum.Parse<QualityStatus>(to), $"{from} {cause}");
                else next.Refusals.ShouldHaveSingleItem().Code.ShouldBe("LOT_TRANSITION_ILLEGAL", $"{from} {cause}");
            }
        }
    }

    [Fact]
    [Requirement("A142")]
    public void Every_status_is_reached_by_a_dose_or_a_lot_and_rejection_is_the_end()
    {
        foreach (var holder in Enum.GetValues<StatusHolder>())
            StatusModel.Transitions.Keys.ShouldNotContain(k => k.Holder == holder && k.From == QualityStatus.Rejected);
        var reached = Enum.GetValues<StatusHolder>().SelectMany(Reached).Distinct();
        reached.ShouldBe(Enum.GetValues<QualityStatus>().Except([QualityStatus.None]), ignoreOrder: true);
        Reached(StatusHolder.Dose).ShouldNotContain(QualityStatus.Approved);
        Reached(StatusHolder.Lot).ShouldBe([QualityStatus.Quarantine, QualityStatus.Approved, QualityStatus.Rejected], ignoreOrder: true);
    }

    [Fact]
    [Requirement("A142")]
    public void A_name_leads_back_to_its_status_and_no_other_word_to_any()
    {
        foreach (var status in Enum.GetValues<QualityStatus>()) StatusModel.Read(StatusModel.Name(status)).ShouldBe(status);
        foreach (var word in new[] { "released", "Released", "HELD", " RELEASED", "4" }) Should.Throw<FormatException>(() => StatusModel.Read(word));
    }

    static HashSet<QualityStatus> Reached(StatusHolder holder)
    {
        HashSet<QualityStatus> reached = [StatusModel.First(holder)];
        while (StatusModel.Transitions.Where(t => t.Key.Holder == holder && reached.Contains(t.Key.From)).Any(t => reached.Add(t.Value)))
        {
        }

        return reached;
    }
}
