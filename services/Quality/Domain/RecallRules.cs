using Doseline.Kernel.Rules;

namespace Doseline.Quality.Domain;

/// <summary>Where a recalled dose is, or what became of it.</summary>
public enum RecalledState
{
    /// <summary>It has not left, or came back before delivery.</summary>
    InHouse = 1,

    /// <summary>The carrier has it.</summary>
    InTransit = 2,

    /// <summary>Delivered; nobody has answered.</summary>
    Delivered = 3,

    /// <summary>Given.</summary>
    Given = 4,

    /// <summary>Not given, and kept apart.</summary>
    NotGiven = 5,

    /// <summary>Goes back or went back.</summary>
    Returned = 6,

    /// <summary>Destroyed, or waste before it left.</summary>
    Destroyed = 7,
}

/// <summary>A dose of a recall, as far as its state depends on it.</summary>
/// <param name="DoseId">Dose.</param>
/// <param name="Shipped">True once a carrier took it.</param>
/// <param name="Delivered">True once it was delivered.</param>
/// <param name="Lost">True when execution gave it up.</param>
/// <param name="Answer">What its consignee answered; null before.</param>
public sealed record RecalledDose(string DoseId, bool Shipped, bool Delivered, bool Lost, RecalledState? Answer);

/// <summary>What a recall demands.</summary>
public static class RecallRules
{
    /// <summary>Where the dose is by everything known of it; an answer counts more than what the platform saw.</summary>
    public static RecalledState StateOf(RecalledDose dose) => dose switch
    {
        { Answer: { } answer } => answer,
        { Delivered: true } => RecalledState.Delivered,
        { Shipped: true } => RecalledState.InTransit,
        { Lost: true } => RecalledState.Destroyed,
        _ => RecalledState.InHouse,
    };

    /// <summary>True while its consignee has still to say what became of it.</summary>
    public static bool IsUnanswered(RecalledDose dose) => dose is { Shipped: true, Answer: null } or { Delivered: true, Answer: null };

    /// <summary>Every reason against an answer.</summary>
    /// <param name="dose">Dose; null when the recall has no such dose.</param>
    /// <param name="doseId">Dose that was named.</param>
    /// <param name="answer">Answer; null when none was given.</param>
    /// <param name="remark">What was added.</param>
    /// <param name="closed">True once the recall is closed.</param>
    public static List<Refusal> Answer(RecalledDose? dose, string doseId, RecalledState? answer, string remark, bool closed)
    {
        List<Refusal> refusals = [];
        var resource = $"doses/{doseId}";
        if (answer is not (RecalledState.Given or RecalledState.NotGiven or RecalledState.Returned or RecalledState.Destroyed))
            refusals.Add(Refusal.Invalid("state", "ANSWER_REQUIRED", "A consignee answers GIVEN, NOT_GIVEN, RETURNED or DESTROYED.").With("state", answer));
        if (closed) refusals.Add(Refusal.State(resource, "RECALL_CLOSED", "The recall is closed."));
        if (dose is null)
        {
            refusals.Add(Refusal.Missing(resource, "DOSE_NOT_RECALLED", "The recall does not concern the dose.").With("dose_id", doseId));
            return refusals;
        }

        if (dose is { Shipped: false, Delivered: false })
            refusals.Add(Refusal.State(resource, "DOSE_NOT_SHIPPED", "The dose did not leave; there is no consignee to answer.").With("dose_id", doseId));
        if (dose.Answer is { } before && string.IsNullOrWhiteSpace(remark))
            refusals.Add(Refusal.Invalid("remark", "REMARK_REQUIRED", "The dose was answered about; say why the answer changes.").With("state_before", before));
        return refusals;
    }

    /// <summary>Every reason against closing; one a dose that nobody answered about.</summary>
    public static List<Refusal> Close(string recallId, bool closed, IEnumerable<RecalledDose> doses)
    {
        if (closed) return [Refusal.State($"recalls/{recallId}", "RECALL_CLOSED", "The recall is closed.")];
        return
        [
            .. doses.Where(IsUnanswered).Select(d => Refusal.State($"doses/{d.DoseId}", "CONSIGNEE_NOT_ANSWERED", "The consignee has not said what became of the dose.")
                .With("dose_id", d.DoseId).With("state", StateOf(d))),
        ];
    }
}
