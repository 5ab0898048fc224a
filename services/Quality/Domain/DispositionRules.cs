using Doseline.Kernel.Rules;

namespace Doseline.Quality.Domain;

/// <summary>States of disposition, the one status model of the platform.</summary>
public enum DispositionState
{
    /// <summary>Being made.</summary>
    InProcess,

    /// <summary>Production is complete; QA decides.</summary>
    Pending,

    /// <summary>On hold: nothing downstream may happen.</summary>
    Quarantine,

    /// <summary>Released by QA.</summary>
    Released,

    /// <summary>Rejected by QA; final.</summary>
    Rejected,

    /// <summary>Approved for use in production: a state of materials and lots, which no dose ever has.</summary>
    Approved,

    /// <summary>Released by QA while tests that its specification names are pending (21 CFR 211.165(a)); never shown as released.</summary>
    ConditionallyReleased,
}

/// <summary>What changes a disposition.</summary>
public enum DispositionCause
{
    /// <summary>Execution says that production is complete; nobody else can.</summary>
    ProductionComplete,

    /// <summary>A hold was put, by QA or by a deviation.</summary>
    Hold,

    /// <summary>The last hold ended after production was complete.</summary>
    HoldEnded,

    /// <summary>The last hold ended while production was still going on.</summary>
    HoldEndedInProcess,

    /// <summary>QA releases; a dose that was released conditionally, once what was pending has passed.</summary>
    Release,

    /// <summary>QA releases while tests are pending.</summary>
    ReleaseConditionally,

    /// <summary>QA rejects.</summary>
    Reject,
}

/// <summary>The transition table of doses.</summary>
public static class DispositionRules
{
    /// <summary>Every transition that exists. What is not here cannot happen.</summary>
    public static IReadOnlyDictionary<(DispositionState From, DispositionCause Cause), DispositionState> Transitions { get; } =
        new Dictionary<(DispositionState, DispositionCause), DispositionState>
        {
            [(DispositionState.InProcess, DispositionCause.ProductionComplete)] = DispositionState.Pending,
            [(DispositionState.InProcess, DispositionCause.Hold)] = DispositionState.Quarantine,
            [(DispositionState.Pending, DispositionCause.Hold)] = DispositionState.Quarantine,
            [(DispositionState.Released, DispositionCause.Hold)] = DispositionState.Quarantine,
            // A dose that was released and then held is decided on again: its old certificate never comes back.
            [(DispositionState.Quarantine, DispositionCause.HoldEnded)] = DispositionState.Pending,
            [(DispositionState.Quarantine, DispositionCause.HoldEndedInProcess)] = DispositionState.InProcess,
            [(DispositionState.Pending, DispositionCause.Release)] = DispositionState.Released,
            [(DispositionState.Pending, DispositionCause.ReleaseConditionally)] = DispositionState.ConditionallyReleased,
            [(DispositionState.ConditionallyReleased, DispositionCause.Release)] = DispositionState.Released,
            [(DispositionState.ConditionallyReleased, DispositionCause.Hold)] = DispositionState.Quarantine,
            [(DispositionState.Pending, DispositionCause.Reject)] = DispositionState.Rejected,
            [(DispositionState.Quarantine, DispositionCause.Reject)] = DispositionState.Rejected,
        };

    /// <summary>True for what may leave: released, conditionally or not.</summary>
    public static bool MayLeave(DispositionState state) => state is DispositionState.Released or DispositionState.ConditionallyReleased;

    /// <summary>The state after <paramref name="cause"/>, or why there is none.</summary>
    /// <param name="doseId">Dose, for the refusal.</param>
    /// <param name="from">State now.</param>
    /// <param name="cause">What happens.</param>
    public static Decision<DispositionState> Next(string doseId, DispositionState from, DispositionCause cause) =>
        Transitions.TryGetValue((from, cause), out var to)
            ? to
            : Refusal.State($"doses/{doseId}", "DISPOSITION_TRANSITION_ILLEGAL", $"Dose {doseId} is {Name(from)}; {Verb(cause)} is not possible from there.")
                .With("dose_id", doseId).With("state", Name(from)).With("cause", cause)
                .With("states_possible", string.Join(',', Transitions.Keys.Where(k => k.Cause == cause).Select(k => Name(k.From))));

    /// <summary>Name as on the wire, without its prefix.</summary>
    public static string Name(DispositionState state) => state switch
    {
        DispositionState.InProcess => "IN_PROCESS",
        DispositionState.Pending => "PENDING",
        DispositionState.Quarantine => "QUARANTINE",
        DispositionState.Released => "RELEASED",
        DispositionState.Rejected => "REJECTED",
        DispositionState.Approved => "APPROVED",
        DispositionState.ConditionallyReleased => "CONDITIONALLY_RELEASED",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "No such state."),
    };

    static string Verb(DispositionCause cause) => cause switch
    {
        DispositionCause.ProductionComplete => "completion of production",
        DispositionCause.Hold => "a hold",
        DispositionCause.HoldEnded or DispositionCause.HoldEndedInProcess => "the end of a hold",
        DispositionCause.Release => "release",
        DispositionCause.ReleaseConditionally => "conditional release",
        DispositionCause.Reject => "rejection",
        _ => throw new ArgumentOutOfRangeException(nameof(cause), cause, "No such cause."),
    };
}
