using Doseline.Kernel.Rules;

namespace Doseline.Quality.Domain;

/// <summary>States of a corrective and preventive action.</summary>
public enum CapaState
{
    /// <summary>To be done.</summary>
    Open = 1,

    /// <summary>Done; whether it helped is to be checked.</summary>
    Done = 2,

    /// <summary>Checked and found effective.</summary>
    Effective = 3,

    /// <summary>Closed.</summary>
    Closed = 4,
}

/// <summary>An action, as far as what may happen depends on it.</summary>
/// <param name="Id">Action.</param>
/// <param name="State">State.</param>
/// <param name="OwnerId">Its owner: immutable id.</param>
public sealed record Capa(string Id, CapaState State, string OwnerId);

/// <summary>What a corrective and preventive action demands (ICH Q10 3.2.2; 21 CFR 211.192 asks for conclusions and follow-up).</summary>
public static class CapaRules
{
    /// <summary>When it falls overdue by itself: at its due date while it is to be done, at the date of its check once it is; null when it did before or nothing is due.</summary>
    public static DateTimeOffset? Deadline(CapaState state, DateTimeOffset due, DateTimeOffset checkDue, DateTimeOffset? overdueSince) => overdueSince is not null ? null : state switch
    {
        CapaState.Open => due,
        CapaState.Done => checkDue,
        _ => null,
    };

    /// <summary>Every reason against its dates.</summary>
    public static List<Refusal> Dates(DateTimeOffset due, DateTimeOffset checkDue, DateTimeOffset now)
    {
        List<Refusal> refusals = [];
        if (due <= now) refusals.Add(Refusal.Invalid("due_time", "DUE_IN_PAST", "An action is due after now.").With("due_time", due).With("now_time", now));
        if (checkDue <= due)
            refusals.Add(Refusal.Invalid("effectiveness_due_time", "CHECK_BEFORE_DUE", "Whether it helped is checked after it was done.").With("effectiveness_due_time", checkDue).With("due_time", due));
        return refusals;
    }

    /// <summary>Every reason against saying that it is done.</summary>
    public static List<Refusal> Complete(Capa capa, string personId)
    {
        var refusals = In(capa, CapaState.Open);
        if (personId != capa.OwnerId) refusals.Add(State(capa, "NOT_OWNER", "Its owner says that it is done, and nobody else.").With("owner_id", capa.OwnerId));
        return refusals;
    }

    /// <summary>Every reason against planning it anew.</summary>
    /// <param name="capa">Action.</param>
    /// <param name="ownerId">Owner from now on: immutable id.</param>
    public static List<Refusal> Replan(Capa capa, string ownerId)
    {
        var refusals = In(capa, CapaState.Open, CapaState.Done);
        // Or whoever did it hands it to somebody else, checks it herself and closes it.
        if (capa.State is CapaState.Done && ownerId != capa.OwnerId) refusals.Add(State(capa, "OWNER_DID_IT", "What is done stays with the owner who did it.").With("owner_id", capa.OwnerId));
        return refusals;
    }

    /// <summary>Every reason against a check.</summary>
    public static List<Refusal> Check(Capa capa, string personId)
    {
        var refusals = In(capa, CapaState.Done);
        if (personId == capa.OwnerId) refusals.Add(State(capa, "CHECKER_IS_OWNER", "Somebody else than its owner checks whether it helped."));
        return refusals;
    }

    /// <summary>Every reason against closing it.</summary>
    public static List<Refusal> Close(Capa capa, string personId)
    {
        List<Refusal> refusals = [];
        if (capa.State is CapaState.Closed) refusals.Add(State(capa, "CAPA_CLOSED", "The action is closed."));
        else if (capa.State is not CapaState.Effective)
            refusals.Add(State(capa, "EFFECTIVENESS_NOT_CHECKED", "Nobody has checked that it helped.").With("state", capa.State));
        if (personId == capa.OwnerId) refusals.Add(State(capa, "CLOSER_IS_OWNER", "Somebody else than its owner closes it."));
        return refusals;
    }

    /// <summary>Every reason against linking a deviation.</summary>
    /// <param name="capa">Action.</param>
    /// <param name="sameSite">True when both are of one site.</param>
    /// <param name="deviationId">Deviation.</param>
    /// <param name="linked">Number of the action that the deviation has; empty for none.</param>
    /// <param name="reference">Number of this action.</param>
    public static List<Refusal> Link(Capa capa, bool sameSite, string deviationId, string linked, string reference)
    {
        List<Refusal> refusals = [];
        if (capa.State is CapaState.Closed) refusals.Add(State(capa, "CAPA_CLOSED", "The action is closed."));
        if (!sameSite) refusals.Add(Refusal.State($"deviations/{deviationId}", "SITE_DIFFERS", "The deviation is of another site.").With("deviation_id", deviationId));
        if (linked is not "" && linked != reference)
            refusals.Add(Refusal.State($"deviations/{deviationId}", "DEVIATION_HAS_CAPA", $"The deviation led to {linked}.").With("deviation_id", deviationId).With("capa_reference", linked));
        return refusals;
    }

    static List<Refusal> In(Capa capa, params CapaState[] states) => states.Contains(capa.State)
        ? [] : [State(capa, "CAPA_STATE_DIFFERS", "The action is not in a state for this.").With("state", capa.State).With("states_needed", string.Join(',', states))];

    static Refusal State(Capa capa, string code, string message) => Refusal.State($"capas/{capa.Id}", code, message).With("capa_id", capa.Id);
}
