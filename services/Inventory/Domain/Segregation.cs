using Doseline.Kernel.Rules;

namespace Doseline.Inventory.Domain;

/// <summary>What may not be together in one room: different principal nuclides, quarantined and approved, rejected and anything else.</summary>
public static class Segregation
{
    // Below this activity a holding is a trace that keeps nothing out: 1 Bq cannot be told from background by any room instrument.
    const double TraceBq = 1;

    /// <summary>Every reason against an arrival; each names its rule and what is in the way.</summary>
    public static IEnumerable<Refusal> Refusals(Arrival arrival, SiteState state)
    {
        if (state.Rooms.FirstOrDefault(room => room.Id == arrival.To.RoomId) is not { } room) yield break;
        List<HeldItem> others = [.. state.Held.Where(item => item.Place.RoomId == room.Id && item.Place.HoldingId != arrival.To.HoldingId
            && (item.From is null || item.From <= arrival.Time) && item.Lines.Sum(line => line.At(arrival.Time)) > TraceBq)];

        var principal = arrival.Item.PrincipalAt(arrival.Time);
        if (room.SingleNuclide && others.Find(item => item.PrincipalAt(arrival.Time) != principal) is { } foreign)
            yield return Of("SEG-NUCLIDE", room, foreign, $"{room.Name} takes one principal nuclide at a time; {foreign.PrincipalAt(arrival.Time)} is there.").With("nuclide", principal);

        if (room.StatusClasses is not [] && !room.StatusClasses.Contains(arrival.Item.Status))
        {
            yield return Refusal.State($"rooms/{room.Id}", "SEGREGATION", $"{room.Name} is not for material in status {Text(arrival.Item.Status)}.")
                .With("rule_id", "SEG-STATUS").With("room_id", room.Id).With("status", Text(arrival.Item.Status)).With("statuses_allowed", string.Join(',', room.StatusClasses.Select(Text)));
        }
        else if (room.StatusClasses is [] && others.Find(item => (item.Status is StatusClass.Rejected) != (arrival.Item.Status is StatusClass.Rejected)) is { } beside)
        {
            yield return Of("SEG-REJECTED", room, beside, $"Rejected material may not be beside other material in {room.Name}.").With("status", Text(arrival.Item.Status));
        }
        else if (room.StatusClasses is [] && others.Find(item => (item.Status, arrival.Item.Status) is (StatusClass.Quarantine, StatusClass.Approved) or (StatusClass.Approved, StatusClass.Quarantine)) is { } other)
        {
            // A room whose data list both classes has a place for each.
            yield return Of("SEG-QUARANTINE", room, other, $"Quarantined and approved material may not be together in {room.Name}.").With("status", Text(arrival.Item.Status));
        }
    }

    /// <summary>What is said of a refusal where there is room for a code alone: of a segregation the id of its rule.</summary>
    public static string CodeOf(Refusal refusal) => refusal.Numbers.GetValueOrDefault("rule_id") ?? refusal.Code;

    static Refusal Of(string rule, Room room, HeldItem other, string message) =>
        Refusal.State($"rooms/{room.Id}", "SEGREGATION", message).With("rule_id", rule).With("room_id", room.Id).With("other_holding_id", other.Place.HoldingId);

    /// <summary>The class of what has a status: what was not decided on stands with what is on hold.</summary>
    public static StatusClass ClassOf(QualityStatus status) => status switch
    {
        QualityStatus.Released or QualityStatus.ConditionallyReleased or QualityStatus.Approved => StatusClass.Approved,
        QualityStatus.Rejected => StatusClass.Rejected,
        _ => StatusClass.Quarantine,
    };

    /// <summary>Name of a status class as in the API.</summary>
    public static string Text(StatusClass status) => status switch
    {
        StatusClass.Quarantine => "QUARANTINE",
        StatusClass.Approved => "APPROVED",
        StatusClass.Rejected => "REJECTED",
        StatusClass.InProcess => "IN_PROCESS",
        StatusClass.Waste => "WASTE",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "unknown status class"),
    };
}
