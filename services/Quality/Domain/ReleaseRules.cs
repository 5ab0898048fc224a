using Doseline.Kernel.Rules;

namespace Doseline.Quality.Domain;

/// <summary>A dose, as far as its release depends on it.</summary>
/// <param name="Id">Dose.</param>
/// <param name="State">Disposition now.</param>
/// <param name="Expire">Instant after which it may not be given (UTC).</param>
/// <param name="LostCause">Why execution lost it; empty when it did not.</param>
public sealed record DoseToRelease(string Id, DispositionState State, DateTimeOffset Expire, string LostCause);

/// <summary>Something that stands against release until it ends: a hold or an open deviation.</summary>
/// <param name="Id">Hold or deviation.</param>
/// <param name="DoseId">Dose; empty for the whole batch.</param>
/// <param name="ReferenceId">Record that controls it.</param>
public sealed record Obstacle(string Id, string DoseId, string ReferenceId);

/// <summary>The last result of a test.</summary>
/// <param name="TestCode">Test.</param>
/// <param name="DoseId">Dose; empty for the batch.</param>
/// <param name="ResultId">Result.</param>
/// <param name="Finding">Its verdict.</param>
public sealed record LastResult(string TestCode, string DoseId, string ResultId, Finding Finding);

/// <summary>Everything that the release of doses depends on, read at one instant.</summary>
public sealed record ReleaseCase
{
    /// <summary>Batch.</summary>
    public required string BatchId { get; init; }

    /// <summary>True once execution said that production is complete.</summary>
    public required bool ProductionComplete { get; init; }

    /// <summary>Doses to release.</summary>
    public required IReadOnlyList<DoseToRelease> Doses { get; init; }

    /// <summary>Holds that stand.</summary>
    public required IReadOnlyList<Obstacle> Holds { get; init; }

    /// <summary>Deviations that are open.</summary>
    public required IReadOnlyList<Obstacle> Deviations { get; init; }

    /// <summary>Tests of the specification in force; null when there is none.</summary>
    public required IReadOnlyList<SpecTest>? Tests { get; init; }

    /// <summary>Last result of each test.</summary>
    public required IReadOnlyList<LastResult> Results { get; init; }

    /// <summary>Now (UTC).</summary>
    public required DateTimeOffset Now { get; init; }
}

/// <summary>Says whether doses may be released.</summary>
public static class ReleaseRules
{
    /// <summary>Every reason against release; empty when QA may sign. Numbers of a reason about one dose hold its <c>dose_id</c>.</summary>
    public static List<Refusal> Refusals(ReleaseCase release)
    {
        List<Refusal> refusals = [];
        var batch = $"batches/{release.BatchId}";
        if (!release.ProductionComplete)
            refusals.Add(Refusal.State(batch, "PRODUCTION_NOT_COMPLETE", "Execution has not said that production of the batch is complete."));
        if (release.Tests is null)
            refusals.Add(Refusal.State(batch, "SPECIFICATION_MISSING", "No approved specification is in force for the product of the batch."));
        foreach (var hold in release.Holds.Where(h => h.DoseId is ""))
            refusals.Add(Held(batch, hold));
        foreach (var deviation in release.Deviations.Where(d => d.DoseId is ""))
            refusals.Add(Open(batch, deviation));
        foreach (var test in Needed(release, TestedOn.Batch)) CheckResult(release, test, "", batch, refusals);
        foreach (var dose in release.Doses) Check(release, dose, refusals);
        return refusals;
    }

    static void Check(ReleaseCase release, DoseToRelease dose, List<Refusal> refusals)
    {
        var resource = $"doses/{dose.Id}";
        List<Refusal> own = [];
        if (DispositionRules.Next(dose.Id, dose.State, DispositionCause.Release) is { Accepted: false } illegal) own.AddRange(illegal.Refusals);
        if (dose.Expire <= release.Now)
            own.Add(Refusal.State(resource, "DOSE_EXPIRED", "The dose is past its expiry.").With("expire_time", dose.Expire).With("now_time", release.Now));
        if (dose.LostCause.Length > 0)
            own.Add(Refusal.State(resource, "DOSE_LOST", "Execution has given the dose up.").With("cause", dose.LostCause));
        foreach (var hold in release.Holds.Where(h => h.DoseId == dose.Id)) own.Add(Held(resource, hold));
        foreach (var deviation in release.Deviations.Where(d => d.DoseId == dose.Id)) own.Add(Open(resource, deviation));
        foreach (var test in Needed(release, TestedOn.Dose)) CheckResult(release, test, dose.Id, resource, own);
        refusals.AddRange(own.Select(r => r.With("dose_id", dose.Id)));
    }

    static IEnumerable<SpecTest> Needed(ReleaseCase release, TestedOn on) => (release.Tests ?? []).Where(t => t.On == on);

    static void CheckResult(ReleaseCase release, SpecTest test, string doseId, string resource, List<Refusal> refusals)
    {
        var last = release.Results.FirstOrDefault(r => r.TestCode == test.Code && r.DoseId == doseId);
        if (last is null && test.By is NeededBy.Release)
            refusals.Add(Refusal.State(resource, "RESULT_MISSING", $"{test.Name} ({test.Code}) has no result.").With("test_code", test.Code).With("limit", test.LimitText));
        // A failed test stands against release whenever it was due.
        if (last is { Finding: Finding.OutOfSpecification })
        {
            refusals.Add(Refusal.State(resource, "RESULT_OUT_OF_SPECIFICATION", $"{test.Name} ({test.Code}) is out of specification.")
                .With("test_code", test.Code).With("limit", test.LimitText).With("result_id", last.ResultId));
        }
    }

    static Refusal Held(string resource, Obstacle hold) =>
        Refusal.State(resource, "ON_HOLD", "A hold stands.").With("hold_id", hold.Id).With("reference_id", hold.ReferenceId);

    static Refusal Open(string resource, Obstacle deviation) =>
        Refusal.State(resource, "DEVIATION_OPEN", "A deviation is open.").With("deviation_id", deviation.Id);
}
