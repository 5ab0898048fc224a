using Doseline.Kernel.Rules;

namespace Doseline.Shipping.Domain;

/// <summary>Everything the gate looks at beside Quality's answer, read at the moment of shipping.</summary>
public sealed record GateView
{
    /// <summary>Package.</summary>
    public required string PackageId { get; init; }

    /// <summary>State.</summary>
    public required PackageState State { get; init; }

    /// <summary>Doses.</summary>
    public required IReadOnlyList<DoseInPackage> Doses { get; init; }

    /// <summary>Orders of the doses that are known here.</summary>
    public required IReadOnlyList<OrderPromise> Orders { get; init; }

    /// <summary>Doses with a verified label that was not voided since.</summary>
    public required IReadOnlySet<string> Labelled { get; init; }

    /// <summary>Doses that Execution reported lost.</summary>
    public required IReadOnlySet<string> Lost { get; init; }

    /// <summary>Survey: content it was made for, and when its instrument's calibration ends; null for none.</summary>
    public required SurveyEvidence? Survey { get; init; }

    /// <summary>Content now.</summary>
    public required long ContentVersion { get; init; }

    /// <summary>Last change of content.</summary>
    public required DateTimeOffset ContentTime { get; init; }

    /// <summary>Seal applied; empty for none.</summary>
    public required string SealApplied { get; init; }

    /// <summary>Seal as read at hand-over.</summary>
    public required string SealRead { get; init; }

    /// <summary>What the printed paper was made from; empty for no paper.</summary>
    public required string PaperBasis { get; init; }

    /// <summary>What a paper would be made from now.</summary>
    public required string BasisNow { get; init; }

    /// <summary>Moment of shipping.</summary>
    public required DateTimeOffset Now { get; init; }
}

/// <summary>A survey, as far as the gate asks.</summary>
/// <param name="ContentVersion">Content it was made for.</param>
/// <param name="Time">When.</param>
/// <param name="CalibrationDue">When its instrument's calibration ends.</param>
public sealed record SurveyEvidence(long ContentVersion, DateTimeOffset Time, DateTimeOffset CalibrationDue);

/// <summary>The gate in front of the carrier. It says every reason at once; only an empty list lets a package go.</summary>
public static class ShipGate
{
    /// <summary>Reasons that make every other question idle: it is gone already, or unpacked.</summary>
    public static Refusal? Closed(string packageId, PackageState state) => state switch
    {
        PackageState.Shipped or PackageState.Delivered => Refusal.State($"packages/{packageId}", "PACKAGE_ALREADY_SHIPPED", "The package has left already.").With("state", state),
        PackageState.Dissolved => Refusal.State($"packages/{packageId}", "PACKAGE_DISSOLVED", "The package was unpacked for good."),
        _ => null,
    };

    /// <summary>Every reason of this service.</summary>
    public static List<Refusal> Check(GateView view)
    {
        if (Closed(view.PackageId, view.State) is { } closed) return [closed];
        List<Refusal> refusals = [];
        foreach (var dose in view.Doses) CheckDose(view, dose, refusals);
        CheckSurvey(view, refusals);
        CheckPaper(view, refusals);
        CheckSeal(view, refusals);
        return refusals;
    }

    static void CheckDose(GateView view, DoseInPackage dose, List<Refusal> refusals)
    {
        var resource = $"doses/{dose.DoseId}";
        if (!view.Labelled.Contains(dose.DoseId))
            refusals.Add(Refusal.State(resource, "LABEL_NOT_VERIFIED", "No verified label is on the dose.").With("dose_id", dose.DoseId));
        if (view.Lost.Contains(dose.DoseId))
            refusals.Add(Refusal.State(resource, "DOSE_LOST", "The dose was reported lost.").With("dose_id", dose.DoseId));
        if (dose.Expire <= view.Now)
            refusals.Add(Refusal.State(resource, "DOSE_EXPIRED", "The dose has expired.").With("dose_id", dose.DoseId).With("expire_time", dose.Expire));
        if (view.Orders.FirstOrDefault(order => order.OrderId == dose.OrderId) is not { } promise)
            refusals.Add(Refusal.State($"orders/{dose.OrderId}", "ORDER_UNKNOWN", "The order of the dose is not known here.").With("order_id", dose.OrderId));
        else if (promise.Cancelled)
            refusals.Add(Refusal.State($"orders/{dose.OrderId}", "ORDER_CANCELLED", "The order of the dose was cancelled.").With("order_id", dose.OrderId));
    }

    static void CheckSurvey(GateView view, List<Refusal> refusals)
    {
        var resource = $"packages/{view.PackageId}";
        if (view.Survey is not { } survey)
            refusals.Add(Refusal.State(resource, "SURVEY_MISSING", "The package has no survey for its present content."));
        else if (survey.ContentVersion != view.ContentVersion || survey.Time < view.ContentTime)
            refusals.Add(Refusal.State(resource, "SURVEY_OUTDATED", "The content changed after the survey.").With("survey_time", survey.Time).With("content_time", view.ContentTime));
        else if (survey.CalibrationDue < survey.Time)
            refusals.Add(Refusal.State(resource, "INSTRUMENT_NOT_CALIBRATED", "The survey instrument's calibration had ended.").With("calibration_due_time", survey.CalibrationDue));
    }

    static void CheckPaper(GateView view, List<Refusal> refusals)
    {
        var resource = $"packages/{view.PackageId}";
        if (view.PaperBasis is "")
            refusals.Add(Refusal.State(resource, "PAPERS_MISSING", "The shipping paper was not printed for the present content."));
        else if (view.PaperBasis != view.BasisNow)
            refusals.Add(Refusal.State(resource, "PAPERS_OUTDATED", "What the shipping paper says has changed; print it again."));
    }

    static void CheckSeal(GateView view, List<Refusal> refusals)
    {
        var resource = $"packages/{view.PackageId}";
        if (view.SealApplied is "")
            refusals.Add(Refusal.State(resource, "SEAL_MISSING", "No seal is recorded."));
        else if (view.SealRead != view.SealApplied)
            refusals.Add(Refusal.State(resource, "SEAL_DIFFERS", "The seal read at hand-over is not the one applied.").With("seal_applied", view.SealApplied).With("seal_read", view.SealRead));
    }
}
